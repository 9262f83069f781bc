"""The only door from a signal to a coroutine."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import ParamSpec

log = logging.getLogger(__name__)

P = ParamSpec("P")
Work = Coroutine[object, object, None]


class Tasks:
    """Starts coroutines, keeps them alive, reports their accidents, ends them."""

    def __init__(self, on_accident: Callable[[BaseException], None]) -> None:
        self._on_accident = on_accident
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Work, name: str) -> asyncio.Task[None]:
        """Run ``work`` in the background; being listed here keeps it from being collected."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def slot(self, work: Callable[P, Work]) -> Callable[P, None]:
        """Wrap ``work`` as a slot where every call runs to its end."""

        def slot(*args: P.args, **kwargs: P.kwargs) -> None:
            self.start(work(*args, **kwargs), name=_name(work))

        return slot

    def latest(self, work: Callable[P, Work]) -> Callable[P, None]:
        """Wrap ``work`` as a slot where each call replaces the one before it."""
        current: asyncio.Task[None] | None = None

        def slot(*args: P.args, **kwargs: P.kwargs) -> None:
            nonlocal current
            if current is not None:
                current.cancel()
            current = self.start(work(*args, **kwargs), name=_name(work))

        return slot

    async def aclose(self) -> None:
        """Cancel everything and wait for it to finish."""
        running = tuple(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("%s failed", task.get_name(), exc_info=error)
            self._on_accident(error)


def _name(work: Callable[..., object]) -> str:
    return getattr(work, "__qualname__", "work")
