"""Receipts and what becomes of a sending, recipient by recipient (lifen.md 4.6 to 4.10)."""

import re
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from desktop_app.domain.sending import Delivery, DeliveryState
from desktop_app.fhir.answers import Receipt, created_id
from desktop_app.fhir.http import FhirHttp, Pairs
from desktop_app.fhir.lifen.elements import is_address
from desktop_app.fhir.loose import Json, bundle, member, objects, resources, text
from desktop_app.fhir.pace import Urgency

_TRANSACTION, _BASED_ON = "transaction-id", "based-on"
"""What a tracking link asks by, in its two forms (lifen.md 4.8, U17)."""
_REQUEST = "CommunicationRequest"
_ELEMENTS = ("_elements", "status,notDoneReason")
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


def copy_delivery(answer: Json, address: str) -> tuple[Delivery, ...]:
    """What is said of a copy, which has no mailbox but ``address``; its gravest word counts.

    A Communication alone is taken too: the answer's shape is not documented (lifen.md 4.0 row 14).
    Raises ``Malformed`` for anything else than that or a Bundle.
    """
    alone = answer.get("resourceType") == "Communication"
    told = [answer] if alone else resources(bundle(answer), "Communication")
    said = [
        Delivery(address=address, name="", state=_state(resource), reason=_reason(resource))
        for resource in told
    ]
    return tuple(sorted(said, key=lambda one: _GRAVITY.index(one.state))[-1:])


def _state(resource: Json) -> DeliveryState:
    if resource.get("notDone") is True:
        return DeliveryState.FAILED
    code = text(resource.get("status")).casefold().replace("-", "").replace("_", "")
    return _STATES.get(code, DeliveryState.UNKNOWN) if code else DeliveryState.PENDING


def _reason(resource: Json) -> str | None:
    """Why not, in the platform's own words; STU3 and R4 spell the element differently.

    Without any, the status itself says more than nothing where it is no good one (lifen.md 4.7).
    """
    for concept in (
        *objects(resource.get("notDoneReason")),
        *objects(resource.get("statusReason")),
    ):
        codings = objects(concept.get("coding"))
        words = [text(concept.get("text")), *(text(one.get("display")) for one in codings)]
        words += [text(one.get("code")) for one in codings]
        if said := next(filter(None, words), ""):
            return said
    if _state(resource) not in (DeliveryState.FAILED, DeliveryState.UNKNOWN):
        return None
    return "not-done" if resource.get("notDone") is True else text(resource.get("status"))


def _addresses(resource: Json) -> list[str]:
    """The recipients: in ``medium.text``, in the coding's display, or beside the recipient (T34).

    The last two are how it was written in 2020 (lifen.md 4.10).
    """
    found = []
    for medium in objects(resource.get("medium")):
        said = [text(medium.get("text"))]
        said += [text(one.get("display")) for one in objects(medium.get("coding"))]
        found += [one for one in said if is_address(one)][:1]
    if found:
        return found
    details = (
        text(member(one.get("valueContactPoint")).get("value"))
        for recipient in objects(resource.get("recipient"))
        for one in objects(recipient.get("extension"))
    )
    return [one for one in details if is_address(one)]


async def ask(http: FhirHttp, stored: str, *, addresses: bool) -> Json:
    """What the platform says of the sending that ``stored`` names, asked on our own base (T2).

    ``addresses`` when the answer has to name its recipients, which is more than the platform's
    own link asks for.
    """
    key, value = _read(stored)
    if key == _TRANSACTION:
        return await http.read(f"{_REQUEST}/$tracking", [(key, value)], Urgency.TRACKING)
    query: Pairs = [(key, value)] if addresses else [(key, value), _ELEMENTS]
    return await http.read("Communication", query, Urgency.TRACKING)


def transaction(receipt: Receipt) -> str | None:
    """What an accepted sending is asked for by: to be stored, and given to ``ask``.

    The platform's own number, from the receipt or its tracking link, or else the request that
    the link or the ``Location`` names. Nothing else is taken from either, least of all a host
    (T2). A number stays as it came; anything else has its name before it.
    """
    said = _said(receipt.resource)
    if number := said.get(_TRANSACTION):
        return _written(_TRANSACTION, number)
    for link in (said.get("tracking-url", ""), receipt.location):
        if pair := _pair(link):
            return _written(*pair)
    request = created_id(receipt, _REQUEST)
    return _written(_BASED_ON, f"{_REQUEST}/{request}") if request else None


def _pair(link: str) -> tuple[str, str] | None:
    """The pair that a tracking link asks by, in either form."""
    try:
        url = urlsplit(link)
        asked = dict(parse_qsl(url.query))
    except ValueError:
        return None
    if asked.get(_TRANSACTION):
        return _TRANSACTION, asked[_TRANSACTION]
    request = re.search(rf"(?:^|/)({_REQUEST}/[^/?#]+)$", asked.get(_BASED_ON, ""))
    if request is None or not url.path.endswith("/Communication"):
        return None
    return _BASED_ON, request[1]


def _said(receipt: Json) -> dict[str, str]:
    """Each parameter by its name, whichever of the simple types its value is written as."""
    found: dict[str, str] = {}
    for one in objects(receipt.get("parameter")):
        values = (text(value) for key, value in one.items() if key.startswith("value"))
        found.setdefault(text(one.get("name")), next(filter(None, values), ""))
    return found


def _written(key: str, value: str) -> str:
    plain = key == _TRANSACTION and "=" not in value
    return value if plain else f"{key}={quote(value)}"


def _read(stored: str) -> tuple[str, str]:
    key, _, value = stored.partition("=")
    if key in (_TRANSACTION, _BASED_ON) and value:
        return key, unquote(value)
    return _TRANSACTION, stored
