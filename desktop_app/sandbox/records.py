"""The hospital's own record: what is checked of a copy for it, and what becomes of one.

``$send-to-ehr`` takes one document as a plain base64 text (lifen.md 4.8). Outcomes by visit number
are our own convention, like those by local part.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from desktop_app.sandbox.body import Parameters, content_of, read_parameters
from desktop_app.sandbox.outcomes import Json, Outcome, invalid_parameter, rule
from desktop_app.sandbox.sending import (
    Accepted,
    AcceptedDocument,
    check_sender,
    known_patient,
    stay_of,
)
from desktop_app.sandbox.world import World

MAX_BYTES = 15_000_000
"""Decoded bytes of the one document (U18)."""
MAX_BODY = 20_100_000
"""The same in base64, and room for the rest."""
_KNOWN = frozenset({
    "subject", "context", "content-type", "document-type", "document-title", "payload",
    "sender-identifier",
})  # fmt: skip
_PREPARING, _DEPARTING = timedelta(seconds=1), timedelta(seconds=4)
_ELEMENTS = frozenset({"status", "notDoneReason"})


def check_record(
    pieces: Sequence[bytes], world: World, *, transaction_id: str, owner: str, at: datetime
) -> Accepted:
    """Read a ``$send-to-ehr`` body, given in pieces, and say what was accepted; raises ``Outcome``.

    Slow for a large document, and for a thread of its own.
    """
    asked = read_parameters(pieces)
    for name in asked.by_name:
        if name not in _KNOWN:
            raise invalid_parameter(name)
    subject = asked.one("subject")
    if subject is None:
        raise rule("subject must not be empty", "subject")
    patient = known_patient(subject, world)
    stay = stay_of(asked, patient, world)
    if stay is None:
        raise rule("context must not be empty", "context")
    if _value(asked, "content-type", "valueCode") not in (None, "application/pdf"):
        raise rule("content-type must be application/pdf", "content-type")
    check_sender(asked, world)
    return Accepted(
        transaction_id=transaction_id,
        at=at,
        owner=owner,
        target="ehr",
        patient=patient,
        stay=stay,
        recipients=(),
        documents=(_document(asked),),
    )


def _document(asked: Parameters) -> AcceptedDocument:
    type_code = _value(asked, "document-type", "valueCode")
    title = _value(asked, "document-title", "valueString")
    payload = asked.one("payload")
    if payload is None:
        raise rule("payload must not be empty", "payload")
    content = content_of(payload, "valueString")
    if content.size > MAX_BYTES:
        raise Outcome(413, "Payload too large", code="TOOLONG")
    return AcceptedDocument(
        sha256=content.sha256, size=content.size, type_code=type_code or "", title=title or ""
    )


def _value(asked: Parameters, name: str, kind: str) -> str | None:
    """The text of an optional parameter; raises ``Outcome`` where it is there and says nothing."""
    parameter = asked.one(name)
    if parameter is None:
        return None
    value = parameter.get(kind)
    if not isinstance(value, str) or not value:
        raise rule(f"{name} must have a {kind}", name)
    return value


def record_outcome(number: str, since: timedelta) -> tuple[str, str | None]:
    """Status and reason of a copy for the stay ``number``, ``since`` it was accepted."""
    if since < _PREPARING:
        return "preparation", None
    if number.startswith("LENT") or since < _DEPARTING:
        return "in-progress", None
    if number.startswith("REJET"):
        return "entered-in-error", "séjour clos dans le dossier"
    return ("unknown", None) if number.startswith("INCONNU") else ("completed", None)


def elements_asked(value: str | None) -> frozenset[str]:
    """The elements that ``_elements`` names, all that we know without it; raises ``Outcome``."""
    asked = frozenset(value.split(",")) if value else _ELEMENTS
    if not asked <= _ELEMENTS:
        raise rule("_elements may name status and notDoneReason", "_elements")
    return asked


def communication(identifier: str, status: str, reason: str | None, asked: frozenset[str]) -> Json:
    """One Communication, cut down to the elements that were asked for."""
    resource: Json = {"resourceType": "Communication", "id": identifier}
    if "status" in asked:
        resource["status"] = status
    if reason is not None and "notDoneReason" in asked:
        resource["notDoneReason"] = {"text": reason}
    return resource
