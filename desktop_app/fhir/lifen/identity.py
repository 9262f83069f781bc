"""An identity spelled out, for hospitals without a Patient API (lifen.md 4.6, 8.1).

The strongest identifier comes first, and decides which traits the platform demands
(``domain.typed``). Nothing is completed: what nobody said is missing.
"""

from desktop_app.domain.errors import Incomplete
from desktop_app.domain.people import Patient
from desktop_app.domain.typed import lacking
from desktop_app.fhir.lifen.elements import (
    BIRTH_PLACE,
    INS_SYSTEMS,
    IPP_ROOT,
    IPP_TYPE,
    IPP_TYPES,
)
from desktop_app.fhir.loose import Json

_NIR, _NIA, _TEST = INS_SYSTEMS[:3]
_WAITING = ("7", "8")
"""First digits of a number that is given while the final one is awaited (french_health.md A2)."""


def detailed(patient: Patient, organization: str, *, real: bool) -> Json:
    """``patient`` as a Patient resource; raises ``Incomplete`` where a trait is missing.

    ``organization`` is the hospital that manages the identity, and the root of its own numbers;
    ``real`` is false outside production, where a typed INS is one of the national test numbers.
    """
    if lacking(patient) or patient.birth_date is None:
        raise Incomplete("identity")
    qualified = bool(patient.ins) and patient.ins_qualified
    members: Json = {
        "resourceType": "Patient",
        "extension": [_birth_place(patient)] if patient.birth_place_code else [],
        "identifier": [
            *([_ins(patient, real=real)] if qualified else []),
            *([_ipp(patient, organization)] if patient.ipp else []),
        ],
        "name": [
            *([_name("maiden", patient.birth_family, patient)] if patient.birth_family else []),
            *([_name("usual", patient.used_family, patient)] if patient.used_family else []),
        ],
        "gender": patient.sex.value,
        "birthDate": patient.birth_date.isoformat(),
    }
    return {name: value for name, value in members.items() if value}


def _name(use: str, family: str, patient: Patient) -> Json:
    return {"use": use, "family": family, "given": list(patient.given)}


def _ins(patient: Patient, *, real: bool) -> Json:
    """The national number with its system; nobody types that, so the number itself tells."""
    number = patient.ins or ""
    typed = (_NIA if number.startswith(_WAITING) else _NIR) if real else _TEST
    return {"use": "official", "system": patient.ins_system or typed, "value": number}


def _ipp(patient: Patient, organization: str) -> Json:
    """The hospital's number, under the system of the structure that gave it."""
    coding = {"system": IPP_TYPES, "version": "1.0", "code": IPP_TYPE}
    own = f"{IPP_ROOT}{organization}" if organization.isdecimal() else ""
    system = patient.ipp_system or own
    return {
        "use": "official",
        "type": {"coding": [coding]},
        **({"system": system} if system else {}),
        "value": patient.ipp,
    }


def _birth_place(patient: Patient) -> Json:
    address = {"district": patient.birth_place_code}
    if patient.birth_place:
        address["city"] = patient.birth_place
    return {"url": BIRTH_PLACE, "valueAddress": address}
