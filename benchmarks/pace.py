"""How the limit is shared: 1 to 300 stations in virtual time, and what disturbs them.

Each way of counting that a platform may have is tried. The figures are the same at each run.
"""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from benchmarks import pace_pictures
from benchmarks.harness import Figure, median, report
from benchmarks.hospital import LIMITERS, Hospital, Station
from benchmarks.pace_measures import HEAD, Measured, course, measure, settled
from desktop_app.fhir.pace import Urgency
from tests.fhir.hours import at_once

LIMIT = 10
STATIONS = (1, 10, 100, 300)
CROWD = 100
STRICTEST = "sliding window"
SETTLE, HOUR, MINUTE = 600, 3600, 60
SENDERS = 4
"""Calls at once of a station alone, as many as it has connections; else one, as the outbox."""
BATCH = 600
DOCS = Path(__file__).parents[1] / "docs"

Loads = Callable[[Station], tuple[Coroutine[Any, Any, None], ...]]


def main() -> list[Figure]:
    """Measure, print, draw."""
    with report("Sharing the limit") as figures:
        print(f"{'':<52} {HEAD}")
        rows = {(name, count): _saturated(count, name) for name in LIMITERS for count in STATIONS}
        _saturated(CROWD, STRICTEST, retry_after=1)
        for count in (10, CROWD, 300):
            _mixed(count)
        _older_program()
        _halved()
        for retry_after in (None, 30):
            _closed(retry_after)
        _morning()
        for before, after in ((300, 10), (CROWD, 10), (10, 1)):
            figures.extend(_left_alone(before, after))
        crowd = rows[STRICTEST, CROWD]
        alone = [rows[name, 1].refused for name in LIMITERS]
        figures.extend(
            (
                Figure("one station, a batch: over the limit's own time", _batch(), "x", 1.10),
                Figure("one station: calls refused", 100 * max(alone), "%", 0),
                Figure("100 stations: part of the limit not used", 100 - 100 * crowd.used, "%", 10),
                Figure("100 stations: calls refused", 100 * crowd.refused, "%"),
            )
        )
    pace_pictures.stations(
        DOCS / "pace-stations.svg", {count: rows[STRICTEST, count] for count in STATIONS}
    )
    return figures


def _sends(station: Station) -> tuple[Coroutine[Any, Any, None], ...]:
    return (station.keep_calling(Urgency.SEND),)


def _line(title: str, measured: Measured) -> Measured:
    print(f"{title:<52} {measured.cells()}", flush=True)
    return measured


async def _together(hospital: Hospital, count: int, seconds: float, loads: Loads) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            station = hospital.station()
            group.create_task(station.work(seconds, *loads(station)))


def _saturated(count: int, name: str, retry_after: int | None = None) -> Measured:
    """An hour of sends and nothing else, after ten minutes to find one's place."""
    hospital = Hospital(LIMITERS[name](LIMIT), retry_after=retry_after)
    loads: Loads = _sends if count > 1 else lambda station: _sends(station) + _more(station)
    at_once(_together(hospital, count, SETTLE + HOUR, loads))
    title = f"{count} sending, {name}" + (", Retry-After" if retry_after else "")
    return _line(title, measure(hospital.log, SETTLE, SETTLE + HOUR, range(1, count + 1)))


def _more(station: Station) -> tuple[Coroutine[Any, Any, None], ...]:
    return tuple(station.keep_calling(Urgency.SEND) for _ in range(SENDERS - 1))


def _mixed(count: int) -> None:
    """Everybody sends and tracks without end, and somebody searches each second."""
    hospital = Hospital(LIMITERS[STRICTEST](LIMIT))

    def loads(station: Station) -> tuple[Coroutine[Any, Any, None], ...]:
        tracking = station.keep_calling(Urgency.TRACKING)
        return *_sends(station), tracking, station.search(count)

    at_once(_together(hospital, count, SETTLE + HOUR, loads))
    measured = measure(hospital.log, SETTLE, SETTLE + HOUR, range(1, count + 1))
    _line(f"{count} sending, tracking; a search each second", measured)


def _older_program() -> None:
    """Twenty of ours beside one that makes five calls a second whatever it is told."""
    hospital = Hospital(LIMITERS[STRICTEST](LIMIT))

    async def story() -> None:
        other = hospital.station(paced=False)
        async with asyncio.TaskGroup() as group:
            group.create_task(other.work(SETTLE + HOUR, other.ignore_rules(5)))
            group.create_task(_together(hospital, 20, SETTLE + HOUR, _sends))

    at_once(story())
    measured = measure(hospital.log, SETTLE, SETTLE + HOUR, range(2, 22))
    _line("20 sending beside one that ignores the rules", measured)


