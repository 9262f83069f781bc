"""Lifen's patients → ours: tolerant of both FHIR versions, inventing nothing (lifen.md 4.1).

Plain dictionaries on purpose: strict FHIR models reject what the platform really sends (T35).
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from desktop_app.domain.errors import Malformed, NotAllowed
from desktop_app.domain.people import Patient, PatientId, Sex
from desktop_app.fhir.lifen.elements import family, in_use
from desktop_app.fhir.loose import Json, member, objects, resources, text, texts

_DATABASE = "http://lifen.fr/fhir/StructureDefinition/Resource/Extension/DatabaseReference"
_RELIABILITY = "http://lifen.fr/fhir/StructureDefinition/Patient/Extension/ReliabilityINS"
_BIRTH_PLACE = (
    "http://hl7.org/fhir/StructureDefinition/birthPlace",
    "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
)
_IPP_ROOT = "urn:oid:1.2.250.1.71.4.2.2."
_INS_SYSTEMS = tuple(f"urn:oid:1.2.250.1.213.1.4.{last}" for last in (8, 9, 10, 11))
"""NIR, NIA, and the two for tests and demonstrations; recognised by system alone (U25)."""


def patients(bundle: Json, database_reference: str) -> tuple[Patient, ...]:
    """The patients of one page, each id once; those of another hospital left out (T6)."""
    found = {
        patient.id: patient
        for resource in resources(bundle, "Patient")
        if is_ours(resource, database_reference) and (patient := _patient(resource)) is not None
    }
    return tuple(found.values())


def patient(resource: Json, database_reference: str) -> Patient:
    """One patient; raises ``Malformed`` for anything else.

    Raises ``NotAllowed`` for a patient of another hospital: our access is not the one that the
    profile says it is (T6).
    """
    if resource.get("resourceType") != "Patient":
        raise Malformed("Patient")
    if not is_ours(resource, database_reference):
        raise NotAllowed("database_reference")
    found = _patient(resource)
    if found is None:
        raise Malformed("Patient.id")
    return found


def is_ours(resource: Json, database_reference: str) -> bool:
    """Whether the platform says nothing else than that ``resource`` is of our hospital."""
    said = (text(one.get("valueString")) for one in _extensions(resource, (_DATABASE,)))
    return all(owner == database_reference for owner in said)


def is_current(resource: Json) -> bool:
    """Whether a Patient record is still in use: not switched off, not merged into another."""
    kinds = {text(link.get("type")).casefold() for link in objects(resource.get("link"))}
    return resource.get("active") is not False and kinds.isdisjoint({"replace", "replaced-by"})


def _patient(resource: Json) -> Patient | None:
    identity = text(resource.get("id"))
    if not identity:
        return None
    birth_family, used_family, given = _names(objects(resource.get("name")))
    reliability = _reliability(resource)
    return Patient(
        id=PatientId(identity),
        birth_family=birth_family,
        used_family=used_family,
        given=given,
        sex=_sex(resource.get("gender")),
        birth_date=_day(resource.get("birthDate")),
        birth_place=_birth_place(resource),
        ipp=_ipp(objects(resource.get("identifier"))),
        ins=_ins(objects(resource.get("identifier"))),
        ins_qualified=reliability == "QUALI",
        reliability=reliability,
        deceased=bool(text(resource.get("deceasedDateTime")))
        or resource.get("deceasedBoolean") is True,
    )


def _names(names: Sequence[Json]) -> tuple[str, str | None, tuple[str, ...]]:
    """Birth name, used name where it is another one, all first names.

    The used name is only ever the one that the platform calls so (french_health.md A4). A name
    without a use is taken for the official one, behind any that says it is.
    """
    by_use: dict[str, Json] = {}
    for name in names:
        by_use.setdefault(text(name.get("use")).casefold(), name)
    official = [by_use[use] for use in ("maiden", "official", "") if use in by_use]
    birth = next((said for name in official if (said := family(name))), "")
    used = family(by_use.get("usual", {}))
    lists = [texts(name.get("given")) for name in official]
    given = max(lists, key=len, default=()) or texts(by_use.get("usual", {}).get("given"))
    return birth, used if used and used != birth else None, given


def _ipp(identifiers: Iterable[Json]) -> str | None:
    for one in in_use(identifiers):
        value, system = text(one.get("value")), text(one.get("system"))
        if value and system.startswith(_IPP_ROOT) and "PI" in _codes(one.get("type")):
            return value
    return None


def _ins(identifiers: Iterable[Json]) -> str | None:
    held = [(text(one.get("system")), text(one.get("value"))) for one in in_use(identifiers)]
    for wanted in _INS_SYSTEMS:
        for system, value in held:
            if system == wanted and value:
                return value
    return None


def _reliability(resource: Json) -> str | None:
    for one in _extensions(resource, (_RELIABILITY,)):
        coding = member(one.get("valueCoding"))
        if code := text(one.get("valueCode")) or text(coding.get("code")):
            return code.upper()
    return None


def _birth_place(resource: Json) -> str | None:
    for one in _extensions(resource, _BIRTH_PLACE):
        address = member(one.get("valueAddress"))
        if place := text(address.get("city")) or text(address.get("text")):
            return place
    return None


def _sex(value: object) -> Sex:
    try:
        return Sex(text(value).casefold())
    except ValueError:
        return Sex.UNKNOWN


def _day(value: object) -> date | None:
    """A whole date; FHIR also allows a year or a month alone, which is no birth date to check."""
    said = text(value)
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", said, re.ASCII):
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


def belongs_to(encounter: Json, patient_id: PatientId) -> bool:
    """Whether a stay is this patient's."""
    return _id_of(encounter.get("subject"), "Patient") == patient_id


def _id_of(reference: object, kind: str) -> str | None:
    """The id in a reference, absolute or not; the host of an absolute one means nothing (T3)."""
    found = re.search(rf"(?:^|/){kind}/([^/?#]+)", text(member(reference).get("reference")))
    return found[1] if found else None


def _codes(concept: object) -> set[str]:
    return {text(one.get("code")) for one in objects(member(concept).get("coding"))}


def _extensions(resource: Json, urls: Sequence[str]) -> list[Json]:
    return [one for one in objects(resource.get("extension")) if text(one.get("url")) in urls]
