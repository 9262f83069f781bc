"""Lifen's stays → ours: shown as they are, nothing built on what is not documented (lifen.md 4.3).

The list of kinds of stay and the place of the functional unit are not public (U10).
"""

import math
import re
from collections.abc import Iterable
from datetime import datetime

from desktop_app.domain.people import PatientId, Stay, StayId
from desktop_app.fhir.lifen.elements import in_use
from desktop_app.fhir.lifen.mapping import belongs_to, is_ours
from desktop_app.fhir.loose import Json, member, objects, resources, text

_VISIT_NUMBER = "VN"
_MISTAKE = "entered-in-error"
_DATE = r"\d{4}-\d{2}-\d{2}"
_TIME = r"T\d{2}:\d{2}(:\d{2}(\.\d{1,6}\d*)?)?(Z|[+-]\d{2}:\d{2})?"
_MOMENT = re.compile(f"{_DATE}({_TIME})?", re.ASCII)


def stays(bundle: Json, database_reference: str, patient_id: PatientId) -> tuple[Stay, ...]:
    """The stays of one page that are this patient's, each id once, mistakes left out."""
    found = {
        stay.id: stay
        for resource in resources(bundle, "Encounter")
        if is_stay_of(resource, database_reference, patient_id)
        and (stay := _stay(resource)) is not None
    }
    return tuple(found.values())


def is_stay_of(resource: Json, database_reference: str, patient_id: PatientId) -> bool:
    """Whether an Encounter is a real stay of this patient, in our hospital."""
    return (
        resource.get("resourceType") == "Encounter"
        and is_ours(resource, database_reference)
        and belongs_to(resource, patient_id)
        and _status(resource) != _MISTAKE
    )


def in_order(found: Iterable[Stay]) -> tuple[Stay, ...]:
    """Those under way first, then the newest; those without a beginning last."""

    def place(stay: Stay) -> tuple[bool, float]:
        begun = -math.inf if stay.start is None else stay.start.timestamp()
        return stay.status != "in-progress", -begun

    return tuple(sorted(found, key=place))


def _stay(resource: Json) -> Stay | None:
    identity = text(resource.get("id"))
    if not identity:
        return None
    period = member(resource.get("period"))
    return Stay(
        id=StayId(identity),
        number=_number(resource),
        status=_status(resource),
        start=_moment(period.get("start")),
        end=_moment(period.get("end")),
        label=_label(resource),
    )


def _status(resource: Json) -> str:
    return text(resource.get("status")).casefold().replace("_", "-")


def _number(resource: Json) -> str:
    """The visit number; another identifier only where none is called so."""
    held = in_use(objects(resource.get("identifier")))
    called = [one for one in held if _VISIT_NUMBER in _codes(one)]
    return next((value for one in (*called, *held) if (value := text(one.get("value")))), "")


def _codes(identifier: Json) -> set[str]:
    coding = objects(member(identifier.get("type")).get("coding"))
    return {text(one.get("code")) for one in coding}


def _label(resource: Json) -> str:
    """The kind of stay and the unit; ``class`` is a Coding in STU3, a list of concepts later."""
    kind = next(iter(objects(resource.get("class"))), {})
    coding = next(iter(objects(kind.get("coding"))), kind)
    kinds = (kind.get("text"), coding.get("display"), coding.get("code"))
    provider = member(resource.get("serviceProvider"))
    extensions = objects(provider.get("extension"))
    units = [one.get(form) for one in extensions for form in ("valueString", "valueCode")]
    said = (_first(kinds), _first((*units, provider.get("display"))))
    return " · ".join(part for part in said if part)


def _first(values: Iterable[object]) -> str:
    return next((said for value in values if (said := text(value))), "")


def _moment(value: object) -> datetime | None:
    said = text(value)
    if not _MOMENT.fullmatch(said):
        return None
    try:
        moment = datetime.fromisoformat(said)
        here = moment.astimezone()  # also finds out what no clock of ours can show
    except (ValueError, OverflowError, OSError):
        return None
    return here if moment.tzinfo is None else moment