def _halved() -> None:
    """The account manager halves the limit under 50 stations."""
    hospital = Hospital(LIMITERS[STRICTEST](LIMIT))
    change, end = 1800, 1800 + HOUR

    async def story() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(_together(hospital, 50, end, _sends))
            await asyncio.sleep(change)
            hospital.limiter.limit = LIMIT / 2

    at_once(story())
    fifth = change + 5 * MINUTE
    everybody = range(1, 51)
    for title, start, stop, limit in (
        ("before", SETTLE, change, LIMIT),
        ("five minutes after", change, fifth, LIMIT / 2),
        ("then", fifth, end, LIMIT / 2),
    ):
        measured = measure(hospital.log, start, stop, everybody, limit)
        _line(f"50 sending, the limit halved: {title}", measured)


def _closed(retry_after: int | None) -> None:
    """The platform refuses all 50 stations for a minute."""
    hospital = Hospital(LIMITERS[STRICTEST](LIMIT), retry_after=retry_after)
    change, end = 1800, 1800 + 1200
    opens = change + MINUTE

    async def story() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(_together(hospital, 50, end, _sends))
            await asyncio.sleep(change)
            hospital.closed = True
            await asyncio.sleep(MINUTE)
            hospital.closed = False

    at_once(story())
    refused = sum(change <= at < opens for at, _, _ in hospital.log.calls)
    back = settled(hospital.log, opens, end, 0.8 * LIMIT)
    title = "429 for a minute" + ("" if retry_after is None else f", Retry-After {retry_after}")
    print(f"{title}: {refused} calls into it, at four fifths {back:.0f} s after it")


def _morning() -> None:
    """A rush, then most go, then all but one."""
    hospital = Hospital(LIMITERS[STRICTEST](LIMIT))
    noon, evening, night = 40 * MINUTE, 60 * MINUTE, 70 * MINUTE

    async def story() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(300):
                station = hospital.station()
                leaves = night if number == 0 else evening if number < 10 else noon  # noqa: PLR2004
                coming = 2 * MINUTE * number / 300
                loads = _sends(station) + (_more(station) if number == 0 else ())
                group.create_task(_arrive(station, coming, leaves, loads))

    at_once(story())
    pace_pictures.morning(DOCS / "pace-morning.svg", course(hospital.log, night, 30))
    everybody = range(1, 301)
    for title, start, stop in (("first ten minutes", 0, 600), ("then", 600, noon)):
        _line(f"300 arrive in two minutes: {title}", measure(hospital.log, start, stop, everybody))


def _left_alone(before: int, after: int) -> list[Figure]:
    """How soon those who stay use what those who go leave, by five seeds."""
    change, end = 30 * MINUTE, 60 * MINUTE
    times: list[float] = []
    for seed in range(5):
        hospital = Hospital(LIMITERS[STRICTEST](LIMIT), seed)
        at_once(_shrink(hospital, before, after, change, end))
        times.append(settled(hospital.log, change, end, 0.8 * LIMIT))
    title = f"{before} stations become {after}: at four fifths again,"
    return [
        Figure(f"{title} median", median(times), "s"),
        Figure(f"{title} slowest", max(times), "s"),
    ]


async def _shrink(hospital: Hospital, before: int, after: int, change: float, end: float) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(before):
            station = hospital.station()
            loads = _sends(station) + (_more(station) if after == 1 and not number else ())
            group.create_task(station.work(end if number < after else change, *loads))


async def _arrive(
    station: Station, coming: float, leaves: float, loads: tuple[Coroutine[Any, Any, None], ...]
) -> None:
    await asyncio.sleep(coming)
    await station.work(leaves - coming, *loads)


def _batch() -> float:
    """The slowest of five stations, alone, over the time that the limit itself needs."""
    times: list[float] = []
    for seed in range(5):
        hospital = Hospital(LIMITERS[STRICTEST](LIMIT), seed)
        at_once(_together(hospital, 1, HOUR / 10, lambda station: _sends(station) + _more(station)))
        times.append([at for at, _, accepted in hospital.log.calls if accepted][BATCH - 1])
    return max(times) / (BATCH / LIMIT)
