"""Interleaved measurements and the lines that report them.

Absolute times on a shared machine say little: every figure stands beside a reference timed in
the same run, in turn with it, and the share of time the machine was taken away is quoted.
"""

import contextlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PYTHON = sys.executable
# The off-screen platform warns at every window about a size hint that it has no use for.
OFF_SCREEN = {"QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "default.warning=false"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a report: a value, and the budget it is held against, if it has one."""

    name: str
    value: float
    unit: str
    budget: float | None = None

    @property
    def within(self) -> bool:
        """Whether the budget holds."""
        return self.budget is None or self.value <= self.budget

    def line(self) -> str:
        """As it is printed."""
        text = f"  {self.name:<52} {self.value:>9.2f} {self.unit:<3}"
        if self.budget is None:
            return text.rstrip()
        verdict = "within" if self.within else "OVER"
        return f"{text} {verdict:>7} {self.budget:g}"


def interleaved(rounds: int, *sides: Callable[[], float]) -> list[list[float]]:
    """The values of each side, measured in turn; a first round that warms up is left out."""
    values: list[list[float]] = [[] for _ in sides]
    for number in range(rounds + 1):
        for side, kept in zip(sides, values, strict=True):
            value = side()
            if number:
                kept.append(value)
    return values


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def high(values: Sequence[float]) -> float:
    """The 99th percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(len(ordered) * 0.99))]


@contextlib.contextmanager
def report(title: str) -> Iterator[list[Figure]]:
    """Collect figures and print them with the machine's own trouble beside them."""
    before = _processor()
    figures: list[Figure] = []
    yield figures
    print(title)
    for figure in figures:
        print(figure.line())
    after = _processor()
    if before and after:
        passed = sum(after) - sum(before)
        print(f"  (time taken away from this machine: {_steal(after, before) / passed:.0%})")
    print(flush=True)


def _processor() -> tuple[int, ...]:
    """The counters of /proc/stat, where there is one."""
    try:
        line = Path("/proc/stat").read_text("ascii").split("\n", 1)[0]
    except OSError:
        return ()
    return tuple(map(int, line.split()[1:9]))


def _steal(after: Sequence[int], before: Sequence[int]) -> int:
    return after[7] - before[7]


@contextlib.contextmanager
def ready(command: Sequence[str | Path]) -> Iterator[tuple[subprocess.Popen[str], float]]:
    """A window's process that has said ``ready`` on its output, and the seconds that took."""
    surroundings = {**OFF_SCREEN, **os.environ}
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)  # a workstation's program is compiled
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=surroundings
    ) as process:
        try:
            assert process.stdout is not None  # noqa: S101 - asked for two lines above
            line = process.stdout.readline()
            seconds = time.perf_counter() - start
            if line.strip() != "ready":
                message = f"{command[1:3]} said {line!r} instead of ready"
                raise RuntimeError(message)
            yield process, seconds
        finally:
            process.kill()  # a graceful end is not measured


def resident(process: "subprocess.Popen[str]") -> float:
    """Megabytes of memory a process holds now; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    kilobytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return int(kilobytes) / 1024
