"""The right-hand side: patient, recipients, document, checks, and the one thing to do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from desktop_app.domain.letters import DOCUMENT_TYPES, Letter, Verdict, check, is_ready
from desktop_app.ui.fields import ActionButton, Choice
from desktop_app.ui.parts import (
    Badge,
    Elided,
    button,
    clear,
    column,
    label,
    row,
    scrolled,
    section,
    steady_bar,
)
from desktop_app.ui.patients.pane import PatientPane
from desktop_app.ui.recipients.pane import RecipientsPane
from desktop_app.ui.style import Look, role
from desktop_app.wording import letters as words
from desktop_app.wording.documents import label as type_label
from desktop_app.wording.states import Tone

_SIGNS = {
    Verdict.OK: ("check", Tone.GOOD),
    Verdict.CARE: ("exclamation", Tone.CARE),
    Verdict.BLOCK: ("arrow-right", Tone.NEUTRAL),
}


class Composer(QWidget):
    """Everything about the letter on the table."""

    type_chosen = Signal(str)
    send_asked = Signal()
    put_away_asked = Signal()

    def __init__(self, look: Look, patient: PatientPane, recipients: RecipientsPane) -> None:
        super().__init__()
        role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._shown: tuple[Letter | None, bool] | None = None
        self._patient, self._recipients = patient, recipients
        self.type_choice = Choice(look, words.DOCUMENT)
        for code in DOCUMENT_TYPES:
            self.type_choice.addItem(type_label(code), code)
        self.type_choice.activated.connect(
            lambda number: self.type_chosen.emit(self.type_choice.itemData(number))
        )
        self._meta = Elided("", "muted")
        self._checks = column(spacing=6)
        self._identity = QWidget()
        band = column(margins=(16, 12, 16, 0))
        band.addWidget(patient)
        self._identity.setLayout(band)
        self._scroll = self._scrolling()
        self.away = button(words.PUT_AWAY, "", self.put_away_asked.emit)
        self.away.setToolTip(words.PUT_AWAY_TIP)
        self.send = ActionButton(words.SEND, words.SEND_KEYS)
        self.send.clicked.connect(lambda _checked=False: self.send_asked.emit())
        foot = QWidget()
        role(foot, "foot")
        actions = row(margins=(16, 12, 16, 12), spacing=8)
        actions.addWidget(self.away)
        actions.addWidget(self.send, 1)
        foot.setLayout(actions)
        self._guide = _guide(look)
        layout = column(spacing=0)
        layout.addWidget(self._identity)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._guide, 1)
        layout.addWidget(foot)
        self.setLayout(layout)
        self.show_letter(None, sending=False)

    def _scrolling(self) -> QScrollArea:
        """Everything below the identity, which stays in sight."""
        inside = column(margins=(16, 6, 4, 8), spacing=6)
        inside.addWidget(self._patient.search)
        inside.addSpacing(4)
        inside.addWidget(self._recipients)
        inside.addSpacing(4)
        inside.addWidget(section(words.DOCUMENT))
        inside.addWidget(self.type_choice)
        inside.addWidget(self._meta)
        inside.addSpacing(4)
        inside.addWidget(section(words.CHECKS))
        inside.addLayout(self._checks)
        inside.addStretch(1)
        body = QWidget()
        role(body, "plain")
        body.setLayout(inside)
        area = QScrollArea()
        area.setWidgetResizable(True)
        steady_bar(area)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        return area

    def show_letter(self, letter: Letter | None, *, sending: bool) -> None:
        """Show the letter on the table."""
        if (letter, sending) == self._shown:
            return
        self._shown = (letter, sending)
        self._identity.setVisible(letter is not None)
        self._scroll.setVisible(letter is not None)
        self._guide.setVisible(letter is None)
        self.away.setEnabled(letter is not None)
        self.send.setEnabled(letter is not None and is_ready(letter))
        self.send.say(*((words.SENDING, "") if sending else (words.SEND, words.SEND_KEYS)))
        clear(self._checks)
        if letter is None:
            return
        self.type_choice.setCurrentIndex(self.type_choice.findData(letter.type_code))
        self._meta.say(words.meta(letter))
        for line in check(letter):
            sign, tone = _SIGNS[line.verdict]
            shown = row(spacing=8)
            shown.addWidget(Badge(self._look, tone, icon=sign), 0, Qt.AlignmentFlag.AlignTop)
            shown.addWidget(label(words.check_line(line), wrap=True), 1)
            self._checks.addLayout(shown)

    def to_patient(self) -> None:
        """Put the keyboard where a patient is looked for."""
        self._patient.change()
        self._scroll.ensureWidgetVisible(self._patient.search.field)

    def to_recipients(self) -> None:
        """Put the keyboard where recipients are looked for."""
        field = self._recipients.search.field
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._scroll.ensureWidgetVisible(field)

    def to_first(self) -> None:
        """Put the keyboard on what is still to do, else on sending."""
        if self._shown is None or self._shown[0] is None:
            return
        letter = self._shown[0]
        if letter.patient is None:
            self.to_patient()
        elif self.send.isEnabled():
            self.send.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.to_recipients()


def _guide(look: Look) -> QWidget:
    """The way from a letter to its sending, for whoever has no letter on the table."""
    guide = QWidget()
    layout = column(margins=(16, 12, 16, 12), spacing=14)
    layout.addWidget(section(words.GUIDE))
    for number, text in enumerate(words.STEPS, start=1):
        line = row(spacing=10)
        badge = Badge(look, Tone.MOVING, text=str(number))
        line.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(label(text, wrap=True), 1)
        layout.addLayout(line)
    layout.addStretch(1)
    guide.setLayout(layout)
    role(guide, "plain")
    return scrolled(guide)
