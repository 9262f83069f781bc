"""The few STU3 rules that resources created one by one are held to (lifen.md 4.9).

An element that is R4's, or nobody's, is refused by name: a client that mixes the versions hears it.
"""

import re
from datetime import datetime

from desktop_app.sandbox.body import listed
from desktop_app.sandbox.outcomes import Json, rule

_OF_RESOURCE = "resourceType id meta implicitRules language"
_OF_DOMAIN = f"{_OF_RESOURCE} text contained extension modifierExtension identifier"
_ELEMENTS = {
    "Binary": frozenset(f"{_OF_RESOURCE} contentType securityContext content".split()),
    "DocumentReference": frozenset(
        f"{_OF_DOMAIN} masterIdentifier status docStatus type class subject created indexed author"
        " authenticator custodian relatesTo description securityLabel content context".split()
    ),
    "CommunicationRequest": frozenset(
        f"{_OF_DOMAIN} basedOn replaces groupIdentifier status category priority medium subject"
        " recipient topic context payload occurrenceDateTime occurrencePeriod authoredOn sender"
        " requester reasonCode reasonReference note".split()
    ),
}
_STATUSES = {
    "DocumentReference": ("current", "superseded", "entered-in-error"),
    "CommunicationRequest": (
        "draft", "active", "suspended", "cancelled", "completed", "entered-in-error", "unknown",
    ),
}  # fmt: skip
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")


def check_elements(resource: Json) -> None:
    """Raise ``Outcome`` for an element that is not of STU3, or a status that is not."""
    kind = resource["resourceType"]
    for name in resource:
        if name.removeprefix("_") not in _ELEMENTS[kind]:
            raise rule(f"Unknown element {name}", name)
    statuses = _STATUSES.get(kind)
    if statuses is not None and resource.get("status") not in statuses:
        raise rule(f"status must be one of {', '.join(statuses)}", "status")
    requester = resource.get("requester")
    if requester is not None and not (isinstance(requester, dict) and requester.get("agent")):
        raise rule("requester.agent must not be empty", "requester")


def code_of(resource: Json) -> str:
    """The first code of ``type``; raises ``Outcome`` where there is none."""
    kind = resource.get("type")
    codings = listed(kind.get("coding")) if isinstance(kind, dict) else []
    code = next((coding.get("code") for coding in codings if isinstance(coding, dict)), None)
    if not isinstance(code, str) or not code:
        raise rule("type.coding must not be empty", "type")
    return code


def is_instant(value: object) -> bool:
    """Whether ``value`` is a moment to the second, with its time zone."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
