"""Names and numbers as people write them: folded for comparison, read from one search box."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from datetime import date

from stdnum.fr import nir

from desktop_app.domain.errors import Incomplete
from desktop_app.domain.people import Patient, PatientId, SearchRules
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery

SHORTEST_QUERY = 2
"""Letters that a search needs; some tenants ask for more (lifen.md 2.1)."""
EVERYTHING = SearchRules()
"""Where nothing is known of a hospital: whatever some tenant can be asked."""
_ALIKE = str.maketrans(
    {"œ": "oe", "æ": "ae", "ß": "ss", "'": " ", "’": " ", "ʼ": " ", "-": " ", "‐": " ", "‑": " "}
)
_DATE = re.compile(
    r"(?P<day>\d{1,2})(?P<mark>[/. -])(?P<month>\d{1,2})(?P=mark)(?P<year>\d{4})"
    r"|(?P<iso_year>\d{4})-(?P<iso_month>\d{2})-(?P<iso_day>\d{2})"
    r"|(?P<bare_day>\d{2})(?P<bare_month>\d{2})(?P<bare_year>(?:18|19|20)\d{2})"
)
_SHORT_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])([/.-])(?:0?[1-9]|1[0-2])\1\d{2}")
_INS = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{8}", re.IGNORECASE)
_SPACED_INS = re.compile(
    r"\b[1-478] ?\d{2} ?\d{2} ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}\b", re.IGNORECASE
)
_SPACED_DATE = re.compile(r"\b(\d{1,2}) (\d{1,2}) ((?:18|19|20)\d{2})\b")
_RPPS_OR_FINESS = re.compile(r"8?\d{11}|\d{9}|2[AB]\d{7}", re.IGNORECASE)


def fold(text: str) -> str:
    """``text`` for comparison: no accents, no case; hyphen, apostrophe and space are one.

    For comparing only, never for showing or sending (lifen.md T33; french_health.md A4 rule 3).
    """
    plain = unicodedata.normalize("NFD", text.casefold().translate(_ALIKE))
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())


def read_patient_query(text: str, rules: SearchRules = EVERYTHING) -> PatientQuery:
    """What a person typed into the one box: words, a birth date, an IPP or an INS, in any order.

    A birth date is understood as 14/07/1985, 14 07 1985, 14071985 or 1985-07-14; any other word
    with a digit in it is a number of the patient's. Raises ``Incomplete``: ``query_empty``,
    ``query_short``, ``birth_year`` for 14/07/85, whose century nobody can know, ``ins_key`` when
    fifteen digits cannot be an INS because their key is wrong, ``one_number`` for two numbers,
    ``number_only`` where ``rules`` do not let a number alone be looked up.
    """
    tidy = _SPACED_INS.sub(lambda found: found[0].replace(" ", ""), " ".join(text.split()))
    tidy = _SPACED_DATE.sub(r"\1/\2/\3", tidy)
    words: list[str] = []
    born: date | None = None
    number: str | None = None
    for word in tidy.replace(",", " ").replace(";", " ").split():
        if born is None and (read := as_date(word)) is not None:
            born = read
        elif any(char.isdigit() for char in word):
            if number is not None:
                raise Incomplete("one_number")
            number = _checked(word)
        else:
            words.append(word)
    name = " ".join(words)
    if not (name or born or number):
        raise Incomplete("query_empty")
    if not born and not (number and rules.has_identifier):
        if not name:
            raise Incomplete("number_only", rules.shortest_name)
        if len(fold(name).replace(" ", "")) < rules.shortest_name:
            raise Incomplete("query_short", rules.shortest_name)
    return PatientQuery(name=name, birth_date=born, identifier=number)


def read_correspondent_query(text: str) -> tuple[CorrespondentQuery, ...]:
    """What a person typed to find a recipient, as questions to ask in turn until one answers.

    A secure address, an RPPS or a FINESS stands for itself. « name, town » says both; words
    without a comma may be a name, a name followed by a town, or a place alone. Raises
    ``Incomplete``: ``query_empty``, ``query_short``.
    """
    tidy = " ".join(text.split())
    if "@" in tidy:
        return (CorrespondentQuery(telecom=tidy),)
    bare = tidy.replace(" ", "")
    if _RPPS_OR_FINESS.fullmatch(bare):
        return (CorrespondentQuery(identifier=bare.upper()),)
    if len(fold(tidy).replace(" ", "").replace(",", "")) < SHORTEST_QUERY:
        raise Incomplete("query_short" if bare.strip(",") else "query_empty", SHORTEST_QUERY)
    name, comma, town = (part.strip() for part in tidy.partition(","))
    if comma:
        return (CorrespondentQuery(name=name, address=town),)
    head, _, tail = tidy.rpartition(" ")
    both = (CorrespondentQuery(name=head, address=tail),) if _long(head) and _long(tail) else ()
    return (CorrespondentQuery(name=tidy), *both, CorrespondentQuery(address=tidy))


def _long(text: str) -> bool:
    """Whether a platform would take ``text``: neither « d' » nor « œ » is two letters to all."""
    return min(len(text), len(fold(text).replace(" ", ""))) >= SHORTEST_QUERY


def homonyms(patients: Iterable[Patient]) -> frozenset[PatientId]:
    """Those who share a family name, of birth or of use, and the first given name with another."""
    keys = {patient.id: _names(patient) for patient in patients}
    count = Counter(key for own in keys.values() for key in own)
    return frozenset(patient for patient, own in keys.items() if any(count[key] > 1 for key in own))


def bears(patient: Patient, name: str) -> bool:
    """Whether ``name``, written by another system in whatever order, may be this patient's.

    It has to hold a whole family name, of birth or of use, and the first given name.
    """
    said = set(fold(name).split())
    families = (
        fold(family).split() for family in (patient.birth_family, patient.used_family or "")
    )
    given = fold(patient.given[0]).split() if patient.given else []
    return said.issuperset(given) and any(family and said.issuperset(family) for family in families)


def grouped(patients: Iterable[Patient]) -> tuple[Patient, ...]:
    """``patients`` in their order, those who share their names next to each other."""
    left = list(patients)
    found: list[Patient] = []
    while left:
        first = left.pop(0)
        alike = [one for one in left if _names(one) & _names(first)]
        left = [one for one in left if one not in alike]
        found += (first, *alike)
    return tuple(found)


def _names(patient: Patient) -> frozenset[tuple[str, str]]:
    given = fold(patient.given[0]) if patient.given else ""
    families = (patient.birth_family, patient.used_family or "")
    return frozenset((fold(family), given) for family in families if family)


def as_date(word: str) -> date | None:
    """``word`` as a birth date, if it is written like one and is on the calendar."""
    found = _DATE.fullmatch(word)
    if found is None:
        return None
    parts = found.groupdict()
    for kind in ("", "iso_", "bare_"):
        if parts[f"{kind}year"]:
            day, month, year = (int(parts[f"{kind}{part}"]) for part in ("day", "month", "year"))
            break
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _checked(word: str) -> str:
    """An identifier as it was typed; raises ``Incomplete`` for what only looks like one."""
    if _SHORT_DATE.fullmatch(word):
        raise Incomplete("birth_year")
    if _INS.fullmatch(word):
        if not nir.is_valid(word.upper()):
            raise Incomplete("ins_key")
        return word.upper()
    return word
