"""The port that the browser comes back to, knocked at by everybody else."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain.errors import NotSignedIn
from desktop_app.signin.receiver import Receiver, Redirect, receive
from tests.signin.conftest import PAGES

STATE = "s" * 43
SHORT = timedelta(seconds=0.05)


async def knock(receiver: Receiver, raw: bytes) -> bytes:
    """Send ``raw`` and read whatever comes until the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
    writer.write(raw)
    if not raw.endswith(b"\r\n\r\n"):
        writer.write_eof()
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def request(receiver: Receiver, target: str, *, method: str = "GET", host: str = "") -> bytes:
    named = host or f"127.0.0.1:{receiver.port}"
    return f"{method} {target} HTTP/1.1\r\nHost: {named}\r\nAccept: */*\r\n\r\n".encode()


def callback(**members: str) -> str:
    return f"/callback?{urlencode(members)}"


async def test_the_answer_that_bears_our_state_is_heard() -> None:
    async with receive(STATE, PAGES) as receiver:
        said = await knock(
            receiver, request(receiver, callback(state=STATE, code="abc", iss="https://i/"))
        )
        assert await receiver.wait(SHORT) == Redirect(code="abc", issuer="https://i/")
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert PAGES.done.text in body.decode()
    assert b"abc" not in said
    assert STATE.encode() not in said


async def test_the_page_keeps_what_it_was_told_out_of_sight_of_others() -> None:
    async with receive(STATE, PAGES) as receiver:
        said = (await knock(receiver, request(receiver, "/"))).decode()
    for promise in (
        "Cache-Control: no-store", "Referrer-Policy: no-referrer", "default-src 'none'",
        "X-Content-Type-Options: nosniff", "history.replaceState",
    ):  # fmt: skip
        assert promise in said


async def test_exactly_one_answer_is_heard() -> None:
    async with receive(STATE, PAGES) as receiver:
        await knock(receiver, request(receiver, callback(state=STATE, code="first")))
        late = await knock(receiver, request(receiver, callback(state=STATE, code="second")))
        assert late.startswith(b"HTTP/1.1 400")
        assert (await receiver.wait(SHORT)).code == "first"
    with pytest.raises(OSError, match="Connect call failed"):
        await asyncio.open_connection("127.0.0.1", receiver.port)


FOREIGN: Sequence[tuple[str, dict[str, str]]] = (
    ("/favicon.ico", {}),
    ("/", {}),
    ("/callback", {}),
    (callback(code="abc"), {}),
    (callback(state="other", code="abc"), {}),
    (callback(state=STATE[:-1], code="abc"), {}),
    (callback(state=STATE + "s", code="abc"), {}),
    (f"{callback(state=STATE, code='abc')}&state=other", {}),
    (callback(state=STATE, code="abc").replace("/callback", "/callback/"), {}),
    (callback(state=STATE, code="abc"), {"host": "evil.example"}),
    (callback(state=STATE, code="abc"), {"host": "127.0.0.1:1"}),
    (callback(state=STATE, code="abc"), {"method": "POST"}),
    (callback(state=STATE, code="abc"), {"method": "HEAD"}),
    (f"/callback?state={STATE}&code=%ff", {}),
)


@pytest.mark.parametrize(("target", "how"), FOREIGN)
async def test_whatever_else_knocks_is_answered_and_forgotten(
    target: str, how: dict[str, str]
) -> None:
    async with receive(STATE, PAGES) as receiver:
        said = await knock(receiver, request(receiver, target, **how))
        assert said.startswith(b"HTTP/1.1 40")
        assert PAGES.unexpected.title in said.decode()
        await knock(receiver, request(receiver, callback(state=STATE, code="abc")))
        assert (await receiver.wait(SHORT)).code == "abc"


async def test_a_wait_that_only_heard_foreign_states_ends_as_forged() -> None:
    async with receive(STATE, PAGES) as receiver:
        await knock(receiver, request(receiver, "/favicon.ico"))
        with pytest.raises(NotSignedIn) as late:
            await receiver.wait(SHORT)
    async with receive(STATE, PAGES) as receiver:
        await knock(receiver, request(receiver, callback(state="other", code="abc")))
        with pytest.raises(NotSignedIn) as forged:
            await receiver.wait(SHORT)
    assert (late.value.cause, forged.value.cause) == ("late", "forged")


async def test_a_refusal_is_heard_as_one() -> None:
    async with receive(STATE, PAGES) as receiver:
        said = await knock(
            receiver, request(receiver, callback(state=STATE, error="access_denied"))
        )
        assert (await receiver.wait(SHORT)).error == "access_denied"
    assert PAGES.refused.title in said.decode()


async def test_who_connects_and_says_nothing_keeps_nobody() -> None:
    async with receive(STATE, PAGES) as receiver:
        _reader, idle = await asyncio.open_connection("127.0.0.1", receiver.port)
        await knock(receiver, request(receiver, callback(state=STATE, code="abc")))
        assert (await receiver.wait(SHORT)).code == "abc"
    idle.close()


async def test_a_head_without_end_is_not_read_to_its_end() -> None:
    async with receive(STATE, PAGES) as receiver:
        assert await knock(receiver, b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n") == b""
        assert not receiver.heard_somebody


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.binary(max_size=300)
    | st.text(max_size=100).map(lambda text: f"GET /callback?{text} HTTP/1.1\r\n\r\n".encode())
)
def test_garbage_signs_nobody_in_and_harms_nobody(raw: bytes) -> None:
    async def garbage() -> None:
        async with receive(STATE, PAGES) as receiver:
            await knock(receiver, raw)
            assert not receiver.heard_somebody
            await knock(receiver, request(receiver, callback(state=STATE, code="abc")))
            assert (await receiver.wait(SHORT)).code == "abc"

    asyncio.run(garbage())
