"""One profile, opened: its platform, its letters, its outbox, and the worker between them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from desktop_app.domain.errors import Misconfigured, StoreTrouble
from desktop_app.domain.letters import Letter
from desktop_app.domain.people import Correspondent, Cursor, Page, Patient, PatientId
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery, ReadsDocuments
from desktop_app.domain.sending import Delivery, Target
from desktop_app.fhir.catalogue import open_lifen
from desktop_app.fhir.lifen.client import LifenClient
from desktop_app.intake.intake import Intake
from desktop_app.intake.pdf import PdfReader
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.spool import Spool
from desktop_app.outbox.store import Seal
from desktop_app.outbox.worker import Worker
from desktop_app.sandbox import lifen as sandbox
from desktop_app.sandbox.world import build_world
from desktop_app.settings import LifenAccount, Profile, Settings, is_loopback
from desktop_app.system.network import proxy_for, trusted
from desktop_app.system.owner import owner
from desktop_app.system.paths import Folders, private
from desktop_app.system.secrets import open_secrets
from desktop_app.system.writer import one_writer

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
_SANDBOX_URL = "http://localhost"
_SANDBOX = LifenAccount(
    tenant="standard",
    token_url=f"{_SANDBOX_URL}/v1/token",
    audience=sandbox.AUDIENCE,
    fhir_url=f"{_SANDBOX_URL}{sandbox.FHIR}",
    client_id=sandbox.CLIENT_ID,
    database_reference=sandbox.DATABASE_REFERENCE,
)


def utc_now() -> datetime:
    """The clock of a program that really runs."""
    return datetime.now(UTC)


class Platform:
    """The profile's platform, reached for at the first question.

    Until then neither its secret nor the network is needed: the queue can be looked at without
    them. Every call raises ``Misconfigured`` while the secret is missing or cannot be read.
    """

    def __init__(self, reach: Callable[[], AbstractAsyncContextManager[LifenClient]]) -> None:
        self._reach = reach
        self._stack = AsyncExitStack()
        self._client: LifenClient | None = None
        self._door = asyncio.Lock()

    async def client(self) -> LifenClient:
        """The client, made once."""
        async with self._door:
            if self._client is None:
                self._client = await self._stack.enter_async_context(self._reach())
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
                await self.patients.client()
                await self._sweep()
                await self._worker.recover()
                self.ready.set()
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
        platform = Platform(lambda: _reach(settings, folders, now))
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
            _worker=Worker(outbox, {Target.MSS: platform}, spool, now),
        )
        stack.push_async_callback(session.rest)
        yield session


@asynccontextmanager
async def _reach(settings: Settings, folders: Folders, now: Clock) -> AsyncIterator[LifenClient]:
    """The client of the profile's platform; practice differs by its transport, nothing else."""
    profile, network = settings.profile, settings.network
    if profile.lifen is None:
        keep = folders.letters(profile.environment) / "ledger.jsonl"
        world = await asyncio.to_thread(build_world)
        application = sandbox.LifenSandbox(world, now, keep=keep).application()
        transport = httpx.ASGITransport(application)
        async with open_lifen(_SANDBOX, sandbox.CLIENT_SECRET, transport=transport) as client:
            yield client
        return
    name = "lifen.client_secret"
    secrets = open_secrets(settings.security.key_store, folders.keys)
    secret = await secrets.find(profile.name, name)
    if secret is None:
        raise Misconfigured(f"profiles.{profile.name}.{name}", "secret")
    url = profile.lifen.fhir_url
    local = is_loopback(urlsplit(url).hostname)
    verify = await asyncio.to_thread(trusted, network.ca_file)
    proxy = None if local else await asyncio.to_thread(proxy_for, url, network.proxy)
    async with open_lifen(profile.lifen, secret, verify=verify, proxy=proxy) as client:
        yield client
