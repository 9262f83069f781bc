"""From the command to a window that can be used, beside a bare PySide6 window."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import PYTHON, Figure, interleaved, median, ready, report, resident

ROUNDS = 7
RATIO, MEMORY = 2.0, 90.0
BARE = (PYTHON, "-m", "benchmarks.bare_window")


def main() -> list[Figure]:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, report("Start to usable window") as figures:
        navette = (PYTHON, "-m", "desktop_app", "--report-ready", "--data-dir", Path(folder))
        bare, ours = interleaved(ROUNDS, lambda: _seconds(BARE), lambda: _seconds(navette))
        figures.extend(
            (
                Figure("bare window", median(bare) * 1000, "ms"),
                Figure("Navette, practice mode", median(ours) * 1000, "ms"),
                Figure("ratio of the medians", median(ours) / median(bare), "x", RATIO),
                Figure("ratio of the best", min(ours) / min(bare), "x"),
                Figure("bare window, resident", _memory(BARE), "MB"),
                Figure("Navette, resident", _memory(navette), "MB", MEMORY),
            )
        )
    return figures


def _seconds(command: Sequence[str | Path]) -> float:
    with ready(command) as (_, seconds):
        return seconds


def _memory(command: Sequence[str | Path]) -> float:
    with ready(command) as (process, _):
        return resident(process)
