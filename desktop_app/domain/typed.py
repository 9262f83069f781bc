"""An identity that a person types where the hospital has no patients to look up (lifen.md 4.6).

Nothing is inferred and nothing completed: what was not typed stays empty, and an INS never gives a
sex, a date or a place. It is only compared with them (french_health.md A2).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from stdnum.fr import nir

from desktop_app.domain.identity import as_date
from desktop_app.domain.people import Patient, PatientId, Sex

NOBODY = PatientId("")
"""The id of an identity that no platform gave."""
TEXTS = (
    "birth_family",
    "used_family",
    "given",
    "birth_date",
    "ipp",
    "ins",
    "birth_place_code",
)
"""The traits that are typed as text, in reading order; ``sex`` is chosen."""
WITH_INS = ("birth_family", "given", "birth_date", "sex", "birth_place_code")
"""What a qualified INS demands beside it."""
WITH_IPP = ("used_family", "given", "birth_date", "sex")
"""What an IPP demands beside it."""
_INS = re.compile(r"[1-9]\d{4}(?:\d{2}|2[AB])\d{8}")
_INS_BEGUN = re.compile(r"(?:[1-9](?:\d{0,5}|\d{4}(?:\d{2}|2[AB])\d{0,8}))?")
_INS_LENGTH = 15
_PLACE = re.compile(r"\d{5}|2[AB]\d{3}")
_PLACE_BEGUN = re.compile(r"\d{0,4}|2[AB]\d{0,2}")
_DATE_BEGUN = re.compile(
    r"(?:\d{1,2}(?:([/. -])(?:\d{1,2}(?:\1\d{0,3})?)?)?|\d{0,7}|\d{4}-\d{0,2}(?:-\d?)?)"
)
_NUMBER_OF_A_PERSON = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{8}")
_OLDEST = 1880
_MALE, _FEMALE = "1", "2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in each field, as it was typed."""

    birth_family: str = ""
    used_family: str = ""
    given: str = ""
    birth_date: str = ""
    sex: Sex = Sex.UNKNOWN
    ipp: str = ""
    ins: str = ""
    birth_place_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a typed identity comes to.

    ``wrong`` and ``unfinished`` say of a trait, by name, why it is not understood or not yet:
    ``name``, ``date``, ``birth_year``, ``future``, ``old``, ``ins_form``, ``ins_key``,
    ``ins_short``, ``ins`` (in the place of an IPP), ``place``. ``lacking`` are the traits that
    the platform demands and nobody typed, ``number`` for want of both an IPP and an INS.
    ``doubts`` are traits that the INS does not agree with: to be read again, not wrong.
    """

    patient: Patient
    wrong: Mapping[str, str] = field(default_factory=dict)
    unfinished: Mapping[str, str] = field(default_factory=dict)
    lacking: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether a letter can be about this identity."""
        return not (self.wrong or self.unfinished or self.lacking)


def read_identity(typed: Typed, today: date) -> Reading:
    """Understand what was typed, as far as it goes."""
    wrong: dict[str, str] = {}
    unfinished: dict[str, str] = {}
    texts = {trait: _tidy(getattr(typed, trait)) for trait in TEXTS}
    for trait in ("birth_family", "used_family", "given"):
        if texts[trait] and not _is_name(texts[trait]):
            wrong[trait] = "name"
    born = _read_date(texts["birth_date"], today, wrong, unfinished)
    ins = _read_ins(texts["ins"], wrong, unfinished)
    if _NUMBER_OF_A_PERSON.fullmatch(_bare(texts["ipp"])) and nir.is_valid(_bare(texts["ipp"])):
        wrong["ipp"] = "ins"
    place = texts["birth_place_code"].upper()
    if place and not _PLACE.fullmatch(place):
        (unfinished if _PLACE_BEGUN.fullmatch(place) else wrong)["birth_place_code"] = "place"
    patient = Patient(
        id=NOBODY,
        birth_family=texts["birth_family"],
        used_family=texts["used_family"] or None,
        given=tuple(texts["given"].replace(",", " ").split()),
        sex=typed.sex,
        birth_date=born,
        birth_place_code=place or None,
        ipp=texts["ipp"] or None,
        ins=ins or None,
        ins_qualified=bool(ins),
    )
    missing = tuple(trait for trait in lacking(patient) if trait not in {*wrong, *unfinished})
    if {"ipp", "ins"} & {*wrong, *unfinished}:
        missing = tuple(trait for trait in missing if trait != "number")
    return Reading(
        patient=patient,
        wrong=wrong,
        unfinished=unfinished,
        lacking=missing,
        doubts=() if "ins" in wrong else _doubts(patient),
    )


