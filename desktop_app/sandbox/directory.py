"""How the platform searches its directory of practitioners and structures (lifen.md 4.5, U12)."""

from collections.abc import Callable, Iterable

from starlette.requests import Request
from starlette.responses import Response

from desktop_app.sandbox import outcomes, paging, resources, search
from desktop_app.sandbox.access import FORM
from desktop_app.sandbox.calls import Platform, Routes, base, form
from desktop_app.sandbox.outcomes import rule
from desktop_app.sandbox.patients import NOTHING_ASKED
from desktop_app.sandbox.search import Form, bare, match_words
from desktop_app.sandbox.world import WorldEntry

SCOPE = "SEND_TO_MSS"
DIRECTORY_COUNT = 100
_PRACTITIONER = frozenset({"name", "family", "given", "identifier", "telecom", "address", "_id"})
_ORGANIZATION = frozenset({"name", "identifier", "telecom", "address", "part-of", "_id"})
_NATIONAL_RPPS_LENGTH = 12
_STAGING = "https://staging.sandbox.example/fhir/dstu3"
"""Where the published example of structures points to: never to be followed (T3)."""


def find_practitioners(entries: Iterable[WorldEntry], form: Form) -> list[WorldEntry]:
    """The practitioners that ``form`` asks for; raises ``Outcome``."""
    return _find(entries, form, _PRACTITIONER)


def find_organizations(entries: Iterable[WorldEntry], form: Form) -> list[WorldEntry]:
    """The structures that ``form`` asks for; raises ``Outcome``."""
    return _find(entries, form, _ORGANIZATION)


def _find(entries: Iterable[WorldEntry], form: Form, known: frozenset[str]) -> list[WorldEntry]:
    search.check_known(form, known)
    search.check_asked(form, known, NOTHING_ASKED)
    tests = [_test(name, value) for name, value in search.filled(form) if name in known]
    return [entry for entry in entries if all(test(entry) for test in tests)]


def _test(  # noqa: PLR0911 - one line a parameter
    name: str, value: str
) -> Callable[[WorldEntry], bool]:
    if name in ("name", "family", "given") and len(value) < 2:  # noqa: PLR2004 - v2's minimum
        raise rule(f"{name} must have at least 2 characters", name)
    match name:
        case "name":
            return lambda entry: match_words(value, entry.family, entry.given, entry.name)
        case "family":
            return lambda entry: match_words(value, entry.family)
        case "given":
            return lambda entry: match_words(value, entry.given)
        case "identifier":
            wanted = {_rpps(number) for number in bare(value.split(","))}
            return lambda entry: entry.identifier in wanted
        case "telecom":
            mail = value.casefold()
            return lambda entry: any(place.mailbox.casefold() == mail for place in entry.addresses)
        case "address":
            return lambda entry: any(
                match_words(value, *place.lines, place.postal_code, place.city)
                for place in entry.addresses
            )
        case "_id":
            ids = set(value.split(","))
            return lambda entry: entry.id in ids
        case _:
            return lambda _entry: False  # ``part-of``: this world's structures have no parents


def _rpps(number: str) -> str:
    """The 11 digits, also when the national 12-digit form is asked for (U13)."""
    if len(number) == _NATIONAL_RPPS_LENGTH and number.startswith("8"):
        return number[1:]
    return number


async def _practitioners(platform: Platform, request: Request) -> Response:
    platform.door.enter(request, SCOPE, (FORM,))
    asked = await form(request)
    found = find_practitioners(platform.world.practitioners.values(), asked)
    shown = [resources.practitioner(entry) for entry in found[: _size(asked)]]
    return outcomes.fhir(paging.searchset(base(request), paging.bundle_id(), len(found), shown))


async def _organizations(platform: Platform, request: Request) -> Response:
    platform.door.enter(request, SCOPE, (FORM,))
    asked = await form(request)
    found = find_organizations(platform.world.organizations.values(), asked)
    shown = [resources.organization(entry) for entry in found[: _size(asked)]]
    return outcomes.fhir(paging.searchset(_STAGING, paging.bundle_id(), len(found), shown))


def _size(asked: Form) -> int:
    return search.count(asked, DIRECTORY_COUNT)


ROUTES: Routes = (
    ("/Practitioner/$search-for-mss", "POST", _practitioners),
    ("/Organization/$search-for-mss", "POST", _organizations),
)
