"""The body of the window: its side column and what stands beside it, in either view."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from desktop_app.ui.composer import Composer
from desktop_app.ui.letters.pane import DropZone, PagePane, TrayPane
from desktop_app.ui.outbox.groups import EnvoisGroups
from desktop_app.ui.outbox.pane import EnvoisPane
from desktop_app.ui.parts import Segments, column, scrolled
from desktop_app.ui.style import Look, role
from desktop_app.wording import window as words

TO_SEND, SENDINGS = 0, 1
_WIDE = 1600


@dataclass(frozen=True, slots=True, kw_only=True)
class Panes:
    """What the window is made of, ready made."""

    tray: TrayPane
    drop_zone: DropZone
    page: PagePane
    composer: Composer
    groups: EnvoisGroups
    sendings: EnvoisPane


class Frame(QSplitter):
    """Places the panes: the letters to send, or the sendings."""

    def __init__(self, look: Look, panes: Panes) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._look, self._panes = look, panes
        self.segments = Segments((words.TO_SEND, words.SENDINGS))
        self.segments.setAccessibleName(words.VIEWS)
        self._left, self.right = QStackedWidget(), QStackedWidget()
        left = QWidget()
        role(left, "side")
        self._left.addWidget(panes.tray)
        self._left.addWidget(scrolled(panes.groups))
        inside = column(margins=(12, 12, 12, 12), spacing=12)
        inside.addWidget(self.segments)
        inside.addWidget(self._left, 1)
        inside.addWidget(panes.drop_zone)
        left.setLayout(inside)
        self._desk = QSplitter(Qt.Orientation.Horizontal)
        _fill(self._desk, panes.page, panes.composer)
        self.right.addWidget(self._desk)
        self.right.addWidget(panes.sendings)
        _fill(self, left, self.right)

    def show_view(self, number: int) -> None:
        """The letters to send, or the sendings."""
        self.segments.choose(number)
        self._left.setCurrentIndex(number)
        self.right.setCurrentIndex(number)
        self._panes.drop_zone.setVisible(number == TO_SEND or not self._look.large)

    @property
    def view(self) -> int:
        """Which view is in sight."""
        return self.right.currentIndex()

    def share(self, width: int) -> None:
        """Share ``width`` pixels out; a wider window gives its sides more room."""
        left = min(self._look.px(282), round(width * 0.25))
        right = min(self._look.px(410), round(width * 0.45))
        if width > _WIDE:
            left, right = max(left, 320), max(right, 480)
        self.setSizes([left, width - left])
        self._desk.setSizes([width - left - right, right])


def _fill(splitter: QSplitter, *parts: QWidget) -> None:
    splitter.setChildrenCollapsible(False)
    splitter.setHandleWidth(1)
    for part in parts:
        splitter.addWidget(part)
