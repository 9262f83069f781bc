"""How an answer is spoilt: cut, inflated, padded without end, altered member by member."""

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Message, Receive, Scope, Send

BODIES = {
    "html": b"<html><body><h1>Service Unavailable</h1></body></html>",
    "empty": b"",
    "truncated": b'{"resourceType": "Bundle", "entry": [{',
    "outcome": b'{"resourceType": "OperationOutcome", "issue": [{"severity": "ERROR",'
    b' "code": "PROCESSING", "diagnostics": "Requested fault"}]}',
}
_PIECE = 1 << 16
"""Bytes of padding sent at a time."""
_BLOCK = 1 << 22
"""Bytes of one stretch of a bomb before it is compressed."""


@dataclass
class Answer:
    """An answer that is held back."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def record(self, message: Message) -> None:
        """Take one piece of it."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message["headers"])
        else:
            self.body += message.get("body", b"")

    def put(self, name: str, value: str) -> None:
        """Give a header, instead of one of the same name."""
        key = name.lower().encode("latin-1")
        self.headers = [pair for pair in self.headers if pair[0].lower() != key]
        self.headers.append((key, value.encode("latin-1")))

    def replace(self, own: str, other: str) -> None:
        """Name another host wherever this one names itself, in the body and in headers."""
        here, there = own.encode(), other.encode()
        self.body = self.body.replace(here, there)
        self.headers = [(name, value.replace(here, there)) for name, value in self.headers]

    def start(self, length: int | None) -> Message:
        """The beginning of it, with its length where that is stated."""
        headers = [pair for pair in self.headers if pair[0].lower() != b"content-length"]
        if length is not None:
            headers.append((b"content-length", str(length).encode()))
        return {"type": "http.response.start", "status": self.status, "headers": headers}


# Requests


def stated_length(scope: Scope) -> int:
    """The length of the body that the caller announces, 0 for none."""
    return int(_header(scope, b"content-length") or 0)


def own_address(scope: Scope) -> str:
    """Scheme and host under which the caller knows this server."""
    return f"{scope['scheme']}://{_header(scope, b'host').decode('latin-1')}"


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name == wanted), b"")


async def take(receive: Receive, enough: int | None = None) -> None:
    """Take the body, so that the caller is not cut off while it still sends; or ``enough`` of it.

    Those are bytes; more may have come by then, never the end of a longer body before them.
    """
    taken = 0
    while enough is None or taken < enough:
        message = await receive()
        taken += len(message.get("body", b""))
        if not message.get("more_body", False):
            return


async def reset(receive: Receive, send: Send) -> None:
    """Reset the connection without a word; raises ``ConnectionError`` where there is none."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if not isinstance(transport, asyncio.Transport):
        raise ConnectionResetError
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


# Answers


async def send_whole(answer: Answer, send: Send) -> None:
    """All of it, with its true length."""
    await send(answer.start(len(answer.body)))
    await send({"type": "http.response.body", "body": answer.body})


async def send_part(answer: Answer, part: int, receive: Receive, send: Send) -> None:
    """The first bytes of it under the length of the whole, then a reset."""
    await send(answer.start(len(answer.body)))
    await send({"type": "http.response.body", "body": answer.body[:part], "more_body": True})
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    while (  # noqa: ASYNC110 - a transport has no event for it
        isinstance(transport, asyncio.Transport) and transport.get_write_buffer_size()
    ):
        await asyncio.sleep(0.001)  # a reset would throw away what has not left yet
    await reset(receive, send)


async def send_padded(answer: Answer, size: int | None, receive: Receive, send: Send) -> None:
    """The answer and blanks after it: ``size`` bytes in all, or without end for ``None``."""
    await send(answer.start(size))
    await send({"type": "http.response.body", "body": answer.body, "more_body": True})
    left = None if size is None else size - len(answer.body)
    async with _until_gone(receive) as gone:
        while (left is None or left > 0) and not gone.is_set():
            piece = _PIECE if left is None else min(_PIECE, left)
            await send({"type": "http.response.body", "body": b" " * piece, "more_body": True})
            left = None if left is None else left - piece
            await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b""})


async def send_bomb(answer: Answer, size: int, receive: Receive, send: Send) -> None:
    """A resource with one text of ``size`` bytes, as gzip of a thousandth of that."""
    answer.put("content-type", "application/fhir+json")
    answer.put("content-encoding", "gzip")
    await send(answer.start(None))
    async with _until_gone(receive) as gone:
        for piece in _deflated(size):
            if gone.is_set():
                break
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
    await send({"type": "http.response.body", "body": b""})


def _deflated(size: int) -> Iterator[bytes]:
    """A whole and valid gzip stream, made as it is read: one stretch is compressed only once."""
    head, tail = b'{"resourceType": "Bundle", "id": "', b'"}'
    block = b"A" * _BLOCK
    squeezed = _stretch(block)
    checksum = zlib.crc32(head)
    yield b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff" + _stretch(head)
    for start in range(0, size, _BLOCK):
        part = block if size - start >= _BLOCK else block[: size - start]
        checksum = zlib.crc32(part, checksum)
        yield squeezed if part is block else _stretch(part)
    checksum = zlib.crc32(tail, checksum)
    length = (len(head) + size + len(tail)) & 0xFFFFFFFF
    yield _stretch(tail) + b"\x03\x00"  # an empty last block
    yield checksum.to_bytes(4, "little") + length.to_bytes(4, "little")


def _stretch(data: bytes) -> bytes:
    """Raw deflate that ends on a byte and refers to nothing before it: it may be repeated."""
    press = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return press.compress(data) + press.flush(zlib.Z_FULL_FLUSH)


@contextlib.asynccontextmanager
async def _until_gone(receive: Receive) -> AsyncIterator[asyncio.Event]:
    """An event that is set once the caller has gone."""
    gone = asyncio.Event()

    async def listen() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    async with asyncio.TaskGroup() as group:
        listening = group.create_task(listen(), name="until the caller is gone")
        try:
            yield gone
        finally:
            listening.cancel()


# Members


def drop(resource: Any, path: str) -> None:
    """Take a member away: ``total``, ``entry.0.resource.id``; nothing where it is not there."""
    holder, key = _holder(resource, path)
    with contextlib.suppress(KeyError, IndexError, TypeError):
        del holder[key]


def put(resource: Any, path: str, value: Any) -> None:
    """Give a member another value; nothing where its holder is not there."""
    holder, key = _holder(resource, path)
    with contextlib.suppress(IndexError, TypeError):
        holder[key] = value


def _holder(resource: Any, path: str) -> tuple[Any, Any]:
    *parents, last = (int(part) if part.isdecimal() else part for part in path.split("."))
    for part in parents:
        try:
            resource = resource[part]
        except (KeyError, IndexError, TypeError):
            return None, last
    return resource, last
