"""What a face may ask of the outbox; keeps the store on one thread and tells who watches."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import ParamSpec, Self, TypeVar

from desktop_app.domain.errors import IllegalMove
from desktop_app.domain.letters import LIMITS, Letter, LetterId, Limits, Target
from desktop_app.domain.people import Author, PatientId, Recipient
from desktop_app.domain.ports import Overview, SendingFilter
from desktop_app.domain.sending import (
    DeclaredNotSent,
    DeclaredSent,
    Job,
    JobEvent,
    JobId,
    JobState,
    Requeued,
    Sending,
    Settled,
    Withdrawn,
)
from desktop_app.outbox import history, journal
from desktop_app.outbox.composing import again, check_whole, jobs_for
from desktop_app.outbox.database import Place
from desktop_app.outbox.journal import Verified
from desktop_app.outbox.store import Seal, Store

P = ParamSpec("P")
T = TypeVar("T")

_KEPT_DISCARDED = timedelta(days=1)


class Outbox:
    """The tray, the queue and the history of one seal, safe on disk before anybody is told.

    What a person does to a sending is noted with who that is; all of it raises ``NotSignedIn``
    where the hospital wants to know and nobody has said.
    """

    def __init__(
        self,
        store: Store,
        thread: ThreadPoolExecutor,
        now: Callable[[], datetime],
        limits: Limits,
        author: Callable[[], Author],
    ) -> None:
        self._store = store
        self._thread = thread
        self._now = now
        self._limits = limits
        self._author = author
        self._watchers: list[Callable[[], None]] = []
        self._version = 0
        self.quiet: dict[Target, datetime] = {}
        """Targets that a passing failure asks to leave alone until then; kept by the worker."""

    @classmethod
    async def open(
        cls,
        place: Place,
        seal: Seal,
        now: Callable[[], datetime],
        *,
        limits: Limits = LIMITS,
        author: Callable[[], Author],
    ) -> Self:
        """Open the database at ``place``; raises ``StoreTrouble``.

        ``author`` says who is at the keyboard, or raises ``NotSignedIn``.
        """
        thread = ThreadPoolExecutor(1, "outbox")
        try:
            store = await asyncio.get_running_loop().run_in_executor(thread, Store, place, seal)
        except BaseException:
            thread.shutdown()
            raise
        outbox = cls(store, thread, now, limits, author)
        outbox._version = await outbox._read(store.version)
        return outbox

    async def aclose(self) -> None:
        """Finish what is being written and release the file."""
        await self._read(self._store.close)
        self._thread.shutdown()

    # The tray

    async def add(self, letter: Letter) -> None:
        """Put a new letter into the tray."""
        await self._write(self._store.add_letter, letter)

    async def drafts(self) -> Sequence[Letter]:
        """Every letter of the tray, oldest first."""
        return await self._read(self._store.drafts)

    async def keep(self, letter: Letter) -> None:
        """Store what was changed on a letter of the tray."""
        await self._write(self._store.keep_letter, letter)

    async def discard(self, letter_id: LetterId) -> None:
        """Put a letter of the tray away."""
        await self._write(self._store.discard, letter_id, self._now())

    async def restore(self, letter_id: LetterId) -> Letter:
        """Bring back a letter that was put away."""
        return await self._write(self._store.discard, letter_id, None)

    async def forget_discarded(self) -> int:
        """Remove what was put away more than a day ago; returns how many letters."""
        return await self._write(self._store.forget_discarded, self._now() - _KEPT_DISCARDED)

    async def letter(self, letter_id: LetterId) -> Letter:
        """One letter, sent or not."""
        return await self._read(self._store.letter, letter_id)

    async def spooled(self) -> set[str]:
        """Ids of the documents that some letter refers to."""
        return await self._read(self._store.spooled)

    # Sending

    async def send(self, letter: Letter, hold: timedelta) -> Sending:
        """As ``SendsLetters.send``: one job for each request that it takes."""
        check_whole(letter, self._limits)
        now, by = self._now(), self._author()
        jobs = jobs_for(letter, self._limits, now, hold)
        return await self._write(self._store.seal_letter, letter, jobs, now, by)

    async def withdraw(self, sending: LetterId) -> Letter:
        """Cancel every job of a sending and put its letter back into the tray."""
        return await self._write(self._store.withdraw, sending, self._now(), self._author())

    async def correct(self, job: JobId) -> Letter:
        """Take back what was refused, and what of its sending has not left either."""
        return await self._write(self._store.take_back, job, self._now(), self._author())

    async def cancel(self, job: JobId) -> Job:
        """Withdraw one job for good."""
        return await self.change(job, Withdrawn(self._now()), by=self._author())

    async def retry(self, job_id: JobId) -> Job:
        """Try now; for an undelivered job, a new sending to the failed recipients only."""
        by = self._author()
        job = await self.job(job_id)
        self.quiet.pop(job.target, None)
        match job.state:
            case JobState.UNDELIVERED:
                return await self._resend(job, by)
            case JobState.QUEUED | JobState.WAITING | JobState.BLOCKED:
                await self._unbar(job.target, by)
                for part in await self.jobs_of(job.sending):  # those ahead of it leave first
                    if part.target is job.target and part.state is JobState.WAITING:
                        await self.change(part.id, Requeued(), by=by)
                self._changed()
                return await self.job(job_id)
            case _:
                return await self.change(job_id, Requeued(), by=by)

    async def resolve(self, job: JobId, *, sent: bool) -> Job:
        """Settle a job in doubt with what a person found out."""
        now = self._now()
        found = DeclaredSent(now) if sent else DeclaredNotSent(now)
        return await self.change(job, found, by=self._author())

    async def settle(self, job: JobId) -> Job:
        """Note that a person has dealt with an undelivered job by other means."""
        return await self.change(job, Settled(), by=self._author())

    # What is there

    async def job(self, job: JobId) -> Job:
        """One job; raises ``Unknown``."""
        return await self._read(self._store.job, job)

    async def jobs_of(self, sending: LetterId) -> Sequence[Job]:
        """The jobs of one sending, none for an unknown one."""
        return await self._read(self._store.jobs_of, [sending])

    async def jobs_in(
        self,
        states: Iterable[JobState],
        *,
        due: datetime | None = None,
        but: Iterable[Target] = (),
        limit: int = -1,
    ) -> Sequence[Job]:
        """As ``Store.jobs_in``."""
        return await self._read(self._store.jobs_in, states, due=due, but=but, limit=limit)

    async def next_moment(
        self, states: Iterable[JobState], but: Iterable[Target] = ()
    ) -> datetime | None:
        """As ``Store.next_moment``."""
        return await self._read(self._store.next_moment, states, but)

    async def sendings(self, wanted: SendingFilter) -> Sequence[Sending]:
        """Queue and history in one list: what needs a person first, then the newest."""
        return await self._read(history.sendings, self._store, wanted)

    async def overview(self) -> Overview:
        """The counts that are always visible."""
        return await self._read(history.overview, self._store, self._now())

    async def usual(self, patient: PatientId) -> Sequence[Recipient]:
        """Who was sent letters about this patient."""
        return await self._read(history.usual, self._store, patient)

    async def idle(self, horizon: timedelta) -> bool:
        """Whether no job can move within ``horizon`` unless a person does something."""
        now = self._now()
        quiet = {target for target, until in self.quiet.items() if until > now + horizon}
        return await self._read(history.idle, self._store, now, horizon, quiet)

    async def verify_journal(self) -> Verified:
        """As ``journal.verify``."""
        return await self._read(journal.verify, self._store)

    async def every(self, batch: int = 500) -> AsyncIterator[Sending]:
        """Every sending, the oldest first, ``batch`` of them in memory at a time."""
        last = 0
        while True:
            last, found = await self._read(history.following, self._store, last, batch)
            for sending in found:
                yield sending
            if not last:
                return

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call ``changed`` after every change on disk; the answer ends that."""
        self._watchers.append(changed)
        return lambda: self._watchers.remove(changed)

    async def look_outside(self) -> None:
        """Notice what another process wrote: a letter queued there, a wish to try again now.

        Such a wish always tries now, so nothing is kept quiet any longer.
        """
        version = await self._read(self._store.version)
        if version != self._version:
            self._version = version
            self.quiet.clear()
            self._changed()

    async def change(
        self,
        job: JobId,
        event: JobEvent,
        revision: int | None = None,
        by: Author | None = None,
    ) -> Job:
        """Advance a job on disk, then tell who watches; raises ``IllegalMove``, ``StaleJob``.

        ``by`` is nobody for what the program does by itself.
        """
        return await self._write(self._store.change, job, event, self._now(), revision, by)

    # Inside

    async def _unbar(self, target: Target, by: Author) -> None:
        """Access may be repaired: everything that it kept back may try again."""
        for job in await self.jobs_in((JobState.BLOCKED,)):
            if job.target is target:
                await self.change(job.id, Requeued(), by=by)

    async def _resend(self, job: Job, by: Author) -> Job:
        if job.settled:
            raise IllegalMove("retry", "settled")
        now = self._now()
        fresh = again(job, now)
        return await self._write(self._store.resend, job.id, Settled(), fresh, now, by)

    async def _read(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, lambda: call(*args, **kwargs))

    async def _write(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        answer = await self._read(call, *args, **kwargs)
        self._changed()
        return answer

    def _changed(self) -> None:
        for changed in tuple(self._watchers):
            changed()
