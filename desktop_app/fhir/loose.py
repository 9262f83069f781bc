"""Reading JSON of strangers: absent, of another type, or alone where a list is due (T12, T35).

What cannot be read is simply not there; only ``bundle`` insists.
"""

from typing import Any

from desktop_app.domain.errors import Malformed

Json = dict[str, Any]


def text(value: Any) -> str:
    """``value`` trimmed if it is text or a whole number, else nothing."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return ""


def member(value: Any) -> Json:
    """``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[Json]:
    """The objects of a list; an object alone counts as a list of one."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list that say something; a text alone counts as a list of one."""
    found = value if isinstance(value, list) else [value]
    return tuple(said for one in found if (said := text(one)))


def bundle(resource: Json) -> Json:
    """``resource`` if it is a Bundle; raises ``Malformed``."""
    if resource.get("resourceType") != "Bundle":
        raise Malformed("Bundle")
    return resource


def resources(bundle: Json, *kinds: str) -> list[Json]:
    """The resources of ``kinds``, in the order of the bundle (T13)."""
    found = [member(entry.get("resource")) for entry in objects(bundle.get("entry"))]
    return [one for one in found if one.get("resourceType") in kinds]
