"""Cyclic garbage, collected on the window's own thread only.

Python collects it on whichever thread happens to allocate. On another one that would destroy Qt
objects whose timers still run on this one, which is a crash (seen with PySide6 6.11 and qasync).
"""

import gc

from PySide6.QtCore import QObject, QTimer

_PAUSE_MS = 500


class Garbage(QObject):
    """Stands in for the automatic collection for as long as it lives; ``end`` gives it back."""

    def __init__(self) -> None:
        super().__init__()
        gc.disable()
        self._timer = QTimer(self, interval=_PAUSE_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()

    def settle(self) -> None:
        """What is there now is there to stay: collections need not look at it any more."""
        gc.collect()
        gc.freeze()

    def end(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()


def collect_due() -> None:
    """Collect the oldest generation whose time has come, by Python's own thresholds."""
    counts, thresholds = gc.get_count(), gc.get_threshold()
    for generation in (2, 1, 0):
        if counts[generation] > thresholds[generation]:
            gc.collect(generation)
            return
