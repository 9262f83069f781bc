"""Files that come from outside: dropped or pasted, and what is said while they hover."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QClipboard, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QWidget

from desktop_app.ui.parts import column, label
from desktop_app.ui.style import Look, role
from desktop_app.wording import window as words


def files_in(data: QMimeData) -> list[Path]:
    """The local files that ``data`` names, in its order; folders too."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


class DropOverlay(QFrame):
    """Covers the window while a drag hovers, and lets the window itself take the drop."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        role(self, "drop-veil")
        self._look = look
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._sign = label()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._title: QLabel = label("", "drop-title")
        self._more: QLabel = label("", "drop-more")
        frame = QFrame()
        role(frame, "drop-over")
        inside = column(margins=24, spacing=8)
        inside.addStretch(1)
        for part in (self._sign, self._title, self._more):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            inside.addWidget(part)
        inside.addStretch(1)
        frame.setLayout(inside)
        layout = column(margins=16)
        layout.addWidget(frame)
        self.setLayout(layout)
        self.hide()

    def hover(self, files: Sequence[Path]) -> None:
        """Say what letting go of ``files`` will do."""
        others = sum(file.suffix.casefold() != ".pdf" for file in files)
        title, more = words.hovering(len(files), others)
        self._title.setText(title)
        self._more.setText(more)
        sign = "file-text" if others < len(files) else "circle-alert"
        self._sign.setPixmap(self._look.pixmap(sign, 48, self._look.tokens.accent))
        self.setAccessibleName(f"{title}. {more}")
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()


class DropTarget(QObject):
    """Makes a whole window take files, wherever on it they fall."""

    dropped = Signal(object)  # a list of Path

    def __init__(self, look: Look, window: QWidget, centre: QWidget) -> None:
        super().__init__(window)
        self.overlay = DropOverlay(look, centre)
        for child in window.findChildren(QWidget):
            child.setAcceptDrops(False)  # a field would take a file for its name
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say what letting go will do, then do it."""
        if isinstance(event, QDropEvent):  # entering and moving are kinds of dropping
            files = files_in(event.mimeData())
            if not files:
                event.ignore()
                return True
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            if event.type() is QEvent.Type.DragEnter:
                self.overlay.hover(files)
            elif event.type() is QEvent.Type.Drop:
                self.overlay.hide()
                self.dropped.emit(files)
            return True
        if event.type() is QEvent.Type.DragLeave:
            self.overlay.hide()
        return super().eventFilter(watched, event)


class FieldKeys(QObject):
    """Two keys that a field would keep for its text belong to the window at times.

    Ctrl+V when files were copied, and Ctrl+Z while the undo bar promises it or the field has
    nothing to take back.
    """

    def __init__(
        self, clipboard: QClipboard, promised: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._clipboard, self._promised = clipboard, promised

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the field from claiming the key: the window's shortcut hears it then."""
        if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        if event.matches(QKeySequence.StandardKey.Paste):
            return bool(files_in(self._clipboard.mimeData()))
        if event.matches(QKeySequence.StandardKey.Undo) and isinstance(watched, QLineEdit):
            return self._promised() or not watched.isUndoAvailable()
        return False
