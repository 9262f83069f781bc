"""What was checked beside what the platform says now, trait by trait (lifen.md T18)."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from desktop_app.domain.errors import Difference
from desktop_app.domain.people import Patient, Sex, Stay
from desktop_app.domain.sending import Sending
from desktop_app.wording import people, stays
from desktop_app.wording.dates import day, hour

TRAIT, CHECKED, NOW = "Trait", "Ce que vous aviez vérifié", "Ce que dit la plateforme maintenant"
TABLE = "Comparaison entre ce que vous aviez vérifié et ce que dit la plateforme maintenant"
CHANGED, SAME = "changé", "identique"
ABSENT = "non renseigné"
_TRAITS = {
    "birth_family": "Nom de naissance",
    "used_family": "Nom utilisé",
    "given": "Prénoms",
    "sex": "Sexe",
    "birth_date": "Date de naissance",
    "ipp": "IPP",
    "deceased": "Décès",
    "merged": "Dossier fusionné",
    "number": "Numéro de séjour",
    "start": "Début",
    "end": "Fin",
    "status": "État du séjour",
    "label": "Nature et unité",
    "patient": "Patient du séjour",
}
_EMPTY = {"deceased": "non", "merged": "non", "patient": "un autre patient"}
_DAY_LONG = len("2024-03-04")


@dataclass(frozen=True, slots=True)
class Line:
    """One trait, before and now; ``differs`` is said in a word and by a sign."""

    trait: str
    before: str
    now: str
    differs: bool

    @property
    def spoken(self) -> str:
        """The whole line, for those who listen."""
        if not self.differs:
            return f"{self.trait}\u00a0: {self.now}, {SAME}"
        checked = f"vous aviez vérifié {self.before}, maintenant {self.now}"
        return f"{self.trait}, {CHANGED}\u00a0: {checked}"


def lines(sending: Sending, differences: Sequence[Difference]) -> tuple[Line, ...]:
    """Every trait that was checked, the changed ones with both values, in the usual order."""
    about_stay = any(one.trait in _STAY_TRAITS for one in differences)
    letter = sending.letter
    checked = _of_stay(letter.stay) if about_stay else _of_patient(letter.patient)
    changed = {one.trait: one for one in differences}
    order = dict.fromkeys((*checked, *changed))
    return tuple(
        Line(
            _TRAITS.get(trait, trait),
            _value(trait, changed[trait].before if trait in changed else checked[trait]),
            _value(trait, changed[trait].now if trait in changed else checked[trait]),
            trait in changed,
        )
        for trait in order
    )


def changed(differences: Sequence[Difference]) -> tuple[Line, ...]:
    """The traits that changed and no others, where the letter is not at hand."""
    return tuple(
        Line(
            _TRAITS.get(one.trait, one.trait),
            _value(one.trait, one.before),
            _value(one.trait, one.now),
            differs=True,
        )
        for one in differences
    )


_STAY_TRAITS = frozenset({"number", "start", "end", "status", "label", "patient"})


def _of_patient(patient: Patient | None) -> dict[str, str]:
    if patient is None:
        return {}
    return {
        "birth_family": patient.birth_family,
        "used_family": patient.used_family or "",
        "given": " ".join(patient.given),
        "sex": patient.sex.value,
        "birth_date": "" if patient.birth_date is None else patient.birth_date.isoformat(),
        "ipp": patient.ipp or "",
    }


def _of_stay(stay: Stay | None) -> dict[str, str]:
    if stay is None:
        return {}
    return {
        "number": stay.number,
        "start": "" if stay.start is None else stay.start.isoformat(),
        "end": "" if stay.end is None else stay.end.isoformat(),
        "status": stay.status,
        "label": stay.label,
    }


def _value(trait: str, value: str) -> str:
    """A value as people read it; what cannot be understood stands for itself."""
    if not value:
        return _EMPTY.get(trait, ABSENT)
    match trait:
        case "sex":
            with contextlib.suppress(ValueError):
                return people.sex(Sex(value))
        case "deceased" | "merged":
            return "oui"
        case "status":
            return stays.status_word(value)
        case "birth_date" | "start" | "end":
            with contextlib.suppress(ValueError):
                return _moment(value)
    return value


def _moment(value: str) -> str:
    if len(value) <= _DAY_LONG:
        return day(date.fromisoformat(value))
    moment = datetime.fromisoformat(value)
    return f"{day(moment.astimezone().date())} {hour(moment)}"
