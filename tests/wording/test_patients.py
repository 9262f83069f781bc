from dataclasses import replace
from datetime import date

import pytest

from desktop_app.domain.people import Patient, PatientId, SearchRules, Sex
from desktop_app.wording import patients as words

TODAY = date(2024, 3, 4)
LUC = Patient(
    id=PatientId("1"),
    birth_family="POMMIER",
    given=("LUC",),
    sex=Sex.MALE,
    birth_date=date(1960, 9, 9),
    birth_place="VILLEFICTIVE",
)


def test_the_band_tells_the_age_and_the_birth_place() -> None:
    assert words.birth(LUC, TODAY) == ("Homme", "09/09/1960", "(63 ans)", "né à Villefictive")


def test_nobody_grows_older_who_is_dead() -> None:
    assert words.birth(replace(LUC, deceased=True), TODAY) == (
        "Homme",
        "09/09/1960",
        "né à Villefictive",
    )


def test_what_is_not_known_is_said_or_left_out() -> None:
    stranger = Patient(id=PatientId("2"))
    assert words.birth(stranger, TODAY) == ("Sexe inconnu", "date de naissance inconnue")


VIVALTO = SearchRules(has_identifier=False, shortest_name=3)


def test_only_what_can_be_asked_is_named() -> None:
    for said in (words.field, words.field_name, words.help_line):
        assert "IPP" in said(SearchRules())
        assert "IPP" not in said(VIVALTO)
        assert "INS" not in said(VIVALTO)
    for said in (words.field, words.field_tip, words.help_line, words.short):
        assert "3 lettres" in said(VIVALTO)


def test_the_spelling_that_answered_is_told_with_the_count() -> None:
    assert words.found(2, 2, complete=True, asked_as="Chene Liege") == (
        "Trouvé avec «\u00a0Chene Liege\u00a0»\u00a0: 2 patients trouvés"
    )
    assert words.found(0, 0, complete=True, asked_as="Chene Liege") == ""


@pytest.mark.parametrize("total", [None, 300])
def test_rows_that_cannot_be_paged_to_are_a_reason_to_be_more_precise(total: int | None) -> None:
    assert "précisez" in words.found(20, total, complete=False)


def test_a_typed_identity_says_so() -> None:
    typed = Patient(id=PatientId(""), used_family="Delormeau", given=("Luc",), ipp="000123")
    assert words.heading(typed) == "DELORMEAU Luc"
    assert words.traits(typed) == "? · IPP 000123 · identité saisie, non vérifiée"
