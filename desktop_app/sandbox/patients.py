"""How the platform searches and shows patients (lifen.md 2.1, 4.1)."""

import re
from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response

from desktop_app.sandbox import outcomes, resources, search
from desktop_app.sandbox.access import FORM, JSON, TENANTS
from desktop_app.sandbox.calls import Platform, Routes, form
from desktop_app.sandbox.outcomes import Json, Outcome, rule
from desktop_app.sandbox.paging import Search
from desktop_app.sandbox.search import Form, Tenant, match_words
from desktop_app.sandbox.world import WorldPatient

SCOPE = "PATIENT_GAM_SEARCH"
_KNOWN = {
    Tenant.STANDARD: frozenset(
        {"name", "family", "given", "birthdate", "identifier", "phone", "_id"}
    ),
    Tenant.RAMSAY: frozenset({"name", "family", "given", "birthdate", "identifier", "_id"}),
    Tenant.VIVALTO: frozenset({"name", "family", "given", "birthdate", "_id"}),
}
_CRITERIA = ("family", "given", "name", "birthdate", "phone", "identifier")
NOTHING_ASKED = (
    "At least one of family, given, name, birthdate, phone or identifier fields must be filled"
)


def find_patients(people: Iterable[WorldPatient], form: Form, tenant: Tenant) -> list[WorldPatient]:
    """The patients that ``form`` asks for; raises ``Outcome``."""
    search.check_known(form, _KNOWN[tenant])
    search.check_asked(form, _CRITERIA, NOTHING_ASKED)
    asked = search.filled(form)
    tests = [_test(name, value, tenant) for name, value in asked]
    if tenant is Tenant.RAMSAY:
        names = {name for name, _value in asked}
        for one, other in (("family", "given"), ("given", "family")):
            if one in names and other not in names:
                raise rule(f"{one} requires {other}", other)
        if sum(name == "identifier" for name, _value in asked) > 1:
            raise _single()
    return [person for person in people if all(test(person) for test in tests)]


def _test(  # noqa: C901, PLR0911 - one line a parameter
    name: str, value: str, tenant: Tenant
) -> Callable[[WorldPatient], bool]:
    shortest = 3 if tenant is Tenant.VIVALTO else 2
    if name in ("name", "family", "given") and len(value) < shortest:
        raise rule(f"{name} must have at least {shortest} characters", name)
    match name:
        case "name":
            return lambda person: match_words(value, *_families(person), *person.given)
        case "family":
            return lambda person: match_words(value, *_families(person))
        case "given":
            return lambda person: match_words(value, *person.given)
        case "birthdate":
            born = search.iso_date(value)
            if born is None:
                raise Outcome(412, f"Invalid date {value}", code="VALUE", location=name)
            return lambda person: person.birth_date == born
        case "identifier":
            wanted = search.bare(value.split(","))
            if tenant is Tenant.RAMSAY and len(wanted) > 1:
                raise _single()
            return lambda person: not wanted.isdisjoint(_numbers(person))
        case "_id":
            ids = set(value.split(","))
            return lambda person: person.id in ids
        case "phone":
            figures = _figures(value)
            return lambda person: phone(person) == figures
        case _:
            return lambda _person: True


def _single() -> Outcome:
    return rule("Only one identifier is allowed", "identifier")


def _families(person: WorldPatient) -> tuple[str, ...]:
    return (person.birth_family, person.used_family or "")


def _numbers(person: WorldPatient) -> set[str]:
    shown = person.ins if person.reliability == "QUALI" else None
    return {number for number in (person.ipp, shown) if number is not None}


def phone(person: WorldPatient) -> str:
    """Ten figures of a range that is kept for fiction; searched for, never shown (U9)."""
    return f"063998{int(person.id) % 10_000:04d}"


def _figures(value: str) -> str:
    """A telephone number as it is dialled inside the country."""
    digits = re.sub(r"\D", "", value.rpartition("|")[2])
    return re.sub(r"^(0033|33)(?=\d{9}$)", "0", digits)


async def _search(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, SCOPE, (FORM,))
    asked = await form(request)
    size = search.count(asked)
    found = find_patients(platform.indexed(), asked, TENANTS[access.owner])

    def show(identifier: str) -> Json | None:
        person = platform.world.patients.get(identifier)
        return None if person is None else resources.patient(person, access.owner)

    return platform.answer(request, access, found, Search(SCOPE, size, show))


async def _read(platform: Platform, request: Request) -> Response:
    access = platform.door.enter(request, SCOPE, JSON)
    identifier = request.path_params["id"]
    person = platform.world.patients.get(identifier)
    if person is None:
        raise outcomes.unknown_service("GET", f"Patient/{identifier}")
    resource = resources.patient(person, access.owner)
    if into := platform.merged.get(identifier):
        link = {"other": {"reference": f"Patient/{into}"}, "type": "replaced-by"}
        resource |= {"active": False, "link": [link]}
    return outcomes.fhir(resource)


ROUTES: Routes = (
    ("/Patient/_search", "POST", _search),
    ("/Patient/{id}", "GET", _read),
)
