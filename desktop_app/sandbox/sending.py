"""What the platform checks of a sending, what it keeps of one, and what becomes of it.

The checks are those of lifen.md section 12 item 7; the outcomes by local part are our own
convention, named there too.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from desktop_app.sandbox.body import (
    Parameters,
    attachment_of,
    content_of,
    listed,
    read_parameters,
)
from desktop_app.sandbox.outcomes import Json, Outcome, rule
from desktop_app.sandbox.world import STRUCTURE_ID, World, WorldEntry

MAX_EACH = 10
MAX_BYTES = 50_000_000
_PREPARING, _DEPARTING, _LATE = timedelta(seconds=1), timedelta(seconds=4), timedelta(seconds=6)
_DETAILED = ("name", "gender", "birthDate", "identifier")


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedDocument:
    """One document as it arrived, known by the SHA-256 of its decoded bytes."""

    sha256: str
    size: int
    type_code: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """One sending that was answered with 201; a record copy has no recipients."""

    transaction_id: str
    at: datetime
    owner: str
    target: str = "mss"
    patient: str
    stay: str | None = None
    recipients: tuple[str, ...]
    documents: tuple[AcceptedDocument, ...]

    def line(self) -> Json:
        """As the ledger shows it."""
        return {**asdict(self), "at": self.at.isoformat()}


class Ledger:
    """Everything that was accepted; with a file, also after a restart."""

    def __init__(self, keep: Path | None) -> None:
        self._keep = keep
        self.accepted: dict[str, Accepted] = {}
        if keep is not None and keep.exists():
            for text in keep.read_text("utf-8", "replace").splitlines():
                if (known := _remembered(text)) is not None:
                    self.accepted[known.transaction_id] = known

    def add(self, accepted: Accepted) -> None:
        """Note it, on disk first."""
        if self._keep is not None:
            with self._keep.open("a+b") as file:
                if size := file.seek(0, os.SEEK_END):
                    file.seek(size - 1)
                    if file.read(1) != b"\n":  # cut short by a crash: not to be glued to
                        file.write(b"\n")
                file.write(json.dumps(accepted.line()).encode() + b"\n")
        self.accepted[accepted.transaction_id] = accepted


def _remembered(text: str) -> Accepted | None:
    """A kept line; one that was cut short by a crash was never answered with 201."""
    try:
        line = json.loads(text)
    except ValueError:
        return None
    line["at"] = datetime.fromisoformat(line["at"])
    line["recipients"] = tuple(line["recipients"])
    line["documents"] = tuple(AcceptedDocument(**document) for document in line["documents"])
    return Accepted(**line)


def check_sending(
    pieces: Sequence[bytes], world: World, *, transaction_id: str, owner: str, at: datetime
) -> Accepted:
    """Read a ``$send-to-mss`` body, given in pieces, and say what was accepted; raises ``Outcome``.

    Slow for large documents, and for a thread of its own: decodes and hashes all of them.
    """
    asked = read_parameters(pieces)
    patient = _subject(asked, world)
    stay = stay_of(asked, patient, world)
    check_sender(asked, world)
    recipients = _recipients(asked, world)
    documents = _documents(asked)
    return Accepted(
        transaction_id=transaction_id,
        at=at,
        owner=owner,
        patient=patient,
        stay=stay,
        recipients=recipients,
        documents=documents,
    )


def _subject(asked: Parameters, world: World) -> str:
    subject, detailed = asked.one("subject"), asked.one("detailed-subject")
    if (subject is None) == (detailed is None):
        raise rule("Exactly one of subject or detailed-subject must be filled", "subject")
    if subject is not None:
        return known_patient(subject, world)
    assert detailed is not None  # noqa: S101 - settled two lines above
    resource = detailed.get("resource")
    if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
        raise rule("detailed-subject must hold a Patient", "detailed-subject")
    for member in _DETAILED:
        if not resource.get(member):
            raise rule(f"detailed-subject.{member} must not be empty", "detailed-subject")
    organization = asked.one("managing-organization")
    if organization is None:
        raise rule("managing-organization must not be empty", "managing-organization")
    named = organization.get("valueString") or _reference(
        organization, "Organization", "managing-organization"
    )
    if str(named).rpartition("/")[2] != STRUCTURE_ID:
        raise rule("managing-organization is not yours", "managing-organization")
    return "detailed"


def known_patient(subject: Json, world: World) -> str:
    """The id of the patient that ``subject`` refers to; raises ``Outcome``."""
    patient = _reference(subject, "Patient", "subject")
    if patient not in world.patients:
        raise rule(f"Patient/{patient} does not exist", "subject")
    return patient


def stay_of(asked: Parameters, patient: str, world: World) -> str | None:
    """The id of the stay that ``context`` refers to; raises ``Outcome`` unless it is theirs."""
    context = asked.one("context")
    if context is None:
        return None
    reference = _reference(context, "Encounter", "context")
    stay = world.stays.get(reference)
    if stay is None or stay.patient != patient:
        raise rule(f"Encounter/{reference} does not belong to the patient", "context")
    return stay.id


def check_sender(asked: Parameters, world: World) -> None:
    """Raise ``Outcome`` unless the sender is nobody, a practitioner of ours, or a number."""
    by_id, by_number = asked.one("sender"), asked.one("sender-identifier")
    if by_id is not None and by_number is not None:
        raise rule("sender and sender-identifier are exclusive", "sender")
    if by_id is not None:
        practitioner = _reference(by_id, "Practitioner", "sender")
        if practitioner not in world.practitioners:
            raise rule(f"Practitioner/{practitioner} does not exist", "sender")
    if by_number is not None and not str(by_number.get("valueString", "")).isdecimal():
        raise rule("sender-identifier must be an RPPS number", "sender-identifier")


def _recipients(asked: Parameters, world: World) -> tuple[str, ...]:
    resources = asked.parts("recipients")
    if not 1 <= len(resources) <= MAX_EACH:
        raise rule(f"recipients must hold 1 to {MAX_EACH} entries", "recipients")
    addresses = [_recipient(resource, world) for resource in resources]
    if len({address.casefold() for address in addresses}) < len(addresses):
        raise rule("recipients must be different", "recipients")
    return tuple(addresses)


def _recipient(resource: Json, world: World) -> str:
    kinds = {"Practitioner": world.practitioners, "Organization": world.organizations}
    entries = kinds.get(str(resource.get("resourceType")))
    if entries is None:
        raise rule("recipients must be Practitioner or Organization", "recipients")
    mails = [mail for mail in listed(resource.get("telecom")) if isinstance(mail, dict)]
    if len(mails) != 1 or not isinstance(mails[0].get("value"), str):
        raise rule("Each recipient must have one telecom", "recipients")
    address: str = mails[0]["value"]
    if address.casefold().endswith(("@patient.mssante.fr", ".patient.mssante.fr")):
        raise rule("Patient mailboxes are not allowed", "recipients")
    entry = _entry(resource, entries)
    if address.casefold() not in {place.mailbox.casefold() for place in entry.addresses}:
        raise rule("Address does not belong to the recipient", "recipients")
    return address


def _entry(resource: Json, entries: Mapping[str, WorldEntry]) -> WorldEntry:
    if (identifier := resource.get("id")) is not None:
        entry = entries.get(str(identifier))
    else:
        numbers = {
            str(number.get("value", ""))
            for number in listed(resource.get("identifier"))
            if isinstance(number, dict)
        }
        entry = next(
            (
                entry
                for entry in entries.values()
                if {entry.identifier, f"8{entry.identifier}"} & numbers
            ),
            None,
        )
    if entry is None:
        raise rule("Recipient does not exist", "recipients")
    return entry


def _documents(asked: Parameters) -> tuple[AcceptedDocument, ...]:
    resources = asked.parts("payload")
    if not 1 <= len(resources) <= MAX_EACH:
        raise rule(f"payload must hold 1 to {MAX_EACH} documents", "payload")
    documents = tuple(_document(resource) for resource in resources)
    if sum(document.size for document in documents) > MAX_BYTES:
        raise Outcome(413, "Payload too large", code="TOOLONG")
    return documents


def _document(resource: Json) -> AcceptedDocument:
    if resource.get("resourceType") != "DocumentReference":
        raise rule("payload must hold DocumentReference resources", "payload")
    attachment = attachment_of(resource)
    if attachment is None:
        raise rule("content.attachment must not be empty", "payload")
    if attachment.get("contentType") != "application/pdf":
        raise rule("contentType must be application/pdf", "payload")
    kind = resource.get("type")
    codings = listed(kind.get("coding")) if isinstance(kind, dict) else []
    code = next((coding.get("code") for coding in codings if isinstance(coding, dict)), None)
    if not isinstance(code, str) or not code:
        raise rule("type.coding must not be empty", "payload")
    content = content_of(attachment)
    return AcceptedDocument(
        sha256=content.sha256,
        size=content.size,
        type_code=code,
        title=str(attachment.get("title") or ""),
    )


def _reference(parameter: Json, kind: str, name: str) -> str:
    value = parameter.get("valueReference")
    reference = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(reference, str) or not reference.startswith(f"{kind}/"):
        raise rule(f"{name} must be a reference to {kind}", name)
    return reference.removeprefix(f"{kind}/")


def delivery(address: str, since: timedelta) -> tuple[str, str | None]:
    """Status and reason of one recipient, ``since`` its sending was accepted."""
    if since < _PREPARING:
        return "preparation", None
    outcome = address.partition(".")[0].casefold()
    if outcome == "lent" or since < _DEPARTING:
        return "in-progress", None
    match outcome:
        case "plein":
            return ("in-progress", None) if since < _LATE else ("aborted", "boîte pleine")
        case "invalide":
            return "aborted", "adresse invalide"
        case "inconnu":
            return "unknown", None
        case _:
            return "completed", None
