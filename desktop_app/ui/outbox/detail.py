"""Everything about one sending: what happened, what may be decided, to whom it went and when."""

from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QClipboard, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QPushButton, QScrollArea, QWidget

from desktop_app.domain.choices import Choice, Step, steps, worst_first
from desktop_app.domain.letters import Target
from desktop_app.domain.sending import Delivery, Job, Sending
from desktop_app.ui.outbox.differences import DifferencesTable
from desktop_app.ui.parts import (
    Elided,
    IconButton,
    Pill,
    button,
    clear,
    column,
    label,
    row,
    section,
)
from desktop_app.ui.style import Look, role
from desktop_app.wording import differences, followup, progress, reasons, states, targets
from desktop_app.wording import outbox as view
from desktop_app.wording import sendings as words

_SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)

_SHARES, _SHARES_TO_COMPARE = (10, 7, 6), (16, 7, 5)
"""How the width is shared between the facts, the people and the times."""
_WIDE = 900
"""Pixels at 100 % that three columns need."""


class DetailPanel(QFrame):
    """The sending of the row that is gone to; Escape closes it."""

    acted = Signal(object)  # a Step
    closed = Signal()

    def __init__(self, look: Look, clipboard: QClipboard) -> None:
        super().__init__()
        role(self, "foot")
        self.setAccessibleName(view.DETAIL)
        self._look, self._clipboard = look, clipboard
        self._sending: Sending | None = None
        self.compares = False
        """Whether a comparison is shown, which wants more room."""
        self._sentences: list[tuple[Job, QLabel]] = []
        self.buttons: dict[Step, QPushButton] = {}
        self._patient, self._about = label("", "identity"), Elided("", "muted")
        self.close_button = IconButton(look, "x", view.CLOSE_DETAIL_TIP, self.closed.emit)
        head = self._head = row(margins=(16, 8, 10, 0), spacing=10)
        head.addWidget(self._patient)
        head.addWidget(self._about, 1)
        head.addWidget(self.close_button)
        self._facts = column(spacing=4)
        self._people = column(spacing=6)
        self._times = column(spacing=3)
        inside = self._inside = row(margins=(16, 4, 16, 12), spacing=28)
        for part in (self._facts, self._people, self._times):
            inside.addLayout(part)
        body = QWidget()
        role(body, "plain")
        body.setLayout(inside)
        self.sheet = QScrollArea()
        self.sheet.setWidgetResizable(True)
        self.sheet.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.sheet.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.sheet.setAccessibleName(view.DETAIL)
        self.sheet.setWidget(body)
        layout = column(spacing=0)
        layout.addLayout(head)
        layout.addWidget(self.sheet, 1)
        self.setLayout(layout)
        self.hide()

    def button(self, choice: Choice) -> QPushButton:
        """The first button that offers ``choice``: the one of the part that is worst."""
        return next(made for step, made in self.buttons.items() if step.choice is choice)

    def show_sending(self, sending: Sending, now: datetime) -> None:
        """Become the detail of ``sending``; nothing is built again while it stays the same."""
        if sending == self._sending:
            self.tick(now)
            return
        focused = next((one for one, made in self.buttons.items() if made.hasFocus()), None)
        other = self._sending is None or self._sending.letter.id != sending.letter.id
        self._sending = sending
        self._patient.setText(words.patient(sending.letter))
        self._about.say("".join(words.about(sending.letter)))
        self._sentences, self.buttons = [], {}
        for part in (self._facts, self._people, self._times):
            clear(part)
        jobs = worst_first(sending.jobs)
        self.compares = any(job.differences for job in jobs)
        for place, share in enumerate(_SHARES_TO_COMPARE if self.compares else _SHARES):
            self._inside.setStretch(place, share)
        for job in jobs:
            self._tell(sending, job, now)
        self._list_people(sending)
        self._list_times(sending, now)
        for part in (self._facts, self._people, self._times):
            part.addStretch(1)
        if other:
            self.sheet.verticalScrollBar().setValue(0)
        elif focused is not None:
            self.buttons.get(focused, self.sheet).setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room for it, one below the other where there is not."""
        super().resizeEvent(event)
        self._lay_out(event.size().width())

    def wanted_height(self, width: int) -> int:
        """Pixels that show everything, ``width`` pixels across."""
        self._lay_out(width)
        bar = self.sheet.verticalScrollBar().sizeHint().width()
        inside = self._inside.heightForWidth(width - bar)
        return self._head.sizeHint().height() + inside + self._look.px(6)

    def _lay_out(self, width: int) -> None:
        wide = width >= self._look.px(_WIDE)
        self._inside.setDirection(
            QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom
        )

    def tick(self, now: datetime) -> None:
        """Let the countdowns go on."""
        for job, said in self._sentences:
            said.setText(progress.sentence(job, now))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _tell(self, sending: Sending, job: Job, now: datetime) -> None:
        """One target, or one part of it: where it stands, why, and what may be decided."""
        mailbox_alone = len(sending.jobs) == 1 and job.target is Target.MSS
        if self._facts.count():
            self._facts.addSpacing(self._look.px(8))
        head = row(spacing=8)
        head.addWidget(section(view.WHAT_HAPPENED if mailbox_alone else targets.part(sending, job)))
        head.addWidget(Pill(self._look, *states.job(job)))
        head.addStretch(1)
        self._facts.addLayout(head)
        if files := targets.documents(sending, job):
            self._facts.addWidget(Elided(files, "muted"))
        said = label(progress.sentence(job, now), wrap=True)
        self._sentences.append((job, said))
        self._facts.addWidget(said)
        if advice := progress.advice(job):
            self._facts.addWidget(label(advice, "muted", wrap=True))
        if job.differences:
            lines = differences.lines(sending, job.differences)
            self._facts.addWidget(DifferencesTable(self._look, lines))
        for step in steps(sending, job):
            made = button(
                words.choice_in_full(step.choice, job), "", partial(self.acted.emit, step)
            )
            made.setAccessibleDescription(words.consequence(step.choice))
            self.buttons[step] = made
            line = row(spacing=10)
            line.addWidget(made)
            line.addWidget(label(words.consequence(step.choice), "muted", wrap=True), 1)
            self._facts.addLayout(line)

    def _list_people(self, sending: Sending) -> None:
        """Every recipient of every part, each with its own state."""
        mailboxes = [job for job in sending.jobs if job.target is Target.MSS]
        if mailboxes:
            self._people.addWidget(section(view.RECIPIENTS))
        for job in mailboxes:
            if len(mailboxes) > 1:
                self._people.addWidget(label(targets.part(sending, job), "muted"))
            for delivery in job.deliveries:
                self._people.addLayout(self._person(sending, job, delivery))

    def _person(self, sending: Sending, job: Job, delivery: Delivery) -> QBoxLayout:
        lines = column(spacing=1)
        head = row(spacing=8)
        head.addWidget(Elided(words.recipient(sending.letter, delivery), "strong"), 1)
        head.addWidget(Pill(self._look, *states.recipient(job, delivery.state)))
        lines.addLayout(head)
        lines.addWidget(_selectable(delivery.address, "muted"))
        if delivery.reason:
            lines.addWidget(label(reasons.shown(delivery.reason), "problem", wrap=True))
        return lines

    def _list_times(self, sending: Sending, now: datetime) -> None:
        self._times.addWidget(section(view.FOLLOW_UP))
        for job in sending.jobs:
            if len(sending.jobs) > 1:
                self._times.addWidget(label(targets.part(sending, job), "muted", wrap=True))
            for moment, what in followup.timeline(job, now):
                line = row(spacing=10)
                line.addWidget(label(moment, "strong"))
                line.addWidget(label(what, wrap=True), 1)
                self._times.addLayout(line)
            if tries := followup.attempts(job):
                self._times.addWidget(label(tries, "muted"))
            if job.transaction_id:
                self._times.addLayout(self._transaction(job.transaction_id))

    def _transaction(self, number: str) -> QBoxLayout:
        lines = column(spacing=1)
        lines.addWidget(label(view.TRANSACTION, "muted"))
        line = row(spacing=6)
        shown = _selectable(number, "small")
        shown.setAccessibleName(f"{view.TRANSACTION} {number}")
        line.addWidget(shown, 1)
        line.addWidget(button(view.COPY, "link", partial(self._clipboard.setText, number)))
        lines.addLayout(line)
        return lines


def _selectable(text: str, name: str) -> QLabel:
    made = label(text, name, wrap=True)
    made.setTextInteractionFlags(_SELECTABLE)
    return made
