"""Hours that pass at once."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _Sleepless(selectors.DefaultSelector):
    """Where everybody would sleep, time jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None:
            self.time += max(timeout, 0)
        return super().select(0 if timeout is not None else None)


class HandLoop(asyncio.SelectorEventLoop):
    """A loop whose hours pass at once; deterministic for what does no input or output."""

    def __init__(self) -> None:
        self._sleepless = _Sleepless()
        super().__init__(self._sleepless)

    def time(self) -> float:
        return self._sleepless.time


def at_once(work: Coroutine[Any, Any, None]) -> None:
    """Run ``work`` to its end on a loop that never waits."""
    with asyncio.Runner(loop_factory=HandLoop) as runner:
        runner.run(work)
