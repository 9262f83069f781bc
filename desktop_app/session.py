"""One profile, opened: its platform, its letters, its outbox, and the worker between them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from desktop_app.domain.errors import StoreTrouble
from desktop_app.domain.letters import Limits, Target
from desktop_app.domain.people import Author
from desktop_app.domain.ports import Delivers
from desktop_app.intake.intake import Intake
from desktop_app.intake.pdf import PdfReader
from desktop_app.outbox.database import Place
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.spool import Spool
from desktop_app.outbox.store import Seal
from desktop_app.outbox.vault import Vault
from desktop_app.outbox.worker import Worker
from desktop_app.platform import Clock, Copies, Platform, way_to
from desktop_app.settings import Profile, Settings
from desktop_app.signin.browser import OpensBrowser, system_browser
from desktop_app.signin.pages import Pages
from desktop_app.signin.service import HospitalSignIn, SystemUser, open_signin
from desktop_app.system.datakey import data_key, keys_for
from desktop_app.system.owner import owner
from desktop_app.system.paths import Folders, private
from desktop_app.system.writer import one_writer

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The clock of a program that really runs."""
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Session:
    """What a face works with; see the ports for what each part promises."""

    profile: Profile
    patients: Platform
    directory: Platform
    letters: Intake
    outbox: Outbox
    habits: Outbox
    signin: SystemUser | HospitalSignIn
    targets: tuple[Target, ...]
    """Where letters may go from this profile, the mailboxes first."""
    limits: Limits
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
async def open_session(  # noqa: PLR0913 - what a face or a test may choose
    settings: Settings,
    folders: Folders,
    *,
    now: Clock = utc_now,
    program: str = "navette",
    pages: Pages | None = None,
    open_browser: OpensBrowser = system_browser,
) -> AsyncIterator[Session]:
    """Open the chosen profile; its letters are there even when its platform is not.

    ``program`` is how another process will see who does the sending. ``pages`` are what the
    browser shows after a sign-in; without them nobody is there to sign in, and what is done here
    is done by the system's user. Raises ``StoreTrouble``.
    """
    profile = settings.profile
    folder = folders.letters(profile.environment)
    async with AsyncExitStack() as stack:
        me = owner()
        signin = open_signin(
            profile.sso,
            Author(key=f"system:{me}"),
            pages=pages,
            ways=partial(way_to, settings),
            open_browser=open_browser,
            now=now,
        )
        stack.callback(signin.close)
        vault = Vault(await data_key(folder, keys_for(settings, folders)))
        outbox = await Outbox.open(
            Place(folder / "navette.db", vault.derived("database")),
            Seal(me, profile.account),
            now,
            limits=settings.limits,
            author=signin.require,
        )
        stack.push_async_callback(outbox.aclose)
        spool = Spool(private(folder / "spool"), vault)
        await spool.seal_former()
        reader = PdfReader()
        stack.push_async_callback(reader.aclose)
        platform = Platform(settings, folders, now)
        carriers: dict[Target, Delivers] = {
            Target.MSS: platform,
            Target.EHR: Copies(platform, lambda client: client.record),
            Target.DMP: Copies(platform, lambda client: client.dmp),
        }
        stack.push_async_callback(platform.aclose)
        session = Session(
            profile=profile,
            patients=platform,
            directory=platform,
            letters=Intake(
                outbox, spool, reader, now, targets=proposed(profile), sender=sender(profile)
            ),
            outbox=outbox,
            habits=outbox,
            signin=signin,
            targets=offered(profile),
            limits=settings.limits,
            _folder=folder,
            _program=program,
            _spool=spool,
            _worker=Worker(outbox, carriers, spool, now),
        )
        stack.push_async_callback(session.rest)
        yield session


def offered(profile: Profile) -> tuple[Target, ...]:
    """Where letters may go from ``profile``, the mailboxes first.

    A copy needs a patient of the platform's, so there is none where identities are typed; the
    practice hospital keeps a record, and no contract of its own for the DMP.
    """
    account = profile.lifen
    if account is None:
        return (Target.MSS, Target.EHR)
    if account.patients != "search":
        return (Target.MSS,)
    record = () if account.record == "never" else (Target.EHR,)
    return (Target.MSS, *record, *((Target.DMP,) if account.dmp else ()))


def proposed(profile: Profile) -> tuple[Target, ...]:
    """Where a new letter goes until somebody says otherwise."""
    always = profile.lifen is not None and profile.lifen.record == "always"
    return tuple(
        target
        for target in offered(profile)
        if target is Target.MSS or (always and target is Target.EHR)
    )


def sender(profile: Profile) -> str | None:
    """The practitioner that new letters leave under, where the hospital named one."""
    return (profile.lifen.sender or None) if profile.lifen else None
