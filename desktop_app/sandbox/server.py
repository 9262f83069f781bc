"""The same application behind a loopback port: for the command line, tests and automation."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn

from desktop_app.domain.errors import Misconfigured
from desktop_app.sandbox import access, identity, lifen
from desktop_app.sandbox.faults import Faults
from desktop_app.sandbox.world import World, build_world
from desktop_app.settings import is_loopback

_PATIENCE = 2
"""Seconds that a call still running may take when the server is asked to stop."""


@dataclass(frozen=True, slots=True)
class Served:
    """A platform that listens at ``url``."""

    url: str
    sandbox: lifen.LifenSandbox

    @property
    def description(self) -> dict[str, Any]:
        """What a profile needs to reach it, under the names of ``sandbox serve`` (design.md 6)."""
        return {
            "lifen": {"token_url": f"{self.url}/v1/token", "fhir_url": f"{self.url}{lifen.FHIR}"},
            "ledger_url": f"{self.url}/_ledger",
            "client_id": access.CLIENT_ID,
            "client_secret": access.CLIENT_SECRET,
            "database_reference": access.DATABASE_REFERENCE,
            "audience": access.AUDIENCE,
            "sso": {
                "metadata_url": f"{self.url}{identity.METADATA}",
                "client_id": identity.CLIENT_ID,
                "acr_values": identity.ACR_VALUES,
            },
        }


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to whoever started it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


def _now() -> datetime:
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    faults: Path | None = None,
    clock: Callable[[], datetime] = _now,
    world: World | None = None,
    **choices: Any,
) -> AsyncIterator[Served]:
    """Serve the sandbox until the block ends; ``port`` 0 takes a free one.

    ``choices`` are further arguments of ``LifenSandbox``. Raises ``Misconfigured`` for a host
    that is not of this machine (the sandbox has no secrets to keep), a taken port or a faults
    file that makes no sense.
    """
    listener = _listen(host, port)
    try:
        rules = None if faults is None else Faults.load(faults)
    except (OSError, ValueError) as error:
        listener.close()
        raise Misconfigured("sandbox.faults", "invalid", str(faults)) from error
    choices = {"identity": identity.Identity(clock), **choices}
    sandbox = lifen.LifenSandbox(world or build_world(), clock, faults=rules, **choices)
    config = uvicorn.Config(
        sandbox.application(),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
    server = _Server(config)
    name = f"[{host}]" if ":" in host else host
    served = Served(f"http://{name}:{listener.getsockname()[1]}", sandbox)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(server.serve(sockets=[listener]), name="sandbox")
        try:
            while not server.started and not running.done():  # noqa: ASYNC110 - its only sign
                await asyncio.sleep(0.005)
            yield served
        finally:
            server.should_exit = True
            await asyncio.wait([running])  # here: a block that raises would have it cancelled


def _listen(host: str, port: int) -> socket.socket:
    if not is_loopback(host):
        raise Misconfigured("sandbox.host", "host", host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # By its name: asyncio lets small answers leave at once only where the protocol is said.
    listener = socket.socket(family, proto=socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Misconfigured("sandbox.port", "invalid", str(port)) from error
    return listener
