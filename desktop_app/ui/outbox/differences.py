"""What was checked beside what the platform says now: a small table, one trait a line."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QWidget

from desktop_app.ui.parts import Badge, label, row
from desktop_app.ui.style import Look, role
from desktop_app.wording import differences as words
from desktop_app.wording.differences import Line
from desktop_app.wording.states import Tone

_TRAIT, _SIGN, _CHECKED, _NOW = range(4)


class DifferencesTable(QFrame):
    """A changed trait has a sign, a word and heavier letters; the others are quiet."""

    def __init__(self, look: Look, lines: Sequence[Line]) -> None:
        super().__init__()
        role(self, "card")
        self.setAccessibleName(words.TABLE)
        self.setAccessibleDescription(". ".join(line.spoken for line in lines))
        grid = QGridLayout()
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        for place, head in ((_CHECKED, words.CHECKED), (_NOW, words.NOW)):
            grid.addWidget(label(head, "muted", wrap=True), 0, place)
        top = Qt.AlignmentFlag.AlignTop
        for number, line in enumerate(lines, start=1):
            grid.addWidget(label(line.trait, "muted"), number, _TRAIT, top)
            if line.differs:
                grid.addWidget(_sign(look), number, _SIGN, top)
            before, now = ("strong", "problem-strong") if line.differs else ("muted", "muted")
            grid.addWidget(label(line.before, before, wrap=True), number, _CHECKED, top)
            grid.addWidget(label(line.now, now, wrap=True), number, _NOW, top)
        grid.setColumnStretch(_CHECKED, 1)
        grid.setColumnStretch(_NOW, 1)
        self.setLayout(grid)


def _sign(look: Look) -> QWidget:
    """« changé », with its sign."""
    made = QWidget()
    line = row(spacing=4)
    line.addWidget(Badge(look, Tone.BAD, icon="exclamation"))
    line.addWidget(label(words.CHANGED, "problem"))
    made.setLayout(line)
    return made
