"""The hospital's own record: one document, in one stay, followed by its own link (lifen.md 4.8)."""

from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import quote, unquote

from desktop_app.domain.errors import Incomplete, InDoubt, Malformed
from desktop_app.domain.letters import MAX_RECORD_BYTES, Letter
from desktop_app.domain.ports import ReadsDocuments
from desktop_app.domain.sending import Delivery
from desktop_app.fhir.http import FhirHttp
from desktop_app.fhir.lifen import tracking
from desktop_app.fhir.lifen.body import LetterBody
from desktop_app.fhir.lifen.sending import about, tidy_title
from desktop_app.fhir.lifen.subject import check_subject
from desktop_app.fhir.loose import Json
from desktop_app.fhir.pace import Urgency

_ELEMENTS = ("_elements", "status,notDoneReason")


class LifenRecord:
    """The record of one hospital on Lifen; keeps ``Delivers``."""

    def __init__(self, http: FhirHttp, database_reference: str) -> None:
        self._http = http
        self._database_reference = database_reference

    async def deliver(
        self, letter: Letter, documents: ReadsDocuments, passing: Callable[[], Awaitable[None]]
    ) -> str:
        """Put a copy of ``letter`` into the record; returns what ``track`` asks with.

        That is the platform's own number, or what else its tracking link asks by (U17).
        Raises ``Incomplete`` before anything leaves, and ``InDoubt`` for a link of a third form.
        """
        body = record_body(letter, documents)
        await check_subject(self._http, letter, self._database_reference)
        receipt = await self._http.send("CommunicationRequest/$send-to-ehr", body, passing)
        pair = tracking.record_pair(receipt)
        if pair is None:
            raise InDoubt("no_transaction")
        return _written(*pair)

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """What the platform says of the copy; always asked on our own base (T2)."""
        key, value = _read(transaction_id)
        match key:
            case tracking.TRANSACTION:
                path, query = "CommunicationRequest/$tracking", [(key, value)]
            case tracking.BASED_ON:
                path, query = "Communication", [(key, value), _ELEMENTS]
            case _:
                raise Malformed("transaction")
        said = await self._http.read(path, query, Urgency.TRACKING)
        return tracking.record_delivery(said)


def _written(key: str, value: str) -> str:
    """A number as it came; anything else with its name, so that it is told apart later on."""
    plain = key == tracking.TRANSACTION and "=" not in value
    return value if plain else f"{key}={quote(value)}"


def _read(stored: str) -> tuple[str, str]:
    key, named, value = stored.partition("=")
    return (key, unquote(value)) if named else (tracking.TRANSACTION, stored)


def record_body(letter: Letter, documents: ReadsDocuments) -> LetterBody:
    """A letter as a body to stream; raises ``Incomplete`` when it cannot be one."""
    return LetterBody(parameters(letter), "valueString", letter.documents, documents)


def parameters(letter: Letter) -> Json:
    """The ``Parameters`` resource with the text of ``payload`` left empty.

    Raises ``Incomplete``.
    """
    if letter.patient is None:
        raise Incomplete("patient")
    if not letter.stay:
        raise Incomplete("stay")
    if not letter.documents:
        raise Incomplete("documents")
    if len(letter.documents) > 1:
        raise Incomplete("one_document")
    if letter.size > MAX_RECORD_BYTES:
        raise Incomplete("record_too_large", MAX_RECORD_BYTES)
    members = about(letter.patient.id, letter.stay)
    members.append({"name": "content-type", "valueCode": "application/pdf"})
    members.append({"name": "document-type", "valueCode": letter.type_code})
    if title := tidy_title(letter):
        members.append({"name": "document-title", "valueString": title})
    members.append({"name": "payload", "valueString": ""})
    return {"resourceType": "Parameters", "parameter": members}
