"""A window that offers one file to be dragged: ``python drag_source.py FILE TITLE``."""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class Source(QLabel):
    """Drags its file as soon as the pressed mouse moves."""

    def __init__(self, file: str) -> None:
        super().__init__("drag me")
        self._file = file

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin the drag; ends when the file was let go of."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            data = QMimeData()
            data.setUrls([QUrl.fromLocalFile(self._file)])
            drag = QDrag(self)
            drag.setMimeData(data)
            drag.exec(Qt.DropAction.CopyAction)


def main(file: str, title: str) -> int:
    """Show the source until the process is ended."""
    application = QApplication([])
    source = Source(file)
    source.setWindowTitle(title)
    source.setAlignment(Qt.AlignmentFlag.AlignCenter)
    source.setFixedSize(160, 120)
    source.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
