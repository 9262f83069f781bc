"""A connection that listens while it speaks, so that a refusal is heard before it is lost.

A server, or a proxy in front of it, may refuse a large body after its first pieces and hang up.
What is written after that breaks the connection, and the answer that had already arrived is
thrown away with it: a letter that is too large would be sent again and again. So the answer is
read as soon as it is there, and writing stops.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

_PIECE = 65_536
_INTERIM = b"1"
"""The first figure of a status that is no answer yet (RFC 9110 section 15.2)."""
_STATUS_AT = len(b"HTTP/1.1 ")


class WatchfulTransport(httpx.AsyncHTTPTransport):
    """The network, heard while it is spoken to."""

    def __init__(self, **choices: Any) -> None:
        super().__init__(**choices)
        # httpx has no argument for it (0.28); tests/fhir/test_watchful.py guards the name.
        pool: Any = self._pool
        pool._network_backend = _Backend(pool._network_backend)  # noqa: SLF001


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - its interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(
            await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        )

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Stream(httpcore.AsyncNetworkStream):
    def __init__(self, inner: httpcore.AsyncNetworkStream) -> None:
        self._inner = inner
        self._heard: list[bytes] = []
        self._hearing: asyncio.Task[bytes] | None = None

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109 - its interface
    ) -> bytes:
        if self._heard:
            return self._heard.pop(0)
        hearing, self._hearing = self._hearing, None
        if hearing is None:
            return await self._inner.read(max_bytes, timeout)
        try:
            await asyncio.wait((hearing,), timeout=timeout)
        except asyncio.CancelledError:
            await _given_up(hearing)
            raise
        if not hearing.done():
            await _given_up(hearing)
            raise httpcore.ReadTimeout
        return hearing.result()

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109 - its interface
    ) -> None:
        if self._answered():
            raise httpcore.WriteError
        loop = asyncio.get_running_loop()
        writing = loop.create_task(self._inner.write(buffer, timeout))
        try:
            while not writing.done():
                if self._hearing is None:
                    self._hearing = loop.create_task(self._inner.read(_PIECE))
                await asyncio.wait((writing, self._hearing), return_when=asyncio.FIRST_COMPLETED)
                if not writing.done() and self._answered():
                    raise httpcore.WriteError
        finally:
            if not writing.done():
                await _given_up(writing)
        writing.result()

    def _answered(self) -> bool:
        """Whether the other side has said its last word, or hung up."""
        if self._hearing is None or not self._hearing.done():
            return False
        if self._hearing.cancelled() or self._hearing.exception() is not None:
            return True
        heard = self._hearing.result()
        if heard[_STATUS_AT : _STATUS_AT + 1] != _INTERIM:
            return True
        self._heard.append(heard)
        self._hearing = None
        return False

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - its interface
    ) -> httpcore.AsyncNetworkStream:
        return _Stream(await self._inner.start_tls(ssl_context, server_hostname, timeout))

    async def aclose(self) -> None:
        hearing, self._hearing = self._hearing, None
        if hearing is not None:
            await _given_up(hearing)
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


async def _given_up(task: "asyncio.Task[Any]") -> None:
    """End ``task``; whatever it came to is of no interest any more."""
    task.cancel()
    await asyncio.wait((task,))
    with contextlib.suppress(BaseException):
        task.result()
