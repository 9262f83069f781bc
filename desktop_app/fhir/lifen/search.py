"""What is asked of Lifen's searches, by the rules of each tenant (lifen.md 2.1, 4.1 to 4.5).

Loaded before the platform is: a face asks for the rules at its start, so nothing that speaks to
a network is imported here.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from desktop_app.domain.errors import Incomplete, NotOffered
from desktop_app.domain.identity import SHORTEST_QUERY, fold
from desktop_app.domain.people import Kind, Patient, PatientId, SearchRules
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery

Form = tuple[tuple[str, str], ...]

PAGE_SIZE = 20
DIRECTORY_SIZE = 100
"""Rows that the directory shows at most, without a next page."""
FULL = ("_count", "100")
"""The largest page there is."""
_RPPS = re.compile(r"8?(\d{11})", re.ASCII)
_SPLIT = str.maketrans(dict.fromkeys("'’ʼ-‐‑", " ") | {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """One of the three rule books.

    Two of them know no date prefixes and one takes a single beneficiary at a time: no question of
    ours carries a prefix or names more than one.
    """

    rules: SearchRules = field(default_factory=SearchRules)
    has_pages: bool = True
    has_coverage: bool = True


TENANTS: Mapping[str, Tenant] = MappingProxyType(
    {
        "standard": Tenant(),
        "ramsay": Tenant(has_pages=False),
        "vivalto": Tenant(
            rules=SearchRules(shortest_name=3, has_identifier=False),
            has_pages=False,
            has_coverage=False,
        ),
    }
)


def rules_of(tenant: str, patients: str) -> SearchRules:
    """What a hospital's patients are looked up by; nothing where identities are ``typed``."""
    rules = TENANTS[tenant].rules
    return replace(rules, has_patients=False) if patients == "typed" else rules


def stay_form(patient: PatientId) -> Form:
    """A patient's stays, by patient alone: what a date would match is not settled (U31)."""
    return (("patient", f"Patient/{patient}"), FULL)


def current_form() -> Form:
    """The stays under way, those first that changed last: some tenants show one page only."""
    return (("status", "in-progress"), ("_sort", "-_lastUpdated"), FULL)


def day_form(day: date) -> Form:
    """The appointments of one day: a date without an hour is the whole of it (U11)."""
    return (("date", day.isoformat()), FULL)


def coverage_form(patient: PatientId) -> Form:
    """A patient's insurances."""
    return (("beneficiary", f"Patient/{patient}"),)


def patient_forms(query: PatientQuery, tenant: Tenant) -> tuple[Form, ...]:
    """The forms to try in turn until one answers: as typed, then without accents (U6).

    ``name`` is asked for rather than ``family`` and ``given``, which one tenant only takes
    together. What a tenant cannot search by is left out and is for ``fits`` to see to. Raises
    ``Incomplete`` and ``NotOffered``.
    """
    rules = tenant.rules
    name, number = _name(query), _number(query)
    if not (name or number or query.birth_date):
        raise Incomplete("query_empty")
    rest: list[tuple[str, str]] = []
    if query.birth_date is not None:
        rest.append(("birthdate", query.birth_date.isoformat()))
    if number and rules.has_identifier:
        rest.append(("identifier", number))
    size = ("_count", str(PAGE_SIZE))
    if len(name) >= rules.shortest_name:
        return tuple(
            (("name", words), *rest, size) for words in _spellings(name, rules.shortest_name)
        )
    if rest:
        return ((*rest, size),)
    if name:
        raise Incomplete("query_short", rules.shortest_name)
    raise NotOffered("Patient?identifier")


def fits(patient: Patient, query: PatientQuery, tenant: Tenant) -> bool:
    """Whether ``patient`` also meets what this tenant could not be asked."""
    number = _number(query)
    if number and not tenant.rules.has_identifier and number not in (patient.ipp, patient.ins):
        return False
    if len(_name(query)) >= tenant.rules.shortest_name:
        return True
    families = (patient.birth_family, patient.used_family or "")
    held = fold(" ".join((*families, *patient.given))).split()
    return all(any(word.startswith(part) for word in held) for part in fold(query.name).split())


def _name(query: PatientQuery) -> str:
    """The words on one line; a comma between them would mean « or »."""
    return " ".join(query.name.replace(",", " ").split())


def _number(query: PatientQuery) -> str:
    """The one number; a comma would make two of it, which is not to be had everywhere."""
    number = (query.identifier or "").strip()
    if "," in number:
        raise Incomplete("one_number")
    return number


def correspondent_forms(query: CorrespondentQuery, kind: Kind) -> tuple[Form, ...]:
    """The forms to try in turn until one answers; both lengths of an RPPS number (U13).

    Raises ``Incomplete``.
    """
    name, address = " ".join(query.name.split()), " ".join(query.address.split())
    number, telecom = (query.identifier or "").strip(), (query.telecom or "").strip()
    if not (name or address or number or telecom):
        raise Incomplete("query_empty")
    if any(text and len(text) < SHORTEST_QUERY for text in (name, address)):
        raise Incomplete("query_short", SHORTEST_QUERY)
    numbers = [number]
    if kind is Kind.PRACTITIONER and (rpps := _RPPS.fullmatch(number)):
        numbers = [rpps[1], f"8{rpps[1]}"]
    last = (_spellings(name)[-1], _spellings(address)[-1])
    texts = dict.fromkeys(((name, address), last))
    return tuple(
        _filled(name=words, address=place, identifier=one, telecom=telecom)
        for one in numbers
        for words, place in texts
    )


def _filled(**members: str) -> Form:
    asked = tuple((name, value) for name, value in members.items() if value)
    return (*asked, ("_count", str(DIRECTORY_SIZE)))


def _spellings(text: str, shortest: int = SHORTEST_QUERY) -> tuple[str, ...]:
    plain = _plain(text)
    return (text,) if plain == text or len(plain) < shortest else (text, plain)


def _plain(text: str) -> str:
    """``text`` without accents, its hyphens and apostrophes as spaces; case is left alone."""
    bare = unicodedata.normalize("NFD", text.translate(_SPLIT))
    return " ".join("".join(char for char in bare if not unicodedata.combining(char)).split())
