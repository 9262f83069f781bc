"""Our share of a limit that stations who do not know each other have in common.

All that a station can know is whether its own calls are let through. With 300 of them on 10
calls per second, each has two calls a minute to learn from; hence this law, which is TCP's
(add a little, take away a part) with three changes.

**Runs.** A platform that counts the calls of the last second has room exactly one second after
a call it let through, and whoever knocks then gets in; who knocks at any other moment finds it
full every second time when nine tenths of it are in use (Erlang's loss formula). So a share of
less than one call per second is not one call now and then but a run of several, each a good
second after the one before it, then a rest: a knock in vain stands beside a whole run, not
beside one call.

**Gains that shrink.** A new station takes one more call per second with each answer until its
first refusal. From then on a finished run adds ``GAIN`` x ``MORE`` and a refusal takes away the
part ``GAIN`` of the share. Adding the same to everybody and taking from each in proportion
makes shares equal (Chiu and Jain). The gain is 1/2 at first and 1/3, 1/4 … with each further
news, so that a station finds its place quickly and then keeps it.

**Haste.** Refusals are common while others want the same; ``STREAK`` finished runs without
one may mean that they have gone. Each further one halves the rests and doubles what is added;
the refusal that ends it takes half of all that back, for it may have been luck.

A share rules background work only. What a person waits for is never made to rest; it is few.
"""

import math
from collections.abc import Callable

START = 2.0
"""Calls per second of a station that has heard nothing yet, or nothing for long."""
LOWEST = 0.005
SHORTEST_RUN, LONGEST_RUN = 6, 10
"""Calls in a run where the share is below one call per second; enough for any one letter."""
CYCLE = 90.0
"""Seconds that a run and its rest take together, within those two bounds."""
GAIN, MORE = 0.05, 0.16
"""The smallest part that a refusal takes away; calls per second that a run adds, per gain."""
STREAK = 4
"""Finished runs without a refusal that are not remarkable yet."""
KEPT = 0.5
"""This part of what haste added outlives the refusal that ends it."""
MOST_HASTE, LONGEST_STEP = 256.0, 0.5
"""Haste multiplies by so much at most, and adds at most this part of the share."""
BUSY = 0.8
"""Calls per second beyond which haste shortens no rest: there is hardly one left."""
AFTER_REFUSAL = 0.2
"""This part of a run's rest follows a knock in vain: nothing was had that would cost a whole."""
IDLE = 60.0
"""Seconds without background work after which what was learnt is out of date."""


class Share:
    """Calls per second that background work may have; moments are those of one clock."""

    def __init__(self, most: float, spread: Callable[[float, float], float]) -> None:
        self._most = most
        self._spread = spread
        self._asked_at = -math.inf
        self._begin()

    def _begin(self) -> None:
        self._rate = min(START, self._most)
        self._calm_rate = self._rate
        self._new = True  # never refused
        self._news = 0
        self._streak = 0  # runs finished since the last refusal
        self._done = 0  # calls let through in this run
        self.rests_until = -math.inf

    @property
    def rate(self) -> float:
        """Calls per second over runs and rests."""
        return self._rate

    def asked(self, now: float) -> None:
        """Background work wants to leave, or leaves."""
        if now - max(self._asked_at, self.rests_until) > IDLE:
            self._begin()
        self._asked_at = now

    def let_through(self, now: float) -> None:
        """A call was."""
        if self._new:
            self._rate = min(self._most, self._rate + 1)
            return
        self._done += 1
        if self._done >= self._run:
            self._news += 1
            self._streak += 1
            if self._haste == 1:
                self._calm_rate = self._rate
            self._rate = min(self._most, self._rate + self._step)
            self._rest(now, self._done)

    def refused(self, now: float) -> None:
        """A call was: the run is over."""
        self._new = False
        self._news += 1
        if self._haste > 1:
            self._rate = self._calm_rate + KEPT * (self._rate - self._calm_rate)
        self._streak = 0
        self._rate = max(LOWEST, self._rate * (1 - self._gain))
        self._rest(now, self._done or AFTER_REFUSAL * self._run)

    def _rest(self, now: float, calls: float) -> None:
        """Be silent for as long as ``calls`` calls are to last beyond their own seconds."""
        self._done = 0
        rate = self._hasty_rate
        if rate < 1:
            self.rests_until = now + calls * (1 / rate - 1) * self._spread(0.5, 1.5)

    @property
    def _run(self) -> int:
        """Calls in a run: about as many seconds for those whose share is above one a second."""
        if self._rate > 1:
            return math.ceil(LONGEST_RUN * self._rate)
        return int(min(LONGEST_RUN, max(SHORTEST_RUN, self._hasty_rate * CYCLE)))

    @property
    def _gain(self) -> float:
        return max(GAIN, 1 / (self._news + 1))

    @property
    def _haste(self) -> float:
        return min(MOST_HASTE, 2.0 ** min(max(0, self._streak - STREAK), 60))

    @property
    def _step(self) -> float:
        usual = self._gain * MORE
        return max(usual, min(LONGEST_STEP * self._rate, usual * self._haste))

    @property
    def _hasty_rate(self) -> float:
        return max(self._rate, min(BUSY, self._rate * self._haste))
