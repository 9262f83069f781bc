"""The letters of the tray as a Qt list: one row a letter, its card painted by a delegate."""

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
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from desktop_app.domain.letters import LIMITS, Letter, LetterId, Limits
from desktop_app.ui.parts import draw_pill
from desktop_app.ui.style import Look
from desktop_app.wording import letters as words

Index = QModelIndex | QPersistentModelIndex
LetterRole = Qt.ItemDataRole.UserRole + 1
StandingRole = Qt.ItemDataRole.UserRole + 2
_NOWHERE = QModelIndex()
_PAPER, _INK = "#F7F9FA", "#A7B1B9"  # paper is paper, in the dark too


class TrayModel(QAbstractListModel):
    """Letters in the order in which they came."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._letters: tuple[Letter, ...] = ()
        self._limits = LIMITS

    def show(self, letters: tuple[Letter, ...], limits: Limits = LIMITS) -> None:
        """Become ``letters``, checked against ``limits``, telling only what changed."""
        self._limits = limits
        old, new = [one.id for one in self._letters], [one.id for one in letters]
        if old == new:
            before, self._letters = self._letters, letters
            for number, (was, now) in enumerate(zip(before, letters, strict=True)):
                if was != now:
                    index = self.index(number)
                    self.dataChanged.emit(index, index)
            return
        for number in reversed(range(len(old))):
            if old[number] not in new:
                self.beginRemoveRows(_NOWHERE, number, number)
                self._letters = self._letters[:number] + self._letters[number + 1 :]
                self.endRemoveRows()
        kept = len(self._letters)
        if [one.id for one in self._letters] == new[:kept]:
            if kept < len(letters):
                self.beginInsertRows(_NOWHERE, kept, len(letters) - 1)
                self._letters = letters
                self.endInsertRows()
            else:
                self._letters = letters
        else:
            self.beginResetModel()
            self._letters = letters
            self.endResetModel()

    def row_of(self, letter_id: LetterId | None) -> int:
        """Where a letter stands, -1 when it is not here."""
        return next((number for number, one in enumerate(self._letters) if one.id == letter_id), -1)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """How many letters."""
        return 0 if parent.isValid() else len(self._letters)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A letter, and its card as one sentence for those who listen."""
        letter = self._letters[index.row()]
        if role == LetterRole:
            return letter
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return words.card(letter, self._limits)
        if role == StandingRole:
            return words.standing(letter, self._limits)
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.file_names(letter)
        return None


class CardDelegate(QStyledItemDelegate):
    """Paints a letter as a card: a page, its title, who it is about, where it stands."""

    def __init__(self, look: Look, parent: QObject) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """The height of a card and the gap below it."""
        lines = sum(
            QFontMetrics(font).height() for font in (self._strong(), self._small(), self._small())
        )
        return QSize(0, lines + self._look.px(38))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one card."""
        letter = index.data(LetterRole)
        look, tokens = self._look, self._look.tokens
        px = look.px
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state: QStyle.StateFlag = option.state
        area: QRect = option.rect
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        focused = chosen and bool(state & QStyle.StateFlag.State_HasFocus)
        card = QRectF(area.adjusted(px(1), px(1), -px(1), -px(9)))
        pen = QPen(QColor(tokens.accent if chosen else tokens.line), 2 if focused else 1)
        painter.setPen(pen)
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(card, px(8), px(8))
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.accent))
            painter.drawRoundedRect(
                QRectF(card.left(), card.top() + px(8), px(4), card.height() - px(16)), 2, 2
            )
        left = int(card.left()) + px(14)
        if not look.large:
            self._page(painter, QRectF(left, card.top() + px(12), px(34), px(44)))
            left += px(46)
        width = int(card.right()) - px(12) - left
        top = int(card.top()) + px(10)
        for text, font, color in (
            (words.heading(letter), self._strong(), tokens.text),
            (words.about(letter), self._small(), tokens.muted),
        ):
            metrics = QFontMetrics(font)
            painter.setFont(font)
            painter.setPen(QColor(color))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(QPoint(left, top + metrics.ascent()), shown)
            top += metrics.height() + px(2)
        standing = index.data(StandingRole)
        draw_pill(painter, look, QPoint(left, top + px(3)), standing, width=width)
        painter.restore()

    def _page(self, painter: QPainter, page: QRectF) -> None:
        painter.setPen(QColor(self._look.tokens.line))
        painter.setBrush(QColor(_PAPER))
        painter.drawRoundedRect(page, 3, 3)
        painter.setPen(QPen(QColor(_INK), 1.2))
        step = page.height() / 7
        for number, share in enumerate((0.35, 0.7, 0.6, 0.7, 0.4), start=1):
            y = page.top() + step * (number + 0.4)
            start = page.left() + page.width() * 0.15
            painter.drawLine(
                QPoint(int(start), int(y)), QPoint(int(start + page.width() * share), int(y))
            )

    def _strong(self) -> QFont:
        return self._look.font(14, QFont.Weight.DemiBold)

    def _small(self) -> QFont:
        return self._look.font(12.5)
