import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import AppError, Incomplete, NotOffered
from desktop_app.domain.people import Kind, SearchRules
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery
from desktop_app.fhir.lifen.search import (
    TENANTS,
    correspondent_forms,
    coverage_form,
    current_form,
    day_form,
    fits,
    patient_forms,
    rules_of,
    stay_form,
)
from tests.fhir.conftest import PATIENT

STANDARD, RAMSAY, VIVALTO = (TENANTS[name] for name in ("standard", "ramsay", "vivalto"))
SIZE = ("_count", "20")
ALL = ("_count", "100")
RPPS = "10999999971"


def test_what_was_typed_is_asked_trimmed_with_an_iso_date_and_the_bare_number() -> None:
    query = PatientQuery(
        name="  abricotier   capucine ", birth_date=date(1985, 7, 14), identifier=" 000123 "
    )
    assert patient_forms(query, STANDARD) == (
        (
            ("name", "abricotier capucine"),
            ("birthdate", "1985-07-14"),
            ("identifier", "000123"),
            SIZE,
        ),
    )


@pytest.mark.parametrize(
    ("typed", "plain"),
    [("Chêne-Liège", "Chene Liege"), ("D’Orval", "D Orval"), ("d'œuf", "d oeuf")],
)
def test_accents_hyphens_and_apostrophes_have_a_second_form(typed: str, plain: str) -> None:
    forms = patient_forms(PatientQuery(name=typed), STANDARD)
    assert forms == ((("name", typed), SIZE), (("name", plain), SIZE))


@pytest.mark.parametrize(
    ("tenant", "name", "limit"), [("standard", "a", 2), ("ramsay", "a", 2), ("vivalto", "ba", 3)]
)
def test_a_name_has_the_tenant_s_shortest_length(tenant: str, name: str, limit: int) -> None:
    with pytest.raises(Incomplete) as caught:
        patient_forms(PatientQuery(name=name), TENANTS[tenant])
    assert (caught.value.what, caught.value.limit) == ("query_short", limit)
    assert patient_forms(PatientQuery(name=name + "x" * limit), TENANTS[tenant])


@pytest.mark.parametrize("tenant", list(TENANTS))
def test_a_question_without_a_criterion_is_not_asked(tenant: str) -> None:
    with pytest.raises(Incomplete) as caught:
        patient_forms(PatientQuery(name="  ", identifier=" "), TENANTS[tenant])
    assert caught.value.what == "query_empty"


def test_vivalto_is_never_asked_for_a_number() -> None:
    with pytest.raises(NotOffered):
        patient_forms(PatientQuery(identifier="000123"), VIVALTO)
    query = PatientQuery(name="abricotier", identifier="000123")
    assert patient_forms(query, VIVALTO) == ((("name", "abricotier"), SIZE),)
    assert fits(PATIENT, query, VIVALTO)
    assert not fits(PATIENT, PatientQuery(name="abricotier", identifier="9"), VIVALTO)


@pytest.mark.parametrize("tenant", list(TENANTS))
def test_a_number_is_one_and_words_are_no_alternatives(tenant: str) -> None:
    with pytest.raises(Incomplete) as caught:
        patient_forms(PatientQuery(name="abricotier", identifier="000123,000124"), TENANTS[tenant])
    assert caught.value.what == "one_number"
    forms = patient_forms(PatientQuery(name="abricotier, capucine"), TENANTS[tenant])
    assert forms == ((("name", "abricotier capucine"), SIZE),)


@pytest.mark.parametrize(
    ("tenant", "rules", "pages", "coverage"),
    [
        ("standard", SearchRules(), True, True),
        ("ramsay", SearchRules(), False, True),
        ("vivalto", SearchRules(has_identifier=False, shortest_name=3), False, False),
    ],
)
def test_each_tenant_has_its_rules(
    tenant: str, rules: SearchRules, *, pages: bool, coverage: bool
) -> None:
    book = TENANTS[tenant]
    assert (book.rules, book.has_pages, book.has_coverage) == (rules, pages, coverage)
    assert rules_of(tenant, "search") == rules
    assert rules_of(tenant, "typed") == replace(rules, has_patients=False)


def test_no_question_carries_a_date_prefix_or_two_values() -> None:
    asked = (
        stay_form(PATIENT.id),
        current_form(),
        day_form(date(2024, 3, 4)),
        coverage_form(PATIENT.id),
    )
    for form in asked:
        assert len({name for name, _value in form}) == len(form)
        assert not any("," in value or value[:2] in {"ge", "le"} for _name, value in form)


def test_the_rules_are_known_before_anything_that_speaks_to_a_network() -> None:
    program = (
        "import sys, desktop_app.fhir.lifen.search;"
        "sys.exit(bool({'httpx', 'orjson'} & {*sys.modules}))"
    )
    assert subprocess.run((sys.executable, "-c", program), check=False).returncode == 0


def test_a_name_too_short_to_ask_for_still_counts_beside_a_birth_date() -> None:
    query = PatientQuery(name="ca", birth_date=date(1985, 7, 14))
    assert patient_forms(query, VIVALTO) == ((("birthdate", "1985-07-14"), SIZE),)
    assert fits(PATIENT, query, VIVALTO)
    assert not fits(PATIENT, PatientQuery(name="zo", birth_date=date(1985, 7, 14)), VIVALTO)


@pytest.mark.parametrize("typed", [RPPS, f"8{RPPS}"])
def test_an_rpps_is_asked_with_eleven_digits_then_with_twelve(typed: str) -> None:
    forms = correspondent_forms(CorrespondentQuery(identifier=typed), Kind.PRACTITIONER)
    assert forms == ((("identifier", RPPS), ALL), (("identifier", f"8{RPPS}"), ALL))


def test_a_finess_is_asked_as_it_is() -> None:
    forms = correspondent_forms(CorrespondentQuery(identifier="990000010"), Kind.ORGANIZATION)
    assert forms == ((("identifier", "990000010"), ALL),)


def test_a_name_and_a_place_lose_their_accents_together() -> None:
    query = CorrespondentQuery(name="Inès", address="Sainte-Épreuve")
    assert correspondent_forms(query, Kind.PRACTITIONER) == (
        (("name", "Inès"), ("address", "Sainte-Épreuve"), ALL),
        (("name", "Ines"), ("address", "Sainte Epreuve"), ALL),
    )


@pytest.mark.parametrize(
    ("query", "what"),
    [
        (CorrespondentQuery(), "query_empty"),
        (CorrespondentQuery(name="x"), "query_short"),
        (CorrespondentQuery(name="tessandier", address="v"), "query_short"),
    ],
)
def test_a_question_to_the_directory_must_say_something(
    query: CorrespondentQuery, what: str
) -> None:
    with pytest.raises(Incomplete) as caught:
        correspondent_forms(query, Kind.PRACTITIONER)
    assert caught.value.what == what


@given(st.text(), st.text(), st.none() | st.dates(), st.sampled_from(list(TENANTS)))
def test_any_typing_gives_one_or_two_forms_or_an_error_of_ours(
    name: str, number: str, born: date | None, tenant: str
) -> None:
    query = PatientQuery(name=name, identifier=number, birth_date=born)
    try:
        forms = patient_forms(query, TENANTS[tenant])
    except AppError:
        return
    assert 1 <= len(forms) <= 2
    for form in forms:
        assert len(form) > 1
        assert all(value and value == value.strip() for _name, value in form)
        assert len({key for key, _value in form}) == len(form)
