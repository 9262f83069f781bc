"""« Contrôles »: always in sight above the button, what is right on one line, the rest in full."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QWidget

from desktop_app.domain.letters import Letter, Limits, Topic, Verdict, check
from desktop_app.ui.parts import Badge, button, clear, column, label, row
from desktop_app.ui.style import Look
from desktop_app.wording import letters as words
from desktop_app.wording.states import Tone

_SIGNS = {
    Verdict.OK: ("check", Tone.GOOD),
    Verdict.CARE: ("exclamation", Tone.CARE),
    Verdict.BLOCK: ("arrow-right", Tone.NEUTRAL),
}
_LEAD = {
    Topic.PATIENT_MISSING: words.LEAD_PATIENT,
    Topic.RECIPIENTS_MISSING: words.LEAD_RECIPIENTS,
    Topic.STAY_MISSING: words.LEAD_STAY,
}
"""Checks that a field answers, and what the way there is called."""


class Checks(QWidget):
    """What was found about the letter on the table."""

    led = Signal(object)  # the Topic whose field is wanted

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._lines = column(spacing=4)
        self.setAccessibleName(words.CHECKS)
        self.setLayout(self._lines)

    def show_letter(self, letter: Letter | None, limits: Limits) -> None:
        """Check ``letter`` and say what was found."""
        clear(self._lines)
        if letter is None:
            return
        found = check(letter, limits)
        for line in found:
            if line.verdict is Verdict.OK:
                continue
            shown = self._line(line.verdict, words.check_line(line, letter, limits))
            if name := _LEAD.get(line.topic):
                lead = button(words.LEAD, "link", partial(self.led.emit, line.topic))
                lead.setAccessibleName(name)
                lead.setToolTip(name)
                shown.addWidget(lead, 0, Qt.AlignmentFlag.AlignTop)
        right = [line for line in found if line.verdict is Verdict.OK]
        if right:
            details = "\n".join(words.check_line(line, letter, limits) for line in right)
            self._line(Verdict.OK, words.all_right(right, letter), details)

    def _line(self, verdict: Verdict, text: str, details: str = "") -> QBoxLayout:
        sign, tone = _SIGNS[verdict]
        line = row(spacing=8)
        line.addWidget(Badge(self._look, tone, icon=sign), 0, Qt.AlignmentFlag.AlignTop)
        said = label(text, "muted" if details else "", wrap=True)
        said.setToolTip(details)
        said.setAccessibleDescription(details)
        line.addWidget(said, 1, Qt.AlignmentFlag.AlignVCenter if details else Qt.AlignmentFlag(0))
        self._lines.addLayout(line)
        return line
