"""What a span of a hospital's log says, in figures."""

import itertools
import statistics
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.hospital import Log

_SPAN, _STEP = 30, 5
_PERCENT95 = 18
"""Of the 19 cuts into 20 parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One span; ``used`` is a part of the limit, ``refused`` a part of all calls."""

    used: float
    refused: float
    jain: float
    """Fairness: 1 where all have the same, 1/n where one has everything."""
    starved: float
    """The longest time, in seconds, that any station was without a call let through."""
    waits: tuple[float, float]
    """Seconds to the answer of a search: the median, and what 95 % are below."""
    given_up: float
    """Part of the searches whose person was told that the platform is busy."""

    def cells(self) -> str:
        """As a line of the table."""
        text = f"{self.used:7.1%} {self.refused:8.1%} {self.jain:7.3f} {self.starved:7.0f}"
        if not self.waits[1]:
            return text
        return f"{text} {self.waits[0]:7.2f} {self.waits[1]:7.2f} {self.given_up:8.1%}"


HEAD = (
    f"{'used':>7} {'refused':>8} {'Jain':>7} {'longest':>7} {'p50':>7} {'p95':>7} {'given up':>8}"
)


def measure(
    log: Log, start: float, end: float, stations: Iterable[int], limit: float = 10
) -> Measured:
    """What happened from ``start`` to ``end``; fairness and hunger are those of ``stations``."""
    moments: dict[int, list[float]] = {station: [start] for station in stations}
    counts: Counter[bool] = Counter()
    for at, station, accepted in log.calls:
        if start <= at < end:
            counts[accepted] += 1
            if accepted and station in moments:
                moments[station].append(at)
    shares = [len(own) - 1 for own in moments.values()]
    waits = [waited for asked, waited in log.waits if start <= asked < end]
    given_up = sum(start <= asked < end for asked in log.given_up)
    return Measured(
        used=counts[True] / (end - start) / limit,
        refused=counts[False] / counts.total(),
        jain=sum(shares) ** 2 / (len(shares) * sum(share**2 for share in shares)),
        starved=max(
            later - sooner
            for own in moments.values()
            for sooner, later in itertools.pairwise((*own, end))
        ),
        waits=_quantiles(waits),
        given_up=given_up / max(1, len(waits) + given_up),
    )


def course(log: Log, end: float, every: float) -> list[tuple[float, float, float]]:
    """For each span of ``every`` seconds: its start, calls let through and refused per second."""
    counts = Counter((int(at // every), accepted) for at, _, accepted in log.calls if at < end)
    return [
        (number * every, counts[number, True] / every, counts[number, False] / every)
        for number in range(int(end / every))
    ]


def settled(log: Log, change: float, end: float, rate: float) -> float:
    """Seconds from ``change`` until half a minute has ``rate`` calls per second let through."""
    moments = [at for at, _, accepted in log.calls if accepted and at >= change]
    for start in range(int(change), int(end) - _SPAN, _STEP):
        if sum(start <= at < start + _SPAN for at in moments) >= rate * _SPAN:
            return start - change
    return float("inf")


def _quantiles(waits: list[float]) -> tuple[float, float]:
    if not waits:
        return 0.0, 0.0
    cuts = statistics.quantiles(waits, n=20)
    return statistics.median(waits), cuts[_PERCENT95]