def lacking(patient: Patient) -> tuple[str, ...]:
    """What the platform demands of a typed identity and ``patient`` has not (lifen.md 4.6).

    The strongest identifier decides: a qualified INS, else an IPP; ``number`` where there is none.
    """
    if patient.ins and patient.ins_qualified:
        demanded: tuple[str, ...] = WITH_INS
    elif patient.ipp:
        demanded = WITH_IPP
    else:
        return (*(one for one in WITH_IPP if not _has(patient, one)), "number")
    return tuple(trait for trait in demanded if not _has(patient, trait))


def written(patient: Patient) -> Typed:
    """A typed identity as its fields held it, to be corrected."""
    return Typed(
        birth_family=patient.birth_family,
        used_family=patient.used_family or "",
        given=" ".join(patient.given),
        birth_date="" if patient.birth_date is None else patient.birth_date.strftime("%d/%m/%Y"),
        sex=patient.sex,
        ipp=patient.ipp or "",
        ins=patient.ins or "",
        birth_place_code=patient.birth_place_code or "",
    )


def with_text(typed: Typed, trait: str, text: str) -> Typed:
    """``typed`` with other words in one of its fields."""
    changed: Typed = replace(typed, **{trait: text})  # type: ignore[arg-type]
    return changed


def _has(patient: Patient, trait: str) -> bool:
    value = getattr(patient, trait)
    return value not in (None, "", (), Sex.UNKNOWN)


def _read_date(
    text: str, today: date, wrong: dict[str, str], unfinished: dict[str, str]
) -> date | None:
    born = as_date(text)
    if born is None:
        if re.fullmatch(r"\d{1,2}([/. -])\d{1,2}\1\d{2}", text):
            unfinished["birth_date"] = "birth_year"
        elif text and _DATE_BEGUN.fullmatch(text):
            unfinished["birth_date"] = "date"
        elif text:
            wrong["birth_date"] = "date"
        return None
    if born > today:
        wrong["birth_date"] = "future"
    elif born.year < _OLDEST:
        wrong["birth_date"] = "old"
    return born


def _read_ins(text: str, wrong: dict[str, str], unfinished: dict[str, str]) -> str:
    ins = _bare(text)
    if not ins:
        return ""
    if _INS.fullmatch(ins):
        if not nir.is_valid(ins):
            wrong["ins"] = "ins_key"
    elif len(ins) < _INS_LENGTH and _INS_BEGUN.fullmatch(ins):
        unfinished["ins"] = "ins_short"
    else:
        wrong["ins"] = "ins_form"
    return ins


def _doubts(patient: Patient) -> tuple[str, ...]:
    """What the INS says otherwise; its month is fictitious for some, its sex and date are not."""
    ins = patient.ins or ""
    if not _INS.fullmatch(ins):
        return ()
    doubts = []
    other = {Sex.MALE: _FEMALE, Sex.FEMALE: _MALE}.get(patient.sex)
    if ins[0] == other:
        doubts.append("sex")
    born = patient.birth_date
    if born is not None:
        real_month = "01" <= ins[3:5] <= "12"
        if ins[1:3] != f"{born:%y}" or (real_month and ins[3:5] != f"{born:%m}"):
            doubts.append("birth_date")
    place = patient.birth_place_code
    if place and _PLACE.fullmatch(place) and ins[5:10] != place:
        doubts.append("birth_place_code")
    return tuple(doubts)


def _is_name(text: str) -> bool:
    return any(char.isalpha() for char in text) and not any(char.isdigit() for char in text)


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _bare(text: str) -> str:
    """A number without the spaces and dots that it is written with."""
    return re.sub(r"[\s.]", "", text).upper()
