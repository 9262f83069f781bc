"""Commands that run until they are stopped: the queue, the served sandbox."""

import argparse
import asyncio
import contextlib
import json
import math
import signal
from collections.abc import Iterable, Iterator
from datetime import timedelta

from desktop_app.cli.answers import Answers
from desktop_app.domain.sending import FINAL, Job, JobId, JobState
from desktop_app.outbox.service import Outbox
from desktop_app.sandbox.lifen import RecordTracking
from desktop_app.sandbox.server import serve
from desktop_app.session import Session
from desktop_app.wording import cli as words

HORIZON = timedelta(seconds=60)
"""« Idle » means that nothing can move within this time (design.md section 6)."""
_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_OPEN = tuple(state for state in JobState if state not in FINAL)
_LOOK_AGAIN = 0.5
"""Seconds after which the clock alone may have made the queue idle."""


async def serve_sandbox(args: argparse.Namespace, answers: Answers) -> None:
    """Serve the invented platform; its one line is JSON in any case, it is made to be copied."""
    bell = Bell()
    with _until_signal(bell):
        async with serve(
            args.host,
            args.port,
            faults=args.faults,
            keep=args.keep,
            record_tracking=RecordTracking(args.record_tracking),
        ) as served:
            said = served.description
            answers.tell(said, json.dumps(said, ensure_ascii=False, indent=2))
            while not bell.stopped:
                await bell.rung(None)


async def run_queue(session: Session, args: argparse.Namespace, answers: Answers) -> int:
    """Send and track, printing each change; the exit code is that of the worst job left."""
    bell = Bell()
    forget = session.outbox.watch(bell.ring)
    watched = _Watched(session.outbox)
    await watched.changed()  # what is there already is no news
    try:
        with _until_signal(bell):
            async with asyncio.TaskGroup() as group:
                group.create_task(session.work())
                try:
                    await _follow(session, watched, bell, args, answers)
                finally:
                    await session.rest()
    finally:
        forget()
    await watched.report(answers)
    left = await session.outbox.jobs_in(_OPEN)
    if any(_unwritten(job) for job in left):
        answers.fail("store_trouble", words.ANSWER_NOT_WRITTEN)
    return worst(left)


async def _follow(
    session: Session,
    watched: "_Watched",
    bell: "Bell",
    args: argparse.Namespace,
    answers: Answers,
) -> None:
    clock = asyncio.get_running_loop().time
    ends = math.inf if args.timeout is None else clock() + args.timeout
    while not bell.stopped and clock() < ends:
        await watched.report(answers)
        settled = args.until_idle and session.ready.is_set()
        if settled and await session.outbox.idle(HORIZON):
            return
        await bell.rung(min(_LOOK_AGAIN, max(0.0, ends - clock())))


def worst(jobs: Iterable[Job]) -> int:
    """The exit code of the worst of some jobs: 6, 5, 4 or 0 (design.md section 6).

    A failed delivery that a person has dealt with waits for nobody; what should have left and is
    still here when the time is up counts as waiting.
    """
    return max((_code(job) for job in jobs), default=0)


def _code(job: Job) -> int:
    match job.state:
        case JobState.IN_DOUBT:
            return 6
        case JobState.SENDING if _unwritten(job):
            return 6
        case JobState.UNDELIVERED:
            return 0 if job.settled else 6
        case JobState.REFUSED:
            return 5
        case JobState.WAITING | JobState.BLOCKED | JobState.QUEUED | JobState.SENDING:
            return 4
        case _:
            return 0


def _unwritten(job: Job) -> bool:
    """Whether it may have arrived and the disk did not take what became of it."""
    return job.state is JobState.SENDING and job.passed_at is not None


class _Watched:
    """Which jobs were seen and how they stood then."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._seen: dict[JobId, int] = {}

    async def changed(self) -> list[Job]:
        """The jobs that are new or not as they were the last time, first come first."""
        jobs = list(await self._outbox.jobs_in(_OPEN))
        still = {job.id for job in jobs}
        closed = [await self._outbox.job(job_id) for job_id in self._seen if job_id not in still]
        news = [job for job in jobs if self._seen.get(job.id) != job.revision]
        self._seen = {job.id: job.revision for job in jobs}
        return [*closed, *news]

    async def report(self, answers: Answers) -> None:
        """Say what changed."""
        for job in await self.changed():
            answers.job(job)


class Bell:
    """Rings for news; once stopped it never rests again."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.stopped = False

    def ring(self) -> None:
        """There is news."""
        self._event.set()

    def stop(self) -> None:
        """Somebody asks the program to end."""
        self.stopped = True
        self._event.set()

    async def rung(self, seconds: float | None) -> None:
        """Wait for news, ``seconds`` at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()


@contextlib.contextmanager
def _until_signal(bell: Bell) -> Iterator[None]:
    """Let the signals that end a program ring ``bell`` instead while the block runs.

    Where the loop cannot take them (Windows), Ctrl+C cancels the program's task: the session
    rests on that way out too.
    """
    loop = asyncio.get_running_loop()
    taken = []
    for number in _SIGNALS:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, bell.stop)
            taken.append(number)
    try:
        yield
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
