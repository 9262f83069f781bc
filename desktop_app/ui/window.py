"""The window: places the panes, gives every command its key, takes what is dropped on it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QClipboard, QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.domain.letters import Letter, is_ready
from desktop_app.domain.ports import Overview
from desktop_app.ui.commands import build_actions, fill_menu
from desktop_app.ui.composer import Composer
from desktop_app.ui.drops import DropTarget, FieldKeys, files_in
from desktop_app.ui.help import HelpSheet
from desktop_app.ui.letters.pane import DropZone, PagePane, TrayPane
from desktop_app.ui.letters.presenter import TrayState, Undoable
from desktop_app.ui.outbox.groups import EnvoisGroups
from desktop_app.ui.outbox.pane import EnvoisPane
from desktop_app.ui.parts import NoticeBox, Segments, column, scrolled
from desktop_app.ui.style import Look, role
from desktop_app.ui.topbar import StatusLine, TopBar
from desktop_app.ui.undo import UndoBar
from desktop_app.wording import letters as letter_words
from desktop_app.wording import window as words
from desktop_app.wording.failures import Notice

SMALLEST = (960, 600)
_SMALLEST_LARGE = (1280, 680)
"""Larger text needs more room, but never more than a usual screen has."""
_USUAL = (1366, 768)
_FRAME = 48
"""Pixels that a title bar and a frame may take."""
_PUT_AWAY_SECONDS = 10
TO_SEND, SENDINGS = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Panes:
    """What the window is made of, ready made."""

    tray: TrayPane
    drop_zone: DropZone
    page: PagePane
    composer: Composer
    groups: EnvoisGroups
    sendings: EnvoisPane


class MainWindow(QMainWindow):
    """One hospital's outgoing-mail desk."""

    files_given = Signal(object)  # a list of Path
    files_asked = Signal()
    send_asked = Signal()
    undo_asked = Signal()
    put_away_asked = Signal()
    close_asked = Signal()
    painted = Signal()  # once

    def __init__(
        self, look: Look, panes: Panes, clipboard: QClipboard, *, hospital: str, environment: str
    ) -> None:
        super().__init__()
        self._look, self._clipboard = look, clipboard
        self.panes = panes
        self._tray = TrayState()
        self._may_close = self._was_painted = False
        self._notices: dict[str, NoticeBox] = {}
        self.setWindowTitle(words.title(hospital))
        self.setWindowIcon(look.icon("send", look.tokens.accent))
        smallest = zip(SMALLEST, _SMALLEST_LARGE, strict=True)
        self.setMinimumSize(*(min(look.px(usual), large) for usual, large in smallest))
        self.resize(*_USUAL)
        self.top = TopBar(look, hospital=hospital, environment=environment)
        self.status = StatusLine(look)
        self.segments = Segments((words.TO_SEND, words.SENDINGS))
        self.segments.setAccessibleName(words.VIEWS)
        self._left_stack, self._right_stack = QStackedWidget(), QStackedWidget()
        self._notice_place: QVBoxLayout = column(spacing=0)
        self._centre = QWidget()
        self._build()
        self.undo_bar = UndoBar(look, self._centre)
        self.help = HelpSheet(look, self._centre)
        self._drops = DropTarget(look, self, self._centre)
        self._keys = FieldKeys(clipboard, self.undo_bar.isVisible, self)
        self.actions_by_name = build_actions(self, self._commands(), {"put_away": panes.tray.list})
        fill_menu(self.top.menu, self.actions_by_name)
        self._connect()
        for field in self.findChildren(QLineEdit):
            field.installEventFilter(self._keys)
        self.to_missing()

    # Building

    def _build(self) -> None:
        panes = self.panes
        left = QWidget()
        role(left, "side")
        self._left_stack.addWidget(panes.tray)
        self._left_stack.addWidget(scrolled(panes.groups))
        inside = column(margins=(12, 12, 12, 12), spacing=12)
        inside.addWidget(self.segments)
        inside.addWidget(self._left_stack, 1)
        inside.addWidget(panes.drop_zone)
        left.setLayout(inside)
        self._desk = _splitter(panes.page, panes.composer)
        self._right_stack.addWidget(self._desk)
        self._right_stack.addWidget(panes.sendings)
        self._whole = _splitter(left, self._right_stack)
        layout = column(spacing=0)
        layout.addWidget(self.top)
        layout.addLayout(self._notice_place)
        layout.addWidget(self._whole, 1)
        layout.addWidget(self.status)
        self._centre.setLayout(layout)
        self.setCentralWidget(self._centre)

    def _commands(self) -> dict[str, Callable[[], object]]:
        pages = self.panes.page.pages
        return {
            "open": self.files_asked.emit,
            "paste": self._paste,
            "patient": self._to_patient,
            "recipients": self._to_recipients,
            "send": self._send,
            "undo": self.undo_asked.emit,
            "put_away": self.put_away_asked.emit,
            "to_send": lambda: self.show_view(TO_SEND),
            "sendings": lambda: self.show_view(SENDINGS),
            "find": self._find,
            "outstanding": self.show_outstanding,
            "pane": self._next_pane,
            "zoom_in": pages.zoom_in,
            "zoom_out": pages.zoom_out,
            "zoom_fit": pages.zoom_fit,
            "help": self.help.toggle,
            "menu": self.top.menu_button.showMenu,
            "quit": self.close,
        }

    def _connect(self) -> None:
        panes = self.panes
        self.segments.chosen.connect(self.show_view)
        self._drops.dropped.connect(self._dropped)
        self.undo_bar.moved.connect(self._place_undo)
        self.top.outstanding_asked.connect(self.show_outstanding)
        self.top.help_asked.connect(self.help.toggle)
        panes.drop_zone.files_asked.connect(self.files_asked)
        panes.drop_zone.sample_asked.connect(self.files_given)
        panes.page.sample_asked.connect(self.files_given)
        panes.composer.send_asked.connect(self._send)
        panes.composer.put_away_asked.connect(self.put_away_asked)
        self.undo_bar.undo_asked.connect(self.undo_asked)

    # What is shown

    def show_tray(self, state: TrayState) -> None:
        """Show the tray, the letter on the table and everything about it."""
        before, self._tray = self._tray, state
        panes, letter = self.panes, state.letter
        panes.tray.show_state(state)
        panes.page.show_letter(letter)
        panes.composer.show_letter(letter, sending=state.sending)
        self.segments.name(TO_SEND, words.segment(words.TO_SEND, len(state.letters)))
        if before.chosen != state.chosen and self._should_lead(before, state):
            self.to_missing()
        elif _was_told_who(before.letter, letter):
            self._to_recipients()

    @staticmethod
    def _should_lead(before: TrayState, state: TrayState) -> bool:
        """Whether the keyboard follows the letter: not while somebody walks through the tray."""
        return before.letter is None or before.chosen not in {one.id for one in state.letters}

    def show_undo(self, undo: Undoable | None, now: datetime) -> None:
        """Offer to take back the last step."""
        if undo is None:
            self.undo_bar.withdraw()
        elif undo.leaves_at is None:
            self.undo_bar.offer(
                lambda seconds: letter_words.put_away(undo.letter, seconds), _PUT_AWAY_SECONDS
            )
        else:
            left = (undo.leaves_at - now).total_seconds()
            self.undo_bar.offer(lambda seconds: letter_words.leaving(undo.letter, seconds), left)

    def show_overview(self, overview: Overview, now: datetime) -> None:
        """Show the counts that are always visible."""
        self.top.show_overview(overview)
        self.status.show_overview(overview, now)
        self.segments.name(
            SENDINGS, words.segment(words.SENDINGS, overview.moving + overview.outstanding)
        )

    def say(
        self, about: str, notice: Notice | None, *, name: str = "notice", closable: bool = True
    ) -> None:
        """Keep one message about one matter across the top until it is closed or mended."""
        box = self._notices.get(about)
        if box is None:
            if notice is None:
                return
            box = self._notices[about] = NoticeBox(self._look, f"{name}-strip")
            box.closed.connect(box.hide)
            self._notice_place.addWidget(box)
        box.say(notice, closable=closable)

    @property
    def notices(self) -> tuple[str, ...]:
        """The messages across the top that are in sight."""
        return tuple(box.title for box in self._notices.values() if box.isVisible())

    def open_on(self, room: QSize) -> None:
        """Show itself, filling a screen that has no ``room`` for its usual size and a frame.

        A screen too small for the smallest window is not one to be filled (that of the off-screen
        platform, for one).
        """
        frame = self._look.px(_FRAME)
        fits = room.width() > _USUAL[0] + frame and room.height() > _USUAL[1] + frame
        if fits or room.width() < SMALLEST[0] or room.height() < SMALLEST[1]:
            self.show()
        else:
            self.showMaximized()

    # Views and focus

    def show_view(self, number: int) -> None:
        """The letters to send, or the sendings."""
        self.segments.choose(number)
        self._left_stack.setCurrentIndex(number)
        self._right_stack.setCurrentIndex(number)
        self.panes.drop_zone.setVisible(number == TO_SEND or not self._look.large)
        self._place_undo()
        if number == SENDINGS:
            self.panes.groups.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.to_missing()

    @property
    def view(self) -> int:
        """Which view is in sight."""
        return self._right_stack.currentIndex()

    def show_outstanding(self) -> None:
        """The letters that wait for somebody, what is to resolve first."""
        self.show_view(SENDINGS)
        self.panes.groups.choose_to_resolve()

    def to_missing(self) -> None:
        """Put the keyboard where the letter on the table lacks something."""
        letter = self._tray.letter
        if self.view != TO_SEND:
            return
        if letter is None:
            self.panes.tray.list.setFocus(Qt.FocusReason.OtherFocusReason)
        elif letter.patient is None:
            self._to_patient()
        elif not letter.recipients:
            self._to_recipients()
        else:
            self.panes.composer.send.setFocus(Qt.FocusReason.OtherFocusReason)

    def _to_patient(self) -> None:
        self._on_the_desk(self.panes.composer.to_patient)

    def _to_recipients(self) -> None:
        self._on_the_desk(self.panes.composer.to_recipients)

    def _on_the_desk(self, then: Callable[[], None]) -> None:
        if self.view != TO_SEND:
            self.show_view(TO_SEND)
        if self._tray.letter is not None:
            then()

    def _find(self) -> None:
        self.show_view(SENDINGS)
        self.panes.sendings.to_search()

    def _send(self) -> None:
        """Send the letter on the table, if it is in sight: nothing leaves that nobody looks at."""
        letter = self._tray.letter
        if self.view == TO_SEND and letter is not None and is_ready(letter):
            self.send_asked.emit()
        else:
            self._on_the_desk(self.to_missing)

    def _next_pane(self) -> None:
        """F6: the keyboard walks from one part of the window to the next."""
        panes = self.panes
        if self.view == TO_SEND:
            stops = [panes.tray.list, panes.page.pages, panes.composer]
        else:
            stops = [panes.groups, panes.sendings]
        stops = [stop for stop in stops if stop.isVisible()]
        here = self.focusWidget()
        at = next((n for n, one in enumerate(stops) if here and _within(here, one)), -1)
        target = stops[(at + 1) % len(stops)]
        if target is panes.composer:
            panes.composer.to_first()
        elif target is panes.sendings:
            panes.sendings.to_table()
        else:
            target.setFocus(Qt.FocusReason.TabFocusReason)

    # Files

    def _paste(self) -> None:
        files = files_in(self._clipboard.mimeData())
        if files:
            self.files_given.emit(files)

    def _dropped(self, files: list[Path]) -> None:
        self.show_view(TO_SEND)
        self.files_given.emit(files)

    # Events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what floats in its place; a wider window gives its sides more room."""
        super().resizeEvent(event)
        width = event.size().width()
        left = min(self._look.px(282), round(width * 0.25))
        right = min(self._look.px(410), round(width * 0.45))
        if width > _WIDE:
            left, right = max(left, 320), max(right, 480)
        if not event.oldSize().isValid() or event.oldSize().width() != width:
            self._whole.setSizes([left, width - left])
            self._desk.setSizes([width - left - right, right])
        self._place_undo()
        self.help.place()

    def _place_undo(self) -> None:
        around = self.panes.page if self.view == TO_SEND else self._right_stack
        self.undo_bar.place(around, self.status.height() + self._look.px(14))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tell that there is something to see."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            self.painted.emit()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask whoever owns the window first; ``close_for_good`` does not ask."""
        if self._may_close:
            event.accept()
        else:
            event.ignore()
            self.close_asked.emit()

    def close_for_good(self) -> None:
        """Close without another question."""
        self._may_close = True
        self.close()


_WIDE = 1600


def _splitter(*parts: QWidget) -> QSplitter:
    made = QSplitter(Qt.Orientation.Horizontal)
    made.setChildrenCollapsible(False)
    made.setHandleWidth(1)
    for part in parts:
        made.addWidget(part)
    return made


def _was_told_who(before: Letter | None, now: Letter | None) -> bool:
    """Whether the letter on the table has just been given its patient."""
    if before is None or now is None or before.id != now.id or now.patient is None:
        return False
    return before.patient != now.patient


def _within(widget: QWidget, ancestor: QWidget) -> bool:
    return widget is ancestor or ancestor.isAncestorOf(widget)
