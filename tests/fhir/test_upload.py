"""Real sockets: what leaves, when, and what a silent server does to us."""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from desktop_app.domain.errors import (
    AppError,
    InDoubt,
    Refused,
    Unreachable,
)
from desktop_app.fhir.auth import Tokens
from desktop_app.fhir.http import FhirHttp, Patience
from tests.fhir.conftest import (
    CREDENTIALS,
    PATIENCE,
    Made,
    Mark,
    Pieces,
    token_answer,
    until,
)

SEND = "CommunicationRequest/$send-to-mss"


@dataclass
class Wire:
    """A server that counts bytes and does to a sending what it is told."""

    behave: Callable[["Wire", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
    url: str = ""
    received: int = 0
    head: bytes = b""
    requests: int = 0
    running: int = 0
    release: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.running += 1
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            self.head = await reader.readuntil(b"\r\n\r\n")
            self.requests += 1
            await self.behave(self, reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.running -= 1

    async def take(self, reader: asyncio.StreamReader, total: int) -> None:
        while self.received < total and (piece := await reader.read(65_536)):
            self.received += len(piece)


@contextlib.asynccontextmanager
async def wired(wire: Wire, patience: Patience = PATIENCE) -> AsyncIterator[FhirHttp]:
    server = await asyncio.start_server(wire, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with (
        server,
        httpx.AsyncClient(trust_env=False) as client,
        httpx.AsyncClient(transport=Made(lambda _request: token_answer())) as login,
    ):
        tokens = Tokens(login, CREDENTIALS)
        home = f"http://127.0.0.1:{port}/fhir/v3"
        yield FhirHttp(client, home, tokens, patience=patience, backoff=lambda _failures: 0.0)
        wire.release.set()
        await client.aclose()
        await until(lambda: not wire.running)


def reply(status: str, body: bytes, **headers: Any) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


HUGE = Pieces(tuple(b"x" * 100_000 for _ in range(300)))  # more than any socket's buffers hold
BIG = Pieces((*(b"x" * 100_000 for _ in range(30)), b"the end"))


async def test_the_last_piece_waits_on_this_side_until_the_mark_is_written() -> None:
    async def whole(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await wire.take(reader, BIG.length)
        writer.write(reply("201 Created", b"{}"))
        await writer.drain()

    wire = Wire(whole)
    at_the_mark = []

    async def passing() -> None:
        await until(lambda: wire.received >= BIG.length - len(BIG.parts[-1]))
        for _ in range(20):  # whatever could still be on its way has its chance
            await asyncio.sleep(0.005)
        at_the_mark.append(wire.received)

    async with wired(wire) as http:
        await http.send(SEND, BIG, passing)
    assert at_the_mark == [BIG.length - len(BIG.parts[-1])]
    assert wire.received == BIG.length
    assert f"content-length: {BIG.length}".encode() in wire.head.lower()


async def test_a_connection_that_breaks_in_the_middle_leaves_no_doubt() -> None:
    async def cut(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await wire.take(reader, 300_000)
        writer.transport.abort()

    mark = Mark()
    async with wired(Wire(cut)) as http:
        with pytest.raises(Unreachable):
            await http.send(SEND, BIG, mark)
    assert mark.passed == 0


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 201 Created\r\ncontent-length: 90\r\n\r\n{"])
async def test_a_connection_that_breaks_after_the_end_leaves_doubt(answer: bytes) -> None:
    async def cut(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await wire.take(reader, BIG.length)
        writer.write(answer)
        await writer.drain()
        writer.close()

    mark, wire = Mark(), Wire(cut)
    async with wired(wire) as http:
        with pytest.raises(InDoubt):
            await http.send(SEND, BIG, mark)
    assert (mark.passed, wire.requests) == (1, 1)


async def test_an_early_refusal_is_read_even_when_the_server_stops_listening() -> None:
    async def refuse(
        wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        writer.write(reply("413 Payload Too Large", b"", connection="close"))
        await writer.drain()
        await wire.take(reader, BIG.length)

    async with wired(Wire(refuse)) as http:
        with pytest.raises(Refused) as caught:
            await http.send(SEND, BIG, Mark())
    assert caught.value.status == 413


async def silent(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await wire.take(reader, BIG.length)
    await wire.release.wait()


async def deaf(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await wire.release.wait()


async def dripping(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if wire.head.startswith(b"POST"):
        await wire.take(reader, BIG.length)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{")
    while not wire.release.is_set():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


HURRY = Patience(read=0.3, start=0.3, slowest=1e9, answer=0.3, explanation=0.1)


@pytest.mark.parametrize(
    ("behave", "body", "kind"),
    [(silent, BIG, InDoubt), (dripping, BIG, InDoubt), (deaf, HUGE, Unreachable)],
)
async def test_a_sending_has_a_deadline_that_no_drip_extends(
    behave: Any, body: Pieces, kind: type[AppError]
) -> None:
    async with wired(Wire(behave), HURRY) as http, asyncio.timeout(3):
        with pytest.raises(kind):
            await http.send(SEND, body, Mark())


async def test_a_slow_disk_at_the_mark_costs_the_answer_nothing() -> None:
    async def whole(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await wire.take(reader, BIG.length)
        await asyncio.sleep(0.25)
        writer.write(reply("201 Created", b"{}"))
        await writer.drain()

    async def passing() -> None:
        await asyncio.sleep(0.15)

    async with wired(Wire(whole), HURRY) as http:
        assert (await http.send(SEND, BIG, passing)).resource == {}


@pytest.mark.parametrize("behave", [silent, dripping, deaf])
async def test_a_read_has_a_deadline_that_no_drip_extends(behave: Any) -> None:
    async with wired(Wire(behave), HURRY) as http, asyncio.timeout(3):
        with pytest.raises(Unreachable):
            await http.read("Patient/1")


async def test_an_error_whose_explanation_never_comes_is_still_an_error() -> None:
    async def trail(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await wire.take(reader, BIG.length)
        writer.write(b"HTTP/1.1 422 Unprocessable\r\ncontent-length: 100\r\n\r\n{")
        await writer.drain()
        await wire.release.wait()

    async with wired(Wire(trail), HURRY) as http:
        with pytest.raises(Refused):
            await http.send(SEND, BIG, Mark())


async def test_a_cancelled_sending_lets_go_of_everything() -> None:
    body = Pieces(HUGE.parts)
    async with wired(Wire(deaf)) as http:
        sending = asyncio.get_running_loop().create_task(http.send(SEND, body, Mark()))
        await until(lambda: body.read >= 5)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
    assert body.closed


async def test_a_connection_that_went_stale_is_not_noticed_by_a_reader() -> None:
    answers = itertools.count()

    async def once(wire: Wire, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if next(answers):
            writer.write(reply("200 OK", b"{}"))
            await writer.drain()

    wire = Wire(once)
    async with wired(wire) as http:
        assert await http.read("Patient/1") == {}
    assert wire.requests == 2


async def test_a_refused_connection_is_unreachable(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "desktop_app")
    async with httpx.AsyncClient(trust_env=False) as client:
        login = httpx.AsyncClient(transport=Made(lambda _request: token_answer()))
        async with login:
            http = FhirHttp(
                client,
                "http://127.0.0.1:9/fhir/v3",
                Tokens(login, CREDENTIALS),
                backoff=lambda _failures: 0.0,
            )
            with pytest.raises(Unreachable) as caught:
                await http.read("Patient/1")
    assert caught.value.cause == "network"
    assert not caplog.records
