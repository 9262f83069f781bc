"""One profile, opened: its platform, its letters, its outbox, and the worker between them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from desktop_app.domain.errors import StoreTrouble
from desktop_app.domain.letters import Letter
from desktop_app.domain.people import Correspondent, Cursor, Page, Patient, PatientId, Stay
from desktop_app.domain.ports import (
    CorrespondentQuery,
    Delivers,
    FindsCorrespondents,
    FindsPatients,
    FindsStays,
    PatientQuery,
    ReadsDocuments,
)
from desktop_app.domain.sending import Delivery, Target
from desktop_app.intake.intake import Intake
from desktop_app.intake.pdf import PdfReader
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.spool import Spool
from desktop_app.outbox.store import Seal
from desktop_app.outbox.worker import Worker
from desktop_app.settings import Profile, Settings
from desktop_app.system.owner import owner
from desktop_app.system.paths import Folders, private
from desktop_app.system.writer import one_writer

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of a program that really runs."""
    return datetime.now(UTC)


class Reached(FindsPatients, FindsStays, FindsCorrespondents, Delivers, Protocol):
    """Everything that is asked of a platform."""

    @property
    def record(self) -> Delivers:
        """The hospital's own record, as the platform reaches it."""


class Platform:
    """The profile's platform, reached for at the first question.

    Until then neither its secret nor the network is needed, nor the code that speaks to it: the
    queue can be looked at without them. Every call raises ``Misconfigured`` while the secret is
    missing or cannot be read.
    """

    def __init__(self, settings: Settings, folders: Folders, now: Clock) -> None:
        self._what = (settings, folders, now)
        self._stack = AsyncExitStack()
        self._client: Reached | None = None
        self._door = asyncio.Lock()

    async def client(self) -> Reached:
        """The client, made once."""
        async with self._door:
            if self._client is None:
                reach = await asyncio.to_thread(_load_reach)
                self._client = await self._stack.enter_async_context(reach(*self._what))
            return self._client

    async def aclose(self) -> None:
        """Let go of its connections."""
        await self._stack.aclose()

    async def find_patients(
        self, query: PatientQuery, after: Cursor | None = None
    ) -> Page[Patient]:
        """As ``FindsPatients.find_patients``."""
        return await (await self.client()).find_patients(query, after)

    async def patient(self, patient_id: PatientId) -> Patient:
        """As ``FindsPatients.patient``."""
        return await (await self.client()).patient(patient_id)

    async def find_stays(self, patient_id: PatientId) -> Page[Stay]:
        """As ``FindsStays.find_stays``."""
        return await (await self.client()).find_stays(patient_id)

    async def find_practitioners(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """As ``FindsCorrespondents.find_practitioners``."""
        return await (await self.client()).find_practitioners(query)

    async def find_organizations(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """The structures that match, as many as the directory shows."""
        return await (await self.client()).find_organizations(query)

    async def deliver(
        self, letter: Letter, documents: ReadsDocuments, passing: Callable[[], Awaitable[None]]
    ) -> str:
        """As ``Delivers.deliver``."""
        return await (await self.client()).deliver(letter, documents, passing)

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """As ``Delivers.track``."""
        return await (await self.client()).track(transaction_id)


class Record:
    """The hospital's record, reached for as the platform is."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def deliver(
        self, letter: Letter, documents: ReadsDocuments, passing: Callable[[], Awaitable[None]]
    ) -> str:
        """As ``Delivers.deliver``."""
        return await (await self._platform.client()).record.deliver(letter, documents, passing)

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        """As ``Delivers.track``."""
        return await (await self._platform.client()).record.track(transaction_id)


@dataclass(kw_only=True)
class Session:
    """What a face works with; see the ports for what each part promises."""

    profile: Profile
    patients: Platform
    directory: Platform
    letters: Intake
    outbox: Outbox
    habits: Outbox
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once what an earlier run left in flight has been decided."""
    _folder: Path
    _program: str
    _spool: Spool
    _worker: Worker
    _working: asyncio.Task[object] | None = None
    _closing: bool = False
    _resting: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Send and track until cancelled or the session closes.

        Raises ``Busy`` while another process does it for these letters, ``Misconfigured`` when
        the platform's secret cannot be had.
        """
        if self._closing:
            return
        self._working = asyncio.current_task()
        self._resting.clear()
        try:
            with one_writer(self._folder, self._program):
                await self._worker.recover()  # first: what is in doubt needs no platform to be so
                self.ready.set()
                await self.patients.client()
                await self._sweep()
                await self._worker.run()
        finally:
            self._working = None
            self._resting.set()

    async def rest(self) -> None:
        """Stop for good, gently: a letter that has left is given a moment to be answered."""
        self._closing = True
        await self._worker.stop()
        if self._working is not None:
            self._working.cancel()
            await self._resting.wait()

    async def _sweep(self) -> None:
        """Remove what imports that were cut short left behind; never a reason not to work."""
        try:
            await self.outbox.forget_discarded()
            count = await self._spool.sweep(await self.outbox.spooled())
        except (StoreTrouble, OSError) as error:
            log.warning("spool not swept: %s", type(error).__name__)
        else:
            log.info("spool: %d abandoned copies removed", count)


@asynccontextmanager
async def open_session(
    settings: Settings, folders: Folders, *, now: Clock = utc_now, program: str = "navette"
) -> AsyncIterator[Session]:
    """Open the chosen profile; its letters are there even when its platform is not.

    ``program`` is how another process will see who does the sending. Raises ``StoreTrouble``.
    """
    profile = settings.profile
    folder = folders.letters(profile.environment)
    async with AsyncExitStack() as stack:
        outbox = await Outbox.open(folder / "navette.db", Seal(owner(), profile.account), now)
        stack.push_async_callback(outbox.aclose)
        spool = Spool(private(folder / "spool"))
        reader = PdfReader()
        stack.push_async_callback(reader.aclose)
        platform = Platform(settings, folders, now)
        targets: dict[Target, Delivers] = {Target.MSS: platform, Target.EHR: Record(platform)}
        stack.push_async_callback(platform.aclose)
        session = Session(
            profile=profile,
            patients=platform,
            directory=platform,
            letters=Intake(outbox, spool, reader, now),
            outbox=outbox,
            habits=outbox,
            _folder=folder,
            _program=program,
            _spool=spool,
            _worker=Worker(outbox, targets, spool, now),
        )
        stack.push_async_callback(session.rest)
        yield session


def _load_reach() -> Callable[[Settings, Folders, Clock], AbstractAsyncContextManager[Reached]]:
    from desktop_app.reach import reach  # noqa: PLC0415 - start-up (architecture.md section 6)

    return reach
