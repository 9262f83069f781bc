"""The hospital's own record: what is checked of a copy for it, and what becomes of one.

``$send-to-ehr`` takes one document as a plain base64 text (lifen.md 4.8). Outcomes by visit number
are our own convention, like those by local part.
"""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from desktop_app.sandbox import outcomes
from desktop_app.sandbox.access import JSON
from desktop_app.sandbox.body import Parameters, content_of, read_parameters
from desktop_app.sandbox.calls import Platform, RecordTracking, Routes, base, pieces
from desktop_app.sandbox.ledger import Accepted, AcceptedDocument
from desktop_app.sandbox.outcomes import Outcome, invalid_parameter, rule
from desktop_app.sandbox.subjects import Known, context_of, known_patient, sender_of, stay_of

SCOPE = "SEND_TO_EHR"
MAX_BYTES = 15_000_000
"""Decoded bytes of the one document (U18)."""
MAX_BODY = 20_100_000
"""The same in base64, and room for the rest."""
_KNOWN = frozenset({
    "subject", "context", "content-type", "document-type", "document-title", "payload",
    "sender-identifier",
})  # fmt: skip
_PREPARING, _DEPARTING = timedelta(seconds=1), timedelta(seconds=4)


def check_record(
    body: Sequence[bytes], known: Known, *, transaction_id: str, owner: str, at: datetime
) -> Accepted:
    """Read a ``$send-to-ehr`` body, given in pieces, and say what was accepted; raises ``Outcome``.

    Slow for a large document, and for a thread of its own.
    """
    asked = read_parameters(body)
    for name in asked.by_name:
        if name not in _KNOWN:
            raise invalid_parameter(name)
    subject = asked.one("subject")
    if subject is None:
        raise rule("subject must not be empty", "subject")
    patient = known_patient(subject, known.world)
    stay = stay_of(context_of(asked), patient, known)
    if stay is None:
        raise rule("context must not be empty", "context")
    if _value(asked, "content-type", "valueCode") not in (None, "application/pdf"):
        raise rule("content-type must be application/pdf", "content-type")
    return Accepted(
        transaction_id=transaction_id,
        at=at,
        owner=owner,
        target="ehr",
        patient=patient,
        stay=stay,
        sender=sender_of(asked, known.world),
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


async def _send(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, SCOPE, JSON)
    body = await pieces(request, MAX_BODY)
    name = f"tx-{secrets.token_hex(8)}"
    accepted = await asyncio.to_thread(
        check_record,
        body,
        platform.known(),
        transaction_id=name,
        owner=access.owner,
        at=platform.clock(),
    )
    await platform.accept(accepted)
    tail = f"CommunicationRequest/$tracking?transaction-id={name}"
    if platform.record_tracking is RecordTracking.COMMUNICATION:
        based_on = f"based-on=CommunicationRequest/{name}"
        tail = f"Communication?{based_on}&_elements=status,notDoneReason"
    return outcomes.receipt(**{"tracking-url": f"{base(request)}/{tail}"})


ROUTES: Routes = (("/CommunicationRequest/$send-to-ehr", "POST", _send),)
