"""The sheet of shortcuts: beside the work, not in front of it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from desktop_app.ui.commands import shown_keys
from desktop_app.ui.parts import IconButton, column, label, row, section
from desktop_app.ui.style import Look, role
from desktop_app.wording import window as words


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
        layout = column(margins=(24, 18, 18, 22), spacing=10)
        layout.addLayout(head)
        columns = row(spacing=40)
        left, right = column(spacing=6), column(spacing=6)
        for place, (title, names) in enumerate(words.GROUPS):
            side = left if place < 2 else right  # noqa: PLR2004 - two columns
            _add(side, title, [(shown_keys(name), words.COMMANDS[name]) for name in names])
        _add(left, words.SEARCH, list(words.SEARCH_KEYS))
        for side in (left, right):
            side.addStretch(1)
            columns.addLayout(side)
        layout.addLayout(columns)
        self.setLayout(layout)
        self.hide()

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
        """In the middle of the window."""
        parent = self.parentWidget()
        if parent is not None:
            self.adjustSize()
            self.move(
                (parent.width() - self.width()) // 2,
                max(0, (parent.height() - self.height()) // 2),
            )

    def close_sheet(self) -> None:
        """Put it away and go back to where somebody was."""
        self.hide()
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        else:
            super().keyPressEvent(event)


def _add(side: QVBoxLayout, title: str, lines: list[tuple[str, str]]) -> None:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(5)
    grid.setColumnMinimumWidth(0, 110)
    for number, (keys, what) in enumerate(lines):
        grid.addWidget(label(keys, "key"), number, 0, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(label(what), number, 1)
    grid.setColumnStretch(1, 1)
    side.addWidget(section(title))
    side.addLayout(grid)
    side.addSpacing(8)
