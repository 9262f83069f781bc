"""The recipients pane: who gets the letter, at which address, and how to add somebody."""

from functools import partial

from PySide6.QtCore import QKeyCombination, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QWidget

from desktop_app.domain.people import Correspondent, Recipient, with_recipient
from desktop_app.ui.answers import AnswerDelegate, FoundRole
from desktop_app.ui.commands import DIGIT_ROW
from desktop_app.ui.fields import Choice, Field
from desktop_app.ui.flow import Flow
from desktop_app.ui.parts import (
    Badge,
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
from desktop_app.ui.recipients.model import DirectoryModel
from desktop_app.ui.recipients.presenter import DirectoryState
from desktop_app.ui.results import SearchBox
from desktop_app.ui.style import Look, role
from desktop_app.wording import failures, search
from desktop_app.wording import recipients as words
from desktop_app.wording.failures import Notice
from desktop_app.wording.states import Tone


class RecipientsPane(QWidget):
    """Shows the recipients of the letter on the table."""

    recipients_changed = Signal(object)  # a tuple of Recipient
    usual_picked = Signal(object)  # a Recipient

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._recipients: tuple[Recipient, ...] | None = None
        self._usual: tuple[Recipient, ...] = ()
        self._model = DirectoryModel(self)
        field = Field(look, hint=words.FIELD, name=words.FIELD_NAME, keys=words.FIELD_KEYS)
        self.search = SearchBox(look, self._model, field)
        self.search.draw_with(AnswerDelegate(look, self.search))
        self.search.list.setAccessibleName(words.RESULTS)
        self.search.chosen.connect(self._choose)
        self._count = label("", "section")
        head = row()
        head.addWidget(section(words.RECIPIENTS), 1)
        head.addWidget(self._count)
        self._cards = column(spacing=6)
        self._chips = QWidget()
        self._chips.setAccessibleName(words.USUAL)
        self._chips.setLayout(Flow())
        layout = column(spacing=6)
        layout.addLayout(head)
        layout.addLayout(self._cards)
        layout.addWidget(self.search)
        layout.addWidget(self._chips)
        self.setLayout(layout)
        for place, french in enumerate(DIGIT_ROW):
            keys = [QKeySequence(f"Alt+{place + 1}"), QKeySequence(_alt(french))]
            shortcut = QShortcut(self)
            shortcut.setKeys(keys)
            shortcut.activated.connect(partial(self._pick, place))
        self.show_recipients(())

    def show_state(self, state: DirectoryState) -> None:
        """Show what the search found and who is usual."""
        entries = state.found or ()
        self._model.show(entries)
        notice = None if state.problem is None else failures.explain(state.problem)
        if state.gone is not None:
            notice = Notice(words.gone_title(state.gone), words.GONE_ADVICE)
        elif notice is None and state.found == () and not state.busy:
            notice = Notice(words.NOBODY, words.NOBODY_ADVICE)
        self.search.show_answer(
            rows=len(entries),
            status=search.SEARCHING
            if state.busy
            else words.found(len(entries), complete=state.complete),
            more=False,
            notice=notice,
            retry=state.problem is not None and failures.worth_another_try(state.problem),
        )
        if state.usual != self._usual:
            self._usual = state.usual
            self._show_chips()

    def show_recipients(self, recipients: tuple[Recipient, ...]) -> None:
        """Show who gets the letter."""
        if recipients == self._recipients:
            return
        self._recipients = recipients
        self._count.setText(str(len(recipients)) if recipients else "")
        clear(self._cards)
        for number, recipient in enumerate(recipients):
            self._cards.addWidget(self._card(number, recipient))
        self._show_chips()

    def start_over(self) -> None:
        """Another letter: forget what was looked for."""
        self.search.clear()

    def _choose(self, index: QModelIndex) -> None:
        entry: Correspondent = index.data(FoundRole)
        self.search.clear()
        self.search.field.setFocus(Qt.FocusReason.OtherFocusReason)
        best = Recipient(correspondent=entry, address=entry.mailboxes[0].address)
        self.recipients_changed.emit(with_recipient(self._recipients or (), best))

    def _pick(self, place: int) -> None:
        shown = self.offered()
        if place < len(shown):
            self.usual_picked.emit(shown[place])

    def offered(self) -> list[Recipient]:
        """The usual ones who are not on the letter yet."""
        there = {one.address.casefold() for one in self._recipients or ()}
        return [one for one in self._usual if one.address.casefold() not in there]

    def _show_chips(self) -> None:
        layout = self._chips.layout()
        assert layout is not None  # noqa: S101 - set in the constructor
        clear(layout)
        offered = self.offered()
        for number, recipient in enumerate(offered, start=1):
            picked = partial(self.usual_picked.emit, recipient)
            chip = button(words.chip(number, recipient), "chip", picked)
            chip.setToolTip(words.chip_tip(number, recipient))
            layout.addWidget(chip)
        self._chips.setVisible(bool(offered))

    def _card(self, number: int, recipient: Recipient) -> QFrame:
        entry = recipient.correspondent
        card = QFrame()
        role(card, "card")
        card.setAccessibleName(f"{words.heading(entry)}, {recipient.address}")
        first = row(spacing=6)
        first.addWidget(Elided(words.heading(entry), "strong"), 1)
        remove = words.remove(recipient)
        first.addWidget(IconButton(self._look, "x", remove, partial(self._remove, number)))
        second = row(spacing=6)
        second.addWidget(Pill(self._look, words.CHANNEL, Tone.MOVING))
        second.addWidget(Elided(words.place(entry), "muted"), 1)
        inside = column(spacing=2)
        inside.addLayout(first)
        inside.addLayout(second)
        inside.addWidget(self._address(number, recipient))  # a line of its own: every part counts
        layout = row(margins=(10, 8, 6, 8), spacing=10)
        badge = Badge(self._look, Tone.MOVING, text=str(number + 1))
        layout.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(inside, 1)
        card.setLayout(layout)
        return card

    def _address(self, number: int, recipient: Recipient) -> QWidget:
        mailboxes = recipient.correspondent.mailboxes
        if len(mailboxes) < 2:  # noqa: PLR2004 - a choice needs two
            return Elided(recipient.address, "muted")
        choice = Choice(self._look, words.ADDRESS)
        role(choice, "inline")
        choice.addItems([mailbox.address for mailbox in mailboxes])
        choice.setCurrentText(recipient.address)
        choice.setToolTip(recipient.address)
        choice.textActivated.connect(partial(self._move, number))
        return choice

    def _remove(self, number: int) -> None:
        recipients = list(self._recipients or ())
        del recipients[number]
        self.recipients_changed.emit(tuple(recipients))
        self.search.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _move(self, number: int, address: str) -> None:
        recipients = list(self._recipients or ())
        entry = recipients[number].correspondent
        recipients[number] = Recipient(correspondent=entry, address=address)
        self.recipients_changed.emit(tuple(recipients))


def _alt(key: Qt.Key) -> QKeyCombination:
    return QKeyCombination(Qt.KeyboardModifier.AltModifier, key)
