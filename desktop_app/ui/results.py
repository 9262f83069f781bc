"""A search box with its answers below it: the same keys for patients and for recipients."""

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QListView,
    QWidget,
)

from desktop_app.ui.fields import Field
from desktop_app.ui.parts import NoticeBox, button, column, label
from desktop_app.ui.style import Look, role
from desktop_app.wording import search as words
from desktop_app.wording.failures import Notice

PAUSE_MS = 300
"""How long a pause in typing becomes a question (lifen.md section 6)."""
_ROWS_IN_SIGHT = 5


class AnswerList(QListView):
    """Rows to choose from with the keyboard: Enter chooses, Escape and Up from the first leave."""

    chosen = Signal(QModelIndex)
    left = Signal()  # upwards
    ended = Signal()  # Down on the last row

    def __init__(self, look: Look, model: QAbstractItemModel, rows: int = _ROWS_IN_SIGHT) -> None:
        """``rows`` are in sight at once, the others are scrolled to."""
        super().__init__()
        role(self, "results")
        self._look, self._rows = look, rows
        self.setModel(model)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.hide()
        self.clicked.connect(self.chosen)
        look.changed.connect(self.viewport().update)

    def fit(self) -> None:
        """Be as high as the rows are, up to those in sight; nothing without any."""
        count = self.model().rowCount()
        height = sum(self.sizeHintForRow(number) for number in range(min(count, self._rows)))
        self.setFixedHeight(height + self._look.px(4))
        self.setVisible(count > 0)

    def enter(self, row: int = 0) -> bool:
        """Take the keyboard, on the row that was left or on ``row``; whether there was any."""
        model = self.model()
        if not self.isVisible() or model.rowCount() == 0:
            return False
        left = self.currentIndex()
        self.setFocus(Qt.FocusReason.TabFocusReason)
        first = model.index(min(row, model.rowCount() - 1), 0)
        self.setCurrentIndex(left if left.isValid() else first)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter, and the ways out."""
        key, row = event.key(), self.currentIndex().row()
        if event.modifiers() & _WITH_A_MEANING:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.currentIndex().isValid():
                self.chosen.emit(self.currentIndex())
        elif key == Qt.Key.Key_Escape or (key == Qt.Key.Key_Up and row <= 0):
            self.left.emit()
        elif key == Qt.Key.Key_Down and row == self.model().rowCount() - 1:
            self.ended.emit()
        else:
            super().keyPressEvent(event)


class SearchBox(QWidget):
    """Typing asks, Down goes to the answers, Enter chooses one there, Escape goes back.

    Nothing is ever chosen by itself, not even the only answer (lifen.md T19).
    """

    asked = Signal(str)
    more_asked = Signal()
    chosen = Signal(QModelIndex)
    passed = Signal()  # Down or Enter in the field, and there is no answer to go to

    def __init__(self, look: Look, model: QAbstractItemModel, field: Field) -> None:
        super().__init__()
        self.field = field
        self.list = AnswerList(look, model)
        self.status = label("", "muted", wrap=True)
        self.status.hide()
        self._problem = NoticeBox(look, "advice")
        self._problem.acted.connect(self.ask_again)
        self._more = button(words.MORE, "link", self.more_asked.emit)
        self._more.hide()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(lambda: self.asked.emit(self.field.text()))
        layout = column(spacing=6)
        for part in (self.field, self._problem, self.list, self._more, self.status):
            layout.addWidget(part)
        layout.setAlignment(self._more, Qt.AlignmentFlag.AlignLeft)
        self.setLayout(layout)
        self.field.textEdited.connect(lambda _text: self._pause.start())
        self.field.textChanged.connect(self._emptied)
        self.field.returnPressed.connect(self._entered)
        self.field.installEventFilter(self)
        self.list.chosen.connect(self.chosen)
        self.list.left.connect(self.to_field)

    def draw_with(self, delegate: QAbstractItemDelegate) -> None:
        """How rows are painted."""
        self.list.setItemDelegate(delegate)

    def ask_again(self) -> None:
        """The same question once more."""
        self._pause.stop()
        self.asked.emit(self.field.text())

    def clear(self) -> None:
        """Forget the question."""
        self._pause.stop()
        if self.field.text():
            self.field.clear()
        else:
            self.asked.emit("")

    def to_field(self) -> None:
        """Give the keyboard to the field."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_answer(
        self, *, rows: int, status: str, more: bool, notice: Notice | None, retry: bool
    ) -> None:
        """Make room for the rows and say how many there are."""
        self.list.fit()
        self.list.setVisible(rows > 0)
        self.status.setText(status)
        self.status.setVisible(bool(status))
        self._more.setVisible(more)
        self._problem.say(notice, action=words.RETRY if retry else "", closable=False)

    @property
    def is_alarmed(self) -> bool:
        """Whether something is said in a box of its own, rather than beside the answers."""
        return not self._problem.isHidden()

    def _emptied(self, text: str) -> None:
        if not text:
            self._pause.stop()
            self.asked.emit("")

    def _entered(self) -> None:
        if self._pause.isActive():
            self.ask_again()
        else:
            self._to_answers()

    def _to_answers(self) -> None:
        if not self.list.enter():
            self.passed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys that lead from the field to its answers."""
        if (
            watched is not self.field
            or event.type() is not QEvent.Type.KeyPress
            or not isinstance(event, QKeyEvent)
        ):
            return False
        if event.key() == Qt.Key.Key_Down:
            self._to_answers()
            return True
        if event.key() == Qt.Key.Key_Escape and self.field.text():
            self.clear()
            return True
        return False


_WITH_A_MEANING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
