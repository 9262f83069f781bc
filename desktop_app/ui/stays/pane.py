"""The stay pane: the stay of the letter, the one under way within a key, the others in a list."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop_app.domain.letters import Letter, Target
from desktop_app.domain.people import Patient, Stay, StayId
from desktop_app.domain.ports import FindsStays
from desktop_app.tasks import Tasks
from desktop_app.ui.answers import Row
from desktop_app.ui.parts import NoticeBox, button, column, label, row, section
from desktop_app.ui.picker import Picker
from desktop_app.ui.stays.presenter import PatientStays, StaysState
from desktop_app.ui.style import Look
from desktop_app.wording import failures, search
from desktop_app.wording import stays as words


class StayPane(QWidget):
    """Shows a state and the stay of the letter, says what was chosen. Decides nothing."""

    stay_chosen = Signal(object)  # a Stay, or None
    asked_again = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._state = StaysState()
        self._stay: Stay | None = None
        self._needed = False
        self._status = label("", "muted")
        head = row()
        head.addWidget(section(words.STAY), 1)
        head.addWidget(self._status)
        self.again = button(words.AGAIN, "link", self.asked_again.emit)
        self.again.setAccessibleName(words.AGAIN_NAME)
        head.addWidget(self.again)
        self.picker = Picker(
            look, name=words.FIELD_NAME, keys=words.STAY_KEYS, results=words.RESULTS
        )
        self.picker.chosen.connect(
            lambda stay: self.stay_chosen.emit(stay if stay is not _NO_STAY else None)
        )
        self.offer = button("", "chip", self._take)
        self._more = label(words.MORE, "care", wrap=True)
        self._notice = NoticeBox(look, "advice")
        self._notice.acted.connect(self.asked_again)
        layout = column(spacing=6)
        layout.addLayout(head)
        for part in (self.picker, self._more, self._notice):
            layout.addWidget(part)
        layout.addWidget(self.offer, 0, Qt.AlignmentFlag.AlignLeft)
        self.setLayout(layout)
        QShortcut(QKeySequence(words.TAKE_KEYS), self, self._take)
        self._draw()

    def show_state(self, state: StaysState) -> None:
        """Show what is known of the patient's stays."""
        if state != self._state:
            self._state = state
            self._draw()

    def show_letter(self, letter: Letter | None) -> None:
        """Show which stay the letter has, and whether it needs one."""
        stay = None if letter is None else letter.stay
        needed = letter is not None and Target.EHR in letter.targets
        if (stay, needed) != (self._stay, self._needed):
            self._stay, self._needed = stay, needed
            self._draw()

    def start_over(self) -> None:
        """Another letter: nothing is left open."""
        self.picker.close_list(back=False)

    def to_choose(self) -> None:
        """Put the keyboard on the stays; on asking again where there are none."""
        if self._notice.isVisible() and not self.picker.isVisible():
            self._notice.to_action()
        elif self.again.isVisible():
            self.again.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.picker.open_list()

    def _draw(self) -> None:
        state, stay = self._state, self._stay
        stays = state.stays or ()
        self.setVisible(state.offered or stay is not None)
        count = None if state.stays is None else len(stays)
        self._status.setText(words.LOOKING if state.busy else words.found(count))
        self.again.setVisible(count == 0 and not self._needed)
        notice = None if state.problem is None else failures.explain(state.problem)
        if count == 0 and self._needed:
            notice = words.NONE_KNOWN
        self._notice.say(notice, action=search.RETRY if notice else "", closable=False)
        rows: list[tuple[object, Row]] = [(one, _row(one)) for one in stays]
        if stays and not self._needed:
            rows.append((_NO_STAY, _WITHOUT))
        self.picker.offer(rows, stay)
        self.picker.setVisible(bool(rows) or stay is not None)
        if stay is not None:
            self.picker.button.say(words.chosen(stay))
        else:
            self.picker.button.say(words.NOT_CHOSEN, quiet=True)
        self._more.setVisible(bool(stays) and not state.complete)
        only = state.under_way
        self.offer.setVisible(only is not None and stay is None)
        if only is not None:
            self.offer.setText(f"{words.take(only)}  {words.TAKE_KEYS}")
            self.offer.setAccessibleName(words.take_spoken(only))
            self.offer.setToolTip(words.details(only))

    def _take(self) -> None:
        if self._state.under_way is not None and self._stay is None and self.isVisible():
            self.stay_chosen.emit(self._state.under_way)


def _row(stay: Stay) -> Row:
    return Row(
        title=words.title(stay),
        detail=words.details(stay),
        marks=(words.status(stay),) if stay.status else (),
        spoken=words.spoken(stay),
    )


_NO_STAY = Stay(id=StayId(""))
_WITHOUT = Row(title=words.WITHOUT, detail=words.WITHOUT_DETAIL, spoken=words.WITHOUT)


def join(
    pane: StayPane, stays: FindsStays, now: Callable[[], datetime], tasks: Tasks
) -> Callable[[Patient | None], None]:
    """Let the pane ask; the answer is to be called with the patient of the letter on the table."""
    found = PatientStays(stays, pane.show_state, now)
    pane.asked_again.connect(tasks.slot(found.ask_again))
    return tasks.latest(found.look_up)
