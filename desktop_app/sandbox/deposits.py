"""A deposit in the patient's national record, step by step (lifen.md 4.9, 4.11, U19).

Binary, DocumentReference, CommunicationRequest: only the last sends anything. Whether v3 has these
is not published; who the recipient is, which outcome a patient's deposit has, and that no other
recipient is served this way are our own conventions.
"""

import asyncio
import json
import re
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import orjson
from starlette.requests import Request
from starlette.responses import Response

from desktop_app.sandbox.access import DMP_RECIPIENT, JSON
from desktop_app.sandbox.body import content_of, listed, read_resource
from desktop_app.sandbox.calls import Platform, Routes, base, pieces, stored
from desktop_app.sandbox.ledger import Accepted, AcceptedDocument, Step, Steps
from desktop_app.sandbox.outcomes import Json, Outcome, rule
from desktop_app.sandbox.stu3 import check_elements, code_of, is_instant
from desktop_app.sandbox.subjects import (
    Known,
    known_patient,
    sending_practitioner,
    stay_of,
)
from desktop_app.sandbox.world import WorldPatient

MAX_BYTES = 50_000_000
"""Decoded bytes of a Binary (lifen.md 6, U18)."""
MAX_BODY = 67_500_000
"""The same in base64, and room for the rest."""
MAX_SMALL_BODY = 1_000_000
_PREPARING, _DEPARTING = timedelta(seconds=1), timedelta(seconds=4)
CLOSED, SLOW, LOST = "70014", "70015", "70013"
"""Patients whose deposit is refused, never ends, and ends in an unknown state."""


def check_binary(body: Sequence[bytes], *, identifier: str, owner: str) -> Step:
    """Read a Binary, given in pieces; raises ``Outcome``. Slow, and for a thread of its own."""
    resource = read_resource(body, "Binary")
    check_elements(resource)
    if resource.get("contentType") != "application/pdf":
        raise rule("contentType must be application/pdf", "contentType")
    content = content_of(resource, "content", "content")
    if content.size > MAX_BYTES:
        raise Outcome(413, "Payload too large", code="TOOLONG")
    return Step(id=identifier, kind="Binary", owner=owner, sha256=content.sha256, size=content.size)


def check_document(
    body: Sequence[bytes], known: Known, steps: Steps, *, identifier: str, owner: str
) -> Step:
    """Read a DocumentReference, whose Binary must be there; raises ``Outcome``."""
    resource = read_resource(body, "DocumentReference")
    check_elements(resource)
    type_code = code_of(resource)
    if not is_instant(resource.get("indexed")):
        raise rule("indexed must be an instant", "indexed")
    patient = _subject(resource, known)
    if patient is None:
        raise rule("subject must not be empty", "subject")
    _check_context(resource, patient, known)
    attachments = [
        one.get("attachment") for one in listed(resource.get("content")) if isinstance(one, dict)
    ]
    if not attachments or not all(isinstance(one, dict) for one in attachments):
        raise rule("content.attachment must not be empty", "content")
    if len(attachments) > 1:
        raise rule("content must hold one attachment", "content")
    attachment: Json = attachments[0] or {}
    if attachment.get("contentType") != "application/pdf":
        raise rule("contentType must be application/pdf", "content")
    binary = steps.find("Binary", str(attachment.get("url") or ""), owner)
    if binary is None:
        raise rule("content.attachment.url must be a Binary that is there", "content")
    return Step(
        id=identifier,
        kind="DocumentReference",
        owner=owner,
        sha256=binary.sha256,
        size=binary.size,
        patient=patient,
        binaries=(binary.id,),
        type_code=type_code,
        title=str(attachment.get("title") or resource.get("description") or ""),
    )


def check_deposit(  # noqa: PLR0913 - what it is read against, and what it will be known by
    body: Sequence[bytes],
    known: Known,
    steps: Steps,
    *,
    identifier: str,
    owner: str,
    at: datetime,
) -> Accepted:
    """Read a CommunicationRequest for the DMP, its documents known; raises ``Outcome``."""
    resource = read_resource(body, "CommunicationRequest")
    check_elements(resource)
    if resource["status"] != "active":
        raise rule("Only an active request is processed", "status")
    recipients = [
        one.get("reference") for one in listed(resource.get("recipient")) if isinstance(one, dict)
    ]
    if recipients != [DMP_RECIPIENT]:
        raise rule("recipient must be the one that the contract names", "recipient")
    patient = _subject(resource, known)
    if patient is None:
        raise rule("subject must not be empty", "subject")
    documents = [_document(one, steps, owner) for one in listed(resource.get("payload"))]
    if not documents:
        raise rule("payload must not be empty", "payload")
    if any(document.patient != patient for document in documents):
        raise rule("payload must be about the same patient", "payload")
    sender = resource.get("sender")
    return Accepted(
        transaction_id=identifier,
        at=at,
        owner=owner,
        target="dmp",
        patient=patient,
        stay=stay_of(resource.get("context"), patient, known),
        sender=None if sender is None else sending_practitioner(sender, known.world),
        recipients=(),
        documents=tuple(
            AcceptedDocument(
                sha256=one.sha256, size=one.size, type_code=one.type_code, title=one.title
            )
            for one in documents
        ),
        binaries=tuple(binary for one in documents for binary in one.binaries),
    )


