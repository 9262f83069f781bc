"""The patient pane: the identity that was chosen, and one box that understands what is typed.

The box is not inside the pane: the identity stays in sight while everything else scrolls.
"""

from collections.abc import Callable
from datetime import date

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QFrame, QWidget

from desktop_app.domain.people import Patient
from desktop_app.ui.answers import AnswerDelegate, FoundRole
from desktop_app.ui.fields import Field
from desktop_app.ui.flow import Flow
from desktop_app.ui.parts import Pill, button, clear, column, label, row, section
from desktop_app.ui.patients.model import PatientsModel
from desktop_app.ui.patients.presenter import PatientsState
from desktop_app.ui.results import SearchBox
from desktop_app.ui.style import Look, role
from desktop_app.wording import failures, search
from desktop_app.wording import patients as words
from desktop_app.wording.failures import Notice
from desktop_app.wording.people import given_names
from desktop_app.wording.states import Tone


class PatientPane(QWidget):
    """Shows the chosen identity; whoever places the pane places ``search`` below it."""

    patient_chosen = Signal(object)  # a Patient

    def __init__(self, look: Look, today: Callable[[], date]) -> None:
        super().__init__()
        self._look = look
        self._today = today
        self._model = PatientsModel(self)
        self._patient: Patient | None = None
        field = Field(look, hint=words.FIELD, name=words.FIELD_NAME, keys=words.FIELD_KEYS)
        self.search = SearchBox(look, self._model, field)
        self.search.draw_with(AnswerDelegate(look, self.search))
        self.search.list.setAccessibleName(words.RESULTS)
        self.search.chosen.connect(self._choose)
        self._change = button(words.CHANGE, "link", self.change)
        self._change.setToolTip(words.CHANGE_TIP)
        head = row()
        head.addWidget(section(words.PATIENT), 1)
        head.addWidget(self._change)
        self._band = QFrame()
        role(self._band, "card")
        self._band.setLayout(column(margins=(12, 10, 12, 10), spacing=3))
        layout = column(spacing=6)
        layout.addLayout(head)
        layout.addWidget(self._band)
        self.setLayout(layout)
        self.show_patient(None)

    def show_state(self, state: PatientsState) -> None:
        """Show what the search found."""
        patients = state.patients or ()
        self._model.show(patients, state.homonyms)
        notice = None if state.problem is None else failures.explain(state.problem)
        if notice is None and state.patients == () and not state.busy:
            notice = Notice(words.NOBODY, words.NOBODY_ADVICE)
        status = words.found(len(patients), state.total, complete=state.complete)
        self.search.show_answer(
            rows=len(patients),
            status=search.SEARCHING if state.busy else status,
            more=state.more,
            notice=notice,
            retry=state.problem is not None and failures.worth_another_try(state.problem),
        )

    def show_patient(self, patient: Patient | None) -> None:
        """Fix an identity in the band, or offer the search."""
        if patient is not None and patient == self._patient:
            return
        self._patient = patient
        self._band.setVisible(patient is not None)
        self._change.setVisible(patient is not None)
        self.search.setVisible(patient is None)
        if patient is not None:
            self.search.clear()
            self._fill(patient)

    def start_over(self) -> None:
        """Another letter: forget what was looked for."""
        self.search.clear()
        self.search.setVisible(self._patient is None)

    def change(self) -> None:
        """Offer the search again; the identity stays until another one is chosen."""
        self.search.setVisible(True)
        self.search.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.field.selectAll()

    def _choose(self, index: QModelIndex) -> None:
        patient: Patient = index.data(FoundRole)
        self.search.setVisible(False)
        self.search.clear()
        self.patient_chosen.emit(patient)

    def _fill(self, patient: Patient) -> None:
        layout = self._band.layout()
        assert layout is not None  # noqa: S101 - set in the constructor
        clear(layout)
        name = label(
            f"{patient.birth_family} {given_names(patient)}".strip(), "identity", wrap=True
        )
        layout.addWidget(name)
        layout.addWidget(label(words.used_name(patient), "" if patient.used_family else "muted"))
        sex, born, *more = words.birth(patient, self._today())
        line = Flow(spacing=12, between=2)
        line.addWidget(label(sex, "small"))
        line.addWidget(label(born, "strong-small"))
        for text in more:
            line.addWidget(label(text, "small"))
        birth = QWidget()
        birth.setLayout(line)
        layout.addWidget(birth)
        marks = QWidget()
        flow = Flow(spacing=8, between=4)
        if patient.ipp:
            flow.addWidget(label(f"IPP {patient.ipp}", "strong-small"))
        for text, tone in _marks(patient):
            flow.addWidget(Pill(self._look, text, tone))
        marks.setLayout(flow)
        layout.addWidget(marks)
        self._band.setAccessibleName(f"{words.heading(patient)}, {words.traits(patient)}")


def _marks(patient: Patient) -> list[tuple[str, Tone]]:
    marks = []
    if patient.deceased:
        marks.append((words.DECEASED, Tone.CARE))
    if patient.ins_qualified:
        marks.append((words.INS_QUALIFIED, Tone.GOOD))
    elif patient.ins is None and patient.reliability is None:
        marks.append((words.INS_ABSENT, Tone.CARE))
    else:
        marks.append((words.INS_NOT_QUALIFIED, Tone.CARE))
    return marks
