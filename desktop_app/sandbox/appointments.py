"""How the platform searches and shows appointments (lifen.md 4.4).

Parameter names, statuses and the shape of the resource are not published (U11): they are those of
STU3 here, and links are business identifiers, as the page says.
"""

from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response

from desktop_app.sandbox import outcomes, resources, search
from desktop_app.sandbox.access import FORM, JSON, TENANTS
from desktop_app.sandbox.agenda import WorldAppointment
from desktop_app.sandbox.calls import Platform, Routes, form
from desktop_app.sandbox.outcomes import Json
from desktop_app.sandbox.paging import Search
from desktop_app.sandbox.search import Form, Tenant, bad_value, bare

SCOPE = "APPOINTMENT_GAM_SEARCH"
STATUSES = (
    "proposed", "pending", "booked", "arrived", "fulfilled", "cancelled", "noshow",
    "entered-in-error",
)  # fmt: skip
_CRITERIA = ("identifier", "date", "patient", "practitioner", "status")
_NOTHING_ASKED = (
    "At least one of identifier, date, patient, practitioner or status fields must be filled"
)
_RPPS_LENGTH = 11


def find_appointments(
    lines: Iterable[WorldAppointment], form: Form, tenant: Tenant
) -> list[WorldAppointment]:
    """The appointments that ``form`` asks for, in the order of the day; raises ``Outcome``."""
    search.check_known(form, {*_CRITERIA, "_id"})
    search.check_asked(form, _CRITERIA, _NOTHING_ASKED)
    tests = [_test(name, value, tenant) for name, value in search.filled(form)]
    found = [line for line in lines if all(test(line) for test in tests)]
    return sorted(found, key=lambda line: line.start)


def _test(  # noqa: PLR0911 - one line a parameter
    name: str, value: str, tenant: Tenant
) -> Callable[[WorldAppointment], bool]:
    match name:
        case "identifier":
            numbers = bare(value.split(","))
            return lambda line: not numbers.isdisjoint((line.placer, line.filler))
        case "date":
            begun = search.date_test(value, tenant)
            return lambda line: begun(line.start)
        case "patient":
            people = bare(value.split(","))
            return lambda line: line.patient_number in people
        case "practitioner":
            doctors = {one[-_RPPS_LENGTH:] for one in bare(value.split(","))}  # ``8`` may be before
            return lambda line: line.practitioner_number in doctors
        case "status":
            statuses = set(value.split(","))
            if not statuses <= set(STATUSES):
                raise bad_value(name, value)
            return lambda line: line.status in statuses
        case "_id":
            ids = set(value.split(","))
            return lambda line: line.id in ids
        case _:
            return lambda _line: True


async def _search(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, SCOPE, (FORM,))
    asked = await form(request)
    size = search.count(asked)
    lines = platform.agenda.appointments(platform.clock())
    found = find_appointments(lines.values(), asked, TENANTS[access.owner])

    def show(identifier: str) -> Json | None:
        line = lines.get(identifier)
        return None if line is None else resources.appointment(line, access.owner)

    return platform.answer(request, access, found, Search(SCOPE, size, show))


async def _read(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, SCOPE, JSON)
    identifier = request.path_params["id"]
    line = platform.agenda.appointments(platform.clock()).get(identifier)
    if line is None:
        raise outcomes.unknown_service("GET", f"Appointment/{identifier}")
    return outcomes.fhir(resources.appointment(line, access.owner))


ROUTES: Routes = (
    ("/Appointment/_search", "POST", _search),
    ("/Appointment/{id}", "GET", _read),
)
