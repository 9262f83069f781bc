"""The queue and the history in one table, with what narrows it and what tells more."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QClipboard, QHideEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from desktop_app.domain.letters import LetterId
from desktop_app.tasks import Tasks
from desktop_app.ui.outbox.bar import FilterBar
from desktop_app.ui.outbox.detail import DetailPanel
from desktop_app.ui.outbox.groups import EnvoisGroups
from desktop_app.ui.outbox.model import Link, SendingsModel
from desktop_app.ui.outbox.presenter import Envois, EnvoisFilter, EnvoisState, Group, Period
from desktop_app.ui.outbox.table import SendingsTable
from desktop_app.ui.parts import NoticeBox, button, column, label
from desktop_app.ui.style import Look, role
from desktop_app.wording import failures
from desktop_app.wording import outbox as words
from desktop_app.wording.failures import Notice

_NOTHING = {
    Group.TO_RESOLVE: words.NOTHING_TO_RESOLVE,
    Group.UNDER_WAY: words.NOTHING_UNDER_WAY,
    Group.TODAY: words.NOTHING_TODAY,
    Group.HISTORY: words.NOTHING_EVER,
}
_DETAIL_SHARE, _COMPARING_SHARE = 0.46, 0.62


class EnvoisPane(QWidget):
    """Shows a state, says what was asked for. Decides nothing."""

    searched = Signal(str)
    state_chosen = Signal(object)  # a JobState, or None for all of them
    period_chosen = Signal(object)  # a Period
    everywhere_asked = Signal()
    acted = Signal(object)  # a Step
    problem_read = Signal()
    came_in_sight = Signal()
    went_out_of_sight = Signal()

    def __init__(self, look: Look, clipboard: QClipboard, now: Callable[[], datetime]) -> None:
        super().__init__()
        role(self, "plain")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._look, self._now = look, now
        self._shown: LetterId | None = None
        self.model = SendingsModel(now, self)
        self.bar = FilterBar(look)
        self.table = SendingsTable(look, self.model)
        self.detail = DetailPanel(look, clipboard)
        self._problem = NoticeBox(look)
        self._more = label("", "muted")
        self._more.setContentsMargins(12, 6, 12, 6)
        self.empty = EmptyPage()
        layout = column(spacing=0)
        layout.addWidget(self.bar)
        self._notices = QWidget()
        notices = column(margins=(12, 8, 12, 8))
        notices.addWidget(self._problem)
        self._notices.setLayout(notices)
        layout.addWidget(self._notices)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.empty, 1)
        layout.addWidget(self._more)
        layout.addWidget(self.detail)
        self.setLayout(layout)
        self._room = QTimer(self, singleShot=True, interval=0)
        self._room.timeout.connect(self._give_room)
        self.seconds = QTimer(self, interval=1000)
        self.seconds.timeout.connect(self._tick)
        self._connect()
        self.show_state(EnvoisState())

    def _connect(self) -> None:
        self.bar.searched.connect(self.searched)
        self.bar.state_chosen.connect(self.state_chosen)
        self.bar.period_chosen.connect(self.period_chosen)
        self.empty.button.clicked.connect(lambda _on: self.everywhere_asked.emit())
        self._problem.closed.connect(self.problem_read)
        self.table.link_followed.connect(self._follow)
        self.table.opened.connect(self.open_detail)
        self.table.escaped.connect(self.close_detail)
        self.table.row_chosen.connect(self._row_chosen)
        self.detail.acted.connect(self.acted)
        self.detail.closed.connect(self.close_detail)

    def show_state(self, state: EnvoisState) -> None:
        """Become ``state``; the row that was gone to stays gone to, wherever it moves."""
        self.bar.show_filter(state.filter)
        problem = None if state.problem is None else failures.explain(state.problem)
        self._problem.say(problem)
        self._notices.setVisible(problem is not None)
        chosen, before = self._shown, max(0, self.table.currentIndex().row())
        sendings = state.sendings or ()
        self.model.show(sendings)
        self.table.setVisible(bool(sendings))
        self.empty.setVisible(not sendings)
        notice, wider = _why_empty(state)
        self.empty.show_reason(notice, wider=wider)
        self._more.setText("" if state.complete else words.shortened(len(sendings)))
        self._more.setVisible(not state.complete)
        if sendings:
            place = self.model.place_of(chosen)
            self.table.choose(place if place >= 0 else min(before, len(sendings) - 1))
            self._row_chosen()
        else:
            self.detail.hide()
        self._keep_time()

    def to_search(self) -> None:
        """Put the keyboard into the search field."""
        self.bar.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.field.selectAll()

    def to_table(self) -> None:
        """Put the keyboard on the rows, or on what there is instead of them."""
        target = self.bar.field if self.table.isHidden() else self.table
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def open_detail(self) -> None:
        """Tell everything about the row that is gone to."""
        row = self.table.chosen()
        if row is not None:
            self.detail.show_sending(row.sending, self._now())
            self._give_room()
            self.detail.show()
            self.table.scrollTo(self.table.currentIndex())

    def close_detail(self) -> None:
        """Go back to the rows."""
        if self.detail.isVisible():
            self.detail.hide()
            self.to_table()

    def showEvent(self, event: QShowEvent) -> None:
        """In sight: the list is read again, the countdowns run."""
        super().showEvent(event)
        self.came_in_sight.emit()
        self._keep_time()

    def hideEvent(self, event: QHideEvent) -> None:
        """Out of sight: nothing runs."""
        super().hideEvent(event)
        self.went_out_of_sight.emit()
        self.seconds.stop()

    def _follow(self, link: Link) -> None:
        for step in link.steps:
            self.acted.emit(step)
        if not link.steps:
            self.open_detail()
            self.detail.sheet.setFocus(Qt.FocusReason.OtherFocusReason)

    def _row_chosen(self) -> None:
        row = self.table.chosen()
        if row is None:
            return
        self._shown = row.sending.letter.id
        if self.detail.isVisible():
            self.detail.show_sending(row.sending, self._now())
            self._room.start()  # what is new in a visible panel has no size before it is shown

    def _give_room(self) -> None:
        """The detail is as high as it needs to be, and never covers most of the rows."""
        wanted = self.detail.wanted_height(self.width())
        share = _COMPARING_SHARE if self.detail.compares else _DETAIL_SHARE
        self.detail.setFixedHeight(min(wanted, round(self.height() * share)))
        QTimer.singleShot(0, self.table, self._keep_in_sight)

    def _keep_in_sight(self) -> None:
        if self.table.currentIndex().isValid():
            self.table.scrollTo(self.table.currentIndex())

    def _keep_time(self) -> None:
        if self.isVisible() and self.model.counting():
            if not self.seconds.isActive():
                self.seconds.start()
        else:
            self.seconds.stop()

    def _tick(self) -> None:
        self.model.tick()
        if self.detail.isVisible():
            self.detail.tick(self._now())


class EmptyPage(QWidget):
    """What there is instead of rows, and a way out of a filter that hides them."""

    def __init__(self) -> None:
        super().__init__()
        self._title, self._advice = label("", "title"), label("", "muted")
        self.button = button(words.SEARCH_EVERYWHERE, "")
        centre = Qt.AlignmentFlag.AlignHCenter
        layout = column(margins=48, spacing=8)
        layout.addStretch(1)
        for part in (self._title, self._advice, self.button):
            layout.addWidget(part, 0, centre)
        layout.addStretch(2)
        self.setLayout(layout)

    def show_reason(self, notice: Notice, *, wider: bool) -> None:
        """Say why there is nothing."""
        self._title.setText(notice.title)
        self._advice.setText(notice.advice)
        self.button.setVisible(wider)


def _why_empty(state: EnvoisState) -> tuple[Notice, bool]:
    """The reason, and whether looking everywhere may find more."""
    asked = state.filter
    everywhere = EnvoisFilter(group=Group.HISTORY, text=asked.text, period=Period.ALL)
    if state.sendings is None:
        return Notice(words.SEARCHING), False
    if asked.text or asked.state is not None:
        return words.no_match(asked.text), asked != everywhere
    return _NOTHING[asked.group], False


def join(pane: EnvoisPane, groups: EnvoisGroups, envois: Envois, tasks: Tasks) -> None:
    """Let what is done in the view reach its presenter."""
    groups.chosen.connect(tasks.slot(envois.choose_group))
    groups.outstanding_asked.connect(tasks.slot(envois.show_outstanding))
    pane.searched.connect(tasks.slot(envois.search))
    pane.state_chosen.connect(tasks.slot(envois.choose_state))
    pane.period_chosen.connect(tasks.slot(envois.choose_period))
    pane.everywhere_asked.connect(tasks.slot(envois.search_everywhere))
    pane.acted.connect(tasks.slot(envois.act))
    pane.came_in_sight.connect(tasks.slot(envois.look))
    pane.went_out_of_sight.connect(envois.look_away)
    pane.problem_read.connect(envois.forget_problem)
    if not pane.isVisible():
        envois.look_away()
