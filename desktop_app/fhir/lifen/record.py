"""The hospital's own record: one document, in one stay, followed by its own link (lifen.md 4.8)."""

from collections.abc import Sequence

from desktop_app.domain.errors import Incomplete, InDoubt
from desktop_app.domain.letters import LIMITS, Letter, Limits, Target
from desktop_app.domain.ports import Crossing, ReadsDocuments
from desktop_app.domain.sending import Delivery
from desktop_app.fhir.http import FhirHttp
from desktop_app.fhir.lifen import tracking
from desktop_app.fhir.lifen.body import LetterBody
from desktop_app.fhir.lifen.sending import PDF, sender, subject, tidy_title
from desktop_app.fhir.lifen.subject import check_subject
from desktop_app.fhir.loose import Json
from desktop_app.settings import LifenAccount


class LifenRecord:
    """The record of one hospital on Lifen; keeps ``Delivers``."""

    def __init__(self, http: FhirHttp, account: LifenAccount, limits: Limits) -> None:
        self._http = http
        self._account = account
        self._limits = limits

    async def deliver(self, letter: Letter, documents: ReadsDocuments, crossing: Crossing) -> str:
        """Put a copy of ``letter`` into the record; returns what ``track`` asks with.

        That is the platform's own number, or what else its tracking link asks by (U17).
        Raises ``Incomplete`` and ``Changed`` before anything leaves, and ``InDoubt`` for a link of
        a third form.
        """
        body = record_body(letter, documents, self._account, self._limits)
        await check_subject(self._http, letter, self._account.database_reference)
        path = "CommunicationRequest/$send-to-ehr"
        receipt = await self._http.send(path, body, crossing.passing)
        transaction = tracking.transaction(receipt)
        if transaction is None:
            raise InDoubt("no_transaction")
        return transaction

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """What the platform says of the copy."""
        said = await tracking.ask(self._http, transaction_id, addresses=False)
        return tracking.copy_delivery(said, Target.EHR.value)


def record_body(
    letter: Letter, documents: ReadsDocuments, account: LifenAccount, limits: Limits = LIMITS
) -> LetterBody:
    """A letter as a body to stream; raises ``Incomplete`` when it cannot be one."""
    resource = parameters(letter, account, limits)
    return LetterBody(resource, "valueString", letter.documents, documents)


def parameters(letter: Letter, account: LifenAccount, limits: Limits = LIMITS) -> Json:
    """The ``Parameters`` resource with the text of ``payload`` left empty.

    Raises ``Incomplete``.
    """
    members = subject(letter)
    if letter.stay is None:
        raise Incomplete("stay")
    check_copy(letter, limits)
    members.append({"name": "content-type", "valueCode": PDF})
    members.append({"name": "document-type", "valueCode": letter.type_code})
    if title := tidy_title(letter):
        members.append({"name": "document-title", "valueString": title})
    members.append({"name": "payload", "valueString": ""})
    members += sender(letter, account)
    return {"resourceType": "Parameters", "parameter": members}


def check_copy(letter: Letter, limits: Limits) -> None:
    """Raise ``Incomplete`` unless ``letter`` is one document that a record takes."""
    if not letter.documents:
        raise Incomplete("documents")
    if len(letter.documents) > 1:
        raise Incomplete("one_document")
    if letter.size > limits.record:
        raise Incomplete("record_too_large", limits.record)
