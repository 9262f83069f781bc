"""The patients found, as rows that say everything that tells two people apart."""

from desktop_app.domain.people import Patient, PatientId
from desktop_app.ui.answers import AnswersModel, Row
from desktop_app.wording import patients as words
from desktop_app.wording.states import Tone


class PatientsModel(AnswersModel):
    """One row a patient."""

    def show(
        self,
        patients: tuple[Patient, ...],
        homonyms: frozenset[PatientId],
        strangers: frozenset[PatientId] = frozenset(),
    ) -> None:
        """Become another answer; ``homonyms`` and ``strangers`` to the agenda are marked."""
        rows = [
            _row(patient, homonym=patient.id in homonyms, stranger=patient.id in strangers)
            for patient in patients
        ]
        self.become(patients, rows)


def _row(patient: Patient, *, homonym: bool, stranger: bool) -> Row:
    title, detail = words.heading(patient), words.traits(patient)
    marks = []
    if patient.deceased:
        marks.append((words.DECEASED, Tone.NEUTRAL))
    if homonym:
        marks.append((words.HOMONYM, Tone.CARE))
    if stranger:
        marks.append((words.STRANGER, Tone.CARE))
    spoken = ", ".join((title, detail, *(word for word, _tone in marks)))
    return Row(title=title, detail=detail, marks=tuple(marks), spoken=spoken)
