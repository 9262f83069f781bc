"""Small widgets that several panes are made of."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui.style import Look, role
from desktop_app.wording.failures import Notice
from desktop_app.wording.letters import CLOSE
from desktop_app.wording.states import Tone

L = TypeVar("L", bound=QBoxLayout)
HIGHLIT = (
    QStyle.StateFlag.State_Selected
    | QStyle.StateFlag.State_MouseOver
    | QStyle.StateFlag.State_HasFocus
)
"""A row that a key or a click would choose."""
State = tuple[str, Tone]
"""A word and how it is coloured."""


def label(text: str = "", name: str = "", *, wrap: bool = False) -> QLabel:
    """A label with a role; plain text always, so that a name can never be markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    made.setIndent(0)
    if name:
        role(made, name)
    return made


def button(text: str, name: str = "", does: Callable[[], object] | None = None) -> QPushButton:
    """A push button with a role."""
    made = QPushButton(text)
    if name:
        role(made, name)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if does is not None:
        made.clicked.connect(lambda _checked=False: does())
    return made


class IconButton(QPushButton):
    """A quiet button that is only a sign; its name is its tip and what a screen reader says."""

    def __init__(self, look: Look, icon: str, name: str, does: Callable[[], object]) -> None:
        super().__init__()
        role(self, "quiet")
        self._look, self._icon = look, icon
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.clicked.connect(lambda _checked=False: does())
        look.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self.setIcon(self._look.icon(self._icon))
        self.setIconSize(QSize(self._look.px(16), self._look.px(16)))


def section(text: str) -> QLabel:
    """A section head, in spaced capitals."""
    made = label(text.upper(), "section")
    font = made.font()
    font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 106)
    made.setFont(font)
    return made


def column(*, margins: int | tuple[int, int, int, int] = 0, spacing: int = 8) -> QVBoxLayout:
    """A vertical layout on the 4-pixel grid."""
    return _spaced(QVBoxLayout(), margins, spacing)


def row(*, margins: int | tuple[int, int, int, int] = 0, spacing: int = 8) -> QHBoxLayout:
    """A horizontal layout on the 4-pixel grid."""
    return _spaced(QHBoxLayout(), margins, spacing)


def _spaced(layout: L, margins: int | tuple[int, int, int, int], spacing: int) -> L:
    sides = margins if isinstance(margins, tuple) else (margins,) * 4
    layout.setContentsMargins(*sides)
    layout.setSpacing(spacing)
    return layout


def steady_bar(area: QAbstractScrollArea) -> None:
    """Keep the room of the vertical scroll bar, so that nothing moves when it comes or goes."""
    bar = area.verticalScrollBar()
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    bar.rangeChanged.connect(lambda least, most: bar.setEnabled(most > least))
    bar.setEnabled(bar.maximum() > bar.minimum())


def scrolled(part: QWidget) -> QScrollArea:
    """``part`` whole where there is room for it, and within reach where there is not."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(part)
    return area


def clear(layout: QLayout) -> None:
    """Remove and delete everything in ``layout``."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)


def draw_pill(  # noqa: PLR0913 - a painter and what to paint
    painter: QPainter,
    look: Look,
    place: QPoint,
    state: State,
    *,
    width: int = 10_000,
    raised: bool = False,
) -> QRect:
    """Paint a state as a rounded word at ``place``; returns the room it took.

    ``raised`` is for a tinted ground, on which some tints would not be seen.
    """
    text, tone = state
    ink, ground = look.tokens.tone(tone)
    if raised:
        ground = look.tokens.surface
    font = look.font(12, QFont.Weight.DemiBold)
    metrics = QFontMetrics(font)
    # One pixel more: a width in whole pixels may have lost a part of the last one.
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width - look.px(14) + 1)
    room = QRect(
        place, QSize(metrics.horizontalAdvance(shown) + look.px(14), metrics.height() + look.px(4))
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(QRectF(room), look.px(5), look.px(5))
    painter.setPen(QColor(ink))
    painter.setFont(font)
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, shown)
    painter.restore()
    return room


