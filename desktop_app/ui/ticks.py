"""A box to tick, with what it means and its key, drawn the house's way."""

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy

from desktop_app.ui.style import Look

_SIDE, _GAP = 18, 10


class Tick(QCheckBox):
    """Ticked by a click or by Space; the detail is a second, quieter line."""

    def __init__(self, look: Look, text: str, *, detail: str = "", keys: str = "") -> None:
        super().__init__()
        self._look = look
        self._words, self._detail, self._keys = text, detail, keys
        self.setAccessibleName(" — ".join(part for part in (text, detail) if part))
        self.setAccessibleDescription(keys)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        look.changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        """Room for its words and their key."""
        px, plain = self._look.px, QFontMetrics(self._look.font())
        small = QFontMetrics(self._look.font(12.5))
        keys = QFontMetrics(self._look.font(12)).horizontalAdvance(self._keys)
        first = plain.horizontalAdvance(self._words) + px(_GAP) + keys
        wide = max(first, small.horizontalAdvance(self._detail))
        high = plain.height() + (small.height() if self._detail else 0)
        return QSize(px(_SIDE + _GAP) + wide + px(8), max(high, px(_SIDE)) + px(6))

    def minimumSizeHint(self) -> QSize:
        """The words may be shortened, their height not."""
        return QSize(self._look.px(120), self.sizeHint().height())

    def hitButton(self, place: QPoint) -> bool:
        """The whole line answers to a click."""
        return self.rect().contains(place)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the box, its sign, the words and the key."""
        px, tokens, on = self._look.px, self._look.tokens, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plain = QFontMetrics(self._look.font())
        line = max(plain.height(), px(_SIDE))
        side, top = px(_SIDE), px(3)
        box = QRectF(1.5, top + (line - side) / 2 + 1, side - 3, side - 3)
        edge = tokens.accent if on or self.hasFocus() else tokens.muted
        painter.setPen(QPen(QColor(edge), 2 if self.hasFocus() else 1.3))
        painter.setBrush(QColor(tokens.accent if on else tokens.surface))
        painter.drawRoundedRect(box, px(4), px(4))
        if on:
            sign = self._look.pixmap("check", 12, tokens.on_accent)
            inset = (side - px(12)) // 2
            painter.drawPixmap(QPoint(inset, round(box.top()) - 1 + inset), sign)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 1))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        self._write(painter, QRect(px(_SIDE + _GAP), top, self.width() - px(_SIDE + _GAP), line))
        painter.end()

    def _write(self, painter: QPainter, room: QRect) -> None:
        px, tokens = self._look.px, self._look.tokens
        middle = Qt.AlignmentFlag.AlignVCenter
        words = QFontMetrics(self._look.font())
        painter.setFont(self._look.font())
        painter.setPen(QColor(tokens.text))
        shown = words.elidedText(self._words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, middle, shown)
        painter.setFont(self._look.font(12))
        painter.setPen(QColor(tokens.muted))
        keys = QFontMetrics(self._look.font(12)).horizontalAdvance(self._keys)
        if words.horizontalAdvance(self._words) + keys + px(_GAP + 8) <= room.width():
            painter.drawText(
                room.adjusted(0, 0, -px(8), 0), middle | Qt.AlignmentFlag.AlignRight, self._keys
            )
        if self._detail:
            painter.setFont(self._look.font(12.5))
            small = QFontMetrics(self._look.font(12.5))
            below = QRect(room.left(), room.bottom() + 1, room.width(), small.height())
            text = small.elidedText(self._detail, Qt.TextElideMode.ElideRight, below.width())
            painter.drawText(below, middle, text)
