"""The patient's national record, in three steps (lifen.md 4.9, 4.11).

The file, then what it is, then the request to deposit it. Only the last one sends anything: what
the others leave behind is worth nothing alone, so a step whose answer was lost is simply done
again, and one that is over is not. The platform documents this pattern for its former version
only (U19): it is used where the hospital's contract names what to address.
"""

from collections.abc import Sequence

from desktop_app.domain.errors import Incomplete, InDoubt, Malformed, NotOffered
from desktop_app.domain.letters import Letter, Limits, Target
from desktop_app.domain.people import Patient
from desktop_app.domain.ports import Crossing, ReadsDocuments
from desktop_app.domain.sending import Delivery
from desktop_app.fhir.answers import created_id
from desktop_app.fhir.http import FhirHttp
from desktop_app.fhir.lifen import tracking
from desktop_app.fhir.lifen.body import JsonBody, LetterBody
from desktop_app.fhir.lifen.elements import PROFESSIONAL
from desktop_app.fhir.lifen.record import check_copy
from desktop_app.fhir.lifen.sending import PDF, attachment, document, sender_rpps
from desktop_app.fhir.lifen.subject import check_subject
from desktop_app.fhir.loose import Json
from desktop_app.fhir.upload import Body
from desktop_app.settings import LifenAccount

BINARY, DOCUMENT = "binary", "document"
"""The steps before the last, by the names that the queue keeps their references under."""
_AT_ONCE = {"system": "http://lifen.fr/fhir/tag/processing/mode", "code": "IMMEDIATE_MODE"}


class LifenDmp:
    """The DMP as one hospital reaches it through Lifen; keeps ``Delivers``."""

    def __init__(self, http: FhirHttp, account: LifenAccount, limits: Limits) -> None:
        self._http = http
        self._account = account
        self._limits = limits

    async def deliver(self, letter: Letter, documents: ReadsDocuments, crossing: Crossing) -> str:
        """Deposit ``letter``, going on from the steps that an earlier try has finished.

        Raises ``NotOffered`` where the contract has none, ``Incomplete`` and ``Changed`` before
        anything leaves, ``Malformed`` where a step does not say what it made, and ``InDoubt``
        where the last one does not.
        """
        self._check(letter)
        _check_ins(await check_subject(self._http, letter, self._account.database_reference))
        file = LetterBody(binary(), "content", letter.documents, documents)
        held = await self._step(crossing, BINARY, "Binary", file)
        described = JsonBody(document_reference(letter, held))
        held = await self._step(crossing, DOCUMENT, "DocumentReference", described)
        request = JsonBody(communication_request(letter, held, self._account))
        receipt = await self._http.send("CommunicationRequest", request, crossing.passing)
        transaction = tracking.transaction(receipt)
        if transaction is None:
            raise InDoubt("no_transaction")
        return transaction

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """What the platform says of the deposit."""
        said = await tracking.ask(self._http, transaction_id, addresses=False)
        return tracking.copy_delivery(said, Target.DMP.value)

    def _check(self, letter: Letter) -> None:
        patient = letter.patient
        if not self._account.dmp:
            raise NotOffered("dmp")
        if patient is None or not patient.id:
            raise Incomplete("patient")
        _check_ins(patient)
        check_copy(letter, self._limits)
        sender_rpps(letter, self._account)

    async def _step(self, crossing: Crossing, step: str, kind: str, body: Body) -> str:
        """The id of what this step makes, or of what it made before."""
        if made := crossing.steps.get(step):
            return made
        made = created_id(await self._http.create(kind, body), kind)
        if made is None:
            raise Malformed(f"{kind}.id")
        await crossing.done(step, made)
        return made


def _check_ins(patient: Patient) -> None:
    """What is filed under a number must be filed under a qualified one, to the last moment."""
    if not (patient.ins and patient.ins_qualified):
        raise Incomplete("ins")


def binary() -> Json:
    """The file, its content left empty; STU3 calls it so, later versions ``data``."""
    return {"resourceType": "Binary", "contentType": PDF, "content": ""}


def document_reference(letter: Letter, file: str) -> Json:
    """What the file with the id ``file`` is, and whom it is about."""
    resource = {
        **document(letter),
        **_subject(letter),
        "content": [{"attachment": {**attachment(letter), "url": f"Binary/{file}"}}],
    }
    if letter.stay is not None:
        resource["context"] = {"encounter": {"reference": f"Encounter/{letter.stay.id}"}}
    return resource


def communication_request(letter: Letter, described: str, account: LifenAccount) -> Json:
    """The request to deposit the document with the id ``described``."""
    payload = {"contentReference": {"reference": f"DocumentReference/{described}"}}
    resource = {
        "resourceType": "CommunicationRequest",
        "meta": {"tag": [_AT_ONCE]},
        "status": "active",
        **_subject(letter),
        "recipient": [{"reference": account.dmp}],
        "payload": [payload],
    }
    if letter.stay is not None:
        resource["context"] = {"reference": f"Encounter/{letter.stay.id}"}
    if rpps := sender_rpps(letter, account):
        # The platform's own id of them is not known, the national form of their number is.
        agent = {"identifier": {"system": PROFESSIONAL, "value": f"8{rpps}"}}
        resource["requester"] = {"agent": agent}
    return resource


def _subject(letter: Letter) -> Json:
    if letter.patient is None:
        raise Incomplete("patient")
    return {"subject": {"reference": f"Patient/{letter.patient.id}"}}
