from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.people import Sex
from desktop_app.domain.typed import (
    TEXTS,
    Reading,
    Typed,
    lacking,
    read_identity,
    with_text,
    written,
)

TODAY = date(2024, 3, 4)
BY_IPP = Typed(
    used_family="DELORMEAU-SANDBOX",
    given="Capucine",
    birth_date="14/07/1985",
    sex=Sex.FEMALE,
    ipp="000123",
)
BY_INS = Typed(
    birth_family="ABRICOTIER",
    given="Capucine Rose",
    birth_date="14071985",
    sex=Sex.FEMALE,
    ins="2 85 07 99 999 901 36",
    birth_place_code="99999",
)


def read(typed: Typed) -> Reading:
    return read_identity(typed, TODAY)


def test_an_ipp_demands_the_used_name_and_no_birth_name() -> None:
    reading = read(BY_IPP)
    assert reading.is_complete
    assert reading.patient.ipp == "000123"
    assert reading.patient.birth_family == ""


def test_an_ins_demands_the_birth_name_and_the_birth_place() -> None:
    reading = read(BY_INS)
    assert reading.is_complete
    patient = reading.patient
    assert (patient.ins, patient.ins_qualified) == ("285079999990136", True)
    assert (patient.birth_place_code, patient.given) == ("99999", ("Capucine", "Rose"))
    assert patient.birth_date == date(1985, 7, 14)


def test_nothing_is_completed() -> None:
    patient = read(BY_INS).patient
    assert patient.id == ""
    assert patient.used_family is None
    assert patient.birth_place is None
    assert read(BY_IPP).patient.sex is Sex.FEMALE
    only_ins = read(Typed(ins=BY_INS.ins)).patient
    assert (only_ins.sex, only_ins.birth_date, only_ins.birth_place_code) == (
        Sex.UNKNOWN,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("typed", "trait"),
    [
        (replace(BY_IPP, used_family="", birth_family="ABRICOTIER"), "used_family"),
        (replace(BY_IPP, given=""), "given"),
        (replace(BY_IPP, birth_date=""), "birth_date"),
        (replace(BY_IPP, sex=Sex.UNKNOWN), "sex"),
        (replace(BY_IPP, ipp=" "), "number"),
        (replace(BY_INS, birth_family=""), "birth_family"),
        (replace(BY_INS, birth_place_code=""), "birth_place_code"),
        (replace(BY_INS, ins=""), "number"),
        (replace(BY_INS, ipp="000123", birth_place_code=""), "birth_place_code"),
    ],
)
def test_each_trait_that_is_demanded_is_missed(typed: Typed, trait: str) -> None:
    reading = read(typed)
    assert trait in reading.lacking
    assert not reading.is_complete


@pytest.mark.parametrize(
    "text", ["14/07/1985", "14071985", "1985-07-14", "14 07 1985", "14.7.1985", " 14-07-1985 "]
)
def test_a_birth_date_is_understood_as_in_the_search_box(text: str) -> None:
    assert read(replace(BY_IPP, birth_date=text)).patient.birth_date == date(1985, 7, 14)


@pytest.mark.parametrize(
    ("text", "code"),
    [("31/02/1985", "date"), ("le 14", "date"), ("04/03/2042", "future"), ("01/01/1712", "old")],
)
def test_a_birth_date_that_cannot_be_is_wrong(text: str, code: str) -> None:
    assert read(replace(BY_IPP, birth_date=text)).wrong == {"birth_date": code}


@pytest.mark.parametrize("end", range(1, 10))
def test_a_birth_date_is_not_wrong_while_it_is_typed(end: int) -> None:
    for whole in ("14/07/1985", "14071985"[:9], "1985-07-14", "14 07 1985"):
        if end < len(whole):
            reading = read(replace(BY_IPP, birth_date=whole[:end]))
            assert reading.wrong == {}
            assert "birth_date" in reading.unfinished
            assert reading.lacking == ()


def test_two_figures_of_a_year_are_not_enough() -> None:
    assert read(replace(BY_IPP, birth_date="14/07/85")).unfinished == {"birth_date": "birth_year"}


@pytest.mark.parametrize("end", range(1, 15))
def test_an_ins_is_not_wrong_while_it_is_typed(end: int) -> None:
    for whole in ("285079999990136", "184012A99999172"):
        reading = read(replace(BY_INS, ins=whole[:end]))
        assert (reading.wrong, reading.unfinished) == ({}, {"ins": "ins_short"})


@pytest.mark.parametrize(
    ("ins", "code"),
    [
        ("185059999999954", "ins_key"),
        ("185059999999900", "ins_key"),
        ("184012A99999145", "ins_key"),
        ("184012C99999172", "ins_form"),
        ("18505999999995X", "ins_form"),
        ("085059999999953", "ins_form"),
        ("1850599999999531", "ins_form"),
    ],
)
def test_an_ins_with_a_wrong_key_or_form_is_wrong(ins: str, code: str) -> None:
    assert read(replace(BY_INS, ins=ins)).wrong == {"ins": code}


@pytest.mark.parametrize(
    "ins", ["185059999999953", "184012a99999172", "788069999900138", "1 85 05 99 999 999 53"]
)
def test_a_good_ins_is_taken_however_it_is_spaced(ins: str) -> None:
    assert "ins" not in read(replace(BY_INS, ins=ins)).wrong


def test_an_ins_in_the_place_of_an_ipp_is_caught() -> None:
    reading = read(replace(BY_IPP, ipp="2850799 99990136"))
    assert reading.wrong == {"ipp": "ins"}


def test_a_name_has_no_figures() -> None:
    reading = read(replace(BY_IPP, used_family="DELORMEAU 2", given="123"))
    assert reading.wrong == {"used_family": "name", "given": "name"}


@pytest.mark.parametrize(
    ("code", "finished"), [("99999", True), ("2A004", True), ("2b999", True), ("990", False)]
)
def test_a_birth_place_is_five_characters(code: str, finished: bool) -> None:  # noqa: FBT001
    assert ("birth_place_code" not in read(replace(BY_INS, birth_place_code=code)).unfinished) is (
        finished
    )
    assert read(replace(BY_INS, birth_place_code="Paris")).wrong == {"birth_place_code": "place"}


def test_an_ins_that_says_otherwise_raises_a_doubt_and_changes_nothing() -> None:
    typed = replace(BY_INS, sex=Sex.MALE, birth_date="14/08/1986", birth_place_code="99001")
    reading = read(typed)
    assert reading.doubts == ("sex", "birth_date", "birth_place_code")
    assert reading.is_complete
    assert reading.patient.sex is Sex.MALE
    assert read(BY_INS).doubts == ()


def test_a_fictitious_month_in_an_ins_raises_no_doubt() -> None:
    assert read(replace(BY_INS, ins="285309999990153", birth_place_code="")).doubts == ()


@pytest.mark.parametrize("typed", [BY_IPP, BY_INS, Typed()])
def test_an_identity_can_be_corrected_as_it_was_typed(typed: Typed) -> None:
    patient = read(typed).patient
    assert read(written(patient)).patient == patient
    assert lacking(patient) == read(typed).lacking


@given(st.sampled_from(TEXTS), st.text(max_size=20))
def test_whatever_is_typed_is_read_without_an_accident(trait: str, text: str) -> None:
    for typed in (BY_IPP, BY_INS, Typed()):
        reading = read(with_text(typed, trait, text))
        assert set(reading.wrong).isdisjoint(reading.unfinished)
