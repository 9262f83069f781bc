"""What any PySide6 program pays before it does anything: one empty window, painted."""

import sys

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow


class Bare(QMainWindow):
    """Says ``ready`` once it has been painted."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first one counts."""
        super().paintEvent(event)
        print("ready", flush=True)


def main() -> int:
    """Show it until the process is ended."""
    application = QApplication([])
    window = Bare()
    window.resize(1366, 768)
    window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
