"""How long the interface thread is kept waiting while 50 MB leave, beside the same window idle.

The platform is in another process, then, as in practice mode, in the window's own. The letter is
put into the queue by the command line with a delay, so that the window has long been calm when it
leaves.
"""

import itertools
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from benchmarks.harness import PYTHON, Figure, high, ready, report
from benchmarks.probe import INTERVAL_MS
from tests.end_to_end.program import Navette, install, pdf, served, until

ROUNDS = 5
SIZE, HOLD, CALM = 50_000_000, 6, 2.0
P99, LONGEST = 16.0, 50.0
ADDRESS = "marc.tessandier@cabinet.mssante.example"


def main() -> list[Figure]:
    """Measure and print."""
    busy: list[float] = []
    idle: list[float] = []
    practice: list[float] = []
    seconds: list[float] = []
    with tempfile.TemporaryDirectory() as name, report("Interface stalls, 50 MB send") as figures:
        folder = Path(name)
        letter = pdf(folder / "lettre.pdf", SIZE)
        for number in range(ROUNDS):
            room = folder / str(number)
            room.mkdir()
            with served(room) as platform:
                gaps, lasted = _sending(install(room, platform), platform.ledger, letter)
                busy += gaps
                seconds.append(lasted)
                (room / "idle").mkdir()
                idle += _idle(install(room / "idle", platform), lasted)
            own = _practice(room)
            practice += _sending(own, (own.data / "practice" / "ledger.jsonl").exists, letter)[0]
        figures.extend(
            (
                Figure("the send itself, slowest", max(seconds), "s"),
                Figure("blocked, sending: p99", high(busy), "ms", P99),
                Figure("blocked, sending: longest", max(busy), "ms", LONGEST),
                Figure("blocked, sending in practice mode: p99", high(practice), "ms", P99),
                Figure("blocked, sending in practice mode: longest", max(practice), "ms", LONGEST),
                Figure("blocked, idle: p99", high(idle), "ms"),
                Figure("blocked, idle: longest", max(idle), "ms"),
                Figure("moments looked at, sending", len(busy), ""),
            )
        )
    return figures


def _window(navette: Navette) -> tuple[str | Path, ...]:
    return (PYTHON, "-m", "benchmarks.probe", "--report-ready", *navette.choices)


def _practice(folder: Path) -> Navette:
    """An installation whose platform is in the window's own process."""
    settings = folder / "practice.toml"
    settings.write_text('profile = "practice"\n[sending]\nundo_seconds = 0\n', "utf-8")
    return Navette(settings, folder / "practice")


def _sending(
    navette: Navette, arrived: Callable[[], object], letter: Path
) -> tuple[list[float], float]:
    """What was noted from the moment the letter leaves until the platform has it."""
    navette.cli("send", letter, "--patient", "70005", "--to", ADDRESS, "--hold", str(HOLD))
    (job,) = navette.jobs()
    leaves = datetime.fromisoformat(job["not_before"]).timestamp()
    start = time.monotonic() + leaves - time.time()
    with ready(_window(navette)) as (process, _):
        if time.monotonic() > start - CALM:
            message = "the window was not calm before the letter left"
            raise RuntimeError(message)
        until(arrived, "the letter to arrive", 120)
        end = time.monotonic()
        return _gaps(_notes(process), start, end), end - start


def _idle(navette: Navette, lasts: float) -> list[float]:
    """The same window for as long, with nothing to do."""
    with ready(_window(navette)) as (process, _):
        start = time.monotonic() + CALM
        until(lambda: time.monotonic() > start + lasts, "as much time to pass", 120)
        return _gaps(_notes(process), start, start + lasts)


def _notes(process: "subprocess.Popen[str]") -> list[float]:
    said, _ = process.communicate("\n", timeout=60)
    notes: list[float] = json.loads(said.splitlines()[-1])
    return notes


def _gaps(notes: Sequence[float], start: float, end: float) -> list[float]:
    """Milliseconds beyond the interval, between two notes that fall into the time looked at."""
    return [
        max(0.0, (later - earlier) * 1000 - INTERVAL_MS)
        for earlier, later in itertools.pairwise(notes)
        if later > start and earlier < end
    ]
