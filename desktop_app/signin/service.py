"""Who works here: the system's user, or whoever signed in, until their session ends."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from desktop_app.domain.errors import AppError, NotSignedIn
from desktop_app.domain.people import Author
from desktop_app.settings import SsoAccount
from desktop_app.signin.browser import OpensBrowser, show, system_browser
from desktop_app.signin.pages import Pages
from desktop_app.signin.question import Asked

if TYPE_CHECKING:  # these bring the network and the signatures with them: not before a sign-in
    import httpx

    from desktop_app.signin.provider import Provider
    from desktop_app.signin.receiver import Receiver
    from desktop_app.signin.vouching import Vouched

    Flow = Callable[
        [Asked, httpx.AsyncBaseTransport, Callable[[Receiver], None]],
        Awaitable[tuple[Vouched, Provider]],
    ]

log = logging.getLogger(__name__)

PATIENCE = timedelta(minutes=5)
"""How long a person may take in the browser."""
_GLANCE = 60.0
"""Seconds between two looks at the clocks: a machine that slept wakes to a session that ended."""

Changed = Callable[[], None]
Ways = Callable[[str], Awaitable["httpx.AsyncBaseTransport"]]
"""The way through this machine's network to an address, asked for at each sign-in."""


class SystemUser:
    """Where the hospital has no sign-in, and where nobody sits at the keyboard."""

    needed = False

    def __init__(self, author: Author) -> None:
        self._author = author

    @property
    def author(self) -> Author | None:
        """As ``SignsIn.author``."""
        return self._author

    def require(self) -> Author:
        """Whom the journal names."""
        return self._author

    async def sign_in(self) -> Author:
        """There is nothing to ask."""
        return self._author

    async def sign_out(self) -> None:
        """There is nothing to end."""

    def watch(self, changed: Changed) -> Changed:  # noqa: ARG002 - nothing ever changes
        """As ``SignsIn.watch``."""
        return lambda: None

    def close(self) -> None:
        """There is nothing to let go of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A session, on the monotonic clock (T38) and on the wall's, for a machine that sleeps.

    Whichever ends first ends it: a clock that is set right ends a session early at worst.
    """

    author: Author
    ends: float
    ends_at: datetime
    farewell: str


class HospitalSignIn:
    """The hospital's identity provider; one person at a time."""

    needed = True

    def __init__(self, asked: Asked, ways: Ways, monotonic: Callable[[], float]) -> None:
        self._asked, self._ways, self._monotonic = asked, ways, monotonic
        self._watchers: list[Changed] = []
        self._running: _Running | None = None
        self._ended = False
        self._current: object | None = None  # the one sign-in that counts
        self._receiver: Receiver | None = None
        self._glance: asyncio.TimerHandle | None = None

    @property
    def author(self) -> Author | None:
        """As ``SignsIn.author``."""
        running = self._running
        return running.author if running is not None and self._left(running) > 0 else None

    def require(self) -> Author:
        """Whom the journal names; raises ``NotSignedIn``."""
        author = self.author
        if author is None:
            raise NotSignedIn("ended" if self._ended or self._running else "needed")
        return author

    async def sign_in(self) -> Author:
        """As ``SignsIn.sign_in``; one that was still waiting is given up for this one."""
        self._give_up()
        mine = self._current = object()
        ask = await asyncio.to_thread(_load_flow)
        try:
            transport = await self._ways(self._asked.account.metadata_url)
            found, provider = await ask(self._asked, transport, partial(self._waits, mine))
        except AppError as error:
            log.info("sign-in: %s", error)
            raise
        finally:
            replaced = self._current is not mine
            if not replaced:
                self._current = self._receiver = None
        if replaced:
            raise NotSignedIn("cancelled")
        log.info("sign-in: somebody works here, for %d s", found.lasts.total_seconds())
        self._running = _Running(
            author=found.author,
            ends=self._monotonic() + found.lasts.total_seconds(),
            ends_at=self._asked.now() + found.lasts,
            farewell=provider.farewell(self._asked.account.client_id),
        )
        self._ended = False
        self._look()
        self._tell()
        return found.author

    async def sign_out(self) -> None:
        """As ``SignsIn.sign_out``: here at once, and the browser shows the provider's farewell."""
        self._give_up()
        running, self._running, self._ended = self._running, None, False
        if running is None:
            return
        log.info("sign-in: signed out")
        self._tell()
        if running.farewell:
            show(self._asked.open_browser, running.farewell, _no_farewell)

    def watch(self, changed: Changed) -> Changed:
        """As ``SignsIn.watch``."""
        self._watchers.append(changed)
        return partial(self._watchers.remove, changed)

    def close(self) -> None:
        """Forget everybody, quietly."""
        self._give_up()
        self._running = None
        if self._glance is not None:
            self._glance.cancel()

    def _waits(self, mine: object, receiver: "Receiver") -> None:
        if self._current is mine:
            self._receiver = receiver
        else:
            receiver.give_up(NotSignedIn("cancelled"))

    def _give_up(self) -> None:
        receiver, self._receiver, self._current = self._receiver, None, None
        if receiver is not None:
            receiver.give_up(NotSignedIn("cancelled"))

    def _left(self, running: _Running) -> float:
        by_the_wall = (running.ends_at - self._asked.now()).total_seconds()
        return min(running.ends - self._monotonic(), by_the_wall)

    def _look(self) -> None:
        """End the session when its time is over, else look again."""
        if self._glance is not None:
            self._glance.cancel()
        if self._running is None:
            return
        left = self._left(self._running)
        if left > 0:
            loop = asyncio.get_running_loop()
            self._glance = loop.call_later(min(left, _GLANCE), self._look)
            return
        log.info("sign-in: the session is over")
        self._running, self._ended = None, True
        self._tell()

    def _tell(self) -> None:
        for changed in tuple(self._watchers):
            changed()


def open_signin(  # noqa: PLR0913 - each is one thing that a face, a test or a demo may choose
    account: SsoAccount | None,
    system_author: Author,
    *,
    pages: Pages | None,
    ways: Ways,
    open_browser: OpensBrowser = system_browser,
    login_hint: str = "",
    patience: timedelta = PATIENCE,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    monotonic: Callable[[], float] = time.monotonic,
) -> SystemUser | HospitalSignIn:
    """Who works under a profile; nothing is asked of anybody yet.

    Without ``account`` the hospital has no sign-in; without ``pages`` nobody is there to be shown
    a browser (the command line is automation): the author is then ``system_author``.
    ``login_hint`` is a name that the provider may fill in for the person.
    """
    if account is None or pages is None:
        return SystemUser(system_author)
    asked = Asked(
        account=account,
        pages=pages,
        open_browser=open_browser,
        now=now,
        patience=patience,
        login_hint=login_hint,
    )
    return HospitalSignIn(asked, ways, monotonic)


def _load_flow() -> "Flow":
    from desktop_app.signin.flow import sign_in  # noqa: PLC0415 - start-up (architecture.md, 6)

    return sign_in


def _no_farewell() -> None:
    log.warning("sign-in: no browser for the provider's farewell")
