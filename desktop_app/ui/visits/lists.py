"""Two short lists below the empty patient box: one key to the patient of the hour."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.ui.answers import AnswerDelegate, AnswersModel, FoundRole
from desktop_app.ui.parts import IconButton, column, label, row, section
from desktop_app.ui.results import AnswerList
from desktop_app.ui.style import Look
from desktop_app.ui.visits.model import AppointmentsModel, StaysModel
from desktop_app.ui.visits.presenter import VisitsState
from desktop_app.wording import visits as words
from desktop_app.wording.failures import explain

_ROWS, _ROWS_LARGE = 3, 2


class VisitLists(QWidget):
    """Shows who is here; hidden where nobody looks, and where the hospital offers neither."""

    wanted = Signal()
    refresh_asked = Signal()
    appointment_chosen = Signal(object)  # an Appointment
    stay_chosen = Signal(object)  # a PatientStay
    left = Signal()  # back to the field

    def __init__(self, look: Look, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._look, self._now = look, now
        self._state = VisitsState()
        self._looked_at = False
        self._first, self._second = AppointmentsModel(self), StaysModel(self)
        self._buttons = [
            IconButton(look, "rotate-cw", words.REFRESH, self.refresh_asked.emit) for _ in range(3)
        ]
        on_trouble, on_first, on_second = self._buttons
        self.appointments = _Part(look, words.APPOINTMENTS, self._first, on_first)
        self.stays = _Part(look, words.STAYS, self._second, on_second)
        self.trouble: QLabel = label("", "muted", wrap=True)
        said = row(spacing=8)
        said.addWidget(self.trouble, 1)
        said.addWidget(on_trouble, 0, Qt.AlignmentFlag.AlignTop)
        layout = column(spacing=8)
        layout.addLayout(said)
        layout.addWidget(self.appointments)
        layout.addWidget(self.stays)
        self.setLayout(layout)
        first, second = self.appointments.list, self.stays.list
        first.chosen.connect(lambda index: self.appointment_chosen.emit(index.data(FoundRole)))
        second.chosen.connect(lambda index: self.stay_chosen.emit(index.data(FoundRole)))
        first.left.connect(self.left)
        first.ended.connect(second.enter)
        second.left.connect(self._up)
        self.show_state(self._state)

    def show_state(self, state: VisitsState) -> None:
        """Show who is here."""
        self._state = state
        self._first.show(state.appointments or (), state.namesakes)
        self._second.show(state.stays or (), state.homonyms)
        reading = state.busy and state.at is None
        self.appointments.say(words.NO_APPOINTMENT, complete=state.all_appointments)
        self.appointments.setVisible(state.appointments is not None)
        self.stays.say(words.NO_STAY, complete=state.all_stays)
        self.stays.setVisible(state.stays is not None)
        trouble = words.READING if reading else ""
        if state.problem is not None:
            trouble = words.failed(explain(state.problem))
        self.trouble.setText(trouble)
        self.trouble.setVisible(bool(trouble))
        tip = words.refresh_tip(state.at, self._now())
        place = 0 if state.problem is not None else 1 if state.appointments is not None else 2
        for number, button in enumerate(self._buttons):
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setVisible(number == place)
        self._update()

    def look_at(self, *, open_: bool) -> None:
        """Whether the box is empty and somebody is there: only then it is worth a question."""
        self._looked_at = open_
        self._update()
        if open_:
            self.wanted.emit()

    def enter(self) -> None:
        """Take the keyboard, at the appointment of the hour."""
        here = max(0, self._state.begun - 1)
        if not self.appointments.list.enter(here):
            self.stays.list.enter()

    def _up(self) -> None:
        if not self.appointments.list.enter():
            self.left.emit()

    def _update(self) -> None:
        state = self._state
        anything = state.appointments is not None or state.stays is not None
        self.setVisible(self._looked_at and (anything or state.problem is not None or state.busy))


class _Part(QWidget):
    """One list under its head."""

    def __init__(self, look: Look, title: str, model: AnswersModel, action: QWidget) -> None:
        super().__init__()
        self.list = AnswerList(look, model, _ROWS_LARGE if look.large else _ROWS)
        self.list.setItemDelegate(AnswerDelegate(look, self.list))
        self.list.setAccessibleName(title)
        self._count: QLabel = label("", "section")
        self._none: QLabel = label("", "muted")
        head = row(spacing=8)
        head.addWidget(section(title))
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(action, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = column(spacing=4)
        layout.addLayout(head)
        layout.addWidget(self.list)
        layout.addWidget(self._none)
        self.setLayout(layout)

    def say(self, none: str, *, complete: bool) -> None:
        """Show the rows and how many there are, or that there are ``none``."""
        count = self.list.model().rowCount()
        self._count.setText(words.count(count, complete=complete) if count else "")
        self._none.setText(none)
        self._none.setVisible(count == 0)
        self.list.fit()
