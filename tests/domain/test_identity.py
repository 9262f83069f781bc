import unicodedata
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import Incomplete
from desktop_app.domain.identity import (
    bears,
    fold,
    homonyms,
    read_correspondent_query,
    read_patient_query,
)
from desktop_app.domain.people import Patient, PatientId, SearchRules
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery

INS = "285079900100123"
LETTERS = st.text(alphabet="abcéèçœÉÔ'’- ", min_size=1)


def ins_with_key(body: str) -> str:
    """Thirteen digits and the two that follow from them."""
    return f"{body}{97 - int(body) % 97:02d}"


def question_or_reason(read: Callable[[str], object], text: str) -> object:
    """What ``text`` asks for, or why it asks for nothing."""
    try:
        return read(text)
    except Incomplete as error:
        return error.what


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("D’Orval", "d orval"),
        ("d'ORVAL", "d orval"),
        ("Chêne-Liège", "chene liege"),
        ("CHENE  LIEGE", "chene liege"),
        ("Œuvrard", "oeuvrard"),
        ("Lætitia", "laetitia"),
        ("  Ô ", "o"),
        ("Weiß", "weiss"),
        ("", ""),
    ],
)
def test_names_are_compared_as_people_say_them(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(LETTERS)
def test_case_accents_and_their_encoding_do_not_matter(text: str) -> None:
    assert fold(text.upper()) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    "written",
    ["14/07/1985", "14-07-1985", "14.7.1985", "14071985", "1985-07-14", "14 07 1985", "14 7 1985"],
)
def test_a_birth_date_is_understood_however_it_is_written(written: str) -> None:
    born = date(1985, 7, 14)
    assert read_patient_query(written) == PatientQuery(birth_date=born)
    for text in (f"abricotier {written}", f"{written} abricotier", f" {written},  abricotier "):
        assert read_patient_query(text) == PatientQuery(name="abricotier", birth_date=born)


@given(st.dates(min_value=date(1850, 1, 1), max_value=date(2050, 12, 31)))
def test_every_day_is_read_back(born: date) -> None:
    for written in (f"{born:%d/%m/%Y}", born.isoformat(), f"{born.day}/{born.month}/{born.year}"):
        assert read_patient_query(written).birth_date == born


def test_a_day_that_is_not_on_the_calendar_is_a_number() -> None:
    assert read_patient_query("31/02/1985") == PatientQuery(identifier="31/02/1985")


@pytest.mark.parametrize("written", ["14/07/85", "1.2.85", "14-07-85"])
def test_a_year_of_two_digits_is_asked_for_in_full(written: str) -> None:
    for text in (written, f"dupont {written}", f"{written} dupont"):
        with pytest.raises(Incomplete) as caught:
            read_patient_query(text)
        assert caught.value.what == "birth_year"


@pytest.mark.parametrize("written", ["12-34-56", "32/01/85", "14/07-85", "140785"])
def test_what_only_resembles_a_short_date_is_a_number(written: str) -> None:
    assert read_patient_query(written) == PatientQuery(identifier=written)


def test_a_word_with_a_digit_is_a_number_of_the_patient() -> None:
    assert read_patient_query("000123") == PatientQuery(identifier="000123")
    assert read_patient_query("D’Orval IPP0042") == PatientQuery(
        name="D’Orval", identifier="IPP0042"
    )


@given(
    st.from_regex(r"\A[12][0-9]{2}(0[1-9]|1[0-2])[0-9]{8}\Z"),
)
def test_an_ins_is_taken_with_its_key_and_refused_with_another(body: str) -> None:
    ins = ins_with_key(body)
    assert read_patient_query(ins) == PatientQuery(identifier=ins)
    wrong = f"{body}{(int(ins[-2:]) % 97) + 1:02d}"
    with pytest.raises(Incomplete) as caught:
        read_patient_query(wrong)
    assert caught.value.what == "ins_key"


def test_an_ins_may_be_written_in_groups() -> None:
    ins = ins_with_key("2850799001001")
    spaced = f"{ins[0]} {ins[1:3]} {ins[3:5]} {ins[5:7]} {ins[7:10]} {ins[10:13]} {ins[13:]}"
    assert read_patient_query(f"abricotier {spaced}") == read_patient_query(f"abricotier {ins}")


@pytest.mark.parametrize("text", ["", "  ", " , ;"])
def test_nothing_typed_is_no_question(text: str) -> None:
    with pytest.raises(Incomplete) as caught:
        read_patient_query(text)
    assert caught.value.what == "query_empty"


