"""A hospital in virtual time: real ``PacedTransport`` objects before a model of the limit.

Nobody sleeps: the stations run on a loop whose hours pass at once. How the platform counts is not
documented (lifen.md 6), so three common ways of counting stand in for it.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from desktop_app.domain.errors import Throttled
from desktop_app.fhir.pace import Pace, PacedTransport, Urgency

_REFUSED = 429
_TRIES = 3
"""How often ``FhirHttp`` asks in all before a person is told that the platform is busy."""


class Limiter(Protocol):
    """How a platform counts; ``limit`` is in calls per second and may change under way."""

    limit: float

    def admit(self, now: float) -> bool:
        """Whether a call that arrives at ``now`` is let through."""


class SlidingWindow:
    """So many in any one second, however it is laid: the strictest, and what our sandbox does."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._recent: deque[float] = deque()

    def admit(self, now: float) -> bool:
        """A refused call costs nothing."""
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= self.limit:
            return False
        self._recent.append(now)
        return True


class FixedWindow:
    """So many in each second of the platform's own clock."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._second = -1
        self._count = 0

    def admit(self, now: float) -> bool:
        """Its seconds do not begin with ours."""
        second = int(now + 0.37)
        if second != self._second:
            self._second, self._count = second, 0
        if self._count >= self.limit:
            return False
        self._count += 1
        return True


class TokenBucket:
    """A bucket of one second's calls that fills steadily."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._level, self._filled_at = limit, 0.0

    def admit(self, now: float) -> bool:
        """A call takes one."""
        self._level = min(self.limit, self._level + (now - self._filled_at) * self.limit)
        self._filled_at = now
        if self._level < 1:
            return False
        self._level -= 1
        return True


LIMITERS: dict[str, Callable[[float], Limiter]] = {
    "sliding window": SlidingWindow,
    "fixed window": FixedWindow,
    "token bucket": TokenBucket,
}


@dataclass(slots=True)
class Log:
    """What the platform and the people saw."""

    calls: list[tuple[float, int, bool]] = field(default_factory=list)
    """When it arrived, whose it was, whether it was let through."""
    waits: list[tuple[float, float]] = field(default_factory=list)
    """When a person asked, and the seconds to the answer."""
    given_up: list[float] = field(default_factory=list)
    """When a person was told that the platform is busy."""


class Hospital:
    """One application's limit, and the stations that share it."""

    def __init__(
        self,
        limiter: Limiter,
        seed: int = 1,
        retry_after: int | None = None,
    ) -> None:
        self.limiter = limiter
        self.log = Log()
        self.closed = False
        """The platform refuses everybody."""
        self._chance = random.Random(seed)  # noqa: S311 - the same hospital at each run
        self._headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        self._stations = 0

    def station(self, *, paced: bool = True) -> "Station":
        """A workstation somewhere in the building, with a network of its own."""
        self._stations += 1
        chance = random.Random(self._chance.random())  # noqa: S311 - same
        wire = _Wire(self, self._stations, chance)
        way = PacedTransport(wire, Pace(spread=chance.uniform)) if paced else wire
        return Station(self, self._stations, chance, way)

    def answer(self, station: int) -> httpx.Response:
        """To a call that arrives now."""
        now = asyncio.get_running_loop().time()
        accepted = not self.closed and self.limiter.admit(now)
        self.log.calls.append((now, station, accepted))
        return httpx.Response(200) if accepted else httpx.Response(429, headers=self._headers)


class _Wire(httpx.AsyncBaseTransport):
    """30 to 300 ms there and back: a station's own distance, and a quarter of it as jitter."""

    def __init__(self, hospital: Hospital, station: int, chance: random.Random) -> None:
        self._hospital, self._station, self._chance = hospital, station, chance
        self._distance = chance.uniform(0.04, 0.24)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """There, counted, and back."""
        del request  # all calls are alike
        way = self._distance / 2
        await asyncio.sleep(way * self._chance.uniform(0.75, 1.25))
        answer = self._hospital.answer(self._station)
        await asyncio.sleep(way * self._chance.uniform(0.75, 1.25))
        return answer


@dataclass(slots=True)
class Station:
    """What one workstation does all day."""

    hospital: Hospital
    number: int
    chance: random.Random
    way: httpx.AsyncBaseTransport

    async def work(self, seconds: float, *loads: Coroutine[Any, Any, None]) -> None:
        """Do ``loads`` side by side for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
                for load in loads:
                    group.create_task(load)

    async def keep_calling(self, urgency: Urgency) -> None:
        """One call after the other, as the outbox does with letters that wait."""
        while True:
            try:
                await self._call(urgency)
            except Throttled as error:
                await asyncio.sleep(error.wait.total_seconds() if error.wait else 1)

    async def search(self, every: float) -> None:
        """Searches of a person, at random moments ``every`` so many seconds."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self.chance.expovariate(1 / every))
            asked = loop.time()
            if await self._found():
                self.hospital.log.waits.append((asked, loop.time() - asked))
            else:
                self.hospital.log.given_up.append(asked)

    async def ignore_rules(self, rate: float) -> None:
        """An older program: so many calls per second whatever the answers."""
        while True:
            await self._call(Urgency.SEND)
            await asyncio.sleep(1 / rate)

    async def _found(self) -> bool:
        """One search with the repetitions of ``FhirHttp``."""
        for failures in range(_TRIES):
            if failures:
                await asyncio.sleep(self.chance.uniform(0.5, 1) * failures)
            try:
                if await self._call(Urgency.INTERACTIVE):
                    return True
            except Throttled:
                return False
        return False

    async def _call(self, urgency: Urgency) -> bool:
        request = httpx.Request("GET", "https://a.example/", extensions={"urgency": urgency})
        return (await self.way.handle_async_request(request)).status_code != _REFUSED
