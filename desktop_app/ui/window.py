"""The window: places the panes, gives every command its key, takes what is dropped on it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QClipboard, QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QMainWindow, QWidget

from desktop_app.domain.letters import Letter, Target, is_ready
from desktop_app.domain.ports import Overview
from desktop_app.ui.commands import build_actions, fill_menu
from desktop_app.ui.drops import DropTarget, FieldKeys, files_in
from desktop_app.ui.frame import SENDINGS, TO_SEND, Frame, Panes
from desktop_app.ui.help import HelpSheet
from desktop_app.ui.letters.presenter import TrayState, Undoable
from desktop_app.ui.notices import Act, Notices
from desktop_app.ui.parts import column
from desktop_app.ui.style import Look
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
_COPIES = {"record": Target.EHR, "dmp": Target.DMP}
"""Commands that only exist where their copy is offered."""


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
        self.setWindowTitle(words.title(hospital))
        self.setWindowIcon(look.icon("send", look.tokens.accent))
        smallest = zip(SMALLEST, _SMALLEST_LARGE, strict=True)
        self.setMinimumSize(*(min(look.px(usual), large) for usual, large in smallest))
        self.resize(*_USUAL)
        self.top = TopBar(look, hospital=hospital, environment=environment)
        self.status = StatusLine(look)
        self._frame = Frame(look, panes)
        self.segments = self._frame.segments
        self._notices = Notices(look)
        self._centre = QWidget()
        layout = column(spacing=0)
        layout.addWidget(self.top)
        layout.addWidget(self._notices)
        layout.addWidget(self._frame, 1)
        layout.addWidget(self.status)
        self._centre.setLayout(layout)
        self.setCentralWidget(self._centre)
        self.undo_bar = UndoBar(look, self._centre)
        self.help = HelpSheet(look, self._centre)
        self._drops = DropTarget(look, self, self._centre)
        self._keys = FieldKeys(clipboard, self.undo_bar.isVisible, self)
        self.actions_by_name = build_actions(self, self._commands(), {"put_away": panes.tray.list})
        self.top.menu.addActions([self.top.person.sign_in_action, self.top.person.sign_out_action])
        fill_menu(self.top.menu, self.actions_by_name)
        self._connect()
        for field in self.findChildren(QLineEdit):
            field.installEventFilter(self._keys)
        self.to_missing()

    # Building

    def _commands(self) -> dict[str, Callable[[], object]]:
        pages = self.panes.page.pages
        return {
            "open": self.files_asked.emit,
            "paste": self._paste,
            "patient": self._to_patient,
            "stay": lambda: self._on_the_desk(self.panes.composer.to_stay),
            "recipients": self._to_recipients,
            "type": lambda: self._on_the_desk(self.panes.composer.to_type),
            "record": lambda: self._copy(Target.EHR),
            "dmp": lambda: self._copy(Target.DMP),
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
        panes.composer.show_letter(letter, sending=state.sending, limits=state.limits)
        self.segments.name(TO_SEND, words.segment(words.TO_SEND, len(state.letters)))
        if before.chosen != state.chosen and self._should_lead(before, state):
            self.to_missing()
        elif _was_told_who(before.letter, letter):
            self._to_recipients()
        elif _was_told_which_stay(before.letter, letter):
            self.to_missing()

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
        self,
        about: str,
        notice: Notice | None,
        *,
        name: str = "notice",
        closable: bool = True,
        act: Act | None = None,
    ) -> None:
        """Keep one message about one matter across the top until it is closed or mended."""
        self._notices.say(about, notice, name=name, closable=closable, act=act)

    @property
    def notices(self) -> tuple[str, ...]:
        """The messages across the top that are in sight."""
        return self._notices.titles

    def offer(self, targets: Sequence[Target], types: Sequence[str]) -> None:
        """What letters may go to here, and their types in the order to show them."""
        self.panes.composer.offer(targets, types)
        for name, target in _COPIES.items():
            self.actions_by_name[name].setVisible(target in targets)
            self.help.show_command(name, shown=target in targets)

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
        self._frame.show_view(number)
        self._place_undo()
        if number == SENDINGS:
            self.panes.groups.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.to_missing()

    @property
    def view(self) -> int:
        """Which view is in sight."""
        return self._frame.view

    def show_outstanding(self) -> None:
        """The letters that wait for somebody, what is to resolve first."""
        self.show_view(SENDINGS)
        self.panes.groups.choose_to_resolve()

    def to_missing(self) -> None:
        """Put the keyboard where the letter on the table lacks something, else on sending it."""
        if self.view != TO_SEND:
            return
        if self._tray.letter is None:
            self.panes.tray.list.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.panes.composer.to_missing()

    def _to_patient(self) -> None:
        self._on_the_desk(self.panes.composer.to_patient)

    def _to_recipients(self) -> None:
        self._on_the_desk(self.panes.composer.to_recipients)

    def _on_the_desk(self, then: Callable[[], None]) -> None:
        if self.view != TO_SEND:
            self.show_view(TO_SEND)
        if self._tray.letter is not None:
            then()

    def _copy(self, target: Target) -> None:
        self._on_the_desk(lambda: self.panes.composer.copies.toggle(target))

    def _find(self) -> None:
        self.show_view(SENDINGS)
        self.panes.sendings.to_search()

    def _send(self) -> None:
        """Send the letter on the table, if it is in sight: nothing leaves that nobody looks at."""
        letter = self._tray.letter
        if self.view == TO_SEND and letter and is_ready(letter, self._tray.limits):
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
            panes.composer.to_missing()
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
        if not event.oldSize().isValid() or event.oldSize().width() != width:
            self._frame.share(width)
        self._place_undo()
        self.help.place()

    def _place_undo(self) -> None:
        around = self.panes.page if self.view == TO_SEND else self._frame.right
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


def _was_told_who(before: Letter | None, now: Letter | None) -> bool:
    """Whether the letter on the table has just been given its patient."""
    if before is None or now is None or before.id != now.id or now.patient is None:
        return False
    return before.patient != now.patient


def _was_told_which_stay(before: Letter | None, now: Letter | None) -> bool:
    """Whether the letter on the table has just been given the stay that it lacked."""
    if before is None or now is None or before.id != now.id:
        return False
    return before.stay is None and now.stay is not None


def _within(widget: QWidget, ancestor: QWidget) -> bool:
    return widget is ancestor or ancestor.isAncestorOf(widget)
