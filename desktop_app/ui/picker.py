"""One thing chosen out of a list that opens in place: it says what is chosen while it is closed."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from desktop_app.domain.identity import fold
from desktop_app.ui.answers import AnswerDelegate, AnswersModel, FoundRole, Row
from desktop_app.ui.fields import Field
from desktop_app.ui.parts import column
from desktop_app.ui.results import AnswerList
from desktop_app.ui.style import Look, role

_WITH_A_MEANING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


class PickerButton(QPushButton):
    """What is chosen on one line, shortened where there is no room; its keys at the far end."""

    def __init__(self, look: Look, name: str, keys: str, elide: Qt.TextElideMode) -> None:
        super().__init__()
        role(self, "picker")
        self._look, self._name, self._keys = look, name, keys
        self._said, self._quiet = "", False
        self._elide = elide
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.say("")

    def say(self, text: str, *, quiet: bool = False) -> None:
        """Show ``text``; ``quiet`` where it is not a choice that was made."""
        self._said, self._quiet = text, quiet
        self.setAccessibleName(f"{self._name}\u00a0: {text}" if text else self._name)
        self.setAccessibleDescription(self._keys)
        self.setToolTip("" if quiet else text)
        self.update()

    @property
    def said(self) -> str:
        """What it shows."""
        return self._said

    def sizeHint(self) -> QSize:
        """As high as a field."""
        return QSize(self._look.px(160), self.fontMetrics().height() + self._look.px(16))

    def minimumSizeHint(self) -> QSize:
        """Never lower; as narrow as one likes."""
        return QSize(self._look.px(80), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the frame as the sheet says, then the words, the keys and the arrow."""
        super().paintEvent(event)
        px, tokens = self._look.px, self._look.tokens
        painter = QPainter(self)
        side = px(16)
        inner = self.rect().adjusted(px(11), 0, -px(8) - side - px(6), 0)
        arrow = self._look.pixmap("chevron-down", 16)
        painter.drawPixmap(self.width() - side - px(8), (self.height() - side) // 2, arrow)
        aside = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        text = self.fontMetrics().elidedText(self._said, self._elide, inner.width())
        small = self._look.font(12)
        painter.setPen(QColor(tokens.muted))
        painter.setFont(small)
        taken = self.fontMetrics().horizontalAdvance(self._said) + px(70)
        if taken <= inner.width():
            painter.drawText(inner, aside, self._keys)
        painter.setFont(self.font())
        quiet = self._quiet or not self.isEnabled()
        painter.setPen(QColor(tokens.muted if quiet else tokens.text))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


class Picker(QWidget):
    """Enter, Space or a click opens; the arrows walk, Enter chooses, Escape closes.

    With a ``hint`` there is a field to type in, which narrows the list to what holds every word.
    """

    chosen = Signal(object)
    opened = Signal()

    def __init__(self, look: Look, *, name: str, keys: str, results: str, hint: str = "") -> None:
        super().__init__()
        self._rows: list[tuple[object, Row]] = []
        self._current: object = None
        right, middle = Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle
        self.button = PickerButton(look, name, keys, middle if hint else right)
        self.button.clicked.connect(lambda _on=False: self.toggle())
        self._model = AnswersModel(self)
        self.field = Field(look, hint=hint, name=hint) if hint else None
        self.list = AnswerList(look, self._model)
        self.list.setItemDelegate(AnswerDelegate(look, self))
        self.list.setAccessibleName(results)
        self.list.chosen.connect(self._choose)
        self.list.left.connect(self.close_list)
        self.list.installEventFilter(self)
        layout = column(spacing=4)
        layout.addWidget(self.button)
        if self.field is not None:
            self.field.hide()
            self.field.textChanged.connect(lambda _text: self._narrow())
            self.field.installEventFilter(self)
            layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.setLayout(layout)
        self._open = False

    @property
    def is_open(self) -> bool:
        """Whether there is a list in sight, or a field that narrows it to nothing."""
        return self._open

    def offer(self, rows: Sequence[tuple[object, Row]], current: object) -> None:
        """Have these ``rows`` to choose from; ``current`` is the choice that was made."""
        self._current = current
        if list(rows) == self._rows:
            return
        self._rows = list(rows)
        if self._open and self._rows:
            self._narrow()
            self._mark()
        else:
            self.close_list(back=self.list.hasFocus())

    def toggle(self) -> None:
        """Open, or close again."""
        if self._open:
            self.close_list()
        else:
            self.open_list()

    def open_list(self) -> None:
        """Show what there is to choose from, the keyboard on it."""
        if not self._rows:
            self.button.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return
        self._open = True
        if self.field is not None:
            self.field.clear()
            self.field.show()
        self._narrow()
        self._mark()
        (self.field or self.list).setFocus(Qt.FocusReason.PopupFocusReason)
        self.opened.emit()

    def close_list(self, *, back: bool = True) -> None:
        """Put the list away; the keyboard goes ``back`` to the button."""
        if not self._open:
            return
        self._open = False
        if back:
            self.button.setFocus(Qt.FocusReason.OtherFocusReason)
        self.list.hide()
        if self.field is not None:
            self.field.hide()

    def _narrow(self) -> None:
        if not self._open:
            return
        words = [] if self.field is None else fold(self.field.text()).split()
        kept = [
            (value, shown)
            for value, shown in self._rows
            if all(word in fold(shown.spoken) for word in words)
        ]
        self._model.become([value for value, _row in kept], [shown for _value, shown in kept])
        self.list.fit()
        if words and kept:
            self.list.setCurrentIndex(self._model.index(0, 0))

    def _mark(self) -> None:
        """Go to the choice that was made, else to the first row."""
        count = self._model.rowCount()
        values = [self._model.index(number, 0).data(FoundRole) for number in range(count)]
        place = values.index(self._current) if self._current in values else 0
        if values:
            self.list.setCurrentIndex(self._model.index(place, 0))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            value = index.data(FoundRole)
            self.close_list()
            self.chosen.emit(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of the field; and whether somebody went on to something else."""
        if event.type() is QEvent.Type.FocusOut:
            QTimer.singleShot(0, self, self._close_behind)
        if (
            watched is not self.field
            or event.type() is not QEvent.Type.KeyPress
            or not isinstance(event, QKeyEvent)
            or event.modifiers() & _WITH_A_MEANING
        ):
            return False
        match event.key():
            case Qt.Key.Key_Escape:
                self.close_list()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._choose(self.list.currentIndex())
            case Qt.Key.Key_Down:
                self._step(1)
            case Qt.Key.Key_Up:
                self._step(-1)
            case _:
                return False
        return True

    def _close_behind(self) -> None:
        there = self.window().focusWidget()
        if there is not None and there is not self and not self.isAncestorOf(there):
            self.close_list(back=False)

    def _step(self, by: int) -> None:
        """The highlight walks while somebody is typing."""
        place = self.list.currentIndex().row() + by
        if 0 <= place < self._model.rowCount():
            self.list.setCurrentIndex(self._model.index(place, 0))
