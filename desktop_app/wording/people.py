"""How people, their traits and their places are written."""

import re
import unicodedata
from datetime import date

from desktop_app.domain.people import Correspondent, Kind, Patient, Place, Sex

_PREFIXES = {"DR": "Dr", "PR": "Pr", "M": "M.", "MME": "Mme"}
_SEXES = {Sex.FEMALE: "Femme", Sex.MALE: "Homme", Sex.OTHER: "Autre", Sex.UNKNOWN: "Sexe inconnu"}
_INITIALS = {Sex.FEMALE: "F", Sex.MALE: "M", Sex.OTHER: "A", Sex.UNKNOWN: "?"}
_BORN = {Sex.FEMALE: "née", Sex.MALE: "né"}
_SMALL_WORDS = frozenset(
    {"À", "AU", "AUX", "DE", "DES", "DU", "EN", "ET", "LA", "LE", "LES", "LÈS", "LEZ"}
    | {"SOUS", "SUR"}
)
_ELIDED = 2
_MONTHS_SHOWN, _YEAR = 24, 12


def given_names(patient: Patient) -> str:
    """All first names, each with its capital."""
    return " ".join(_capital(name) for name in patient.given)


def full_name(patient: Patient) -> str:
    """Birth name in capitals and the first given name."""
    first = _capital(patient.given[0]) if patient.given else ""
    return f"{_family(patient)} {first}".strip()


def _family(patient: Patient) -> str:
    """The birth name in capitals; the used one where a typed identity has no other."""
    return (patient.birth_family or patient.used_family or "").upper()


def of(name: str) -> str:
    """« de » before a name, elided before a vowel; an h keeps it whole."""
    first = unicodedata.normalize("NFD", name[:1]).upper()[:1]
    return f"d’{name}" if first in tuple("AEIOUÆŒ") else f"de {name}"


def patient_heading(patient: Patient) -> str:
    """Birth name, all first names, the used name when there is one."""
    name = f"{_family(patient)} {given_names(patient)}".strip()
    if not (patient.birth_family and patient.used_family):
        return name
    return f"{name} (us. {patient.used_family.upper()})"


def sex(value: Sex) -> str:
    """The administrative sex, in a word."""
    return _SEXES[value]


def sex_initial(value: Sex) -> str:
    """The administrative sex, in a letter."""
    return _INITIALS[value]


def birth_place(patient: Patient) -> str:
    """Where the patient was born, if the platform said so."""
    if not patient.birth_place:
        return ""
    return f"{_BORN.get(patient.sex, 'né(e)')} à {town(patient.birth_place)}"


def age(born: date, today: date) -> str:
    """Years, or months for a small child."""
    months = (today.year - born.year) * _YEAR + today.month - born.month - (today.day < born.day)
    if months < _MONTHS_SHOWN:
        return f"{max(months, 0)} mois"
    return f"{months // _YEAR} ans"


def correspondent(entry: Correspondent) -> str:
    """A practitioner with title, family name in capitals and first name; a structure's name."""
    if entry.kind is Kind.ORGANIZATION:
        return entry.name
    prefix = _PREFIXES.get(entry.prefix.rstrip(".").upper(), entry.prefix)
    given = " ".join(_capital(name) for name in entry.given)
    return " ".join(part for part in (prefix, entry.family.upper(), given) if part)


def place(value: Place) -> str:
    """An address on one line."""
    lines = ", ".join(_sentence(line) for line in value.lines if line)
    where = f"{value.postal_code} {town(value.city)}".strip()
    return ", ".join(part for part in (lines, where) if part)


def place_from_town(value: Place) -> str:
    """An address on one line, the town before the street."""
    lines = ", ".join(_sentence(line) for line in value.lines if line)
    return ", ".join(part for part in (town(value.city), lines) if part)


def town(name: str) -> str:
    """A town, out of the capitals that directories write it in, its small words small."""
    if not name.isupper():
        return name
    words = re.split(r"([ -])", name)
    return "".join(
        word.lower() if place and word in _SMALL_WORDS else _after_article(word, first=not place)
        for place, word in enumerate(words)
    )


def _after_article(word: str, *, first: bool) -> str:
    """A word of a town; an elided article is small unless it begins the name."""
    shown = _capital(word)
    elided = len(word) > _ELIDED and word[0] in "DL" and word[1] in "’'"
    return shown[0].lower() + shown[1:] if elided and not first else shown


def _capital(name: str) -> str:
    """A name out of capitals, each part with its own; one in mixed case is left as it is."""
    if not (name.isupper() or name.islower()):
        return name
    parts, upper = [], True
    for char in name:
        parts.append(char.upper() if upper else char.lower())
        upper = char in "-’' "
    return "".join(parts)


def _sentence(line: str) -> str:
    """An address line out of capitals, for reading only."""
    return line.lower().capitalize() if line.isupper() else line
