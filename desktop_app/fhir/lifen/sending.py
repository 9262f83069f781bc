"""The body of ``$send-to-mss``, and nothing else knows its shape (lifen.md 4.6, U15).

A document's title is the letter's own or none: a file's name is somebody's private way of keeping
order and may say more than the recipient should read.
"""

from desktop_app.domain.errors import Incomplete
from desktop_app.domain.letters import (
    MAX_BYTES,
    MAX_DOCUMENTS,
    MAX_RECIPIENTS,
    Letter,
    is_patient_mailbox,
)
from desktop_app.domain.people import Kind, Patient, PatientId, Recipient, StayId
from desktop_app.domain.ports import ReadsDocuments
from desktop_app.fhir.lifen.body import LetterBody
from desktop_app.fhir.loose import Json

_KINDS = {Kind.PRACTITIONER: "Practitioner", Kind.ORGANIZATION: "Organization"}


def mss_body(letter: Letter, documents: ReadsDocuments) -> LetterBody:
    """A letter as a body to stream; raises ``Incomplete`` when it cannot be one."""
    return LetterBody(parameters(letter), "data", letter.documents, documents)


def parameters(letter: Letter) -> Json:
    """The ``Parameters`` resource with every document's ``data`` left empty.

    Raises ``Incomplete``.
    """
    patient, recipients = _checked(letter)
    members = about(patient.id, letter.stay)
    parts = [{"name": "recipient", "resource": _recipient(one)} for one in recipients]
    members.append({"name": "recipients", "part": parts})
    document = {"name": "document", "resource": _document(letter)}
    members.append({"name": "payload", "part": [document] * len(letter.documents)})
    return {"resourceType": "Parameters", "parameter": members}


def about(patient: PatientId, stay: StayId | None) -> list[Json]:
    """The parameters that say whom a sending is about, and in which stay."""
    members: list[Json] = [
        {"name": "subject", "valueReference": {"reference": f"Patient/{patient}"}}
    ]
    if stay:
        reference = {"reference": f"Encounter/{stay}"}
        members.append({"name": "context", "valueReference": reference})
    return members


def _checked(letter: Letter) -> tuple[Patient, list[Recipient]]:
    """Patient and recipients, each address once, within the platform's limits."""
    recipients = list({one.address.casefold(): one for one in letter.recipients}.values())
    if letter.patient is None:
        raise Incomplete("patient")
    if not recipients:
        raise Incomplete("recipients")
    if len(recipients) > MAX_RECIPIENTS:
        raise Incomplete("too_many_recipients", MAX_RECIPIENTS)
    if not all(_may_receive(one) for one in recipients):
        raise Incomplete("address")
    if not letter.documents:
        raise Incomplete("documents")
    if len(letter.documents) > MAX_DOCUMENTS:
        raise Incomplete("too_many_documents", MAX_DOCUMENTS)
    if letter.size > MAX_BYTES:
        raise Incomplete("documents_too_large", MAX_BYTES)
    return letter.patient, recipients


def _may_receive(recipient: Recipient) -> bool:
    """Whether the directory gave this address for this entry, and it is not a citizen's (U28)."""
    own = {mailbox.address.casefold() for mailbox in recipient.correspondent.mailboxes}
    return recipient.address.casefold() in own and not is_patient_mailbox(recipient.address)


def _recipient(recipient: Recipient) -> Json:
    """The directory entry by its id, and the one address that was chosen."""
    return {
        "resourceType": _KINDS[recipient.correspondent.kind],
        "id": recipient.correspondent.id,
        "telecom": [{"system": "email", "value": recipient.address, "use": "work"}],
    }


def _document(letter: Letter) -> Json:
    attachment = {"contentType": "application/pdf"}
    if title := tidy_title(letter):
        attachment["title"] = title
    attachment["data"] = ""
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": letter.type_code}]},
        "content": [{"attachment": attachment}],
    }


def tidy_title(letter: Letter) -> str:
    """The letter's own title on one line, if it has one."""
    return " ".join(letter.title.split())
