"""The body of ``$send-to-mss``, and nothing else knows its shape (lifen.md 4.6, U15).

A document's title is the letter's own or none: a file's name is somebody's private way of keeping
order and may say more than the recipient should read.
"""

import re

from desktop_app.domain.errors import Incomplete
from desktop_app.domain.letters import (
    LIMITS,
    MAX_DOCUMENTS,
    MAX_RECIPIENTS,
    Letter,
    Limits,
    is_patient_mailbox,
)
from desktop_app.domain.people import Kind, Patient, Recipient
from desktop_app.domain.ports import ReadsDocuments
from desktop_app.fhir.lifen import identity
from desktop_app.fhir.lifen.body import LetterBody
from desktop_app.fhir.loose import Json
from desktop_app.settings import LifenAccount

LOINC = "http://loinc.org"
PDF = "application/pdf"
_KINDS = {Kind.PRACTITIONER: "Practitioner", Kind.ORGANIZATION: "Organization"}
_PRODUCTION = "https://production.platform-apis/"
"""The audience of real patients, to the last slash (lifen.md 1.2)."""
_RPPS = re.compile(r"\d{11}", re.ASCII)


def mss_body(
    letter: Letter, documents: ReadsDocuments, account: LifenAccount, limits: Limits = LIMITS
) -> LetterBody:
    """A letter as a body to stream; raises ``Incomplete`` when it cannot be one."""
    resource = parameters(letter, account, limits)
    return LetterBody(resource, "data", letter.documents, documents)


def parameters(letter: Letter, account: LifenAccount, limits: Limits = LIMITS) -> Json:
    """The ``Parameters`` resource with every document's ``data`` left empty.

    Raises ``Incomplete``.
    """
    patient, recipients = _checked(letter, limits)
    members = _about(letter, patient, account)
    members += sender(letter, account)
    parts = [{"name": "recipient", "resource": _recipient(one)} for one in recipients]
    members.append({"name": "recipients", "part": parts})
    document = {"name": "document", "resource": _document(letter)}
    members.append({"name": "payload", "part": [document] * len(letter.documents)})
    return {"resourceType": "Parameters", "parameter": members}


def _about(letter: Letter, patient: Patient, account: LifenAccount) -> list[Json]:
    """Whom a letter is about: by reference, or spelled out where there is no Patient API."""
    if account.patients != "typed":
        return subject(letter)
    organization = patient.organization or account.organization
    if not organization:
        raise Incomplete("organization")
    # The hospital of the identity, else the profile's own: nobody chooses it (T20).
    reference = {"reference": f"Organization/{organization}"}
    spelled = identity.detailed(patient, organization, real=account.audience == _PRODUCTION)
    return [
        {"name": "detailed-subject", "resource": spelled},
        {"name": "managing-organization", "valueReference": reference},
    ]


def subject(letter: Letter) -> list[Json]:
    """The parameters that say whom a sending is about, and in which stay.

    Raises ``Incomplete`` for an identity that the platform does not hold.
    """
    if letter.patient is None or not letter.patient.id:
        raise Incomplete("patient")
    reference = {"reference": f"Patient/{letter.patient.id}"}
    members: list[Json] = [{"name": "subject", "valueReference": reference}]
    if letter.stay is not None:
        reference = {"reference": f"Encounter/{letter.stay.id}"}
        members.append({"name": "context", "valueReference": reference})
    return members


def sender(letter: Letter, account: LifenAccount) -> list[Json]:
    """The parameter that says who answers for a letter; never together with ``sender`` (T23)."""
    rpps = sender_rpps(letter, account)
    return [{"name": "sender-identifier", "valueString": rpps}] if rpps else []


def sender_rpps(letter: Letter, account: LifenAccount) -> str:
    """The RPPS number that a letter leaves under: its own, else the profile's, else none.

    Raises ``Incomplete`` for what is not one.
    """
    said = (letter.sender or account.sender).strip()
    if said and not _RPPS.fullmatch(said):
        raise Incomplete("sender")
    return said


def _checked(letter: Letter, limits: Limits) -> tuple[Patient, list[Recipient]]:
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
    if letter.size > limits.mailbox:
        raise Incomplete("documents_too_large", limits.mailbox)
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
    return {**document(letter), "content": [{"attachment": {**attachment(letter), "data": ""}}]}


def document(letter: Letter) -> Json:
    """A DocumentReference but for its content; STU3 demands ``indexed`` of each (lifen.md 4.9)."""
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": LOINC, "code": letter.type_code}]},
        "indexed": letter.created_at.isoformat(),
    }


def attachment(letter: Letter) -> Json:
    """What every attachment says of itself."""
    title = tidy_title(letter)
    return {"contentType": PDF, **({"title": title} if title else {})}


def tidy_title(letter: Letter) -> str:
    """The letter's own title on one line, if it has one."""
    return " ".join(letter.title.split())
