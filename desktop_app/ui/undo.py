"""The undo bar: what is about to happen, for how long it can be stopped, and the key for it."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QSizePolicy, QWidget

from desktop_app.ui.parts import button, label, row
from desktop_app.ui.style import Look, role
from desktop_app.wording import window as words

_STEP_MS = 100
_MILLISECONDS = 1000
_OUT_OF_THE_WAY = 56
_EDGE = 8


class UndoBar(QFrame):
    """Floats over the window and never takes the keyboard by itself.

    ``over`` comes when the time is up; whoever offered decides what that means.
    """

    undo_asked = Signal()
    over = Signal()
    moved = Signal()

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        role(self, "undo-bar")
        self._look = look
        self._left = 0
        self._says: Callable[[int], str] = str
        self._said = ""
        self._words: QLabel = label("", "undo-words")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(112)
        self._progress.setVisible(not look.large)
        self.button = button(f"{words.UNDO}  {words.UNDO_KEY}", "undo", self.undo_asked.emit)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._timer = QTimer(self, interval=_STEP_MS)
        self._timer.timeout.connect(self._tick)
        layout = row(margins=(18, 6, 10, 6), spacing=16)
        layout.addWidget(self._words)
        layout.addWidget(self._progress)
        layout.addWidget(self.button)
        self.setLayout(layout)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
        self.hide()

    def offer(self, says: Callable[[int], str], seconds: float) -> None:
        """Say ``says(seconds left)`` until they are over."""
        self._says = says
        self._left = round(seconds * _MILLISECONDS)
        self._progress.setRange(0, self._left)
        self._timer.start()
        self._show()
        self.setVisible(True)
        self.moved.emit()

    def withdraw(self) -> None:
        """Nothing can be undone any more."""
        self._timer.stop()
        self.hide()

    def place(self, around: QWidget, above: int) -> None:
        """Stand in the middle of ``around``, ``above`` pixels from the parent's lower edge."""
        centre = self._parent
        self._fit()
        self.adjustSize()
        if self.width() > around.width():
            above += self._look.px(_OUT_OF_THE_WAY)  # wider than its place: above what is to press
        x = around.mapTo(centre, QPoint(0, 0)).x() + (around.width() - self.width()) // 2
        edge = self._look.px(_EDGE)
        x = max(edge, min(x, centre.width() - self.width() - edge))
        self.move(x, centre.height() - self.height() - above)
        self.raise_()

    def _tick(self) -> None:
        self._left -= _STEP_MS
        if self._left > 0:
            self._show()
            return
        self.withdraw()
        self.over.emit()

    def _fit(self) -> None:
        """Shorten the words where the window is too narrow; who and when, at their ends, stay."""
        self._words.setText("")
        beside = self.sizeHint().width() + 2 * self._look.px(_EDGE)
        metrics = self._words.fontMetrics()
        room = self._parent.width() - beside
        self._words.setText(metrics.elidedText(self._said, Qt.TextElideMode.ElideMiddle, room))

    def _show(self) -> None:
        said = self._says(-(-self._left // _MILLISECONDS))
        self._progress.setValue(self._left)
        if said != self._said:
            self._said = said
            self.setAccessibleName(said)
            self.moved.emit()
