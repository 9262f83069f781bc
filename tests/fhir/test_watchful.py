"""What is heard while a body is still on its way, over real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import httpcore
import httpx
import pytest

from desktop_app.fhir.watchful import WatchfulTransport

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
REFUSAL = b"HTTP/1.1 413 Payload Too Large\r\ncontent-length: 4\r\n\r\nbig!"
LARGE, PIECES = 100_000, 200


@contextlib.asynccontextmanager
async def served(behaviour: Behaviour) -> AsyncIterator[str]:
    ended: list[asyncio.Future[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        over = asyncio.get_running_loop().create_future()
        ended.append(over)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await behaviour(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        over.set_result(None)

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        await asyncio.gather(*ended)


async def body() -> AsyncIterator[bytes]:
    for _ in range(PIECES):
        yield b"x" * LARGE


async def post(url: str) -> httpx.Response:
    headers = {"Content-Length": str(LARGE * PIECES)}
    async with httpx.AsyncClient(transport=WatchfulTransport(), timeout=10) as client:
        return await client.post(url, content=body(), headers=headers)


@pytest.mark.parametrize("taken", [1, 65_536, 1_000_000])
async def test_a_refusal_is_heard_though_the_server_hangs_up_in_the_middle(taken: int) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(taken)
        writer.write(REFUSAL)
        await writer.drain()  # closed with the rest unread: the connection is reset

    async with served(refuse) as url:
        for _ in range(5):
            answer = await post(url)
            assert (answer.status_code, answer.text) == (413, "big!")


async def test_a_refusal_is_heard_from_a_server_that_reads_no_further_and_waits() -> None:
    gone = asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(REFUSAL)
        await writer.drain()
        await gone.wait()

    async with served(refuse) as url:
        assert (await post(url)).status_code == 413
        gone.set()


async def test_an_interim_answer_does_not_stop_the_body() -> None:
    taken = 0

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await writer.drain()
        taken = len(await reader.readexactly(LARGE * PIECES))
        writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()

    async with served(take) as url:
        assert (await post(url)).status_code == 201
    assert taken == LARGE * PIECES


async def test_a_connection_that_was_heard_serves_again() -> None:
    connections = 0

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
            await writer.drain()

    async with served(take) as url:
        async with httpx.AsyncClient(transport=WatchfulTransport(), timeout=10) as client:
            for _ in range(3):
                assert (await client.get(url)).text == "ok"
        assert connections == 1


async def test_a_silent_server_is_still_a_time_out() -> None:
    gone = asyncio.Event()

    async def sleep(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await gone.wait()

    async with served(sleep) as url:
        async with httpx.AsyncClient(transport=WatchfulTransport(), timeout=0.05) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get(url)
        gone.set()


async def test_the_place_where_the_network_is_put_in_exists() -> None:
    async with WatchfulTransport() as transport:
        assert isinstance(transport._pool, httpcore.AsyncConnectionPool)  # noqa: SLF001
        assert hasattr(httpcore.AsyncConnectionPool(), "_network_backend")
