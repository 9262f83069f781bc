"""Who pays for a patient's care (lifen.md 4.2): a social-security number, so only when asked for.

The resources have no id, the entries no address, and an empty answer has neither entries nor
links.
"""

from datetime import date

from desktop_app.domain.people import Coverage, PatientId
from desktop_app.fhir.lifen.elements import (
    called,
    codes,
    day,
    first,
    id_of,
    in_use,
    is_ours,
    moment,
    status_of,
)
from desktop_app.fhir.loose import Json, member, objects, resources, text

_SECURITY_NUMBER = "NH"
_NIR = "urn:oid:1.2.250.1.213.1.4.8"


def coverages(answer: Json, database_reference: str, patient_id: PatientId) -> tuple[Coverage, ...]:
    """The insurances of an answer that are this patient's, each once."""
    found = (
        _coverage(resource)
        for resource in resources(answer, "Coverage")
        if is_ours(resource, database_reference)
        and id_of(resource.get("beneficiary"), "Patient") in (None, patient_id)
    )
    return tuple(dict.fromkeys(found))


def _coverage(resource: Json) -> Coverage:
    period = member(resource.get("period"))
    payers = objects(resource.get("payor")) or objects(resource.get("payer"))
    identifiers = [member(payer.get("identifier")) for payer in payers]
    names = (
        *(payer.get("display") for payer in payers),
        *(one.get("value") for one in identifiers),
    )
    grouping = member(resource.get("grouping"))
    groups = [one.get("name") for one in objects(resource.get("class"))]  # its later spelling
    label = called(resource.get("type")) or first(
        (grouping.get("planDisplay"), grouping.get("groupDisplay"), *groups)
    )
    return Coverage(
        number=_number(resource),
        payer=first(names),
        label=label,
        status=status_of(resource),
        start=_date(period.get("start")),
        end=_date(period.get("end")),
    )


def _number(resource: Json) -> str:
    """The social-security number; another one only where none is called so."""
    held = in_use(objects(resource.get("identifier")))
    called_so = [
        one
        for one in held
        if _SECURITY_NUMBER in codes(one.get("type")) or text(one.get("system")) == _NIR
    ]
    values = (one.get("value") for one in (*called_so, *held))
    return first((*values, resource.get("subscriberId")))


def _date(value: object) -> date | None:
    """The day of a moment, in the zone that it is written for."""
    read = moment(value)
    return day(value) or (None if read is None else read.date())
