"""The way to a host, walked piece by piece: its name, the proxy, the connection, the certificate.

It takes the same way as the program, without its patience, so that each piece can be named. What it
asks of a host carries no token.
"""

import asyncio
import base64
import contextlib
import ipaddress
import re
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult, unquote, urlsplit

from desktop_app.doctor.certificates import fault, read_certificate
from desktop_app.domain.checkup import (
    BadCertificate,
    Certificate,
    NameUnknown,
    NoConnection,
    NoHandshake,
    ProxyTrouble,
    Trouble,
)

PATIENCE = 10.0
"""Seconds for each piece of the way."""
_OUR_PROXIES = ("http", "https")
_OK, _AUTHENTICATION = 200, 407
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r\n]")

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Stream:
    """An open connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One host and how it is reached; ``path`` is what to ask it about, and makes no other way."""

    host: str
    port: int
    secure: bool
    proxy: str | None = None
    path: str = field(default="/", compare=False)


@dataclass(frozen=True, slots=True)
class Met:
    """A host that proved who it is: its certificate, and how far our clock is ahead of its own."""

    certificate: Certificate | None
    offset: timedelta | None


def way(url: str, proxy: str | None) -> Way:
    """The way to ``url``."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    return Way(
        host=parts.hostname or "",
        port=parts.port or (443 if secure else 80),
        secure=secure,
        proxy=proxy,
        path=parts.path or "/",
    )


def shown(proxy: str) -> str:
    """A proxy without the name and password that its address may hold."""
    parts = urlsplit(proxy)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


async def find(one: Way) -> str | NameUnknown:
    """The name that this machine has to know for ``one``, if it does."""
    host = one.host if one.proxy is None else urlsplit(one.proxy).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return await _looked_up(host, is_proxy=one.proxy is not None)
    return host


async def _looked_up(host: str, *, is_proxy: bool) -> str | NameUnknown:
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.get_running_loop().getaddrinfo(host, None)
    except TimeoutError:
        return NameUnknown(host, is_proxy=is_proxy, late=True)
    except (OSError, UnicodeError):  # a label too long for the protocol is one
        return NameUnknown(host, is_proxy=is_proxy)
    return host


async def tunnel(one: Way) -> str | Trouble:
    """The proxy of ``one``, if it lets us through."""
    async with _opened(one) as stream:
        return shown(one.proxy or "") if isinstance(stream, Stream) else stream


async def meet(one: Way, trusted: ssl.SSLContext, now: Clock) -> Met | Trouble:
    """Connect to the host, see who it is, and ask it the time."""
    try:
        return await _met(one, trusted if one.secure else None, now)
    except ssl.SSLCertVerificationError as error:
        return await _suspect(one, error, now)


async def _suspect(one: Way, error: ssl.SSLCertVerificationError, now: Clock) -> Trouble:
    """Look closer at a host that did not prove who it is; it is asked nothing but the time."""
    anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyone.check_hostname = False
    anyone.verify_mode = ssl.CERT_NONE
    met = await _met(one, anyone, now)
    if not isinstance(met, Met):
        return met
    certificate = met.certificate or Certificate(host=one.host)
    return BadCertificate(fault(error, certificate, now()), certificate, met.offset)


async def _met(one: Way, context: ssl.SSLContext | None, now: Clock) -> Met | Trouble:
    """The host, encrypted where there is a ``context``, which says whom to believe.

    Raises ``SSLCertVerificationError`` for a host that is not believed.
    """
    async with _opened(one) as stream:
        if not isinstance(stream, Stream):
            return stream
        certificate = None if context is None else await _shake(stream, one, context)
        if isinstance(certificate, NoHandshake):
            return certificate
        return Met(certificate, await _offset(stream, one, now))


async def _shake(stream: Stream, one: Way, context: ssl.SSLContext) -> Certificate | NoHandshake:
    writer = stream.writer
    try:
        async with asyncio.timeout(PATIENCE):
            await writer.start_tls(context, server_hostname=one.host)
    except ssl.SSLCertVerificationError:
        raise
    except ssl.SSLError as error:
        return NoHandshake(one.host, error.reason or "")
    except OSError:  # a time-out is one too
        return NoHandshake(one.host, "")
    der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    return read_certificate(one.host, der or b"")


@contextlib.asynccontextmanager
async def _opened(one: Way) -> AsyncIterator[Stream | NoConnection | ProxyTrouble]:
    """A connection to the host, through its proxy if it has one, before any encryption."""
    stream = await (_direct(one) if one.proxy is None else _through(one, one.proxy))
    try:
        yield stream
    finally:
        if isinstance(stream, Stream):
            await _drop(stream)


async def _drop(stream: Stream) -> None:
    stream.writer.transport.abort()
    with contextlib.suppress(OSError):
        async with asyncio.timeout(1):
            await stream.writer.wait_closed()


async def _direct(one: Way) -> Stream | NoConnection:
    try:
        return await _connect(one.host, one.port)
    except OSError as error:
        return NoConnection(one.host, _cause(error))


async def _connect(host: str, port: int) -> Stream:
    async with asyncio.timeout(PATIENCE):
        return Stream(*await asyncio.open_connection(host, port, happy_eyeballs_delay=0.25))


def _cause(error: OSError) -> str:
    match error:
        case TimeoutError():
            return "silent"
        case ConnectionRefusedError():
            return "refused"
        case _:
            return "network"


async def _through(one: Way, proxy: str) -> Stream | ProxyTrouble:
    """Ask the proxy for a tunnel to the host, as the program does."""
    parts = urlsplit(proxy)
    if parts.scheme not in _OUR_PROXIES:
        return ProxyTrouble(shown(proxy), one.host, "scheme")
    stream = await _to_proxy(one, parts)
    if isinstance(stream, ProxyTrouble):
        return stream
    try:
        status = await _asked(stream, _connect_request(one, parts))
    except BaseException:
        await _drop(stream)
        raise
    if status == _OK:
        return stream
    await _drop(stream)
    causes = {0: "not_a_proxy", _AUTHENTICATION: "authentication"}
    return ProxyTrouble(shown(proxy), one.host, causes.get(status, "forbidden"), status)


async def _to_proxy(one: Way, parts: SplitResult) -> Stream | ProxyTrouble:
    secure = parts.scheme == "https"
    host, name = parts.hostname or "", shown(parts.geturl())
    try:
        stream = await _connect(host, parts.port or (443 if secure else 80))
    except OSError as error:
        return ProxyTrouble(name, one.host, _cause(error))
    if secure:
        try:
            async with asyncio.timeout(PATIENCE):
                context = ssl.create_default_context()
                await stream.writer.start_tls(context, server_hostname=host)
        except OSError:
            await _drop(stream)
            return ProxyTrouble(name, one.host, "handshake")
    return stream


def _connect_request(one: Way, parts: SplitResult) -> bytes:
    target = f"{f'[{one.host}]' if ':' in one.host else one.host}:{one.port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", "User-Agent: Navette"]
    if parts.username is not None:
        known = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(known).decode()}")
    return "\r\n".join((*lines, "", "")).encode()


async def _asked(stream: Stream, request: bytes) -> int:
    """The status of the answer to ``request``; 0 where none came that is one."""
    found = _STATUS.match(await _head(stream, request))
    return int(found[1]) if found else 0


async def _head(stream: Stream, request: bytes) -> bytes:
    """The beginning of the answer to ``request``, empty where it does not come in time."""
    try:
        async with asyncio.timeout(PATIENCE):
            stream.writer.write(request)
            await stream.writer.drain()
            return await stream.reader.readuntil(b"\r\n\r\n")
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        return b""


async def _offset(stream: Stream, one: Way, now: Clock) -> timedelta | None:
    """How far our clock is ahead of the host's, by the ``Date`` of an answer."""
    lines = f"HEAD {one.path} HTTP/1.1\r\nHost: {one.host}\r\nUser-Agent: Navette\r\n"
    head = await _head(stream, f"{lines}Connection: close\r\n\r\n".encode())
    found = re.search(rb"\r\ndate:[ \t]*([^\r\n]+)\r\n", head, re.IGNORECASE)
    if found is None:
        return None
    try:
        moment = parsedate_to_datetime(found[1].decode("ascii", "replace"))
    except ValueError:
        return None
    return now() - (moment if moment.tzinfo else moment.replace(tzinfo=UTC))
