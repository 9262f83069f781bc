"""The queue and the history: what is asked for becomes a question, what comes back is shown."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from desktop_app.domain.choices import Choice, Step
from desktop_app.domain.errors import AppError
from desktop_app.domain.letters import LetterId
from desktop_app.domain.ports import Overview, SendingFilter, SendsLetters
from desktop_app.domain.sending import Job, JobId, JobState, Sending, needs_person

SHOWN = 500
"""Rows in one answer; a search finds the others."""
PAUSE_SECONDS = 0.2
"""Least time between two readings of the list: a batch changes it many times a second."""


class Group(Enum):
    """A card of the left column."""

    TO_RESOLVE = auto()
    UNDER_WAY = auto()
    TODAY = auto()
    HISTORY = auto()


class Period(Enum):
    """How far back the list goes."""

    TODAY = auto()
    WEEK = auto()
    MONTH = auto()
    ALL = auto()


_S = JobState
STATES = {
    Group.TO_RESOLVE: (_S.IN_DOUBT, _S.REFUSED, _S.UNDELIVERED),
    Group.UNDER_WAY: (_S.HELD, _S.QUEUED, _S.SENDING, _S.WAITING, _S.BLOCKED, _S.ACCEPTED),
    Group.TODAY: (),
    Group.HISTORY: (),
}
"""What each group holds; no states stand for all of them."""
_FIRST_PERIOD = {
    Group.TO_RESOLVE: Period.ALL,
    Group.UNDER_WAY: Period.ALL,
    Group.TODAY: Period.TODAY,
    Group.HISTORY: Period.MONTH,
}
CHANGED = {"changed_patient": "patient", "changed_stay": "stay"}
"""Refusals after which something has to be chosen again, and what."""
_DAYS_BACK = {Period.TODAY: 0, Period.WEEK: 6, Period.MONTH: 29}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvoisFilter:
    """What the person asked to see."""

    group: Group = Group.TODAY
    text: str = ""
    state: JobState | None = None
    period: Period = Period.TODAY


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvoisState:
    """Everything the view shows.

    ``sendings`` is ``None`` before the first answer; ``complete`` is false when there are more
    than are shown; ``problem`` stays until somebody closes it.
    """

    filter: EnvoisFilter = EnvoisFilter()
    sendings: tuple[Sending, ...] | None = None
    complete: bool = True
    overview: Overview = field(default_factory=Overview)
    problem: AppError | None = None


class Envois:
    """Reads the outbox after every change, and does what a person decides about it.

    ``came_back`` hears which letter returned to the tray, and which job wants it corrected now.
    """

    def __init__(
        self,
        outbox: SendsLetters,
        show: Callable[[EnvoisState], None],
        *,
        now: Callable[[], datetime],
        came_back: Callable[[LetterId, Job | None], Awaitable[None]],
    ) -> None:
        self._outbox = outbox
        self._show = show
        self._now = now
        self._came_back = came_back
        self._state = EnvoisState()
        self._in_sight = True
        self._due = self._reading = False
        self._hurry = asyncio.Event()
        self._acting: set[JobId] = set()

    @property
    def state(self) -> EnvoisState:
        """What is shown now."""
        return self._state

    async def load(self) -> None:
        """Show what needs somebody if there is something, today's sendings if not."""
        try:
            overview = await self._outbox.overview()
        except AppError as error:
            self._change(problem=error)
            return
        group = Group.TO_RESOLVE if overview.need_person else Group.TODAY
        self._change(overview=overview)
        await self.choose_group(group)

    async def refresh(self) -> None:
        """Read again; calls that come while it reads are answered by one more reading.

        A call returns at once when another one is reading.
        """
        self._due = True
        if self._reading:
            return
        self._reading = True
        try:
            while self._due:
                self._due = False
                self._hurry.clear()
                await self._read()
                if self._due:
                    await self._rest()
        finally:
            self._reading = False

    async def look(self) -> None:
        """The list is in sight: read it."""
        self._in_sight = True
        await self._read_soon()

    def look_away(self) -> None:
        """The list is out of sight: only the counts are read until somebody looks again."""
        self._in_sight = False

    async def choose_group(self, group: Group) -> None:
        """Show a group, all of it."""
        await self._ask(EnvoisFilter(group=group, period=_FIRST_PERIOD[group]))

    async def search(self, text: str) -> None:
        """Narrow the list to the letters whose names, titles or addresses hold ``text``."""
        await self._ask(replace(self._state.filter, text=text.strip()))

    async def choose_state(self, state: JobState | None) -> None:
        """Narrow the list to one state; one that the group does not hold leaves the group."""
        asked = replace(self._state.filter, state=state)
        held = STATES[asked.group]
        if state is not None and held and state not in held:
            asked = replace(asked, group=Group.HISTORY)
        await self._ask(asked)

    async def choose_period(self, period: Period) -> None:
        """Go back further or less far; today's group is about today only."""
        asked = replace(self._state.filter, period=period)
        if asked.group is Group.TODAY and period is not Period.TODAY:
            asked = replace(asked, group=Group.HISTORY)
        await self._ask(asked)

    async def search_everywhere(self) -> None:
        """The same words, in every sending there is."""
        text = self._state.filter.text
        await self._ask(EnvoisFilter(group=Group.HISTORY, text=text, period=Period.ALL))

    async def show_outstanding(self) -> None:
        """Show the letters « en souffrance »: those that need somebody, else those that wait."""
        need = self._state.overview.need_person
        await self.choose_group(Group.TO_RESOLVE if need else Group.UNDER_WAY)

    def forget_problem(self) -> None:
        """Somebody has read it."""
        self._change(problem=None)

    async def act(self, step: Step) -> None:
        """Do what a person decided; the same job is not decided twice at a time."""
        if step.job in self._acting:
            return
        self._acting.add(step.job)
        try:
            await self._do(step)
        except AppError as error:
            self._change(problem=error)
        finally:
            self._acting.discard(step.job)
        await self._read_soon()

    async def _do(self, step: Step) -> None:
        match step.choice:
            case Choice.WITHDRAW:
                letter = await self._outbox.withdraw(step.sending)
                await self._came_back(letter.id, None)
            case Choice.CORRECT:
                job = self._job(step.job)
                letter = await self._outbox.correct(step.job)
                await self._came_back(letter.id, job)
            case Choice.CANCEL:
                await self._outbox.cancel(step.job)
            case Choice.RETRY | Choice.RESEND:
                await self._outbox.retry(step.job)
            case Choice.SENT | Choice.NOT_SENT:
                await self._outbox.resolve(step.job, sent=step.choice is Choice.SENT)
            case Choice.SETTLE:
                await self._outbox.settle(step.job)

    def _job(self, job: JobId) -> Job | None:
        """The job as it is shown."""
        shown = (one for sending in self._state.sendings or () for one in sending.jobs)
        return next((one for one in shown if one.id == job), None)

    async def _ask(self, asked: EnvoisFilter) -> None:
        if asked != self._state.filter:
            self._change(filter=asked)
        await self._read_soon()

    async def _read_soon(self) -> None:
        """Read without the pause that background changes have to wait."""
        self._hurry.set()
        await self.refresh()

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PAUSE_SECONDS):
                await self._hurry.wait()

    async def _read(self) -> None:
        asked, in_sight = self._state.filter, self._in_sight
        try:
            overview = await self._outbox.overview()
            found = await self._outbox.sendings(self._wanted(asked)) if in_sight else None
        except AppError as error:
            self._change(problem=error)
            return
        if found is None or asked != self._state.filter:
            self._change(overview=overview)
            return
        sendings = tuple(found)
        if asked.group is Group.TO_RESOLVE:
            sendings = tuple(one for one in found if any(needs_person(job) for job in one.jobs))
        self._change(overview=overview, sendings=sendings, complete=len(found) < SHOWN)

    def _wanted(self, asked: EnvoisFilter) -> SendingFilter:
        since = None
        if asked.period is not Period.ALL:
            midnight = self._now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
            since = midnight - timedelta(days=_DAYS_BACK[asked.period])
        states = (asked.state,) if asked.state is not None else STATES[asked.group]
        return SendingFilter(text=asked.text, states=states, since=since, limit=SHOWN)

    def _change(self, **members: object) -> None:
        self._state = replace(self._state, **members)  # type: ignore[arg-type]
        self._show(self._state)
