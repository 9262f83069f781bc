"""The correspondents found, as a Qt list: name, identifier, place, mailboxes."""

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

from desktop_app.domain.people import Correspondent
from desktop_app.ui.parts import HIGHLIT
from desktop_app.ui.style import Look
from desktop_app.wording import recipients as words

Index = QModelIndex | QPersistentModelIndex
CorrespondentRole = Qt.ItemDataRole.UserRole + 1
_NOWHERE = QModelIndex()
_AS_TEXT = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.ToolTipRole,
)


class DirectoryModel(QAbstractListModel):
    """One row a directory entry."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Correspondent, ...] = ()

    def show(self, entries: tuple[Correspondent, ...]) -> None:
        """Become another answer."""
        if entries != self._entries:
            self.beginResetModel()
            self._entries = entries
            self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many entries."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """An entry, and all of it as text for those who listen."""
        entry = self._entries[index.row()]
        if role == CorrespondentRole:
            return entry
        if role in _AS_TEXT:
            return f"{words.heading(entry)}, {words.details(entry)}"
        return None


class EntryDelegate(QStyledItemDelegate):
    """Paints an entry on two lines."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Two lines and some air."""
        strong, small = self._fonts()
        return QSize(
            0, QFontMetrics(strong).height() + QFontMetrics(small).height() + self._look.px(16)
        )

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one row."""
        entry: Correspondent = index.data(CorrespondentRole)
        px, tokens = self._look.px, self._look.tokens
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & HIGHLIT:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent_tint))
            painter.drawRoundedRect(QRectF(area.adjusted(px(3), px(2), -px(3), -px(2))), 6, 6)
        left, width, top = area.left() + px(12), area.width() - px(24), area.top() + px(7)
        strong, small = self._fonts()
        mark, metrics = words.mark(entry), QFontMetrics(small)
        where, room = words.place(entry), width
        if where and mark:
            mark = f" · {mark}"
            room -= metrics.horizontalAdvance(mark)
        shown = metrics.elidedText(where, Qt.TextElideMode.ElideRight, room)
        for text, font, color in (
            (words.heading(entry), strong, tokens.text),
            (f"{shown}{mark}", small, tokens.muted),
        ):
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(QColor(color))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QPoint(left, top + metrics.ascent()), shown)
            top += metrics.height() + px(2)
        painter.restore()

    def _fonts(self) -> tuple[QFont, QFont]:
        return self._look.font(14, QFont.Weight.DemiBold), self._look.font(12.5)
