"""What a delivery tells the queue while it is under way, each word on disk before it goes on."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from desktop_app.domain.sending import Job, Passed, StepDone
from desktop_app.outbox.service import Outbox


class Crossing:
    """One job while the worker has it; implements ``ports.Crossing``."""

    def __init__(self, outbox: Outbox, job: Job, now: Callable[[], datetime]) -> None:
        self._outbox = outbox
        self._job = job
        self._now = now
        self.leaving = False
        """Whether the mark is being written, or was."""
        self.left = False
        """Whether the last piece may have left: until the mark has been written it is still here,
        even where that reached the disk while a cancellation was on its way."""
        self.answered = asyncio.Event()
        """Set once what became of the job is on disk, or nobody will write it any more."""

    @property
    def steps(self) -> Mapping[str, str]:
        """As ``ports.Crossing.steps``, with those of earlier tries."""
        return dict(self._job.steps)

    async def done(self, step: str, reference: str) -> None:
        """As ``ports.Crossing.done``; raises ``StoreTrouble``."""
        event = StepDone(step, reference)
        self._job = await self._outbox.change(self._job.id, event, self._job.revision)

    async def passing(self) -> None:
        """As ``ports.Crossing.passing``; raises ``StoreTrouble``."""
        self.leaving = True  # first: a stop that meets the writing must wait for it
        await self._outbox.change(self._job.id, Passed(self._now()), self._job.revision)
        self.left = True
