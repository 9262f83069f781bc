"""Paints a sending as a row, cell by cell, and knows how high it has to be."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.ui.outbox.model import Column, Index, Link, Row, RowRole
from desktop_app.ui.parts import draw_pill
from desktop_app.ui.style import Look
from desktop_app.wording.states import Tone

_SIDE, _TOP, _GAP, _BELOW_PILL, _WORD_GAP = 12, 12, 3, 6, 8
_LOWEST, _HIGHEST = 56, 280
_WRAP = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)


class RowDelegate(QStyledItemDelegate):
    """Every cell of the table; links of the chosen row are real buttons, painted by nobody.

    Where the window is narrow for the size of its text, ``recipients_below`` puts them under
    the letter, and ``links_below`` puts what can be done under the sentence.
    """

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look
        self.recipients_below = self.links_below = False
        self.measure()

    def measure(self) -> None:
        """Take the fonts of the look in force."""
        look = self._look
        self._strong = look.font(14, QFont.Weight.DemiBold)
        self._hour = look.font(14, QFont.Weight.DemiBold, figures=True)
        self._plain = look.font(14)
        self._small = look.font(12.5)
        self._word = look.font(12, QFont.Weight.DemiBold)
        self._heights: dict[tuple[str, int], int] = {}

    # Heights

    def height(self, row: Row, widths: Sequence[int]) -> int:
        """Pixels that ``row`` needs when its columns are as wide as ``widths``."""
        px = self._look.px
        letter, recipients = self._two_lines(), self._recipients_height(row)
        standing = self._standing_height(row, widths[Column.STANDING])
        links = len(row.links) * self.link_height()
        if self.recipients_below:
            letter += recipients + px(_GAP)
        if self.links_below:
            standing += links + px(_GAP)
        tallest = max(letter, recipients, standing, links) + 2 * px(_TOP)
        return min(max(tallest, px(_LOWEST)), px(_HIGHEST))

    def link_height(self) -> int:
        """Pixels of one link, its frame included: as high as the button that replaces it."""
        return QFontMetrics(self._strong).height() + self._look.px(6)

    def _two_lines(self) -> int:
        strong, small = (QFontMetrics(font).height() for font in (self._strong, self._small))
        return strong + self._look.px(_GAP) + small

    def _recipients_height(self, row: Row) -> int:
        if len(row.recipients) == 1 and row.recipients[0][1]:
            return self._two_lines()
        line = QFontMetrics(self._plain).height() + self._look.px(_GAP)
        return len(row.recipients) * line

    def _standing_height(self, row: Row, width: int) -> int:
        px = self._look.px
        pill = QFontMetrics(self._word).height() + px(4)
        room = max(width - px(_SIDE + _SIDE // 2), 1)
        return pill + px(_BELOW_PILL) + self._wrapped(row.sentence, room)

    def _wrapped(self, text: str, room: int) -> int:
        """Pixels that a sentence needs in ``room``; texts repeat, so it remembers."""
        known = self._heights.get((text, room))
        if known is None:
            area = QFontMetrics(self._small).boundingRect(0, 0, room, 10_000, _WRAP, text)
            known = self._heights[text, room] = area.height()
        return known

    # Links

    def links_column(self) -> Column:
        """Where the links are."""
        return Column.STANDING if self.links_below else Column.TO_DO

    def links(self, row: Row, area: QRect) -> list[tuple[QRect, Link]]:
        """Where each link of ``row`` is painted in its cell ``area``."""
        px = self._look.px
        metrics = QFontMetrics(self._strong)
        left, top = area.left() + px(_SIDE), area.top() + px(_TOP) - px(3)
        if self.links_below:
            top += self._standing_height(row, area.width()) + px(_GAP)
        places = []
        for link in row.links:
            width = min(metrics.horizontalAdvance(link.text) + 1, area.right() - left - px(4))
            places.append((QRect(left, top, width, self.link_height()), link))
            top += self.link_height()
        return places

    # Painting

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """The table is told its heights; this is never asked in earnest."""
        return QSize(0, self._look.px(_LOWEST))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one cell."""
        row: Row = index.data(RowRole)
        tokens, px = self._look.tokens, self._look.px
        area: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        column = Column(index.column())
        painter.save()
        painter.setClipRect(area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(area, QColor(tokens.accent_tint if chosen else tokens.surface))
        painter.fillRect(area.left(), area.bottom(), area.width(), 1, QColor(tokens.line))
        inner = area.adjusted(px(_SIDE), px(_TOP), -px(_SIDE // 2), 0)
        match column:
            case Column.DEPARTURE:
                if chosen and option.state & QStyle.StateFlag.State_Active:
                    mark = QRect(area.left(), area.top(), px(3), area.height() - 1)
                    painter.fillRect(mark, QColor(tokens.accent))
                below = self._line(painter, inner, row.departure[0], self._hour, tokens.text)
                self._line(painter, below, row.departure[1], self._small, tokens.muted)
            case Column.LETTER:
                below = self._letter(painter, inner, row)
                if self.recipients_below:
                    self._recipients(painter, below, row)
            case Column.RECIPIENTS:
                self._recipients(painter, inner, row)
            case Column.STANDING:
                self._standing(painter, inner, row, chosen=chosen)
            case Column.TO_DO:
                pass
        if column is self.links_column() and not chosen:
            self._links(painter, area, row)
        painter.restore()

    def _letter(self, painter: QPainter, area: QRect, row: Row) -> QRect:
        """The patient, and what it is: its length stays readable when its name is shortened."""
        below = self._line(painter, area, row.patient, self._strong, self._look.tokens.text)
        what, length = row.about
        metrics = QFontMetrics(self._small)
        room = below.width() - metrics.horizontalAdvance(length)
        shown = metrics.elidedText(what, Qt.TextElideMode.ElideRight, room)
        return self._line(painter, below, f"{shown}{length}", self._small, self._look.tokens.muted)

    def _recipients(self, painter: QPainter, area: QRect, row: Row) -> None:
        tokens = self._look.tokens
        if len(row.recipients) == 1:
            ((name, word, tone),) = row.recipients
            below = self._line(painter, area, name, self._plain, tokens.text)
            font = self._small if tone is Tone.NEUTRAL else self._word
            self._line(painter, below, word, font, tokens.tone(tone)[0])
            return
        gap = self._look.px(_WORD_GAP)
        names, words = QFontMetrics(self._plain), QFontMetrics(self._word)
        for name, word, tone in row.recipients:
            taken = words.horizontalAdvance(word) + gap if word else 0
            room = area.adjusted(0, 0, -taken, 0)
            below = self._line(painter, room, name, self._plain, tokens.text)
            shown = min(names.horizontalAdvance(name), room.width())
            painter.setFont(self._word)
            painter.setPen(QColor(tokens.tone(tone)[0]))
            painter.drawText(QPoint(area.left() + shown + gap, area.top() + names.ascent()), word)
            area = QRect(area.left(), below.top(), area.width(), area.height())

    def _standing(self, painter: QPainter, area: QRect, row: Row, *, chosen: bool) -> None:
        px, tokens = self._look.px, self._look.tokens
        tone = row.standing[1]
        pill = draw_pill(
            painter,
            self._look,
            area.topLeft(),
            row.standing,
            width=area.width(),
            raised=chosen and tone is Tone.MOVING,
        )
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.text if tone is Tone.BAD else tokens.muted))
        top = pill.bottom() + 1 + px(_BELOW_PILL)
        painter.drawText(QRect(area.left(), top, area.width(), px(_HIGHEST)), _WRAP, row.sentence)

    def _links(self, painter: QPainter, area: QRect, row: Row) -> None:
        painter.setFont(self._strong)
        painter.setPen(QColor(self._look.tokens.accent))
        for place, link in self.links(row, area):
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter), link.text)

    def _line(self, painter: QPainter, area: QRect, text: str, font: QFont, ink: str) -> QRect:
        """One line, shortened to ``area``; returns what is left below it."""
        metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(QPoint(area.left(), area.top() + metrics.ascent()), shown)
        return area.adjusted(0, metrics.height() + self._look.px(_GAP), 0, 0)
