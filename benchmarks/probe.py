"""Navette with a stopwatch on its interface thread: ``python -m benchmarks.probe ARGUMENTS``.

The arguments go to the program itself. A precise 10 ms timer on the interface thread notes when
it was served; what lies between two notes, beyond its interval, is time during which a key or a
click would have waited. A line on standard input ends it: the notes go to standard output.
"""

import json
import os
import sys
import threading
import time

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer

from desktop_app.app import main

INTERVAL_MS = 10


class Stopwatch(QObject):
    """Begins to note at the first event that reaches it: then it is on the interface thread."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[float] = []

    def event(self, event: QEvent) -> bool:
        """Start the timer."""
        if event.type() is QEvent.Type.User:
            timer = QTimer(self, interval=INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
            timer.timeout.connect(lambda: self.notes.append(time.monotonic()))
            timer.start()
        return super().event(event)


def _attend(stopwatch: Stopwatch) -> None:
    """On a thread of its own: begin when there is an application, end when told to."""
    pause = threading.Event()
    while QCoreApplication.instance() is None:
        pause.wait(0.005)
    QCoreApplication.postEvent(stopwatch, QEvent(QEvent.Type.User))
    sys.stdin.readline()
    sys.stdout.write(json.dumps(stopwatch.notes) + "\n")
    sys.stdout.flush()
    os._exit(0)  # the window is left as it is: nothing of it is measured any more


if __name__ == "__main__":
    threading.Thread(target=_attend, args=(Stopwatch(),), daemon=True).start()
    sys.exit(main())
