"""How the platform searches and shows stays (lifen.md 2.1, 4.3)."""

from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response

from desktop_app.sandbox import outcomes, resources, search
from desktop_app.sandbox.access import FORM, JSON, TENANTS
from desktop_app.sandbox.calls import Platform, Routes, form
from desktop_app.sandbox.outcomes import Json
from desktop_app.sandbox.paging import Search
from desktop_app.sandbox.search import Form, Tenant, bad_value, bare
from desktop_app.sandbox.stays import STATUSES, WorldStay

SCOPE = "PATIENT_GAM_SEARCH"
_CRITERIA = ("patient", "date", "identifier", "status", "service-provider._extension")
_NOTHING_ASKED = (
    "At least one of patient, date, identifier, service-provider._extension or status fields"
    " must be filled"
)


def find_stays(stays: Iterable[WorldStay], form: Form, tenant: Tenant) -> list[WorldStay]:
    """The stays that ``form`` asks for, newest first; raises ``Outcome``."""
    search.check_known(form, {*_CRITERIA, "_id"})
    search.check_asked(form, _CRITERIA, _NOTHING_ASKED)
    tests = [_test(name, value, tenant) for name, value in search.filled(form)]
    found = [stay for stay in stays if all(test(stay) for test in tests)]
    return sorted(found, key=lambda stay: stay.start, reverse=True)


def _test(  # noqa: PLR0911 - one line a parameter
    name: str, value: str, tenant: Tenant
) -> Callable[[WorldStay], bool]:
    match name:
        case "patient":
            patient = value.removeprefix("Patient/")
            if patient == value or not patient:
                raise bad_value(name, value)
            return lambda stay: stay.patient == patient
        case "date":
            begun = search.date_test(value, tenant)
            return lambda stay: begun(stay.start)
        case "identifier":
            wanted = bare(value.split(","))
            return lambda stay: stay.number in wanted
        case "status":
            statuses = set(value.split(","))
            if not statuses <= set(STATUSES):
                raise bad_value(name, value)
            return lambda stay: stay.status in statuses
        case "service-provider._extension":
            codes = bare(value.split(","))
            return lambda stay: stay.unit[0] in codes
        case "_id":
            ids = set(value.split(","))
            return lambda stay: stay.id in ids
        case _:
            return lambda _stay: True


async def _search(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, SCOPE, (FORM,))
    asked = await form(request)
    size = search.count(asked)
    found = find_stays(platform.stays().values(), asked, TENANTS[access.owner])

    def show(identifier: str) -> Json | None:
        stay = platform.stays().get(identifier)
        return None if stay is None else resources.encounter(stay, access.owner)

    return platform.answer(request, access, found, Search(SCOPE, size, show))


async def _read(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, SCOPE, JSON)
    identifier = request.path_params["id"]
    stay = platform.stays().get(identifier)
    if stay is None:
        raise outcomes.unknown_service("GET", f"Encounter/{identifier}")
    return outcomes.fhir(resources.encounter(stay, access.owner))


ROUTES: Routes = (
    ("/Encounter/_search", "POST", _search),
    ("/Encounter/{id}", "GET", _read),
)
