"""Lifen's appointments → ours (lifen.md 4.4).

They name everybody by business identifiers, which the target may not even be found by. Their
example is not public (U11), so each of the ways in which FHIR can say it is understood.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime
from urllib.parse import unquote

from desktop_app.domain.errors import Malformed, NotAllowed
from desktop_app.domain.people import Appointment, AppointmentId
from desktop_app.fhir.lifen.elements import (
    INS_SYSTEMS,
    IPP_ROOT,
    IPP_TYPE,
    PROFESSIONAL,
    RPPS_ALONE,
    called,
    codes,
    is_ours,
    moment,
    status_of,
)
from desktop_app.fhir.lifen.stays import MISTAKE
from desktop_app.fhir.loose import Json, member, objects, text

_PATIENT, _PRACTITIONER = "Patient", "Practitioner"
_PATIENT_CODES = frozenset({IPP_TYPE, "NH", "INS-NIR", "INS-NIA", "INS-NIR-TEST", "INS-NIR-DEMO"})
_PRACTITIONER_CODES = frozenset({"RPPS", "ADELI", "IDNPS"})
_SUBJECT_PARTS = frozenset({"SBJ", "RCT"})
_CARING_PARTS = frozenset({"ATND", "PPRF", "SPRF", "CON", "ADM", "DIS"})
"""Whom a participant is in the hospital's words (FHIR ParticipationType)."""
_OWN_NUMBER = re.compile(rf"{re.escape(IPP_ROOT)}\d+", re.ASCII)
_REFERENCE = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)(?:/([^/?#]+)|\?identifier=([^&#]+))")


def appointments(
    rows: Iterable[Json], database_reference: str, day: date
) -> tuple[Appointment, ...]:
    """Those of ``day`` among ``rows``, in their order; the undated last, mistakes left out."""
    found = [
        _appointment(row)
        for row in rows
        if text(row.get("id")) and is_ours(row, database_reference) and status_of(row) != MISTAKE
    ]
    held = [one for one in found if one.start is None or _is_on(one.start, day)]
    return tuple(
        sorted(held, key=lambda one: (one.start is None, one.start.timestamp() if one.start else 0))
    )


def appointment(resource: Json, database_reference: str) -> Appointment:
    """One appointment; raises ``Malformed``, and ``NotAllowed`` for another hospital's."""
    if resource.get("resourceType") != "Appointment":
        raise Malformed("Appointment")
    if not is_ours(resource, database_reference):
        raise NotAllowed("database_reference")
    if not text(resource.get("id")):
        raise Malformed("Appointment.id")
    return _appointment(resource)


def _is_on(start: datetime, day: date) -> bool:
    """Whether it begins on ``day``, by the clock that it is written for or by ours."""
    return day in (start.date(), start.astimezone().date())


def _appointment(resource: Json) -> Appointment:
    people = [
        (_kind(actor := member(one.get("actor"))) or _part(one), actor)
        for one in objects(resource.get("participant"))
    ]
    # Later versions say it here as well.
    people += [(_PATIENT, one) for one in objects(resource.get("subject"))]
    patients = [one for kind, one in people if kind == _PATIENT]
    maybe = [one for kind, one in people if not kind and _is_own_number(one)]
    patient = next(iter((*patients, *maybe)), {})
    practitioner = next((one for kind, one in people if kind == _PRACTITIONER), {})
    return Appointment(
        id=AppointmentId(text(resource.get("id"))),
        start=moment(resource.get("start")),
        end=moment(resource.get("end")),
        status=status_of(resource),
        label=_label(resource),
        patient_number=_number(patient),
        patient_name=text(patient.get("display")),
        practitioner=text(practitioner.get("display")) or _number(practitioner),
    )


def _label(resource: Json) -> str:
    """What it is for, as far as it is said."""
    said = (
        text(resource.get("description")),
        *(called(resource.get(name)) for name in ("appointmentType", "serviceType", "specialty")),
        *(called(resource.get(name)) for name in ("reason", "reasonCode")),
    )
    return next(filter(None, said), "")


def _kind(actor: Json) -> str:
    """What an actor is: what its reference or its type says, else what its number is one of."""
    named = _REFERENCE.search(text(actor.get("reference")))
    if said := text(actor.get("type")) or (named[1] if named else ""):
        return said
    identifier = member(actor.get("identifier"))
    system, kinds = text(identifier.get("system")), codes(identifier.get("type"))
    if system in INS_SYSTEMS or kinds & _PATIENT_CODES:
        return _PATIENT
    if system in (PROFESSIONAL, *RPPS_ALONE) or kinds & _PRACTITIONER_CODES:
        return _PRACTITIONER
    return next(iter(kinds), "")


def _part(participant: Json) -> str:
    """What an actor is by the part that they have in it."""
    parts = {code for one in objects(participant.get("type")) for code in codes(one)}
    if parts & _SUBJECT_PARTS:
        return _PATIENT
    return _PRACTITIONER if parts & _CARING_PARTS else ""


def _is_own_number(actor: Json) -> bool:
    """Whether all that is said of somebody is a number of the hospital's own, as an IPP is."""
    system = text(member(actor.get("identifier")).get("system"))
    return _OWN_NUMBER.fullmatch(system) is not None


def _number(actor: Json) -> str:
    """The business identifier: a member of its own, or what stands in the place of an id."""
    if value := text(member(actor.get("identifier")).get("value")):
        return value
    named = _REFERENCE.search(text(actor.get("reference")))
    said = unquote((named[2] or named[3]) if named else "")
    return said.rpartition("|")[2].strip()
