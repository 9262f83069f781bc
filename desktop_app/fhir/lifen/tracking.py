"""Receipts and what becomes of a sending, recipient by recipient (lifen.md 4.6, 4.7)."""

import re
from urllib.parse import unquote

from desktop_app.domain.sending import Delivery, DeliveryState
from desktop_app.fhir.lifen.elements import is_address
from desktop_app.fhir.loose import Json, objects, resources, text

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


def deliveries(bundle: Json) -> tuple[Delivery, ...]:
    """What ``$tracking`` says of each address; the gravest where it says several things of one."""
    found: dict[str, Delivery] = {}
    for resource in resources(bundle, "Communication"):
        state, reason = _state(resource), _reason(resource)
        for address in _addresses(resource):
            said = Delivery(address=address, name="", state=state, reason=reason)
            known = found.setdefault(address.casefold(), said)
            if _GRAVITY.index(state) > _GRAVITY.index(known.state):
                found[address.casefold()] = said
    return tuple(found.values())


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


def transaction_id(receipt: Json) -> str | None:
    """What the platform calls an accepted sending, as it wrote it."""
    said = {
        text(one.get("name")): text(one.get("valueString"))
        for one in objects(receipt.get("parameter"))
    }
    if said.get("transaction-id"):
        return said["transaction-id"]
    found = re.search(r"[?&]transaction-id=([^&#]+)", said.get("tracking-url", ""))
    return unquote(found[1]) if found else None
