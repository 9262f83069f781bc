"""Receipts and what becomes of a sending, recipient by recipient (lifen.md 4.6 to 4.8)."""

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from desktop_app.domain.sending import RECORD_ADDRESS, Delivery, DeliveryState
from desktop_app.fhir.lifen.elements import is_address
from desktop_app.fhir.loose import Json, bundle, objects, resources, text

TRANSACTION, BASED_ON = "transaction-id", "based-on"
"""What a tracking link asks by, in its two forms (lifen.md 4.8, U17)."""
_STATES = {
    "preparation": DeliveryState.PENDING,
    "inprogress": DeliveryState.PENDING,
    "suspended": DeliveryState.PENDING,
    "onhold": DeliveryState.PENDING,
    "completed": DeliveryState.DELIVERED,
    "aborted": DeliveryState.FAILED,
    "stopped": DeliveryState.FAILED,
    "notdone": DeliveryState.FAILED,
    "enteredinerror": DeliveryState.FAILED,
}
"""lifen.md 4.7, codes folded; any other one is ``UNKNOWN``."""
_GRAVITY = (
    DeliveryState.DELIVERED,
    DeliveryState.PENDING,
    DeliveryState.UNKNOWN,
    DeliveryState.FAILED,
)


def deliveries(answer: Json) -> tuple[Delivery, ...]:
    """What ``$tracking`` says of each address; the gravest where it says several things of one."""
    found: dict[str, Delivery] = {}
    for resource in resources(answer, "Communication"):
        state, reason = _state(resource), _reason(resource)
        for address in _addresses(resource):
            said = Delivery(address=address, name="", state=state, reason=reason)
            known = found.setdefault(address.casefold(), said)
            if _GRAVITY.index(state) > _GRAVITY.index(known.state):
                found[address.casefold()] = said
    return tuple(found.values())


def record_delivery(answer: Json) -> tuple[Delivery, ...]:
    """What is said of a record copy, in either form of the answer; its gravest word counts.

    A Communication alone is taken too: the answer's shape is not documented (lifen.md 4.0 row 14).
    Raises ``Malformed`` for anything else than that or a Bundle.
    """
    alone = answer.get("resourceType") == "Communication"
    told = [answer] if alone else resources(bundle(answer), "Communication")
    said = [
        Delivery(address=RECORD_ADDRESS, name="", state=_state(resource), reason=_reason(resource))
        for resource in told
    ]
    return tuple(sorted(said, key=lambda one: _GRAVITY.index(one.state))[-1:])


def _state(resource: Json) -> DeliveryState:
    if resource.get("notDone") is True:
        return DeliveryState.FAILED
    code = text(resource.get("status")).casefold().replace("-", "").replace("_", "")
    return _STATES.get(code, DeliveryState.UNKNOWN) if code else DeliveryState.PENDING


def _reason(resource: Json) -> str | None:
    """Why not, in the platform's own words; STU3 and R4 spell the element differently."""
    for concept in (
        *objects(resource.get("notDoneReason")),
        *objects(resource.get("statusReason")),
    ):
        codings = objects(concept.get("coding"))
        words = [text(concept.get("text")), *(text(one.get("display")) for one in codings)]
        words += [text(one.get("code")) for one in codings]
        if said := next(filter(None, words), ""):
            return said
    return None


def _addresses(resource: Json) -> list[str]:
    """The recipient: in ``medium.text``, or in the coding's display as in 2020 (T34)."""
    found = []
    for medium in objects(resource.get("medium")):
        said = [text(medium.get("text"))]
        said += [text(one.get("display")) for one in objects(medium.get("coding"))]
        found += [one for one in said if is_address(one)][:1]
    return found


def record_pair(receipt: Json) -> tuple[str, str] | None:
    """The pair to ask for a record copy with, from its tracking link, in either form (U17).

    Nothing else is taken from the link, least of all its host (T2).
    """
    said = _said(receipt)
    if said.get(TRANSACTION):
        return TRANSACTION, said[TRANSACTION]
    try:
        link = urlsplit(said.get("tracking-url", ""))
        asked = dict(parse_qsl(link.query))
    except ValueError:
        return None
    if asked.get(TRANSACTION):
        return TRANSACTION, asked[TRANSACTION]
    request = re.search(r"(?:^|/)(CommunicationRequest/[^/?#]+)$", asked.get(BASED_ON, ""))
    if request is None or not link.path.endswith("/Communication"):
        return None
    return BASED_ON, request[1]


def _said(receipt: Json) -> dict[str, str]:
    return {
        text(one.get("name")): text(one.get("valueString"))
        for one in objects(receipt.get("parameter"))
    }


def transaction_id(receipt: Json) -> str | None:
    """What the platform calls an accepted sending, as it wrote it."""
    said = _said(receipt)
    if said.get("transaction-id"):
        return said["transaction-id"]
    found = re.search(r"[?&]transaction-id=([^&#]+)", said.get("tracking-url", ""))
    return unquote(found[1]) if found else None
