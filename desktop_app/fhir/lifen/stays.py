"""Lifen's stays → ours: shown as they are, nothing built on what is not documented (lifen.md 4.3).

The list of kinds of stay and the place of the functional unit are not public (U10).
"""

import math
from collections.abc import Iterable

from desktop_app.domain.errors import Malformed, NotAllowed
from desktop_app.domain.people import PatientId, Stay, StayId
from desktop_app.fhir.lifen.elements import (
    codes,
    first,
    id_of,
    in_use,
    is_ours,
    moment,
    status_of,
)
from desktop_app.fhir.loose import Json, member, objects, text

UNDER_WAY = "in-progress"
MISTAKE = "entered-in-error"
_VISIT_NUMBER = "VN"


def stays(
    rows: Iterable[Json], database_reference: str
) -> tuple[tuple[Stay, PatientId | None], ...]:
    """The stays of our hospital among ``rows``, each with whose it is; mistakes left out."""
    return tuple(
        (_stay(row), owner(row))
        for row in rows
        if text(row.get("id")) and is_ours(row, database_reference) and status_of(row) != MISTAKE
    )


def stay(resource: Json, database_reference: str) -> Stay:
    """One stay; raises ``Malformed`` for anything else, ``NotAllowed`` for another hospital's."""
    if resource.get("resourceType") != "Encounter":
        raise Malformed("Encounter")
    if not is_ours(resource, database_reference):
        raise NotAllowed("database_reference")
    if not text(resource.get("id")):
        raise Malformed("Encounter.id")
    return _stay(resource)


def owner(resource: Json) -> PatientId | None:
    """Whose stay it is."""
    identity = id_of(resource.get("subject"), "Patient")
    return PatientId(identity) if identity else None


def in_order(found: Iterable[Stay]) -> tuple[Stay, ...]:
    """Those under way first, then the newest; those without a beginning last."""

    def place(stay: Stay) -> tuple[bool, float]:
        begun = -math.inf if stay.start is None else stay.start.timestamp()
        return stay.status != UNDER_WAY, -begun

    return tuple(sorted(found, key=place))


def _stay(resource: Json) -> Stay:
    period = member(resource.get("period"))
    return Stay(
        id=StayId(text(resource.get("id"))),
        number=_number(resource),
        status=status_of(resource),
        start=moment(period.get("start")),
        end=moment(period.get("end")),
        label=_label(resource),
    )


def _number(resource: Json) -> str:
    """The visit number; another identifier only where none is called so."""
    held = in_use(objects(resource.get("identifier")))
    called = [one for one in held if _VISIT_NUMBER in codes(one.get("type"))]
    return first(one.get("value") for one in (*called, *held))


def _label(resource: Json) -> str:
    """The kind of stay and the unit; ``class`` is a Coding in STU3, a list of concepts later."""
    kind = next(iter(objects(resource.get("class"))), {})
    coding = next(iter(objects(kind.get("coding"))), kind)
    kinds = (kind.get("text"), coding.get("display"), coding.get("code"))
    provider = member(resource.get("serviceProvider"))
    extensions = objects(provider.get("extension"))
    units = [one.get(form) for one in extensions for form in ("valueString", "valueCode")]
    said = (first(kinds), first((*units, provider.get("display"))))
    return " · ".join(part for part in said if part)
