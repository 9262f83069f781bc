"""What narrows the list: words, a state, a period."""

from functools import partial
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from desktop_app.domain.sending import JobState
from desktop_app.ui.fields import Field
from desktop_app.ui.outbox.presenter import EnvoisFilter, Period
from desktop_app.ui.parts import button, row
from desktop_app.ui.style import Look, role
from desktop_app.wording import outbox as words
from desktop_app.wording import states

PAUSE_MS = 150
"""How long a pause in typing becomes a question: the answer comes from this computer's disk."""
_WIDEST = 420
_PERIODS = {
    Period.TODAY: words.TODAY.lower(),
    Period.WEEK: words.LAST_WEEK,
    Period.MONTH: words.LAST_MONTH,
    Period.ALL: words.ALL_TIME,
}
_STATES: dict[JobState | None, str] = {
    None: words.ANY_STATE,
    **{state: states.state(state) for state in JobState},
}
T = TypeVar("T")


class FilterChip(Generic[T]):
    """A button that says what is chosen and offers the others."""

    def __init__(self, choices: dict[T, str], chosen: Signal) -> None:
        self.button: QPushButton = button("", "chip")
        self._choices = choices
        menu = QMenu(self.button)
        group = QActionGroup(menu)
        self.actions = {}
        for value, text in choices.items():
            action = menu.addAction(text)
            action.setCheckable(True)
            action.triggered.connect(partial(self._choose, chosen, value))
            group.addAction(action)
            self.actions[value] = action
        self.button.setMenu(menu)

    def show_choice(self, value: T, text: str) -> None:
        """Say what is chosen."""
        self.button.setText(text)
        self.button.setAccessibleName(text.rstrip(" ▾"))
        self.actions[value].setChecked(True)

    @staticmethod
    def _choose(chosen: Signal, value: T) -> None:
        chosen.emit(value)  # type: ignore[attr-defined]


class FilterBar(QWidget):
    """The line above the table."""

    searched = Signal(str)
    state_chosen = Signal(object)  # a JobState, or None for all of them
    period_chosen = Signal(object)  # a Period

    def __init__(self, look: Look) -> None:
        super().__init__()
        role(self, "filters")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.field = Field(look, hint=words.SEARCH, name=words.SEARCH_NAME, keys=words.SEARCH_KEYS)
        self.field.setMaximumWidth(look.px(_WIDEST))
        self.states = FilterChip(_STATES, self.state_chosen)  # type: ignore[arg-type]
        self.periods = FilterChip(_PERIODS, self.period_chosen)  # type: ignore[arg-type]
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self._asked = ""
        self.field.textChanged.connect(self._typed)
        layout = row(margins=(12, 8, 12, 8), spacing=10)
        layout.addWidget(self.field, 1)
        layout.addWidget(self.states.button)
        layout.addWidget(self.periods.button)
        layout.addStretch(0)
        self.setLayout(layout)

    def _ask(self) -> None:
        self._asked = self.field.text().strip()
        self.searched.emit(self._asked)

    def _typed(self, text: str) -> None:
        if text.strip() == self._asked:
            self._pause.stop()
        else:
            self._pause.start()

    def show_filter(self, asked: EnvoisFilter) -> None:
        """Say what the list is narrowed to; words being typed are left alone."""
        if not self._pause.isActive() and self.field.text().strip() != asked.text:
            self._asked = asked.text
            self.field.setText(asked.text)
        self.states.show_choice(asked.state, words.state_filter(_STATES[asked.state]))
        self.periods.show_choice(asked.period, words.period_filter(_PERIODS[asked.period]))
