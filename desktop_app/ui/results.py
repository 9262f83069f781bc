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


class SearchBox(QWidget):
    """Typing asks, Down goes to the answers, Enter chooses one there, Escape goes back.

    Nothing is ever chosen by itself, not even the only answer (lifen.md T19).
    """

    asked = Signal(str)
    more_asked = Signal()
    chosen = Signal(QModelIndex)

    def __init__(self, look: Look, model: QAbstractItemModel, field: Field) -> None:
        super().__init__()
        self._look = look
        self.field = field
        self.list = QListView()
        role(self.list, "results")
        self.list.setModel(model)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.hide()
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
        self.list.clicked.connect(self.chosen)
        self.field.installEventFilter(self)
        self.list.installEventFilter(self)
        look.changed.connect(self.list.viewport().update)

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

    def show_answer(
        self, *, rows: int, status: str, more: bool, notice: Notice | None, retry: bool
    ) -> None:
        """Make room for the rows and say how many there are."""
        height = sum(
            self.list.sizeHintForRow(number) for number in range(min(rows, _ROWS_IN_SIGHT))
        )
        self.list.setFixedHeight(height + self._look.px(4))
        self.list.setVisible(rows > 0)
        self.status.setText(status)
        self.status.setVisible(bool(status))
        self._more.setVisible(more)
        self._problem.say(notice, action=words.RETRY if retry else "", closable=False)

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
        model = self.list.model()
        if self.list.isVisible() and model.rowCount() > 0:
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            current = self.list.currentIndex()
            self.list.setCurrentIndex(current if current.isValid() else model.index(0, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys that join the box and its answers."""
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        key, free = event.key(), not event.modifiers() & _WITH_A_MEANING
        if watched is self.field:
            if key == Qt.Key.Key_Down:
                self._to_answers()
                return True
            if key == Qt.Key.Key_Escape and self.field.text():
                self.clear()
                return True
        elif watched is self.list and free:
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.list.currentIndex().isValid():
                    self.chosen.emit(self.list.currentIndex())
                return True
            if key == Qt.Key.Key_Escape or (
                key == Qt.Key.Key_Up and self.list.currentIndex().row() <= 0
            ):
                self.field.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False


_WITH_A_MEANING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
