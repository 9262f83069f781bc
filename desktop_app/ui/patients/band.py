"""The fixed band: the identity that was chosen or typed, whole and always in sight."""

from datetime import date

from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop_app.domain.people import Patient
from desktop_app.ui.flow import Flow
from desktop_app.ui.parts import Pill, clear, column, label
from desktop_app.ui.style import Look, role
from desktop_app.wording import patients as words
from desktop_app.wording import people, typed
from desktop_app.wording.states import Tone


class IdentityBand(QFrame):
    """Everything that tells one person from another (french_health.md A6)."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        role(self, "card")
        self._lines: QVBoxLayout = column(margins=(12, 10, 12, 10), spacing=3)
        self.setLayout(self._lines)

    def show_patient(self, patient: Patient, today: date) -> None:
        """Show an identity as it was given: nothing of it is made up."""
        clear(self._lines)
        family = patient.birth_family or patient.used_family or ""
        name = f"{family} {people.given_names(patient)}".strip()
        self._lines.addWidget(label(name, "identity", wrap=True))
        self._lines.addWidget(_other_name(patient))
        self._lines.addWidget(_birth(patient, today))
        marks = QWidget()
        flow = Flow(spacing=8, between=4)
        if patient.ipp:
            flow.addWidget(label(f"IPP {patient.ipp}", "strong-small"))
        if typed.is_typed(patient) and patient.ins:
            flow.addWidget(label(f"INS {patient.ins}", "strong-small"))
        for text, tone in _marks(patient):
            flow.addWidget(Pill(self._look, text, tone))
        marks.setLayout(flow)
        self._lines.addWidget(marks)
        if typed.is_typed(patient):
            self._lines.addWidget(label(typed.REREAD, "care-small", wrap=True))
        self.setAccessibleName(f"{words.heading(patient)}, {words.traits(patient)}")


def _other_name(patient: Patient) -> QLabel:
    if not patient.birth_family:
        return label(typed.NO_BIRTH_NAME, "muted")
    return label(words.used_name(patient), "" if patient.used_family else "muted")


def _birth(patient: Patient, today: date) -> QWidget:
    sex, born, *more = words.birth(patient, today)
    line = Flow(spacing=12, between=2)
    line.addWidget(label(sex, "small"))
    line.addWidget(label(born, "strong-small"))
    for text in more:
        line.addWidget(label(text, "small"))
    birth = QWidget()
    birth.setLayout(line)
    return birth


def _marks(patient: Patient) -> list[tuple[str, Tone]]:
    marks = []
    if patient.deceased:
        marks.append((words.DECEASED, Tone.CARE))
    if typed.is_typed(patient):
        marks.append((typed.MARK, Tone.CARE))
    elif patient.ins_qualified:
        marks.append((words.INS_QUALIFIED, Tone.GOOD))
    elif patient.ins is None and patient.reliability is None:
        marks.append((words.INS_ABSENT, Tone.CARE))
    else:
        marks.append((words.INS_NOT_QUALIFIED, Tone.CARE))
    return marks