def test_one_letter_is_too_short_unless_something_else_is_known() -> None:
    with pytest.raises(Incomplete) as caught:
        read_patient_query("a")
    assert caught.value.what == "query_short"
    assert caught.value.limit == 2
    assert read_patient_query("Ô 14/07/1985").name == "Ô"


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_question_or_a_reason(text: str) -> None:
    asked = question_or_reason(read_patient_query, text)
    assert asked != PatientQuery()
    assert isinstance(asked, PatientQuery) or asked in {
        "query_empty",
        "query_short",
        "birth_year",
        "ins_key",
        "one_number",
    }


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        (
            "ok.x@cabinet.mssante.example",
            [CorrespondentQuery(telecom="ok.x@cabinet.mssante.example")],
        ),
        ("10003456789", [CorrespondentQuery(identifier="10003456789")]),
        ("100 0345 6789", [CorrespondentQuery(identifier="10003456789")]),
        ("990000001", [CorrespondentQuery(identifier="990000001")]),
        ("ormeau", [CorrespondentQuery(name="ormeau"), CorrespondentQuery(address="ormeau")]),
        ("ormeau, villefictive", [CorrespondentQuery(name="ormeau", address="villefictive")]),
        (", villefictive", [CorrespondentQuery(address="villefictive")]),
        (
            "ormeau  villefictive",
            [
                CorrespondentQuery(name="ormeau villefictive"),
                CorrespondentQuery(name="ormeau", address="villefictive"),
                CorrespondentQuery(address="ormeau villefictive"),
            ],
        ),
        *(
            (text, [CorrespondentQuery(name=text), CorrespondentQuery(address=text)])
            for text in ("coudrier x", "coudrier d'", "coudrier œ", "x coudrier", "d' coudrier")
        ),
    ],
)
def test_a_recipient_is_looked_for_as_it_was_written(
    text: str, queries: list[CorrespondentQuery]
) -> None:
    assert list(read_correspondent_query(text)) == queries


@pytest.mark.parametrize(
    ("text", "what"), [("", "query_empty"), (",", "query_empty"), ("x", "query_short")]
)
def test_a_recipient_needs_two_letters(text: str, what: str) -> None:
    with pytest.raises(Incomplete) as caught:
        read_correspondent_query(text)
    assert caught.value.what == what


@given(st.text(max_size=40))
def test_whatever_is_typed_for_a_recipient_is_a_question_or_a_reason(text: str) -> None:
    asked = question_or_reason(read_correspondent_query, text)
    if isinstance(asked, tuple):
        assert asked
        assert CorrespondentQuery() not in asked
    else:
        assert asked in {"query_empty", "query_short"}


def a_patient(number: int, family: str, given: str = "Jean", used: str | None = None) -> Patient:
    return Patient(id=PatientId(str(number)), birth_family=family, used_family=used, given=(given,))


def test_those_who_share_a_name_are_told() -> None:
    patients = [
        a_patient(1, "MARRONNIER"),
        a_patient(2, "Marronnier", "JEAN"),
        a_patient(3, "MARRONNIER", "Jules"),
        a_patient(4, "ROSIER", used="MARRONNIER"),
        a_patient(5, "SORBIER"),
    ]
    assert homonyms(patients) == {"1", "2", "4"}


def test_a_patient_is_not_a_homonym_of_oneself() -> None:
    assert homonyms([a_patient(1, "ROSIER", used="ROSIER")]) == frozenset()
    assert homonyms([]) == frozenset()


def test_two_numbers_are_not_guessed_at() -> None:
    with pytest.raises(Incomplete) as caught:
        read_patient_query("000123 000124")
    assert caught.value.what == "one_number"


VIVALTO = SearchRules(has_identifier=False, shortest_name=3)


def test_what_a_hospital_cannot_be_asked_is_said_and_what_it_can_is_not() -> None:
    def ask(text: str) -> object:
        return question_or_reason(lambda typed: read_patient_query(typed, VIVALTO), text)

    assert ask("000123") == "number_only"
    assert ask(INS[:13] + ins_with_key(INS[:13])[13:]) == "number_only"
    assert ask("ab") == ask("ab 000123") == "query_short"
    assert ask("abr 000123") == PatientQuery(name="abr", identifier="000123")
    assert ask("a 14/07/1985") == PatientQuery(name="a", birth_date=date(1985, 7, 14))


@pytest.mark.parametrize(
    ("said", "may_be"),
    [
        ("ABRICOTIER Capucine", True),
        ("Mme Capucine Delormeau", True),
        ("DELORMEAU-ABRICOTIER CAPUCINE", True),
        ("ABRICOTIER Louise", False),
        ("ABRICOT Capucine", False),
        ("Capucine", False),
        ("", False),
    ],
)
def test_a_patient_bears_a_family_name_and_the_first_given_one(said: str, may_be: bool) -> None:  # noqa: FBT001
    capucine = Patient(
        id=PatientId("1"),
        birth_family="ABRICOTIER",
        used_family="DELORMEAU",
        given=("CAPUCINE", "Rose"),
    )
    assert bears(capucine, said) is may_be


def test_a_nameless_record_is_nobody_s() -> None:
    assert not bears(Patient(id=PatientId("1")), "ABRICOTIER Capucine")
