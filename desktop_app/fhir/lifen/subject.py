"""Whom a letter is about, read again just before it leaves (lifen.md T18)."""

from collections.abc import Iterable
from datetime import date

from desktop_app.domain.errors import Changed, Difference, Incomplete
from desktop_app.domain.identity import fold
from desktop_app.domain.letters import Letter
from desktop_app.domain.people import Patient, Stay
from desktop_app.fhir.http import FhirHttp
from desktop_app.fhir.lifen import mapping, stays
from desktop_app.fhir.lifen.rows import read_one
from desktop_app.fhir.loose import Json
from desktop_app.fhir.pace import Urgency

_YES = "yes"
_VOID = frozenset({stays.MISTAKE, "cancelled"})


async def check_subject(http: FhirHttp, letter: Letter, database_reference: str) -> Patient:
    """The patient as they are now.

    Raises ``Changed`` unless patient and stay are still what was checked. Somebody who is gone is
    ``Refused`` with 404 or 410: there is nothing to compare with, and the person has to search
    again (lifen.md 7.2).
    """
    if letter.patient is None:
        raise Incomplete("patient")
    resource = await read_one(http, "Patient", letter.patient.id, Urgency.SEND)
    now = mapping.patient(resource, database_reference)
    is_current = mapping.is_current(resource) and now.id == letter.patient.id
    _stop("patient", _of_patient(letter.patient, now, is_current=is_current))
    if letter.stay is not None:
        resource = await read_one(http, "Encounter", letter.stay.id, Urgency.SEND)
        _stop("stay", _of_stay(letter, letter.stay, resource, database_reference))
    return now


def _stop(what: str, found: Iterable[Difference | None]) -> None:
    differences = [one for one in found if one is not None]
    if differences:
        raise Changed(what, differences)


def _of_patient(known: Patient, now: Patient, *, is_current: bool) -> tuple[Difference | None, ...]:
    return (
        _name("birth_family", known.birth_family, now.birth_family),
        _name("used_family", known.used_family or "", now.used_family or ""),
        _name("given", " ".join(known.given), " ".join(now.given)),
        _plain("sex", known.sex.value, now.sex.value),
        _plain("birth_date", _iso(known.birth_date), _iso(now.birth_date)),
        _plain("ipp", known.ipp or "", now.ipp or ""),
        _plain("deceased", _YES if known.deceased else "", _YES if now.deceased else ""),
        None if is_current else Difference("merged", "", _YES),
    )


def _of_stay(
    letter: Letter, known: Stay, resource: Json, database_reference: str
) -> tuple[Difference | None, ...]:
    """What stops a letter about a stay: another patient, a void stay, another number or start.

    Its end does not: letters are mostly written as people leave, and a stay that was under way
    when it was chosen is rightly finished when the letter goes. What was not known then cannot
    have changed.
    """
    now = stays.stay(resource, database_reference)
    patient = letter.patient
    strange = patient is not None and stays.owner(resource) != patient.id
    whose = " ".join((patient.birth_family, *patient.given)) if patient else ""
    return (
        Difference("patient", whose, "") if strange else None,
        Difference("status", known.status, now.status) if now.status in _VOID else None,
        _plain("number", known.number, now.number) if known.number else None,
        _moved(known, now) if known.start else None,
    )


def _moved(known: Stay, now: Stay) -> Difference | None:
    """The same moment may be written in another zone."""
    if known.start == now.start:
        return None
    return Difference("start", _iso(known.start), _iso(now.start))


def _name(trait: str, before: str, now: str) -> Difference | None:
    """Case, accents and hyphens are no change (T33)."""
    return None if fold(before) == fold(now) else Difference(trait, before, now)


def _plain(trait: str, before: str, now: str) -> Difference | None:
    return None if before == now else Difference(trait, before, now)


def _iso(value: date | None) -> str:
    return "" if value is None else value.isoformat()
