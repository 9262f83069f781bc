"""Who a sending is about, who it is from, and what is demanded of a described patient.

A patient is named by id, or described where the hospital has no Patient API; then the strongest
identifier decides which traits are mandatory (lifen.md 4.6).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from desktop_app.sandbox.body import Parameters, listed
from desktop_app.sandbox.outcomes import Json, Outcome, rule
from desktop_app.sandbox.search import iso_date
from desktop_app.sandbox.stays import WorldStay
from desktop_app.sandbox.world import STRUCTURE_ID, World

DETAILED = "detailed"
"""What stands for the patient's id where the sending described one."""
_INS = frozenset(f"urn:oid:1.2.250.1.213.1.4.{last}" for last in (8, 9, 10, 11))
_BIRTH_PLACES = (
    "http://hl7.org/fhir/StructureDefinition/birthPlace",
    "http://hl7.org/fhir/StructureDefinition/patient-birthPlace",
)
_RELIABILITY = "http://lifen.fr/fhir/StructureDefinition/Patient/Extension/ReliabilityINS"
_GENDERS = ("female", "male", "other", "unknown")
_INSEE = re.compile(r"\d[\dAB]\d{3}")
_RPPS = re.compile(r"\d{11}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a body is checked against: everybody, and the stays as they are now."""

    world: World
    stays: Mapping[str, WorldStay]


def subject_of(asked: Parameters, known: Known) -> tuple[str, str | None]:
    """The patient's id or ``DETAILED``, and the hospital that was named; raises ``Outcome``."""
    subject, detailed = asked.one("subject"), asked.one("detailed-subject")
    if (subject is None) == (detailed is None):
        raise rule("Exactly one of subject or detailed-subject must be filled", "subject")
    if subject is not None:
        return known_patient(subject, known.world), _organization(asked, known.world)
    resource = detailed.get("resource") if detailed is not None else None
    if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
        raise rule("detailed-subject must hold a Patient", "detailed-subject")
    _check_described(resource)
    organization = _organization(asked, known.world)
    if organization is None:
        raise rule("managing-organization must not be empty", "managing-organization")
    return DETAILED, organization


def known_patient(subject: Json, world: World) -> str:
    """The id of the patient that ``subject`` refers to; raises ``Outcome``."""
    patient = reference(subject.get("valueReference"), "Patient", "subject")
    if patient not in world.patients:
        raise rule(f"Patient/{patient} does not exist", "subject")
    return patient


def stay_of(context: Json | None, patient: str, known: Known) -> str | None:
    """The id of the stay that a Reference names; raises ``Outcome`` unless it is theirs."""
    if context is None:
        return None
    identifier = reference(context, "Encounter", "context")
    stay = known.stays.get(identifier)
    if stay is None or stay.patient != patient:
        raise rule(f"Encounter/{identifier} does not belong to the patient", "context")
    return stay.id


def context_of(asked: Parameters) -> Json | None:
    """The Reference of the stay, if there is a ``context``."""
    context = asked.one("context")
    return None if context is None else (context.get("valueReference") or {})


def sender_of(asked: Parameters, world: World) -> str | None:
    """Nobody, a practitioner of ours, or an RPPS number; raises ``Outcome``."""
    by_id, by_number = asked.one("sender"), asked.one("sender-identifier")
    if by_id is not None and by_number is not None:
        raise rule("sender and sender-identifier are exclusive", "sender")
    if by_id is not None:
        return sending_practitioner(by_id.get("valueReference"), world)
    if by_number is None:
        return None
    number = str(by_number.get("valueString", ""))
    if not _RPPS.fullmatch(number):
        raise rule("sender-identifier must be an RPPS number", "sender-identifier")
    return number


def sending_practitioner(value: object, world: World) -> str:
    """``Practitioner/id`` of a Reference; raises ``Outcome`` for one who is not there."""
    practitioner = reference(value, "Practitioner", "sender")
    if practitioner not in world.practitioners:
        raise rule(f"Practitioner/{practitioner} does not exist", "sender")
    return f"Practitioner/{practitioner}"


def reference(value: object, kind: str, name: str) -> str:
    """The id that a Reference to a ``kind`` holds; raises ``Outcome`` naming ``name``."""
    text = value.get("reference") if isinstance(value, dict) else None
    if not isinstance(text, str) or not text.startswith(f"{kind}/"):
        raise rule(f"{name} must be a reference to {kind}", name)
    return text.removeprefix(f"{kind}/")


def _organization(asked: Parameters, world: World) -> str | None:
    """The hospital that issues the document: this one or none other (T20); raises ``Outcome``."""
    name = "managing-organization"
    parameter = asked.one(name)
    if parameter is None:
        return None
    text = parameter.get("valueString")  # which of the two kinds it is, is not published (U15)
    if not isinstance(text, str):
        text = reference(parameter.get("valueReference"), "Organization", name)
    identifier = text.removeprefix("Organization/")
    if identifier not in world.organizations:
        raise rule(f"Organization/{identifier} does not exist", name)
    if identifier != STRUCTURE_ID:
        raise rule("managing-organization is not yours", name)
    return f"Organization/{identifier}"


def _check_described(resource: Json) -> None:
    """Raise ``Outcome`` unless the traits that go with the strongest identifier are there."""
    numbers = [
        (str(number.get("system") or ""), str(number.get("value") or ""))
        for number in _dicts(resource.get("identifier"))
    ]
    ins = next((value for system, value in numbers if system in _INS), None)
    if ins is not None:
        if not re.fullmatch(r"\d{6}[\dAB]\d{8}", ins):
            raise _missing("identifier", "must be an INS number of 15 characters")
        if _reliability(resource) not in (None, "QUALI"):
            raise _missing("identifier", "must be a qualified INS")
        _check_birth_traits(resource)
    else:
        if not any(value for _system, value in numbers):  # the IPP, or else a local number
            raise _missing("identifier", "must not be empty")
        if not _named(resource, ("usual",)):
            raise _missing("name", "must have a usual family and given name")
    if resource.get("gender") not in _GENDERS:
        raise _missing("gender", "must be a FHIR gender")
    if iso_date(str(resource.get("birthDate") or "")) is None:
        raise _missing("birthDate", "must be a date")


def _check_birth_traits(resource: Json) -> None:
    if not _named(resource, ("official", "maiden")):
        raise _missing("name", "must have a birth family name and given names")
    places = [
        extension.get("valueAddress")
        for extension in _dicts(resource.get("extension"))
        if extension.get("url") in _BIRTH_PLACES
    ]
    codes = [str(place.get("district") or "") for place in places if isinstance(place, dict)]
    if not any(_INSEE.fullmatch(code) for code in codes):
        raise _missing("birthPlace", "must have an INSEE code")


def _named(resource: Json, uses: tuple[str, ...]) -> bool:
    """Whether a name of one of ``uses`` has a family name and given names."""
    return any(
        name.get("use") in uses
        and isinstance(name.get("family"), str)
        and name["family"].strip()
        and any(isinstance(one, str) and one.strip() for one in listed(name.get("given")))
        for name in _dicts(resource.get("name"))
    )


def _reliability(resource: Json) -> object:
    found = _dicts(resource.get("extension"))
    return next((one.get("valueCode") for one in found if one.get("url") == _RELIABILITY), None)


def _dicts(value: object) -> list[Json]:
    return [one for one in listed(value) if isinstance(one, dict)]


def _missing(element: str, demand: str) -> Outcome:
    return rule(f"detailed-subject.{element} {demand}", "detailed-subject")
