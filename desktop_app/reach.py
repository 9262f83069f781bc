"""How the platform of a profile is reached: its secret, its network, or the sandbox in process."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from desktop_app.domain.errors import Misconfigured
from desktop_app.fhir.catalogue import network, open_lifen
from desktop_app.fhir.lifen.client import LifenClient
from desktop_app.sandbox import access
from desktop_app.sandbox import lifen as sandbox
from desktop_app.sandbox.world import build_world
from desktop_app.settings import LifenAccount, Settings, is_loopback
from desktop_app.system.network import proxy_for, trusted
from desktop_app.system.paths import Folders
from desktop_app.system.secrets import open_secrets

Clock = Callable[[], datetime]
_SANDBOX_URL = "http://localhost"
_SANDBOX = LifenAccount(
    tenant="standard",
    token_url=f"{_SANDBOX_URL}/v1/token",
    audience=access.AUDIENCE,
    fhir_url=f"{_SANDBOX_URL}{sandbox.FHIR}",
    client_id=access.CLIENT_ID,
    database_reference=access.DATABASE_REFERENCE,
)


@asynccontextmanager
async def reach(settings: Settings, folders: Folders, now: Clock) -> AsyncIterator[LifenClient]:
    """The client of the profile's platform; practice differs by its transport, nothing else."""
    profile = settings.profile
    if profile.lifen is None:
        keep = folders.letters(profile.environment) / "ledger.jsonl"
        world = await asyncio.to_thread(build_world)
        application = sandbox.LifenSandbox(world, now, keep=keep).application()
        transport = httpx.ASGITransport(application)
        opening = open_lifen(
            _SANDBOX, access.CLIENT_SECRET, limits=settings.limits, transport=transport
        )
        async with opening as client:
            yield client
        return
    name = "lifen.client_secret"
    secrets = open_secrets(settings.security.key_store, folders.keys)
    secret = await secrets.find(profile.name, name)
    if secret is None:
        raise Misconfigured(f"profiles.{profile.name}.{name}", "secret")
    verify, proxy = await _trust_and_proxy(settings, profile.lifen.fhir_url)
    opening = open_lifen(profile.lifen, secret, limits=settings.limits, verify=verify, proxy=proxy)
    async with opening as client:
        yield client


async def way(settings: Settings, url: str) -> httpx.AsyncBaseTransport:
    """This machine's network as it leads to ``url``; raises ``Misconfigured``."""
    verify, proxy = await _trust_and_proxy(settings, url)
    return await asyncio.to_thread(network, url, verify, proxy)


async def _trust_and_proxy(settings: Settings, url: str) -> tuple[ssl.SSLContext, str | None]:
    """Whom to trust, and the proxy on the way to ``url``: none to this machine itself."""
    chosen = settings.network
    local = is_loopback(urlsplit(url).hostname)
    verify = await asyncio.to_thread(trusted, chosen.ca_file)
    return verify, None if local else await asyncio.to_thread(proxy_for, url, chosen.proxy)
