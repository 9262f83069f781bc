"""What every search of the platform shares: names, dates, numbers, the three rule books.

Rules per tenant are those of lifen.md 2.1, matching is that of U6, U9 and U31.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum

from desktop_app.sandbox.outcomes import Outcome, invalid_parameter, rule

Form = Sequence[tuple[str, str]]
DEFAULT_COUNT, MAX_COUNT = 10, 100
CONTROL = frozenset({"_count", "_sort"})


class Tenant(StrEnum):
    """The three rule books, chosen by ``database_reference``."""

    STANDARD = "standard"
    RAMSAY = "ramsay"
    VIVALTO = "vivalto"


_APART = re.compile(r"[\s\-'’ʼ‐‑.,]+")
_MOMENT = re.compile(
    r"(?P<prefix>eq|ne|gt|lt|ge|le)?(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?P<time>T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?"
)


def words(text: str) -> list[str]:
    """``text`` folded and split where names are: space, hyphen, apostrophe."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("œ", "oe"))
    bare_text = "".join(char for char in plain if not unicodedata.combining(char))
    return [word for word in _APART.split(bare_text) if word]


def match_words(asked: str, *texts: str) -> bool:
    """Whether every asked word begins some word of ``texts``."""
    held = [word for text in texts for word in words(text)]
    return all(any(word.startswith(start) for word in held) for start in words(asked))


def bare(values: Iterable[str]) -> set[str]:
    """Identifier values, whether or not their system was written before them (U9)."""
    return {value.rpartition("|")[2].strip() for value in values}


def filled(form: Form) -> list[tuple[str, str]]:
    """The parameters that say something."""
    return [(name, value.strip()) for name, value in form if value.strip()]


def check_known(form: Form, known: Collection[str], control: Collection[str] = CONTROL) -> None:
    """Refuse a parameter that this search does not have; raises ``Outcome``."""
    for name, _value in form:
        if name not in known and name not in control:
            raise invalid_parameter(name)


def check_asked(form: Form, criteria: Collection[str], diagnostics: str) -> None:
    """Refuse a search that asks for nothing; raises ``Outcome``."""
    if not any(name in criteria for name, _value in filled(form)):
        raise Outcome(422, diagnostics, location="allValueNull")


def count(form: Form, default: int = DEFAULT_COUNT) -> int:
    """The page size asked for; 0 and more than 100 are refused (lifen.md 5)."""
    text = next((value for name, value in form if name == "_count"), str(default))
    if not text.isdecimal() or not 1 <= int(text) <= MAX_COUNT:
        raise rule(f"_count must be between 1 and {MAX_COUNT}", "_count")
    return int(text)


def date_test(value: str, tenant: Tenant) -> Callable[[datetime], bool]:
    """Whether something that begins then is meant; prefixes are for standard tenants."""
    read = _MOMENT.fullmatch(value)
    if read is None or (read["prefix"] and tenant is not Tenant.STANDARD):
        raise bad_value("date", value)
    try:
        day = date.fromisoformat(read["day"])
        moment = datetime.fromisoformat(f"{read['day']}{read['time']}") if read["time"] else None
    except ValueError:
        raise bad_value("date", value) from None

    def compared(start: datetime) -> int:
        """Where it begins: before (-1), within (0) or after (1) what was said."""
        if moment is None:
            begun = start.date()
            return (begun > day) - (begun < day)
        begins = start if moment.tzinfo else start.replace(tzinfo=None)
        return (begins > moment) - (begins < moment)

    accepted = {
        "eq": {0}, "ne": {-1, 1}, "gt": {1}, "lt": {-1}, "ge": {0, 1}, "le": {-1, 0},
    }[read["prefix"] or "eq"]  # fmt: skip
    return lambda start: compared(start) in accepted


def iso_date(value: str) -> date | None:
    """A day as ISO writes it, ``None`` for anything else."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def bad_value(name: str, value: str) -> Outcome:
    """412 for a value that its parameter cannot have."""
    return Outcome(412, f"Invalid {name} {value}", code="VALUE", location=name)
