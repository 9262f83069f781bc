"""Fields to type and to choose in, drawn the house's way."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPaintEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
)

from desktop_app.ui.parts import IconButton, label, row
from desktop_app.ui.style import Look, role
from desktop_app.wording import search as words


class Field(QLineEdit):
    """A line to type in, with its shortcut at the far end while it is empty."""

    def __init__(self, look: Look, *, hint: str, name: str, keys: str = "") -> None:
        super().__init__()
        self._look = look
        self._keys: QLabel = label(keys, "keys")
        self._keys.setParent(self)
        self._keys.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.setAccessibleDescription(keys)
        self._clear = IconButton(look, "x", words.CLEAR, self.clear)
        self._clear.setParent(self)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setTextMargins(0, 0, look.px(24), 0)
        self.textChanged.connect(self._show_end)
        self._show_end("")

    def say(self, *, hint: str, name: str) -> None:
        """Ask for something else."""
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self._show_end(self.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the shortcut at the end."""
        super().resizeEvent(event)
        size = self._keys.sizeHint()
        self._keys.resize(size)
        self._keys.move(
            self.width() - size.width() - self._look.px(12), (self.height() - size.height()) // 2
        )
        self._show_end(self.text())
        side = self._look.px(24)
        edge = (self.height() - side) // 2
        self._clear.setGeometry(self.width() - side - edge, edge, side, side)

    def _show_end(self, text: str) -> None:
        hint = self.fontMetrics().horizontalAdvance(self.placeholderText())
        taken = hint + self._keys.sizeHint().width() + self._look.px(28)
        self._keys.setVisible(not text and taken <= self.width())
        self._clear.setVisible(bool(text))


class Choice(QComboBox):
    """A list to choose one thing from; the arrow is ours because a styled one has none."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__()
        self._look = look
        self.setAccessibleName(name)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what scrolls: it must not change a choice in passing."""
        event.ignore()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits of the choice, both its ends in sight, and the arrow."""
        side = self._look.px(16)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        room = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideMiddle, room.width() - 2
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        place = QPoint(self.width() - side - self._look.px(8), (self.height() - side) // 2)
        painter.drawPixmap(place, self._look.pixmap("chevron-down", 16))
        painter.end()


class ActionButton(QPushButton):
    """The one thing to do, with its shortcut on it."""

    def __init__(self, text: str, keys: str) -> None:
        super().__init__()
        role(self, "primary")
        self._text, self._keys = label(text, "action"), label(keys, "action-keys")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        inside = row(margins=(16, 0, 16, 0), spacing=12)
        for part in (self._text, self._keys):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside.addWidget(self._text, 1)
        inside.addWidget(self._keys)
        self.setLayout(inside)
        self.say(text, keys)
        self.ensurePolished()
        self.setMinimumWidth(inside.minimumSize().width())

    def say(self, text: str, keys: str) -> None:
        """Put other words on it."""
        self._text.setText(text)
        self._keys.setText(keys)
        self.setAccessibleName(f"{text} {keys}".strip())
