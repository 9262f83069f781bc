"""How the platform of a profile is reached: its secret, its network, or the sandbox in process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from urllib.parse import urlsplit

import httpx

from desktop_app.domain.errors import Misconfigured
from desktop_app.fhir.catalogue import open_lifen
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
    profile, network = settings.profile, settings.network
    if profile.lifen is None:
        keep = folders.letters(profile.environment) / "ledger.jsonl"
        world = await asyncio.to_thread(build_world)
        application = sandbox.LifenSandbox(world, now, keep=keep).application()
        transport = httpx.ASGITransport(application)
        async with open_lifen(_SANDBOX, access.CLIENT_SECRET, transport=transport) as client:
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
