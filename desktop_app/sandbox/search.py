"""How the platform searches: which parameters it knows, what they match, how results are paged.

Rules per tenant are those of lifen.md 2.1, matching is that of U6 and U12.
"""

import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from desktop_app.sandbox.outcomes import Json, Outcome, invalid_parameter, rule
from desktop_app.sandbox.world import WorldEntry, WorldPatient

Form = Sequence[tuple[str, str]]
DEFAULT_COUNT, DIRECTORY_COUNT, MAX_COUNT = 10, 100, 100
_KEPT_RESULTS = 200
"""Cursors older than this many searches are gone (410)."""


class Tenant(StrEnum):
    """The three rule books, chosen by ``database_reference``."""

    STANDARD = "standard"
    RAMSAY = "ramsay"
    VIVALTO = "vivalto"


_CONTROL = frozenset({"_count", "_sort"})
_PATIENT = {
    Tenant.STANDARD: frozenset(
        {"name", "family", "given", "birthdate", "identifier", "phone", "_id"}
    ),
    Tenant.RAMSAY: frozenset({"name", "family", "given", "birthdate", "identifier", "_id"}),
    Tenant.VIVALTO: frozenset({"name", "family", "given", "birthdate", "_id"}),
}
_PATIENT_CRITERIA = ("family", "given", "name", "birthdate", "phone", "identifier")
_PRACTITIONER = frozenset({"name", "family", "given", "identifier", "telecom", "address", "_id"})
_ORGANIZATION = frozenset({"name", "identifier", "telecom", "address", "part-of", "_id"})
_NOTHING_ASKED = (
    "At least one of family, given, name, birthdate, phone or identifier fields must be filled"
)
_APART = re.compile(r"[\s\-'’ʼ‐‑.,]+")
_NATIONAL_RPPS_LENGTH = 12


def words(text: str) -> list[str]:
    """``text`` folded and split where names are: space, hyphen, apostrophe."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("œ", "oe"))
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return [word for word in _APART.split(bare) if word]


def match_words(asked: str, *texts: str) -> bool:
    """Whether every asked word begins some word of ``texts``."""
    held = [word for text in texts for word in words(text)]
    return all(any(word.startswith(start) for word in held) for start in words(asked))


def patients(people: Iterable[WorldPatient], form: Form, tenant: Tenant) -> list[WorldPatient]:
    """The patients that ``form`` asks for; raises ``Outcome``."""
    check_known(form, _PATIENT[tenant])
    if not any(name in _PATIENT_CRITERIA and value.strip() for name, value in form):
        raise Outcome(422, _NOTHING_ASKED, location="allValueNull")
    tests = [_patient_test(name, value.strip(), tenant) for name, value in form if value.strip()]
    if tenant is Tenant.RAMSAY:
        names = {name for name, value in form if value.strip()}
        for one, other in (("family", "given"), ("given", "family")):
            if one in names and other not in names:
                raise rule(f"{one} requires {other}", other)
    return [person for person in people if all(test(person) for test in tests)]


def _patient_test(  # noqa: PLR0911 - one line a parameter
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
            born = _iso(value)
            return lambda person: person.birth_date == born
        case "identifier":
            wanted = bare(value.split(","))
            if tenant is Tenant.RAMSAY and len(wanted) > 1:
                raise rule("Only one identifier is allowed", "identifier")
            return lambda person: not wanted.isdisjoint(_numbers(person))
        case "_id":
            ids = set(value.split(","))
            return lambda person: person.id in ids
        case "phone":
            return lambda _person: False  # nobody of this world has a telephone
        case _:
            return lambda _person: True


def _families(person: WorldPatient) -> tuple[str, ...]:
    return (person.birth_family, person.used_family or "")


def _numbers(person: WorldPatient) -> set[str]:
    shown = person.ins if person.reliability == "QUALI" else None
    return {number for number in (person.ipp, shown) if number is not None}


def bare(values: Iterable[str]) -> set[str]:
    """Identifier values, whether or not their system was written before them (U9)."""
    return {value.rpartition("|")[2].strip() for value in values}


def _iso(value: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Outcome(412, f"Invalid date {value}", code="VALUE", location="birthdate")


def practitioners(entries: Iterable[WorldEntry], form: Form) -> list[WorldEntry]:
    """The practitioners that ``form`` asks for; raises ``Outcome``."""
    return _directory(entries, form, _PRACTITIONER)


def organizations(entries: Iterable[WorldEntry], form: Form) -> list[WorldEntry]:
    """The structures that ``form`` asks for; raises ``Outcome``."""
    return _directory(entries, form, _ORGANIZATION)


def _directory(
    entries: Iterable[WorldEntry], form: Form, known: frozenset[str]
) -> list[WorldEntry]:
    check_known(form, known)
    asked = [(name, value.strip()) for name, value in form if name in known and value.strip()]
    if not asked:
        raise Outcome(422, _NOTHING_ASKED, location="allValueNull")
    tests = [_entry_test(name, value) for name, value in asked]
    return [entry for entry in entries if all(test(entry) for test in tests)]


def _entry_test(  # noqa: PLR0911 - one line a parameter
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
            wanted_mail = value.casefold()
            return lambda entry: any(
                place.mailbox.casefold() == wanted_mail for place in entry.addresses
            )
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


def check_known(form: Form, known: frozenset[str]) -> None:
    """Refuse a parameter that this search does not have; raises ``Outcome``."""
    for name, _value in form:
        if name not in known and name not in _CONTROL:
            raise invalid_parameter(name)


def count(form: Form, default: int) -> int:
    """The page size asked for; 0 and more than 100 are refused (lifen.md 5)."""
    text = next((value for name, value in form if name == "_count"), str(default))
    if not text.isdecimal() or not 1 <= int(text) <= MAX_COUNT:
        raise rule(f"_count must be between 1 and {MAX_COUNT}", "_count")
    return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one search found, kept for its pages; ``owner`` is the token's organisation."""

    kind: str
    ids: tuple[str, ...]
    size: int
    owner: str


