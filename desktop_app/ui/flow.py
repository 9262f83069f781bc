"""A layout that lays chips out like words."""

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtWidgets import QLayout, QLayoutItem

_ANY_HEIGHT = 16_777_215
"""Qt's own largest widget."""


class Flow(QLayout):
    """Lays chips out like words: as many as fit on a line."""

    def __init__(self, spacing: int = 6, between: int | None = None) -> None:
        """``spacing`` pixels beside each other, ``between`` lines as well unless it says else."""
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._gap = spacing
        self._between = spacing if between is None else between
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Put one more at the end."""
        self._items.append(item)

    def count(self) -> int:
        """How many there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at ``index``, or none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove and return one."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        """Narrower is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Room needed at ``width``."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        """The smallest there is; the height follows the width."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """The widest item."""
        size = QSize(0, 0)
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def setGeometry(self, rect: QRect) -> None:
        """Place everything."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        y, line, width = rect.y(), list[tuple[QLayoutItem, QSize]](), 0
        for item in self._items:
            size = item.sizeHint().boundedTo(QSize(rect.width(), _ANY_HEIGHT))
            if line and width + size.width() > rect.width():
                y += self._place(line, QPoint(rect.x(), y), move=move) + self._between
                line, width = [], 0
            line.append((item, size))
            width += size.width() + self._gap
        return y + self._place(line, QPoint(rect.x(), y), move=move) - rect.y()

    def _place(self, line: list[tuple[QLayoutItem, QSize]], at: QPoint, *, move: bool) -> int:
        """Put one line down, each item in its middle; returns the line's height."""
        height = max((size.height() for _item, size in line), default=0)
        x = at.x()
        for item, size in line:
            if move:
                item.setGeometry(QRect(QPoint(x, at.y() + (height - size.height()) // 2), size))
            x += size.width() + self._gap
        return height
