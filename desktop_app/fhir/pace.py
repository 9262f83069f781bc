"""When a call may leave: the limit's own measure first, then our share of it, then urgency.

**Alone, we never exceed the limit.** A call takes a slot and gives it back one period after its
answer; there are never more slots than the limit has calls, and a period is longer than a
second. The server counted the call at some moment before its answer, so no window of one second,
however it is laid, holds more calls of ours than the limit — whatever the network does to their
spacing. Waiting from the answer on would waste each call's way there and back; what every call
needs (nine tenths of the quickest of the last ones) can be taken off, because the next call will
need it too.

**Among others,** background work keeps to a ``Share`` and has as many slots as that is calls per
second, one at least; between its runs it rests. A 429 tells the share. It silences this station
for as long as the server asked; where it asked for nothing, calls of the same kind (background
work, or what a person waits for) are silent for a random moment that doubles with each further
429.

**Who waits** is served by urgency, then by turn. A rest or silence that is short is sat out;
before a longer one a call fails with ``Throttled``, having done nothing (lifen.md 6, U24).
"""

import asyncio
import bisect
import contextlib
import heapq
import itertools
import math
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

import httpx

from desktop_app.domain.errors import Throttled
from desktop_app.fhir.answers import asked_wait
from desktop_app.fhir.share import Share

CALLS_PER_SECOND = 9.9
"""What we never exceed: the published 10, less a little for unlike clocks."""
FIRST_HOLD, LONGEST_HOLD = 1.0, 8.0
"""Seconds at most that we are silent of our own accord after a first 429, and ever."""
WORTH_WAITING = 10.0
"""Seconds of silence that a call sits out."""
_AT_ONCE, _APART = 0.3, 0.9
"""Background work takes this part of the slots at once and spreads the rest over this part of the
period, so that slots come back one by one and a search never waits for all of them."""
_SURE_PART, _ENOUGH, _REMEMBERED = 0.9, 10, 50
_TOO_MANY = 429


class Urgency(IntEnum):
    """Who goes first, given with a request as its extension ``urgency``."""

    INTERACTIVE = 0
    SEND = 1
    TRACKING = 2


@dataclass(frozen=True, slots=True)
class Leave:
    """A call's leave to go, and the moment it had it."""

    at: float
    urgency: int


class _Slots:
    """As many calls at once as a rate is calls per second; a slot comes back after a period."""

    def __init__(self) -> None:
        self._away = 0
        self._back: list[float] = []  # when those that are back count as answered, sorted

    def take(self) -> None:
        """A call leaves."""
        self._away += 1

    def give(self, moment: float) -> None:
        """A call is back."""
        self._away -= 1
        bisect.insort(self._back, moment)

    def free(self, now: float, rate: float, shortest: float) -> tuple[float, int]:
        """When the next one is free (infinite: an answer must come first), and how many are not.

        ``shortest`` bounds the period.
        """
        slots = math.ceil(rate)
        period = max(slots / rate, shortest)
        self._back = self._back[bisect.bisect_right(self._back, now - 2 * period) :]
        held = self._back[bisect.bisect_right(self._back, now - period) :]
        taken = len(held) + self._away
        if taken < slots:
            return now, taken
        over = taken - slots
        return (held[over] + period if over < len(held) else math.inf), taken


class _Hold:
    """Silence of our own accord, longer with each refusal in a row."""

    def __init__(self) -> None:
        self.until = -math.inf
        self.refusals = 0

    def lengthen(self, now: float, spread: Callable[[float, float], float]) -> None:
        """A call was refused."""
        longest = min(LONGEST_HOLD, FIRST_HOLD * 2.0 ** min(self.refusals, 10))
        self.until = max(self.until, now + spread(longest / 2, longest))
        self.refusals += 1


