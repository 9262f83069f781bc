"""The form for an identity: each field says at once what it does not understand."""

from collections.abc import Callable
from datetime import date
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop_app.domain.letters import LetterId
from desktop_app.domain.people import Patient, Sex
from desktop_app.domain.typed import TEXTS
from desktop_app.ui.fields import Choice, Field
from desktop_app.ui.parts import button, column, label, row
from desktop_app.ui.style import Look, role
from desktop_app.ui.typed.presenter import TypedIdentity, TypedState
from desktop_app.wording import typed as words

_WHOLE_LINES = ("birth_family", "used_family", "given")
_HALF_LINES = (("birth_date", "sex"), ("ipp", "ins"), ("", "birth_place_code"))


class IdentityForm(QWidget):
    """Recopies an identity from the letter; Enter takes it, or goes to what it lacks."""

    taken = Signal(object)  # a Patient
    given_up = Signal()

    def __init__(self, look: Look, today: Callable[[], date]) -> None:
        super().__init__()
        self.setAccessibleName(words.FORM)
        self._state: TypedState | None = None
        self.fields = {
            trait: Field(look, hint=words.HINTS.get(trait, ""), name=words.LABELS[trait])
            for trait in TEXTS
        }
        self.sex = Choice(look, words.LABELS["sex"])
        for value, text in words.SEXES:
            self.sex.addItem(text, value)
        self._notes: dict[str, QLabel] = {
            trait: label("", "care-small", wrap=True) for trait in TEXTS
        }
        self._missing: QLabel = label("", "muted", wrap=True)
        self._doubts: QLabel = label("", "care-small", wrap=True)
        self.take_button = button(words.TAKE, "", self._take)
        self._give_up = button(words.CANCEL, "link", self.given_up.emit)
        self._presenter = TypedIdentity(self._show_state, today)
        self._build()
        for trait, field in self.fields.items():
            field.setToolTip(words.TIPS.get(trait, ""))
            field.textEdited.connect(partial(self._presenter.type, trait))
            field.textChanged.connect(partial(self._emptied, trait))
            field.returnPressed.connect(self._take)
            field.installEventFilter(self)
        self.sex.activated.connect(
            lambda number: self._presenter.choose_sex(Sex(self.sex.itemData(number)))
        )
        self.sex.installEventFilter(self)
        self.setFocusProxy(self.fields["birth_family"])
        self._presenter.forget()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        for line, trait in enumerate(_WHOLE_LINES):
            grid.addLayout(self._cell(trait), line, 0, 1, 2)
        for line, (left, right) in enumerate(_HALF_LINES, start=len(_WHOLE_LINES)):
            for place, trait in enumerate((left, right)):
                if trait:
                    grid.addLayout(self._cell(trait), line, place)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        actions = row(spacing=12)
        actions.addWidget(self.take_button)
        actions.addWidget(label(words.TAKE_KEYS, "keys"))
        actions.addWidget(self._give_up)
        actions.addStretch(1)
        layout = column(spacing=8)
        layout.addWidget(label(words.INTRO, "small", wrap=True))
        layout.addLayout(grid)
        layout.addWidget(self._doubts)
        layout.addWidget(self._missing)
        layout.addLayout(actions)
        self.setLayout(layout)

    def _cell(self, trait: str) -> QGridLayout:
        """A field under its name, what is wrong with it below."""
        field = self.sex if trait == "sex" else self.fields[trait]
        name = label(words.LABELS[trait], "muted")
        name.setBuddy(field)
        cell = QGridLayout()
        cell.setVerticalSpacing(3)
        cell.addWidget(name, 0, 0)
        cell.addWidget(field, 1, 0)
        if trait != "sex":
            cell.addWidget(self._notes[trait], 2, 0)
        cell.setRowStretch(3, 1)
        return cell

    def open(self, letter: LetterId | None) -> None:
        """Another letter is on the table: what was begun for it is there again."""
        self._presenter.open(letter)

    def correct(self, patient: Patient) -> None:
        """Begin with the identity that the letter has; it stays until another one is taken."""
        self._presenter.correct(patient)

    def may_give_up(self, *, allowed: bool) -> None:
        """Whether there is an identity to go back to."""
        self._give_up.setVisible(allowed)

    @property
    def entry(self) -> QWidget:
        """Where the keyboard belongs: what is still to do, else the first field."""
        return self._lacking() or self.fields["birth_family"]

    def _show_state(self, state: TypedState) -> None:
        self._state = state
        for trait, field in self.fields.items():
            text = getattr(state.typed, trait)
            if field.text() != text:
                field.setText(text)
        self.sex.setCurrentIndex(self.sex.findData(state.typed.sex))
        for trait in TEXTS:
            self._show_note(trait)
        reading = state.reading
        self._doubts.setText(words.doubts(reading.doubts))
        self._doubts.setVisible(bool(reading.doubts))
        missing = words.REREAD if reading.is_complete else words.lacking(reading.lacking)
        self._missing.setText("" if state.is_blank else missing)
        self._missing.setVisible(not state.is_blank and bool(missing))
        self.take_button.setEnabled(reading.is_complete)

    def _show_note(self, trait: str) -> None:
        """What is wrong at once; what is only not finished, quietly until the field is left."""
        if self._state is None:
            return
        reading, field, note = self._state.reading, self.fields[trait], self._notes[trait]
        if trait in reading.wrong:
            text, name = words.wrong(reading.wrong[trait]), "care-small"
        elif trait in reading.unfinished:
            text = words.unfinished(reading.unfinished[trait], getattr(self._state.typed, trait))
            name = "muted" if field.hasFocus() else "care-small"
        else:
            text, name = "", "muted"
        note.setText(text)
        role(note, name)
        note.setVisible(bool(text))
        field.setAccessibleDescription(text or words.TIPS.get(trait, ""))

    def _emptied(self, trait: str, text: str) -> None:
        """The cross of a field edits it without typing."""
        if not text and self._state is not None and getattr(self._state.typed, trait):
            self._presenter.type(trait, "")

    def _take(self) -> None:
        patient = self._presenter.take()
        if patient is not None:
            self.taken.emit(patient)
        else:
            self.entry.setFocus(Qt.FocusReason.TabFocusReason)

    def _lacking(self) -> QWidget | None:
        """The first field that keeps the identity from being taken."""
        if self._state is None or self._state.is_blank:
            return None
        reading = self._state.reading
        for trait in ("birth_family", "used_family", "given", "birth_date", "sex", "ipp", "ins",
                      "birth_place_code"):  # fmt: skip
            wanted = trait in reading.lacking or (trait == "ipp" and "number" in reading.lacking)
            if trait in reading.wrong or trait in reading.unfinished or wanted:
                return self.sex if trait == "sex" else self.fields[trait]
        return None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A field that is left or entered says what it lacks louder or lower; two more keys."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            for trait, field in self.fields.items():
                if watched is field:
                    self._show_note(trait)
        elif event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and not self._give_up.isHidden():
                self.given_up.emit()
                return True
            if watched is self.sex and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
        return False
