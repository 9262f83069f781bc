"""Appointments and stays, as rows to pick from."""

from desktop_app.domain.people import Appointment, AppointmentId, PatientId, PatientStay
from desktop_app.ui.answers import AnswersModel, Row
from desktop_app.wording import patients, visits
from desktop_app.wording.states import Tone


class AppointmentsModel(AnswersModel):
    """One row an appointment."""

    def show(
        self, appointments: tuple[Appointment, ...], namesakes: frozenset[AppointmentId]
    ) -> None:
        """Become another day, or the same a moment later; ``namesakes`` are marked."""
        rows = [_appointment(one, homonym=one.id in namesakes) for one in appointments]
        self.become(appointments, rows)


class StaysModel(AnswersModel):
    """One row a stay under way."""

    def show(self, stays: tuple[PatientStay, ...], homonyms: frozenset[PatientId]) -> None:
        """Become another answer; patients who share their names are marked."""
        rows = [_stay(one, homonym=one.patient.id in homonyms) for one in stays]
        self.become(stays, rows)


def _appointment(one: Appointment, *, homonym: bool) -> Row:
    title, detail = visits.appointment_title(one), visits.appointment_detail(one)
    kept = visits.number(one) if one.patient_name else ""
    marks = [*visits.appointment_marks(one)]
    if homonym:
        marks.append((patients.HOMONYM, Tone.CARE))
    return _row(title, detail, kept, marks)


def _stay(one: PatientStay, *, homonym: bool) -> Row:
    title, detail, kept = patients.heading(one.patient), one.stay.label, visits.stay_kept(one)
    marks = []
    if one.patient.deceased:
        marks.append((patients.DECEASED, Tone.NEUTRAL))
    if homonym:
        marks.append((patients.HOMONYM, Tone.CARE))
    return _row(title, detail, kept, marks)


def _row(title: str, detail: str, kept: str, marks: list[tuple[str, Tone]]) -> Row:
    said = (title, detail, kept, *(word for word, _tone in marks))
    spoken = ", ".join(part for part in said if part)
    return Row(title=title, detail=detail, kept=kept, marks=tuple(marks), spoken=spoken)
