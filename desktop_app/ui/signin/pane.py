"""The place in the bar that says who works here, and lets them come and go."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import (
    QMenu,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
)

from desktop_app.ui.signin.presenter import SignInState
from desktop_app.ui.style import role
from desktop_app.wording import signin as words

_LEAST_LETTERS = 5


class PersonButton(QPushButton):
    """A name with a way out, or the way in; nothing where the hospital does not ask."""

    sign_in_asked = Signal()
    sign_out_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        role(self, "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.sign_in_action = QAction(words.SIGN_IN, self)
        self.sign_out_action = QAction(words.SIGN_OUT, self)
        self.sign_in_action.triggered.connect(lambda _checked=False: self.sign_in_asked.emit())
        self.sign_out_action.triggered.connect(lambda _checked=False: self.sign_out_asked.emit())
        self._menu = QMenu(self)
        self._menu.addAction(self.sign_out_action)
        self.clicked.connect(lambda _checked=False: self._clicked())
        self.show_state(SignInState())

    def show_state(self, state: SignInState) -> None:
        """Make it look like ``state``."""
        author = state.author if state.needed else None
        self.setVisible(state.needed)
        self.setEnabled(not state.busy)
        if author is not None:
            text, tip = words.person(author), words.WORKS_HERE
        else:
            text, tip = (words.SIGNING_IN if state.busy else words.SIGN_IN), words.SIGN_IN_TIP
        self.setText(words.short(text))
        self.setToolTip(f"{tip}\u00a0: {text}" if author else tip)
        self.setAccessibleName(text)
        self.setMenu(self._menu if author else None)  # type: ignore[arg-type]
        self.sign_in_action.setVisible(state.needed and author is None and not state.busy)
        self.sign_out_action.setVisible(author is not None)

    def minimumSizeHint(self) -> QSize:
        """Room for the beginning of a name: a narrow bar shortens it, and its tip says it whole."""
        metrics, whole = self.fontMetrics(), self.sizeHint()
        written = metrics.horizontalAdvance(self.text())
        least = min(written, metrics.averageCharWidth() * _LEAST_LETTERS)
        return QSize(whole.width() - written + least, whole.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits of the name."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        metrics = self.fontMetrics()
        frame = self.sizeHint().width() - metrics.horizontalAdvance(self.text())
        room = self.width() - frame
        option.text = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()

    def _clicked(self) -> None:
        if self.menu() is None:
            self.sign_in_asked.emit()