class Pill(QWidget):
    """A state in one or two words."""

    def __init__(self, look: Look, text: str = "", tone: Tone = Tone.NEUTRAL) -> None:
        super().__init__()
        self._look = look
        self._text, self._tone = text, tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        look.changed.connect(self.update)

    def show_state(self, text: str, tone: Tone) -> None:
        """Say something else."""
        self._text, self._tone = text, tone
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for the word."""
        metrics = QFontMetrics(self._look.font(12, QFont.Weight.DemiBold))
        return QSize(
            metrics.horizontalAdvance(self._text) + self._look.px(14),
            metrics.height() + self._look.px(4),
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the word."""
        painter = QPainter(self)
        draw_pill(painter, self._look, QPoint(0, 0), (self._text, self._tone), width=self.width())
        painter.end()


class Badge(QWidget):
    """A small round sign, or a rounded one with a figure in it; always beside its words."""

    def __init__(
        self, look: Look, tone: Tone, *, icon: str = "", text: str = "", side: int = 12
    ) -> None:
        super().__init__()
        self._look, self._tone = look, tone
        self._icon, self._text, self._side = icon, text, side
        room = look.px(20 if icon else 22)
        self.setFixedSize(room, room)
        look.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the sign."""
        px = self._look.px
        ink, ground = self._look.tokens.tone(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        radius = self.width() / 2 if self._icon else px(6)
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        if self._icon:
            edge = (self.width() - px(self._side)) // 2
            drawn = self._look.pixmap(self._icon, self._side, ink)
            painter.drawPixmap(QPoint(edge, edge), drawn)
        else:
            painter.setPen(QColor(ink))
            painter.setFont(self._look.font(12, QFont.Weight.Bold))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()


class Segments(QFrame):
    """A choice of views, one at a time."""

    chosen = Signal(int)

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__()
        role(self, "segments")
        self._group = QButtonGroup(self)
        layout = row(margins=3, spacing=2)
        for number, text in enumerate(texts):
            segment = button(text, "segment")
            segment.setCheckable(True)
            segment.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(segment, number)
            layout.addWidget(segment)
        self._group.buttons()[0].setChecked(True)
        self._group.idClicked.connect(self.chosen)
        self.setLayout(layout)

    def choose(self, number: int) -> None:
        """Show a segment as chosen."""
        self._group.button(number).setChecked(True)

    def name(self, number: int, text: str) -> None:
        """Put other words on a segment."""
        self._group.button(number).setText(text)


class NoticeBox(QFrame):
    """What went wrong and what to do, in place, until somebody closes it or it is mended."""

    closed = Signal()
    acted = Signal()

    def __init__(self, look: Look, name: str = "notice") -> None:
        super().__init__()
        role(self, name)
        tone = Tone.CARE if "advice" in name else Tone.BAD
        sign = Badge(look, tone, icon="circle-alert", side=18)
        self._title = label("", "strong", wrap=True)
        self._advice = label("", "small", wrap=True)
        self._action = button("", "link", self.acted.emit)
        self._close = IconButton(look, "x", CLOSE, self.closed.emit)
        words = column(spacing=2)
        words.addWidget(self._title)
        words.addWidget(self._advice)
        words.addWidget(self._action)
        layout = row(margins=(10, 8, 6, 8))
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.setLayout(layout)
        self.hide()

    @property
    def title(self) -> str:
        """What it says first."""
        return self._title.text()

    def to_action(self) -> None:
        """Put the keyboard on what it offers to do."""
        self._action.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def say(self, notice: Notice | None, *, action: str = "", closable: bool = True) -> None:
        """Show ``notice``, or nothing."""
        if notice is not None:
            self._title.setText(notice.title)
            self._advice.setText(notice.advice)
            self._action.setText(action)
            self.setAccessibleName(f"{notice.title}. {notice.advice}")
        self._advice.setVisible(bool(notice and notice.advice))
        self._action.setVisible(bool(action))
        self._close.setVisible(closable)
        self.setVisible(notice is not None)


class Elided(QLabel):
    """A line that is shortened where there is no room, and shown whole as its tip."""

    def __init__(self, text: str = "", name: str = "") -> None:
        super().__init__()
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if name:
            role(self, name)
        self.say(text)

    def say(self, text: str) -> None:
        """Show other words."""
        self._whole = text
        self.setAccessibleName(text)
        self.setText(text)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        shown = self.fontMetrics().elidedText(
            self._whole, Qt.TextElideMode.ElideRight, self.width()
        )
        self.setToolTip(self._whole if shown != self._whole else "")
        painter.drawText(self.rect(), self.alignment(), shown)
        painter.end()
