"""The sheet of shortcuts: beside the work, not in front of it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QWidget

from desktop_app.ui.commands import shown_keys
from desktop_app.ui.parts import IconButton, column, label, row, section
from desktop_app.ui.style import Look, role
from desktop_app.wording import window as words

_MARGINS = 24, 18, 18, 22
_EDGE = 8


class HelpSheet(QFrame):
    """Every shortcut on one panel; Escape or F1 closes it and gives the keyboard back."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        role(self, "sheet")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(words.HELP_TITLE)
        self._before: QWidget | None = None
        head = row()
        head.addWidget(label(words.HELP_TITLE, "identity"), 1)
        head.addWidget(IconButton(look, "x", words.HELP_CLOSE, self.close_sheet))
        columns = row(spacing=40)
        sides = QGridLayout(), QGridLayout()
        self._lines: dict[str, tuple[QLabel, QLabel]] = {}
        for place, (title, names) in enumerate(words.GROUPS):
            side = sides[place >= 2]  # noqa: PLR2004 - two columns
            lines = [(shown_keys(name), words.COMMANDS[name]) for name in names]
            self._lines |= dict(zip(names, _add(side, title, lines), strict=True))
        _add(sides[0], words.SEARCH, list(words.SEARCH_KEYS))
        self._patients: QLabel = label()
        line = sides[0].rowCount()
        sides[0].addWidget(label(words.SEARCH_PATIENT, "muted"), line, 0)
        sides[0].addWidget(self._patients, line, 1)
        for side in sides:
            side.setHorizontalSpacing(16)
            side.setVerticalSpacing(5)
            side.setRowStretch(side.rowCount(), 1)
            columns.addLayout(side)
        self._body = QWidget()
        role(self._body, "plain")
        self._body.setLayout(columns)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._body)
        layout = column(margins=_MARGINS, spacing=10)
        layout.addLayout(head)
        layout.addWidget(self._scroll)
        self.setLayout(layout)
        self._head = head
        self.hide()

    def show_command(self, name: str, *, shown: bool) -> None:
        """List a command, or not where this hospital has no use for it."""
        for part in self._lines[name]:
            part.setVisible(shown)

    def explain(self, text: str) -> None:
        """Say what the patient box of this hospital understands."""
        self._patients.setText(text)

    def toggle(self) -> None:
        """Show the sheet, or put it away."""
        if self.isVisible():
            self.close_sheet()
            return
        parent = self.parentWidget()
        self._before = None if parent is None else parent.window().focusWidget()
        self.place()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def place(self) -> None:
        """In the middle of the window, as large as it needs to be and there is room for."""
        parent = self.parentWidget()
        if parent is None:
            return
        left, top, right, bottom = _MARGINS
        body, head = self._body.sizeHint(), self._head.sizeHint()
        width = min(body.width() + left + right + 2, parent.width() - 2 * _EDGE)
        height = head.height() + 10 + body.height() + top + bottom + 2
        if height > parent.height() - 2 * _EDGE:
            width += self._scroll.verticalScrollBar().sizeHint().width()
            height = parent.height() - 2 * _EDGE
        self.resize(min(width, parent.width() - 2 * _EDGE), height)
        self.move((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 2)

    def close_sheet(self) -> None:
        """Put it away and go back to where somebody was."""
        self.hide()
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes; the arrows and the page keys show what there is no room for."""
        bar = self._scroll.verticalScrollBar()
        moves = {
            Qt.Key.Key_Down: bar.singleStep(),
            Qt.Key.Key_Up: -bar.singleStep(),
            Qt.Key.Key_PageDown: bar.pageStep(),
            Qt.Key.Key_PageUp: -bar.pageStep(),
        }
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        elif event.key() in moves:
            bar.setValue(bar.value() + moves[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


def _add(
    grid: QGridLayout, title: str, lines: list[tuple[str, str]]
) -> list[tuple[QLabel, QLabel]]:
    first = grid.rowCount()
    if first > 1:
        grid.setRowMinimumHeight(first, 8)
        first += 1
    grid.addWidget(section(title), first, 0, 1, 2)
    made = []
    for number, (keys, what) in enumerate(lines, start=first + 1):
        pair = label(keys, "key"), label(what)
        grid.addWidget(pair[0], number, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(pair[1], number, 1)
        made.append(pair)
    grid.setColumnStretch(1, 1)
    return made
