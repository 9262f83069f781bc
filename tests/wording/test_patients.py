from dataclasses import replace
from datetime import date

from desktop_app.domain.people import Patient, PatientId, Sex
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
