"""Answers of an identity provider, within bounds."""

import gzip
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import AppError, Malformed, ServerTrouble, Throttled, Unreachable
from desktop_app.signin.asking import MAX_ANSWER, Json, ask, open_client

URL = "https://login.lifen.fr/x"


def answered(status: int, body: bytes = b"", **headers: str) -> httpx.Response:
    """An answer that has not been read yet, as those of a network are."""
    return httpx.Response(status, stream=httpx.ByteStream(body), headers=headers)


async def asked(answer: Callable[[httpx.Request], httpx.Response]) -> Json | None:
    async with open_client(httpx.MockTransport(answer)) as client:
        return await ask(client, URL)


async def test_an_object_is_what_is_asked_for() -> None:
    assert await asked(lambda _request: answered(200, b'{"a": 1}')) == {"a": 1}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_a_refusal_says_nothing(status: int) -> None:
    assert await asked(lambda _request: answered(status, b'{"a": 1}')) is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (answered(429), Throttled),
        (answered(500), ServerTrouble),
        (answered(503, b"<html>"), ServerTrouble),
        (answered(302, location="https://elsewhere.example/"), Malformed),
        (answered(204), Malformed),
        (answered(200, b"<html>"), Malformed),
        (answered(200, b"[1]"), Malformed),
        (answered(200, b'{"a": "' + b"x" * MAX_ANSWER + b'"}'), Malformed),
        (answered(200, gzip.compress(b"{}"), **{"content-encoding": "gzip"}), Malformed),
    ],
)
async def test_everything_else_has_a_name(answer: httpx.Response, error: type[AppError]) -> None:
    seen: list[str] = []

    def one(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url))
        return answer

    with pytest.raises(error):
        await asked(one)
    assert seen == [URL]  # a redirect is never followed


@pytest.mark.parametrize("failure", [httpx.ConnectError, httpx.ReadTimeout, httpx.ReadError])
async def test_a_cut_is_not_the_persons_fault(failure: type[httpx.TransportError]) -> None:
    def cut(request: httpx.Request) -> httpx.Response:
        raise failure("cut", request=request)

    with pytest.raises(Unreachable):
        await asked(cut)


async def test_what_is_asked_shows_no_credentials() -> None:
    def look(request: httpx.Request) -> httpx.Response:
        assert "authorization" not in request.headers
        assert request.headers["accept-encoding"] == "identity"
        return answered(200, b'{"form": 1}' if request.content else b"{}")

    async with open_client(httpx.MockTransport(look)) as client:
        assert await ask(client, URL) == {}
        assert await ask(client, URL, {"code": "é&"}) == {"form": 1}


@given(st.integers(100, 599), st.binary(max_size=60))
async def test_any_answer_is_an_object_nothing_or_our_error(status: int, body: bytes) -> None:
    try:
        found = await asked(lambda _request: answered(status, body))
    except AppError:
        return
    assert found is None or isinstance(found, dict)