class Results:
    """The searches whose next pages can still be read."""

    def __init__(self) -> None:
        self._kept: dict[str, Result] = {}

    def keep(self, result: Result) -> str:
        """Remember ``result`` under the id of its bundle."""
        identifier = f"5f1d3f0e-{secrets.token_hex(2)}-4000-8000-{secrets.token_hex(6)}"
        self._kept[identifier] = result
        while len(self._kept) > _KEPT_RESULTS:
            del self._kept[next(iter(self._kept))]
        return identifier

    def page(self, query: Mapping[str, str], owner: str) -> tuple[str, Result, int]:
        """The bundle, what it holds and where its page begins; raises ``Outcome``."""
        for name in query:
            if name not in ("_id", "_index", "_searchAfter", "_searchBefore", "_count"):
                raise invalid_parameter(name)
        identifier = query.get("_id", "")
        result = self._kept.get(identifier)
        if result is None or result.owner != owner:
            raise Outcome(410, "Bundle is gone", code="NOTFOUND")
        cursor = query.get("_searchAfter") or query.get("_searchBefore") or "0-0"
        match = re.fullmatch(r"(\d+)-\d+", cursor)
        if match is None:
            raise Outcome(412, "Invalid cursor", code="VALUE", location="_searchAfter")
        place = int(match[1])
        start = place if "_searchBefore" not in query else max(0, place - result.size)
        return identifier, result, start


def links(base: str, identifier: str, result: Result, start: int) -> list[Json]:
    """``self``, and ``previous`` and ``next`` only where there is one."""

    def link(relation: str, index: int, **cursor: int) -> Json:
        tail = "".join(f"&_{name}={value}-{70000 + value}" for name, value in cursor.items())
        return {
            "relation": relation,
            "url": f"{base}/Bundle?_id={identifier}&_index={index}{tail}",
        }

    index = start // result.size
    found = [{"relation": "self", "url": f"{base}/Bundle?_id={identifier}"}]
    if start > 0:
        found.append(link("previous", max(0, index - 1), searchBefore=start))
    if start + result.size < len(result.ids):
        found.append(link("next", index + 1, searchAfter=start + result.size))
    return found
