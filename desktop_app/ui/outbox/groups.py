"""The left column: what needs somebody, what is on its way, today, everything."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QWidget

from desktop_app.domain.ports import Overview
from desktop_app.ui.outbox.presenter import EnvoisState, Group
from desktop_app.ui.parts import column
from desktop_app.ui.style import Look
from desktop_app.wording import outbox as words

_TITLES = {
    Group.TO_RESOLVE: words.TO_RESOLVE,
    Group.UNDER_WAY: words.UNDER_WAY,
    Group.TODAY: words.TODAY,
    Group.HISTORY: words.HISTORY,
}
_COUNTS = {
    Group.TO_RESOLVE: words.to_resolve,
    Group.UNDER_WAY: words.under_way,
    Group.TODAY: words.today,
    Group.HISTORY: words.history,
}


class GroupCard(QAbstractButton):
    """A title and a count, chosen like one of several radio buttons."""

    def __init__(self, look: Look, title: str) -> None:
        super().__init__()
        self._look = look
        self._count = ""
        self._urgent = False
        self.setText(title)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.updateGeometry)

    def show_count(self, count: str, *, urgent: bool) -> None:
        """Say how many there are."""
        self._count, self._urgent = count, urgent
        self.setAccessibleName(f"{self.text()}, {count}")
        self.update()

    def sizeHint(self) -> QSize:
        """Two lines and some air."""
        lines = sum(QFontMetrics(font).height() for font in (self._strong(), self._small()))
        return QSize(self._look.px(160), lines + self._look.px(22))

    def minimumSizeHint(self) -> QSize:
        """Never less than its two lines."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the card."""
        tokens, px = self._look.tokens, self._look.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        pen = 2 if self.hasFocus() else 1
        painter.setPen(QPen(QColor(tokens.accent if chosen else tokens.line), pen))
        painter.setBrush(QColor(tokens.surface))
        card = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(card, px(8), px(8))
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent))
            painter.drawRoundedRect(
                QRectF(card.left(), card.top() + px(8), px(4), card.height() - px(16)), 2, 2
            )
        top, room = px(10), self.width() - px(24)
        for text, font, ink in (
            (self.text(), self._strong(), tokens.text),
            (self._count, self._small(), tokens.bad if self._urgent else tokens.muted),
        ):
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(QColor(ink))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(px(13), top + metrics.ascent(), shown)
            top += metrics.height() + px(2)
        painter.end()

    def _strong(self) -> QFont:
        return self._look.font(14, QFont.Weight.DemiBold)

    def _small(self) -> QFont:
        return self._look.font(12.5)


class EnvoisGroups(QWidget):
    """One card a group; the arrows go from one to the next."""

    chosen = Signal(object)  # a Group
    outstanding_asked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setAccessibleName(words.GROUPS)
        self.cards = {group: GroupCard(look, title) for group, title in _TITLES.items()}
        self._buttons = QButtonGroup(self)
        layout = column(spacing=10)
        for number, card in enumerate(self.cards.values()):
            self._buttons.addButton(card, number)
            layout.addWidget(card)
        layout.addStretch(1)
        self.setLayout(layout)
        groups = list(self.cards)
        self._buttons.idClicked.connect(lambda number: self.chosen.emit(groups[number]))
        self.show_state(EnvoisState())

    def show_state(self, state: EnvoisState) -> None:
        """Show which group is chosen and what each one holds."""
        self.cards[state.filter.group].setChecked(True)
        self.setFocusProxy(self.cards[state.filter.group])
        overview: Overview = state.overview
        for group, card in self.cards.items():
            urgent = group is Group.TO_RESOLVE and overview.need_person > 0
            card.show_count(_COUNTS[group](overview), urgent=urgent)

    def choose_to_resolve(self) -> None:
        """Ask for the letters « en souffrance »."""
        self.outstanding_asked.emit()
