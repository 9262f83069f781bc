"""Our share of a rate limit that everybody at the hospital has in common (lifen.md 6, U24).

A call takes a slot and gives it back one period after its answer; there are never more slots
than the limit has calls, and a period is never shorter than a second. The server counted the
call at some moment before its answer, so no window of one second, however it is laid, can hold
more calls of ours than the limit — whatever the network does to their spacing.

A 429 halves the rate and silences everybody for as long as the server asked, or for a random
moment that grows with each further 429; calm brings the rate back little by little. Who waits is
served by urgency, then by turn.
"""

import asyncio
import contextlib
import heapq
import itertools
import math
import random
from collections.abc import Callable
from datetime import timedelta
from enum import IntEnum

import httpx

from desktop_app.domain.errors import Throttled
from desktop_app.fhir.answers import asked_wait

CALLS_PER_SECOND = 9.8
"""Where we start and what we never exceed: the published 10, less a little for unlike clocks."""
SLOWEST = 0.1
RECOVERY = 0.02
"""Calls per second that one calm second gives back."""
LONGEST_HOLD = 8.0
"""Seconds that we are silent of our own accord; the rate does the rest."""
WORTH_WAITING = 10.0
"""Seconds of silence that a call sits out; before a longer one it fails with ``Throttled``."""
_AT_ONCE, _APART = 0.3, 0.9
"""Background work takes this part of the slots at once and spreads the rest over this part of the
period, so that slots come back one by one and a search never waits for all of them."""
_TOO_MANY = 429


class Urgency(IntEnum):
    """Who goes first, given with a request as its extension ``urgency``."""

    INTERACTIVE = 0
    SEND = 1
    TRACKING = 2


class Pace:
    """When the next call may leave; times are those of the running loop."""

    def __init__(
        self,
        rate: float = CALLS_PER_SECOND,
        spread: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._most = rate
        self._rate = rate
        self._rated_at = -math.inf  # when ``_rate`` was last true
        self._spread = spread
        self._last_left = -math.inf
        self._away = 0  # calls that have left and are not answered
        self._answered: list[float] = []  # when those were answered whose slot is not back yet
        self._quiet_until = -math.inf
        self._cut_at = -math.inf
        self._refusals = 0  # in a row
        self._queue: list[tuple[int, int]] = []
        self._turn = itertools.count()
        self._bell = asyncio.Event()

    def rate(self, now: float) -> float:
        """Calls per second at ``now``; grows with every calm second."""
        if now > self._rated_at:
            calm = max(0.0, now - max(self._rated_at, self._quiet_until))
            if math.isfinite(calm):
                self._rate = min(self._most, self._rate + RECOVERY * calm)
            self._rated_at = now
        return self._rate

    async def leave(self, urgency: int) -> float:
        """Wait for a slot and take it; returns the moment. Raises ``Throttled``."""
        loop = asyncio.get_running_loop()
        ticket = (urgency, next(self._turn))
        heapq.heappush(self._queue, ticket)
        try:
            while True:
                now = loop.time()
                delay = self._delay(now, urgency) if self._queue[0] == ticket else math.inf
                if delay <= 0:
                    self._away += 1
                    self._last_left = now
                    return now
                if self._quiet_until - now > WORTH_WAITING:
                    raise Throttled(timedelta(seconds=self._quiet_until - now))
                await self._hear(delay)
        finally:
            self._queue.remove(ticket)
            heapq.heapify(self._queue)
            self._ring()

    def answered(self, now: float) -> None:
        """A call was answered, or failed: its slot comes back a period from now."""
        self._away -= 1
        self._answered.append(now)
        self._ring()

    def welcome(self) -> None:
        """A call was let through."""
        self._refusals = 0

    def refused(self, left_at: float, now: float, wait: timedelta | None) -> None:
        """A call was answered with 429.

        Those that were under way together are one piece of news, so only the first one slows
        us down.
        """
        if wait is not None:
            self._quiet_until = max(self._quiet_until, now + wait.total_seconds())
        if left_at <= self._cut_at:
            return
        self._rate = max(SLOWEST, self.rate(now) / 2)
        self._cut_at = now
        if wait is None:
            longest = min(LONGEST_HOLD, 2.0 ** min(self._refusals, 10))
            self._quiet_until = max(self._quiet_until, now + self._spread(longest / 2, longest))
        self._refusals += 1
        self._ring()

    def _delay(self, now: float, urgency: int) -> float:
        """Seconds until a call may leave; infinite where only an answer can free a slot."""
        rate = self.rate(now)
        slots = math.ceil(rate)
        period = slots / rate
        self._answered = [moment for moment in self._answered if moment + period > now]
        held = len(self._answered) + self._away - slots
        if held < 0:
            free_at = now
        elif held < len(self._answered):
            free_at = self._answered[held] + period
        else:
            free_at = math.inf
        if urgency > Urgency.INTERACTIVE and held + slots > slots * _AT_ONCE:
            free_at = max(free_at, self._last_left + _APART / rate)
        return max(free_at, self._quiet_until) - now

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
        left_at = await pace.leave(request.extensions.get("urgency", Urgency.INTERACTIVE))
        try:
            response = await self._inner.handle_async_request(request)
        finally:
            pace.answered(loop.time())
        if response.status_code == _TOO_MANY:
            wait = asked_wait(response.headers.get("retry-after"))
            pace.refused(left_at, loop.time(), wait)
        else:
            pace.welcome()
        return response

    async def aclose(self) -> None:
        """Close what is underneath."""
        await self._inner.aclose()
