"""The right-hand side: patient, stay, recipients, document, copies, checks, the one thing to do."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScrollArea, QWidget

from desktop_app.domain.letters import (
    DOCUMENT_TYPES,
    LIMITS,
    Letter,
    Limits,
    Target,
    Topic,
    Verdict,
    check,
    is_ready,
)
from desktop_app.ui.answers import Row
from desktop_app.ui.checks import Checks
from desktop_app.ui.copies import Copies
from desktop_app.ui.fields import ActionButton
from desktop_app.ui.parts import (
    Badge,
    Elided,
    button,
    column,
    label,
    row,
    scrolled,
    section,
    steady_bar,
)
from desktop_app.ui.patients.pane import PatientPane
from desktop_app.ui.picker import Picker
from desktop_app.ui.recipients.pane import RecipientsPane
from desktop_app.ui.stays.pane import StayPane
from desktop_app.ui.style import Look, role
from desktop_app.wording import letters as words
from desktop_app.wording.documents import label as type_label
from desktop_app.wording.states import Tone

_ROOM_FOR_CHECKS = 380
"""Pixels at 100 % below which the checks scroll with the rest: the identity stays in sight."""


class Composer(QWidget):
    """Everything about the letter on the table."""

    type_chosen = Signal(object)  # a code of the list
    send_asked = Signal()
    put_away_asked = Signal()

    def __init__(
        self, look: Look, patient: PatientPane, stay: StayPane, recipients: RecipientsPane
    ) -> None:
        super().__init__()
        role(self, "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look = look
        self._shown: tuple[Letter | None, bool, Limits] | None = None
        self._types: Sequence[str] = DOCUMENT_TYPES
        self._patient, self._stay, self._recipients = patient, stay, recipients
        self.type_choice = Picker(
            look,
            name=words.TYPE_NAME,
            keys=words.TYPE_KEYS,
            results=words.TYPES,
            hint=words.TYPE_HINT,
        )
        self._meta, self._sender = Elided("", "muted"), Elided("", "muted")
        self.copies = Copies(look)
        self.checks = Checks(look)
        self._identity = QWidget()
        band = column(margins=(16, 12, 16, 0))
        band.addWidget(patient)
        self._identity.setLayout(band)
        self._scroll = self._scrolling()
        self._revealed: Picker | None = None
        self.away = button(words.PUT_AWAY, "", self.put_away_asked.emit)
        self.away.setToolTip(words.PUT_AWAY_TIP)
        self.send = ActionButton(words.SEND, words.SEND_KEYS)
        foot = QWidget()
        role(foot, "foot")
        actions = row(spacing=8)
        actions.addWidget(self.away)
        actions.addWidget(self.send, 1)
        self._foot = column(margins=(16, 10, 16, 12), spacing=10)
        self._foot.addWidget(self.checks)
        self._foot.addLayout(actions)
        foot.setLayout(self._foot)
        self._guide = _guide(look)
        layout = column(spacing=0)
        layout.addWidget(self._identity)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._guide, 1)
        layout.addWidget(foot)
        self.setLayout(layout)
        self._connect()
        self.show_letter(None, sending=False)

    def _connect(self) -> None:
        self.type_choice.chosen.connect(self.type_chosen)
        self.send.clicked.connect(lambda _checked=False: self.send_asked.emit())
        self.checks.led.connect(self._lead)
        for picker in (self.type_choice, self._stay.picker):
            picker.opened.connect(partial(self._reveal, picker))
        bar = self._scroll.verticalScrollBar()
        bar.rangeChanged.connect(lambda _least, _most: self._reveal(self._revealed))

    def _scrolling(self) -> QScrollArea:
        """Everything below the identity, which stays in sight."""
        inside = self._inside = column(margins=(16, 6, 4, 8), spacing=6)
        inside.addWidget(self._patient.ways)
        inside.addWidget(self._stay)
        inside.addSpacing(4)
        inside.addWidget(self._recipients)
        inside.addSpacing(4)
        inside.addWidget(section(words.DOCUMENT))
        for part in (self.type_choice, self._meta, self._sender):
            inside.addWidget(part)
        inside.addSpacing(4)
        inside.addWidget(self.copies)
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

    def offer(self, targets: Sequence[Target], types: Sequence[str] = DOCUMENT_TYPES) -> None:
        """What this hospital's letters may go to, and their types in the order to show them."""
        self.copies.offer(targets)
        self._types = types
        self._offer_types(None if self._shown is None else self._shown[0])

    def show_letter(self, letter: Letter | None, *, sending: bool, limits: Limits = LIMITS) -> None:
        """Show the letter on the table."""
        if (letter, sending, limits) == self._shown:
            return
        self._shown = (letter, sending, limits)
        for part in (self._identity, self._scroll, self.checks):
            part.setVisible(letter is not None)
        self._guide.setVisible(letter is None)
        self.away.setEnabled(letter is not None)
        self.send.setEnabled(letter is not None and is_ready(letter, limits))
        action = words.SEND if letter is None else words.action(letter)
        self.send.say(*((words.SENDING, "") if sending else (action, words.SEND_KEYS)))
        self._stay.show_letter(letter)
        self.copies.show_letter(letter)
        self.checks.show_letter(letter, limits)
        self._offer_types(letter)
        if letter is not None:
            self._meta.say(words.meta(letter))
            self._sender.say(words.sender(letter))
            self._sender.setVisible(letter.sender is not None)

    def _offer_types(self, letter: Letter | None) -> None:
        rows = [
            (code, Row(title=(text := type_label(code)), detail="", spoken=text))
            for code in self._types
        ]
        code = "" if letter is None else letter.type_code
        self.type_choice.offer(rows, code)
        self.type_choice.button.say(type_label(code))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The checks stay above the button where there is room for that."""
        super().resizeEvent(event)
        place = self._foot
        if event.size().height() < self._look.px(_ROOM_FOR_CHECKS):
            place = self._inside
        if place.indexOf(self.checks) < 0:
            place.insertWidget(0 if place is self._foot else place.count() - 1, self.checks)

    # Where the keyboard goes

    def to_patient(self) -> None:
        """Put the keyboard where a patient is looked for."""
        self._patient.change()
        self._scroll.ensureWidgetVisible(self._patient.entry)

    def to_stay(self) -> None:
        """Put the keyboard on the patient's stays."""
        self._stay.to_choose()
        self._scroll.ensureWidgetVisible(self._stay)

    def to_recipients(self) -> None:
        """Put the keyboard where recipients are looked for."""
        field = self._recipients.search.field
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._scroll.ensureWidgetVisible(field)

    def to_type(self) -> None:
        """Put the keyboard on the types of document."""
        self.type_choice.open_list()

    def to_missing(self) -> None:
        """Put the keyboard on what is still to do, else on sending."""
        letter, _sending, limits = self._shown or (None, False, LIMITS)
        if letter is None:
            return
        blocks = [one.topic for one in check(letter, limits) if one.verdict is Verdict.BLOCK]
        wanted = next((one for one in blocks if one in self._ways()), None)
        if wanted is not None:
            self._lead(wanted)
        elif blocks:
            self.to_recipients()
        else:
            self.send.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _ways(self) -> dict[Topic, Callable[[], None]]:
        return {
            Topic.PATIENT_MISSING: self.to_patient,
            Topic.RECIPIENTS_MISSING: self.to_recipients,
            Topic.STAY_MISSING: self.to_stay,
        }

    def _lead(self, topic: Topic) -> None:
        self._ways()[topic]()

    def _reveal(self, picker: Picker | None) -> None:
        """Have the whole open list in sight, once it has its place."""
        self._revealed = picker
        QTimer.singleShot(0, self, self._show_whole_list)

    def _show_whole_list(self) -> None:
        """Qt would only show the row that is gone to."""
        inside = self._scroll.widget()
        if inside is not None and self._revealed is not None and self._revealed.is_open:
            shown = self._revealed.list
            end = shown.mapTo(inside, shown.rect().bottomLeft())
            self._scroll.ensureVisible(end.x(), end.y(), 0, 8)


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
