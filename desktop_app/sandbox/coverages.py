"""Health insurances: how they are asked for and what they look like (lifen.md 4.2).

Its answers are odd on purpose, as the published ones are: entries without ``fullUrl``, resources
without ``id``, and neither ``entry`` nor ``link`` where there is nothing.
"""

from starlette.requests import Request
from starlette.responses import Response

from desktop_app.sandbox import outcomes, paging, search
from desktop_app.sandbox.access import FORM, TENANTS
from desktop_app.sandbox.calls import Platform, Routes, base, form
from desktop_app.sandbox.outcomes import Json, Outcome, rule
from desktop_app.sandbox.search import Form, Tenant, bad_value
from desktop_app.sandbox.world import WorldPatient

SCOPE = "PATIENT_GAM_SEARCH"
MOST = 10
_NUMBER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
_NUMBERS = "urn:oid:1.2.250.1.213.1.4.8"
_PAYERS = ("CPAM IMAGINAIRE DE VILLEFICTIVE", "MUTUELLE DES ESSAIS")
_ENDED = "70004"
"""Whose insurance is over."""


def beneficiaries(form: Form, tenant: Tenant) -> list[str]:
    """The ids of the patients that ``form`` names; raises ``Outcome``."""
    search.check_known(form, {"beneficiary"}, control=())
    values = [value for _name, value in search.filled(form)]
    if not values:
        raise rule("must not be empty", "patient")
    references = [one.strip() for value in values for one in value.split(",")]
    most = 1 if tenant is Tenant.RAMSAY else MOST
    if len(references) > most:
        raise rule(f"beneficiary must have at most {most} value(s)", "beneficiary")
    for reference in references:
        if not reference.removeprefix("Patient/") or not reference.startswith("Patient/"):
            raise bad_value("beneficiary", reference)
    return [reference.removeprefix("Patient/") for reference in references]


def coverages(person: WorldPatient) -> list[Json]:
    """The insurances of one patient: none without a number, a second one for every other."""
    if person.ins is None:
        return []
    ended = person.id == _ENDED
    period = {"start": "2020-01-01", **({"end": "2023-12-31"} if ended else {})}
    payers = _PAYERS[: 1 + int(person.id) % 2]
    number = {
        "type": {"coding": [{"system": _NUMBER_TYPES, "code": "NH"}]},
        "system": _NUMBERS,
        "value": person.ins,
    }
    return [
        {
            "resourceType": "Coverage",
            "identifier": [number],
            "status": "cancelled" if ended else "active",
            "type": {"text": "Régime obligatoire" if place == 0 else "Complémentaire"},
            "beneficiary": {"reference": f"Patient/{person.id}"},
            "period": period,
            "payor": [{"display": payer}],
        }
        for place, payer in enumerate(payers)
    ]


async def _search(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, SCOPE, (FORM,))
    tenant = TENANTS[access.owner]
    if tenant is Tenant.VIVALTO:
        raise Outcome(501, "Coverage is not available", code="NOTSUPPORTED")
    wanted = beneficiaries(await form(request), tenant)
    patients = platform.world.patients
    people = [patients[one] for one in dict.fromkeys(wanted) if one in patients]
    found = [coverage for person in people for coverage in coverages(person)]
    identifier = paging.bundle_id()
    bundle: Json = {
        "resourceType": "Bundle", "id": identifier, "type": "searchset", "total": len(found),
    }  # fmt: skip
    if found:
        own = {"relation": "self", "url": f"{base(request)}/Bundle?_id={identifier}"}
        entries = [{"resource": one, "search": {"mode": "match"}} for one in found]
        bundle |= {"link": [own], "entry": entries}
    return outcomes.fhir(bundle)


ROUTES: Routes = (("/Coverage/_search", "POST", _search),)
