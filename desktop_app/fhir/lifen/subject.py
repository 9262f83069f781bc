"""Whom a letter is about, read again just before it leaves (lifen.md T18)."""

from urllib.parse import quote

from desktop_app.domain.errors import Incomplete, Refused
from desktop_app.domain.identity import fold
from desktop_app.domain.letters import Letter
from desktop_app.domain.people import Patient
from desktop_app.fhir.http import FhirHttp
from desktop_app.fhir.lifen import mapping, stays
from desktop_app.fhir.loose import Json
from desktop_app.fhir.pace import Urgency


async def check_subject(http: FhirHttp, letter: Letter, database_reference: str) -> None:
    """Raise ``Incomplete`` unless patient and stay are still what was checked.

    ``patient_changed`` and ``stay_changed`` say which is not.
    """
    known = letter.patient
    if known is None:
        raise Incomplete("patient")
    resource = await read(http, "Patient", known.id, Urgency.SEND)
    now = mapping.patient(resource, database_reference)
    if not mapping.is_current(resource) or _traits(now) != _traits(known):
        raise Incomplete("patient_changed")
    if letter.stay:
        stay = await read(http, "Encounter", letter.stay, Urgency.SEND)
        if not stays.is_stay_of(stay, database_reference, known.id):
            raise Incomplete("stay_changed")


async def read(http: FhirHttp, kind: str, identity: str, urgency: Urgency) -> Json:
    """Read one resource by its id; ``Refused`` with 404 for what cannot be one."""
    if not identity.strip("."):
        raise Refused(404)
    return await http.read(f"{kind}/{quote(identity, safe='')}", (), urgency)


def _traits(patient: Patient) -> tuple[object, ...]:
    """What must not have changed between the choice and the sending (T18, T37)."""
    names = (patient.birth_family, patient.used_family or "", *patient.given)
    written = tuple(fold(name) for name in names)
    return patient.id, written, patient.birth_date, patient.sex, patient.ipp, patient.deceased
