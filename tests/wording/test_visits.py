from datetime import UTC, date, datetime, timedelta

from desktop_app.domain.people import (
    Appointment,
    AppointmentId,
    Patient,
    PatientId,
    PatientStay,
    Sex,
    Stay,
    StayId,
)
from desktop_app.wording import visits as words
from desktop_app.wording.failures import Notice

NOON = datetime(2024, 3, 4, 12, 0).astimezone()
VISIT = Appointment(
    id=AppointmentId("1:APT-1"),
    start=NOON,
    label="Première consultation",
    patient_number="000123",
    patient_name="ABRICOTIER Capucine",
    practitioner="BAC Léa",
)


def test_an_appointment_says_when_whom_and_with_whom() -> None:
    assert words.appointment_title(VISIT) == "12:00\u2002ABRICOTIER Capucine"
    assert words.appointment_detail(VISIT) == "BAC Léa · Première consultation"


def test_an_appointment_that_names_nobody_shows_what_it_has() -> None:
    number = Appointment(id=AppointmentId("1"), start=NOON, patient_number="000123")
    assert words.appointment_title(number) == "12:00\u2002n°\u00a0000123"
    assert words.appointment_title(Appointment(id=AppointmentId("1"))) == "patient non précisé"
    assert words.appointment_detail(number) == ""


def test_only_who_did_not_come_is_marked() -> None:
    assert words.appointment_marks(VISIT) == ()
    ((word, _tone),) = words.appointment_marks(Appointment(id=AppointmentId("1"), status="noshow"))
    assert word == "absent"


def test_a_stay_keeps_since_when_and_what_tells_people_apart() -> None:
    patient = Patient(id=PatientId("1"), sex=Sex.FEMALE, birth_date=date(1985, 7, 14))
    stay = Stay(id=StayId("1"), start=NOON)
    kept = words.stay_kept(PatientStay(patient=patient, stay=stay))
    assert kept == "depuis le 04/03 · F · 14/07/1985"
    bare = PatientStay(patient=Patient(id=PatientId("1")), stay=Stay(id=StayId("1")))
    assert words.stay_kept(bare) == "?"


def test_a_count_that_is_not_whole_says_so() -> None:
    assert words.count(20, complete=True) == "20"
    assert words.count(20, complete=False) == "20 ou plus"


def test_refreshing_tells_how_old_the_answer_is() -> None:
    assert words.refresh_tip(None, NOON) == "Actualiser"
    assert words.refresh_tip(NOON, NOON + timedelta(hours=1)) == "Actualiser (lu à 12:00)"
    assert words.refresh_tip(NOON, NOON + timedelta(days=1)) == "Actualiser (lu hier)"


def test_a_failure_is_one_sentence() -> None:
    said = words.failed(Notice("La plateforme est injoignable", "…"))
    assert said == "Agenda et séjours non lus\u00a0: la plateforme est injoignable."


def test_the_agenda_is_quoted_above_whom_it_proposes() -> None:
    assert "ABRICOTIER Capucine" in words.from_agenda(VISIT)
    nameless = Appointment(id=AppointmentId("1"), start=datetime(2024, 3, 4, tzinfo=UTC))
    assert "sans nom de patient" in words.from_agenda(nameless)
