"""The practice provider on a socket, and people who come to it with a browser."""

import asyncio
import contextlib
import html
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from desktop_app.domain.people import Author
from desktop_app.sandbox import identity
from desktop_app.settings import SsoAccount
from desktop_app.signin.pages import Page, Pages
from desktop_app.signin.service import HospitalSignIn, open_signin

PAGES = Pages(
    done=Page("Vous êtes identifiée", "Vous pouvez fermer cet onglet."),
    refused=Page("Refusé", "Revenez à Navette."),
    unexpected=Page("Page inattendue", "Rien à voir ici."),
)
SYSTEM = Author(key="system:uid:1000")


class Browser:
    """Somebody's browser: shows an address, and clicks what ``choice`` says on the page there."""

    def __init__(self, choice: str = "Claire Fictif") -> None:
        self.choice = choice
        self.shown: list[str] = []
        self.pages: list[httpx.Response] = []

    def __call__(self, url: str) -> bool:
        self.shown.append(url)
        with httpx.Client(follow_redirects=True, trust_env=False, timeout=5) as client:
            page = client.get(url)
            link = re.search(rf'<a[^>]* href="([^"]+)">{re.escape(self.choice)}</a>', page.text)
            if link is not None:
                page = client.get(urljoin(str(page.url), html.unescape(link[1])))
        self.pages.append(page)
        return True


class Nobody:
    """A browser that shows its page to an empty chair."""

    def __init__(self) -> None:
        self.has_shown = threading.Event()

    def __call__(self, url: str) -> bool:
        self.has_shown.set()
        return True

    async def shown(self) -> None:
        """Until the page is there."""
        assert await asyncio.to_thread(self.has_shown.wait, 5)


@dataclass
class Clock:
    """Both clocks of a machine, which tests move."""

    monotonic: float = 1000.0
    offset: float = 0.0  # of the wall's, in seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.offset, UTC)


@dataclass
class Hospital:
    """A hospital with a sign-in of its own."""

    url: str
    provider: identity.Identity
    account: SsoAccount
    calls: list[str] = field(default_factory=list)

    def door(self, browser: Callable[[str], bool], **choices: object) -> HospitalSignIn:
        """A desk of this hospital."""
        opened = open_signin(
            self.account,
            SYSTEM,
            pages=PAGES,
            ways=direct,
            open_browser=browser,
            **choices,  # type: ignore[arg-type]
        )
        assert isinstance(opened, HospitalSignIn)
        return opened


async def direct(url: str) -> httpx.AsyncBaseTransport:
    """This machine's own network."""
    return httpx.AsyncHTTPTransport(trust_env=False)


@contextlib.asynccontextmanager
async def serving(application: ASGIApp) -> AsyncIterator[str]:
    """``application`` behind a port of this machine."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        application, http="h11", ws="none", lifespan="off", log_config=None, access_log=False
    )
    server = uvicorn.Server(config)
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign,assignment]
    async with asyncio.TaskGroup() as group:
        running = group.create_task(server.serve(sockets=[listener]))
        while not server.started:  # noqa: ASYNC110 - its only sign
            await asyncio.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            await asyncio.wait([running])


def account_at(url: str) -> SsoAccount:
    """The account of a hospital whose provider listens at ``url``."""
    return SsoAccount(
        metadata_url=f"{url}{identity.METADATA}",
        client_id=identity.CLIENT_ID,
        acr_values=identity.ACR_VALUES,
        hosts=frozenset({"127.0.0.1"}),
    )


@pytest.fixture
async def hospital() -> AsyncIterator[Hospital]:
    provider = identity.Identity(lambda: datetime.now(UTC))
    calls: list[str] = []
    inner = Starlette(routes=provider.routes())

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        calls.append(f"{scope['method']} {scope['path']}")
        await inner(scope, receive, send)

    async with serving(counted) as url:
        yield Hospital(url, provider, account_at(url), calls)
