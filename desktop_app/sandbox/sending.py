"""Letters for mailboxes: what is checked of one, and what becomes of it (lifen.md 4.6).

The checks are those of lifen.md section 12 item 7; the outcomes by local part are our own
convention, named there too.
"""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from desktop_app.sandbox import outcomes
from desktop_app.sandbox.access import JSON
from desktop_app.sandbox.body import (
    Parameters,
    attachment_of,
    content_of,
    listed,
    read_parameters,
)
from desktop_app.sandbox.calls import Platform, Routes, base, pieces
from desktop_app.sandbox.ledger import Accepted, AcceptedDocument
from desktop_app.sandbox.outcomes import Json, Outcome, invalid_parameter, rule
from desktop_app.sandbox.subjects import Known, context_of, sender_of, stay_of, subject_of
from desktop_app.sandbox.world import World, WorldEntry

SCOPE = "SEND_TO_MSS"
MAX_EACH = 10
MAX_BYTES = 50_000_000
MAX_BODY = 72_000_000
"""Bytes of a sending's JSON: 50 MB of documents in base64, and room for the rest."""
_KNOWN = frozenset({
    "subject", "detailed-subject", "managing-organization", "context", "recipients", "sender",
    "sender-identifier", "payload",
})  # fmt: skip
_PREPARING, _DEPARTING, _LATE = timedelta(seconds=1), timedelta(seconds=4), timedelta(seconds=6)


def check_sending(
    body: Sequence[bytes], known: Known, *, transaction_id: str, owner: str, at: datetime
) -> Accepted:
    """Read a ``$send-to-mss`` body, given in pieces, and say what was accepted; raises ``Outcome``.

    Slow for large documents, and for a thread of its own: decodes and hashes all of them.
    """
    asked = read_parameters(body)
    for name in asked.by_name:
        if name not in _KNOWN:
            raise invalid_parameter(name)
    patient, organization = subject_of(asked, known)
    return Accepted(
        transaction_id=transaction_id,
        at=at,
        owner=owner,
        patient=patient,
        stay=stay_of(context_of(asked), patient, known),
        sender=sender_of(asked, known.world),
        organization=organization,
        recipients=_recipients(asked, known.world),
        documents=_documents(asked),
    )


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


async def _send(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, SCOPE, JSON)
    body = await pieces(request, MAX_BODY)
    if not access.client.mail_support:
        raise Outcome(412, "Mail support missing, please defined it in `https://portal.lifen.fr`")
    name = f"tx-{secrets.token_hex(8)}"
    accepted = await asyncio.to_thread(
        check_sending,
        body,
        platform.known(),
        transaction_id=name,
        owner=access.owner,
        at=platform.clock(),
    )
    await platform.accept(accepted)
    url = f"{base(request)}/CommunicationRequest/$tracking?transaction-id={name}"
    return outcomes.receipt(**{"tracking-url": url, "transaction-id": name})


ROUTES: Routes = (("/CommunicationRequest/$send-to-mss", "POST", _send),)