class Pace:
    """When the next call may leave; times are those of the running loop."""

    def __init__(
        self,
        rate: float = CALLS_PER_SECOND,
        spread: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._most = rate
        self._period = math.ceil(rate) / rate
        self._share = Share(rate, spread)
        self._spread = spread
        self._all, self._background = _Slots(), _Slots()
        self._ways: deque[float] = deque(maxlen=_REMEMBERED)  # seconds there and back
        self._last_left = -math.inf
        self._quiet_until = -math.inf  # the server's own words
        self._holds = (_Hold(), _Hold())  # of what a person waits for, of background work
        self._cut_at = -math.inf
        self._queue: list[tuple[int, int]] = []
        self._turn = itertools.count()
        self._bell = asyncio.Event()

    @property
    def rate(self) -> float:
        """Our share for background work, in calls per second."""
        return self._share.rate

    async def leave(self, urgency: int) -> Leave:
        """Wait for a slot and take it. Raises ``Throttled``."""
        loop = asyncio.get_running_loop()
        ticket = (urgency, next(self._turn))
        heapq.heappush(self._queue, ticket)
        try:
            while True:
                now = loop.time()
                if urgency > Urgency.INTERACTIVE:
                    self._share.asked(now)
                silence = self._silence(urgency) - now
                if silence > WORTH_WAITING:
                    raise Throttled(timedelta(seconds=silence))
                delay = math.inf
                if self._queue[0] == ticket:
                    delay = max(silence, self._free_at(now, urgency) - now)
                if delay <= 0:
                    return self._take(now, urgency)
                await self._hear(delay)
        finally:
            self._queue.remove(ticket)
            heapq.heapify(self._queue)
            self._ring()

    def answered(self, call: Leave, now: float, *, heard: bool) -> None:
        """A call was answered (``heard``) or failed: its slot comes back a period from now."""
        if heard:
            self._ways.append(now - call.at)
        sure = _SURE_PART * min(self._ways) if len(self._ways) >= _ENOUGH else 0.0
        moment = max(call.at, now - sure)
        self._all.give(moment)
        if call.urgency > Urgency.INTERACTIVE:
            self._background.give(moment)
        self._ring()

    def welcome(self, call: Leave, now: float) -> None:
        """A call was let through."""
        for hold in self._holds:
            hold.refusals = 0
        if call.urgency > Urgency.INTERACTIVE:
            self._share.let_through(now)

    def refused(self, call: Leave, now: float, wait: timedelta | None) -> None:
        """A call was answered with 429.

        Those that were under way together are one piece of news, so only the first one counts.
        """
        if wait is not None:
            self._quiet_until = max(self._quiet_until, now + wait.total_seconds())
        if call.at > self._cut_at:
            self._cut_at = now
            if wait is None:
                self._holds[call.urgency > Urgency.INTERACTIVE].lengthen(now, self._spread)
            if call.urgency > Urgency.INTERACTIVE:
                self._share.refused(now)
        self._ring()

    def _take(self, now: float, urgency: int) -> Leave:
        self._last_left = now
        self._all.take()
        if urgency > Urgency.INTERACTIVE:
            self._background.take()
        return Leave(now, urgency)

    def _silence(self, urgency: int) -> float:
        """The moment until which calls of ``urgency`` stay, whatever is free."""
        if urgency > Urgency.INTERACTIVE:
            return max(self._quiet_until, self._holds[1].until, self._share.rests_until)
        return max(self._quiet_until, self._holds[0].until)

    def _free_at(self, now: float, urgency: int) -> float:
        free_at, taken = self._all.free(now, self._most, self._period)
        if urgency > Urgency.INTERACTIVE:
            rate = max(1.0, self._share.rate)
            free_at = max(free_at, self._background.free(now, rate, self._period)[0])
            if taken > _AT_ONCE * self._most:
                free_at = max(free_at, self._last_left + _APART / self._most)
        return free_at

    def _ring(self) -> None:
        self._bell.set()
        self._bell = asyncio.Event()

    async def _hear(self, longest: float) -> None:
        """Wait for news, ``longest`` seconds at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(longest if math.isfinite(longest) else None):
                await self._bell.wait()


class PacedTransport(httpx.AsyncBaseTransport):
    """Lets every request through at the pace, whoever makes it."""

    def __init__(self, inner: httpx.AsyncBaseTransport, pace: Pace | None = None) -> None:
        self._inner = inner
        self._pace = pace or Pace()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Wait, pass on, learn from the answer. Raises ``Throttled`` before anything has left."""
        pace, loop = self._pace, asyncio.get_running_loop()
        call = await pace.leave(request.extensions.get("urgency", Urgency.INTERACTIVE))
        heard = False
        try:
            response = await self._inner.handle_async_request(request)
            heard = True
        finally:
            pace.answered(call, loop.time(), heard=heard)
        if response.status_code == _TOO_MANY:
            pace.refused(call, loop.time(), asked_wait(response.headers.get("retry-after")))
        else:
            pace.welcome(call, loop.time())
        return response

    async def aclose(self) -> None:
        """Close what is underneath."""
        await self._inner.aclose()
