"""The rows below a search box: two lines an answer, alike for patients and recipients."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.ui.parts import HIGHLIT, draw_pill
from desktop_app.ui.style import Look
from desktop_app.wording.states import Tone

Index = QModelIndex | QPersistentModelIndex
FoundRole = Qt.ItemDataRole.UserRole + 1
RowRole = Qt.ItemDataRole.UserRole + 2
_NOWHERE = QModelIndex()
_AS_TEXT = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.ToolTipRole,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One answer as it is written: ``detail`` is shortened where there is no room, ``kept`` not.

    ``spoken`` is all of it, for those who listen.
    """

    title: str
    detail: str
    kept: str = ""
    marks: tuple[tuple[str, Tone], ...] = ()
    spoken: str


class AnswersModel(QAbstractListModel):
    """One row an answer; ``FoundRole`` gives what was found, ``RowRole`` how it is written."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: tuple[object, ...] = ()
        self._rows: tuple[Row, ...] = ()

    def become(self, found: Sequence[object], rows: Sequence[Row]) -> None:
        """Another answer; rows that are added to the same one leave the rest in place."""
        new, written, kept = tuple(found), tuple(rows), len(self._found)
        if 0 < kept < len(new) and new[:kept] == self._found:
            self.beginInsertRows(_NOWHERE, kept, len(new) - 1)
            before, self._found, self._rows = self._rows, new, written
            self.endInsertRows()
            if written[:kept] != before:
                self.dataChanged.emit(self.index(0), self.index(kept - 1))
        elif (new, written) != (self._found, self._rows):
            self.beginResetModel()
            self._found, self._rows = new, written
            self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many answers."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """An answer, how it is written, or all of it as text."""
        if role == FoundRole:
            return self._found[index.row()]
        row = self._rows[index.row()]
        if role == RowRole:
            return row
        return row.spoken if role in _AS_TEXT else None


class AnswerDelegate(QStyledItemDelegate):
    """Paints a ``Row`` on two lines, its marks at the end of the first; a bare title on one."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        """One line or two, and some air."""
        row: Row = index.data(RowRole)
        if _is_bare(row):
            return QSize(0, QFontMetrics(self._look.font(14)).height() + self._look.px(14))
        heights = sum(QFontMetrics(font).height() for font in self._fonts())
        return QSize(0, heights + self._look.px(16))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        row: Row = index.data(RowRole)
        px, tokens = self._look.px, self._look.tokens
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & HIGHLIT:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_tint))
            painter.drawRoundedRect(QRectF(area.adjusted(px(3), px(2), -px(3), -px(2))), 6, 6)
        place, width = QPoint(area.left() + px(12), area.top() + px(7)), area.width() - px(24)
        strong, small = self._fonts()
        if _is_bare(row):
            strong = self._look.font(14)
        marks = self._draw_marks(painter, row, QPoint(place.x() + width, place.y() - px(1)))
        self._write(painter, place, row.title, "", strong, tokens.text, width - marks)
        below = place + QPoint(0, QFontMetrics(strong).height() + px(2))
        self._write(painter, below, row.detail, row.kept, small, tokens.muted, width)
        painter.restore()

    def _draw_marks(self, painter: QPainter, row: Row, end: QPoint) -> int:
        """Draw the marks so that the last one ends at ``end``; returns the room they took."""
        px, taken = self._look.px, 0
        metrics = QFontMetrics(self._look.font(12, QFont.Weight.DemiBold))
        for word, tone in row.marks:
            taken += metrics.horizontalAdvance(word) + px(20)
            draw_pill(painter, self._look, end - QPoint(taken - px(6), 0), (word, tone))
        return taken

    @staticmethod
    def _write(  # noqa: PLR0913, PLR0917 - one line of text and how it looks
        painter: QPainter,
        place: QPoint,
        text: str,
        kept: str,
        font: QFont,
        color: str,
        width: int,
    ) -> None:
        metrics = QFontMetrics(font)
        end = f" · {kept}" if text and kept else kept
        room = width - metrics.horizontalAdvance(end)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room) + end
        painter.setFont(font)
        painter.setPen(QColor(color))
        whole = metrics.elidedText(shown, Qt.TextElideMode.ElideRight, width)
        painter.drawText(place + QPoint(0, metrics.ascent()), whole)

    def _fonts(self) -> tuple[QFont, QFont]:
        return self._look.font(14, QFont.Weight.DemiBold), self._look.font(12.5)


def _is_bare(row: Row) -> bool:
    """Whether there is nothing to say but the title."""
    return not (row.detail or row.kept)