def _document(payload: object, steps: Steps, owner: str) -> Step:
    content = payload.get("contentReference") if isinstance(payload, dict) else None
    text = content.get("reference") if isinstance(content, dict) else None
    step = steps.find("DocumentReference", text if isinstance(text, str) else "", owner)
    if step is None:
        raise rule("payload must refer to a DocumentReference that is there", "payload")
    return step


def _subject(resource: Json, known: Known) -> str | None:
    subject = resource.get("subject")
    return None if subject is None else known_patient({"valueReference": subject}, known.world)


def _check_context(resource: Json, patient: str, known: Known) -> None:
    context = resource.get("context")
    encounter = context.get("encounter") if isinstance(context, dict) else None
    stay_of(encounter, patient, known)  # a list, as R4 has it, is no reference


def deposit_outcome(person: WorldPatient | None, since: timedelta) -> tuple[str, str | None]:
    """Status and reason of a deposit for ``person``, ``since`` it was accepted."""
    if since < _PREPARING:
        return "preparation", None
    if person is None or person.ins is None or person.reliability != "QUALI":
        return "entered-in-error", "identité sans INS qualifiée"
    if person.id == CLOSED:
        return "entered-in-error", "le patient n’a pas de DMP ouvert"
    if person.id == SLOW or since < _DEPARTING:
        return "in-progress", None
    return ("unknown", None) if person.id == LOST else ("completed", None)


async def _create_binary(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, "BINARY_CREATE", JSON)
    body = await pieces(request, MAX_BODY)
    name = _name("bin")
    step = await asyncio.to_thread(check_binary, body, identifier=name, owner=access.owner)
    await stored(platform.steps.add, step)
    return await _created(request, "Binary", name, body)


async def _create_document(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, "DOCUMENTREFERENCE_CREATE", JSON)
    body = await pieces(request, MAX_SMALL_BODY)
    name = _name("doc")
    step = check_document(
        body, platform.known(), platform.steps, identifier=name, owner=access.owner
    )
    await stored(platform.steps.add, step)
    return await _created(request, "DocumentReference", name, body)


async def _create_request(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, "COMMUNICATIONREQUEST_CREATE", JSON)
    body = await pieces(request, MAX_SMALL_BODY)
    name = _name("cr")
    accepted = check_deposit(
        body,
        platform.known(),
        platform.steps,
        identifier=name,
        owner=access.owner,
        at=platform.clock(),
    )
    await platform.accept(accepted)
    return await _created(request, "CommunicationRequest", name, body)


def _name(kind: str) -> str:
    return f"{kind}-{secrets.token_hex(8)}"


async def _created(request: Request, kind: str, name: str, body: Sequence[bytes]) -> Response:
    """201 with where it is, and what ``Prefer`` asks for: an outcome unless it says otherwise."""
    location = f"{base(request)}/{kind}/{name}/_history/1"
    wanted = re.search(r"\breturn=(\w+)", request.headers.get("prefer", ""))
    made: Callable[[], bytes] = _outcome
    if wanted and wanted[1] == "minimal":
        made = bytes
    elif wanted and wanted[1] == "representation":
        made = lambda: _represented(body, name)  # noqa: E731 - one of three, chosen here
    content = await asyncio.to_thread(made)
    headers = {"Location": location}
    return Response(content, 201, headers, media_type="application/fhir+json")


def _outcome() -> bytes:
    issue = {"severity": "information", "code": "informational", "diagnostics": "Created"}
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": [issue]})


def _represented(body: Sequence[bytes], name: str) -> bytes:
    resource: Json = json.loads(b"".join(body))
    return orjson.dumps({**resource, "id": name, "meta": {"versionId": "1"}})


ROUTES: Routes = (
    ("/Binary", "POST", _create_binary),
    ("/DocumentReference", "POST", _create_document),
    ("/CommunicationRequest", "POST", _create_request),
)
