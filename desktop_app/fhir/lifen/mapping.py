"""Lifen's patients → ours: tolerant of both FHIR versions, inventing nothing (lifen.md 4.1).

Plain dictionaries on purpose: strict FHIR models reject what the platform really sends (T35).
"""

import re
from collections.abc import Iterable, Sequence

from desktop_app.domain.errors import Malformed, NotAllowed
from desktop_app.domain.people import Patient, PatientId, Sex
from desktop_app.fhir.lifen.elements import (
    BIRTH_PLACE,
    INS_SYSTEMS,
    IPP_ROOT,
    IPP_TYPE,
    codes,
    day,
    extensions,
    family,
    id_of,
    in_use,
    is_ours,
)
from desktop_app.fhir.loose import Json, member, objects, resources, text, texts

_RELIABILITY = "http://lifen.fr/fhir/StructureDefinition/Patient/Extension/ReliabilityINS"
_BIRTH_PLACES = (BIRTH_PLACE, "http://hl7.org/fhir/StructureDefinition/patient-birthPlace")
_INSEE = re.compile(r"\d[\dAB]\d{3}", re.ASCII)


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
    identifiers = in_use(objects(resource.get("identifier")))
    ipp, ipp_system = _ipp(identifiers)
    ins, ins_system = _ins(identifiers)
    place, place_code = _birth_place(resource)
    return Patient(
        id=PatientId(identity),
        birth_family=birth_family,
        used_family=used_family,
        given=given,
        sex=_sex(resource.get("gender")),
        birth_date=day(resource.get("birthDate")),
        birth_place=place,
        birth_place_code=place_code,
        ipp=ipp,
        ipp_system=ipp_system,
        ins=ins,
        ins_system=ins_system,
        ins_qualified=reliability == "QUALI",
        reliability=reliability,
        deceased=bool(text(resource.get("deceasedDateTime")))
        or resource.get("deceasedBoolean") is True,
        organization=id_of(resource.get("managingOrganization"), "Organization"),
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


def _ipp(identifiers: Iterable[Json]) -> tuple[str | None, str | None]:
    """The hospital's number of a patient and its system."""
    for one in identifiers:
        value, system = text(one.get("value")), text(one.get("system"))
        if value and system.startswith(IPP_ROOT) and IPP_TYPE in codes(one.get("type")):
            return value, system
    return None, None


def _ins(identifiers: Iterable[Json]) -> tuple[str | None, str | None]:
    """The national number and its system, which is all that it is known by."""
    held = [(text(one.get("system")), text(one.get("value"))) for one in identifiers]
    for wanted in INS_SYSTEMS:
        for system, value in held:
            if system == wanted and value:
                return value, system
    return None, None


def _reliability(resource: Json) -> str | None:
    for one in extensions(resource, (_RELIABILITY,)):
        coding = member(one.get("valueCoding"))
        if code := text(one.get("valueCode")) or text(coding.get("code")):
            return code.upper()
    return None


def _birth_place(resource: Json) -> tuple[str | None, str | None]:
    """What the place is called, and its INSEE code, which stands for its district."""
    place = code = ""
    for one in extensions(resource, _BIRTH_PLACES):
        address = member(one.get("valueAddress"))
        place = place or text(address.get("city")) or text(address.get("text"))
        district = text(address.get("district")).upper()
        code = code or (district if _INSEE.fullmatch(district) else "")
    return place or None, code or None


def _sex(value: object) -> Sex:
    try:
        return Sex(text(value).casefold())
    except ValueError:
        return Sex.UNKNOWN
