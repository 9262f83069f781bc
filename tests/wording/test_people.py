from datetime import date

import pytest

from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Kind,
    Patient,
    PatientId,
    Place,
    Sex,
)
from desktop_app.wording import people

PATIENT = Patient(
    id=PatientId("1"),
    birth_family="d’Orval-Fictif",
    used_family="Chêne",
    given=("JEAN-FRANÇOIS", "élise"),
    sex=Sex.FEMALE,
    birth_place="VILLEFICTIVE-SUR-MER",
)


def test_birth_names_are_capitals_with_their_accents() -> None:
    assert people.full_name(PATIENT) == "D’ORVAL-FICTIF Jean-François"
    heading = people.patient_heading(PATIENT)
    assert heading == "D’ORVAL-FICTIF Jean-François Élise (us. CHÊNE)"


def test_a_used_name_is_never_made_up() -> None:
    alone = Patient(id=PatientId("1"), birth_family="ROSIER")
    assert people.patient_heading(alone) == "ROSIER"
    assert people.full_name(alone) == "ROSIER"


def test_a_name_in_mixed_case_is_left_as_it_is() -> None:
    mixed = Patient(id=PatientId("1"), birth_family="ROSIER", given=("MacKenzie",))
    assert people.given_names(mixed) == "MacKenzie"


@pytest.mark.parametrize("sex", Sex)
def test_every_sex_has_a_word_and_a_letter(sex: Sex) -> None:
    assert people.sex(sex)
    assert len(people.sex_initial(sex)) == 1


@pytest.mark.parametrize(
    ("sex", "born"), [(Sex.FEMALE, "née"), (Sex.MALE, "né"), (Sex.UNKNOWN, "né(e)")]
)
def test_birth_agrees_with_the_sex(sex: Sex, born: str) -> None:
    patient = Patient(id=PatientId("1"), sex=sex, birth_place="VILLEFICTIVE")
    assert people.birth_place(patient) == f"{born} à Villefictive"
    assert people.birth_place(Patient(id=PatientId("1"))) == ""


@pytest.mark.parametrize(
    ("born", "age"),
    [
        (date(2024, 3, 4), "0 mois"),
        (date(2024, 3, 5), "0 mois"),
        (date(2024, 2, 5), "0 mois"),
        (date(2024, 2, 4), "1 mois"),
        (date(2022, 3, 5), "23 mois"),
        (date(2022, 3, 4), "2 ans"),
        (date(1985, 3, 5), "38 ans"),
        (date(1985, 3, 4), "39 ans"),
    ],
)
def test_age_turns_on_the_birthday(born: date, age: str) -> None:
    assert people.age(born, date(2024, 3, 4)) == age


@pytest.mark.parametrize(
    ("prefix", "shown"), [("DR", "Dr "), ("Pr.", "Pr "), ("MME", "Mme "), ("", "")]
)
def test_a_practitioner_has_a_title(prefix: str, shown: str) -> None:
    entry = Correspondent(
        id=CorrespondentId("1"), family="Ormeau-Fictif", given=("PAUL",), prefix=prefix
    )
    assert people.correspondent(entry) == f"{shown}ORMEAU-FICTIF Paul"


def test_a_structure_has_its_own_name() -> None:
    entry = Correspondent(
        id=CorrespondentId("1"), kind=Kind.ORGANIZATION, name="Clinique des Exemples"
    )
    assert people.correspondent(entry) == "Clinique des Exemples"


def test_a_place_is_out_of_the_capitals_of_directories() -> None:
    place = Place(lines=("12 RUE DES ESSAIS", ""), postal_code="99001", city="VILLE-FICTIVE")
    assert people.place(place) == "12 rue des essais, 99001 Ville-Fictive"
    assert people.place(Place()) == ""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ABRICOTIER", "d’ABRICOTIER"),
        ("ÉGLANTINE", "d’ÉGLANTINE"),
        ("ŒILLET", "d’ŒILLET"),
        ("HÊTRE", "de HÊTRE"),
        ("TILLEUL", "de TILLEUL"),
    ],
)
def test_the_article_is_elided_before_a_vowel(name: str, said: str) -> None:
    assert people.of(name) == said
