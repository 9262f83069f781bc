"""Carries jobs: claims, sends, tracks; the failure policy in words stands below.

- A failure before the point of no return left nothing behind: the job waits and tries again, for
  ever, at bounded intervals.
- After it, only an answer that settles the matter moves the job; anything else leaves it in doubt
  and no timer ever sends it again.
- An answer that says our access is at fault bars the whole platform until somebody, or a rare
  check, finds it repaired.
- A bug is not part of this policy: it stops the worker and is heard by ``Tasks``.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta

from desktop_app.domain.errors import (
    AppError,
    IllegalMove,
    NotOffered,
    StaleJob,
    StoreTrouble,
)
from desktop_app.domain.letters import Target
from desktop_app.domain.ports import Delivers, ReadsDocuments
from desktop_app.domain.sending import (
    Accepted,
    Claimed,
    Interrupted,
    Job,
    JobEvent,
    JobState,
    LostSight,
    Postponed,
    Released,
    Requeued,
    Tracked,
    TrackingEnded,
    TrackingPostponed,
    carried,
)
from desktop_app.outbox.crossing import Crossing
from desktop_app.outbox.policy import TRACKING_ENDS, late_poll, next_poll, verdict, why
from desktop_app.outbox.service import Outbox

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]

LAST_ANSWER = timedelta(seconds=10)
"""How long closing waits for the answer to a letter that has already gone."""
_TROUBLED_DISK = timedelta(seconds=5)


class Worker:
    """The only thing that moves a job while it is being sent; one of them per store."""

    def __init__(
        self,
        outbox: Outbox,
        platforms: Mapping[Target, Delivers],
        documents: ReadsDocuments,
        now: Clock,
    ) -> None:
        self._outbox = outbox
        self._platforms = platforms
        self._documents = documents
        self._now = now
        self._bells: list[asyncio.Event] = []
        self._stopping = False
        self._crossing: Crossing | None = None  # of the letter under way

    async def recover(self) -> None:
        """Decide what was in flight when the program last stopped, by the same rule as ever.

        Access may have been repaired since, so what was barred gets one more try.
        """
        for job in await self._outbox.jobs_in((JobState.SENDING, JobState.BLOCKED)):
            if job.state is JobState.BLOCKED:
                event: JobEvent = Requeued()
            elif job.passed_at is None:
                event = Interrupted()
            else:
                event = LostSight("crashed")
            await self._outbox.change(job.id, event)

    async def run(self) -> None:
        """Send and track until stopped or cancelled."""
        forget = self._outbox.watch(self._ring)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._repeat(self.send_one, self._next_leaving))
                group.create_task(self._repeat(self.track_one, self._next_word))
        finally:
            forget()

    async def stop(self) -> None:
        """Claim nothing more, and give a letter that has already gone a moment to be answered."""
        self._stopping = True
        self._ring()
        crossing = self._crossing
        if crossing is not None and crossing.leaving:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_ANSWER.total_seconds()):
                    await crossing.answered.wait()

    async def send_one(self) -> bool:
        """Carry the first job whose time has come as far as it will go; False if there is none."""
        now = self._now()
        await self._release(now)
        barred, quiet = await self._kept_back(now)
        due = await self._outbox.jobs_in(_LEAVING, due=now, but=barred | quiet, limit=1)
        due = due or await self._outbox.jobs_in((JobState.BLOCKED,), due=now, but=quiet, limit=1)
        if not due:
            return False
        await self._carry(due[0])
        return True

    async def track_one(self) -> bool:
        """Ask what became of the first accepted letter that is due; False if there is none."""
        now = self._now()
        due = await self._outbox.jobs_in((JobState.ACCEPTED,), due=now, limit=1)
        due = due or [job for job in await self._doubtful(now) if job.transaction_id is not None]
        if not due:
            return False
        await self._follow(due[0])
        return True

    async def _doubtful(self, now: datetime) -> Sequence[Job]:
        """Those whose fate a late word may still tell; most have no number to ask about."""
        return await self._outbox.jobs_in((JobState.IN_DOUBT,), due=now)

    async def _release(self, now: datetime) -> None:
        """End the undo windows whose time has come, whether or not the platform is to be had."""
        for job in await self._outbox.jobs_in((JobState.HELD,), due=now):
            with contextlib.suppress(StaleJob, IllegalMove):  # taken back at the last moment
                await self._outbox.change(job.id, Released(), job.revision)

    async def _kept_back(self, now: datetime) -> tuple[set[Target], set[Target]]:
        """The targets that are barred, and those that a passing failure keeps quiet."""
        barred = {job.target for job in await self._outbox.jobs_in((JobState.BLOCKED,))}
        return barred, {target for target, until in self._outbox.quiet.items() if until > now}

    async def _next_leaving(self) -> datetime | None:
        barred, quiet = await self._kept_back(self._now())
        leaving = await self._outbox.next_moment(_LEAVING, but=barred | quiet)
        held = await self._outbox.next_moment((JobState.HELD,))
        return min((one for one in (leaving, held) if one is not None), default=None)

    async def _next_word(self) -> datetime | None:
        return await self._outbox.next_moment((JobState.ACCEPTED,))

    async def _repeat(
        self,
        step: Callable[[], Awaitable[bool]],
        next_moment: Callable[[], Awaitable[datetime | None]],
    ) -> None:
        bell = asyncio.Event()
        self._bells.append(bell)
        while not self._stopping:
            bell.clear()
            try:
                if await step():
                    continue
                await self._outbox.look_outside()
                moment = await next_moment()
            except StaleJob:
                continue  # somebody was quicker: look again
            except StoreTrouble as error:
                log.warning("outbox: %s", error)
                moment = self._now() + _TROUBLED_DISK
            await self._rest(bell, moment)

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    async def _rest(self, bell: asyncio.Event, until: datetime | None) -> None:
        """Wait for news or for ``until``, and never long: the clock may be set, a laptop sleep."""
        left = _LONGEST_REST if until is None else (until - self._now()).total_seconds()
        with contextlib.suppress(TimeoutError):
            # Not wait_for: until Python 3.12 it may swallow a cancellation that meets the news.
            async with asyncio.timeout(min(max(left, 0.05), _LONGEST_REST)):
                await bell.wait()

    async def _carry(self, job: Job) -> None:
        if job.state is JobState.BLOCKED:
            job = await self._outbox.change(job.id, Requeued(), job.revision)
        job = await self._outbox.change(job.id, Claimed(), job.revision)
        crossing = self._crossing = Crossing(self._outbox, job, self._now)
        try:
            event = await self._outcome(job, crossing)
            if isinstance(event, Postponed) and event.until > self._now():
                self._outbox.quiet[job.target] = event.until
            await self._record(job, event)
            log.info("job %s: %s", job.id, type(event).__name__)
        finally:
            self._crossing = None
            crossing.answered.set()

    async def _outcome(self, job: Job, crossing: Crossing) -> JobEvent:
        """What becomes of a job that is carried now; a bug of ours is raised."""
        try:
            return await self._deliver(job, crossing)
        except asyncio.CancelledError:
            lost = LostSight("interrupted")
            event = lost if crossing.left else Postponed(self._now(), "interrupted")
            await self._outbox.change(job.id, event)
            raise
        except AppError as error:
            return verdict(error, job, self._now())

    async def _deliver(self, job: Job, crossing: Crossing) -> Accepted:
        platform = self._platforms.get(job.target)
        if platform is None:
            raise NotOffered(job.target)
        letter = carried(await self._outbox.letter(job.sending), job)
        transaction_id = await platform.deliver(letter, self._documents, crossing)
        now = self._now()
        return Accepted(transaction_id, now, next_poll(0, now))

    async def _record(self, job: Job, event: JobEvent) -> None:
        """Write down what happened, however long the disk takes to have room for it."""
        while True:
            try:
                await self._outbox.change(job.id, event)
            except StoreTrouble as error:
                log.error("job %s: %s not written yet: %s", job.id, type(event).__name__, error)  # noqa: TRY400
                await asyncio.sleep(_TROUBLED_DISK.total_seconds())
            else:
                return

    async def _follow(self, job: Job) -> None:
        now = self._now()
        late = job.accepted_at is not None and now - job.accepted_at >= TRACKING_ENDS
        again = late_poll(now) if late else next_poll(job.polls + 1, now)
        open_still = job.state is JobState.ACCEPTED
        event: JobEvent
        try:
            said = await self._platforms[job.target].track(job.transaction_id or "")
        except AppError as error:
            log.info("job %s: tracking: %s", job.id, error)
            ended = late and open_still
            event = TrackingEnded(again) if ended else TrackingPostponed(again, why(error))
        else:
            event = Tracked(tuple(said), now, again)
        with contextlib.suppress(IllegalMove):
            followed = await self._outbox.change(job.id, event)
            if late and followed.state is JobState.ACCEPTED:
                await self._outbox.change(job.id, TrackingEnded(again))


_LEAVING = (JobState.QUEUED, JobState.WAITING)
_LONGEST_REST = 1.0
