import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

import httpx
import orjson
import pytest

from desktop_app.domain.errors import (
    AppError,
    Malformed,
    NotAllowed,
    ServerTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.fhir.auth import Bearer, Token, Tokens
from tests.fhir.conftest import CREDENTIALS, HOME, SECRET, TOKEN_URL, Handler, Made, token_answer


class Watch:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@contextlib.asynccontextmanager
async def tokens_of(handler: Handler, watch: Watch | None = None) -> AsyncIterator[Tokens]:
    async with httpx.AsyncClient(transport=Made(handler)) as client:
        yield Tokens(client, CREDENTIALS, watch or Watch())


class Counter:
    def __init__(self, **other: object) -> None:
        self.requests: list[httpx.Request] = []
        self._other = other

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        await asyncio.sleep(0.01)
        return token_answer(f"eyJ.{len(self.requests)}", **self._other)


async def test_five_fields_are_asked_as_a_form() -> None:
    counter = Counter()
    async with tokens_of(counter) as tokens:
        assert (await tokens.current()).value == "eyJ.1"
    request = counter.requests[0]
    assert str(request.url) == TOKEN_URL
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in request.headers
    assert dict(parse_qsl(request.content.decode())) == {
        "client_id": CREDENTIALS.client_id,
        "client_secret": SECRET,
        "audience": "https://sandbox.platform-apis/",
        "database_reference": CREDENTIALS.database_reference,
        "grant_type": "client_credentials",
    }


@pytest.mark.parametrize("status", [415, 422])
async def test_a_platform_that_reads_no_form_is_asked_in_json(status: int) -> None:
    asked: list[httpx.Request] = []

    def reads_json(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        is_json = request.headers["content-type"] == "application/json"
        return token_answer("eyJ.json") if is_json else httpx.Response(status)

    async with tokens_of(reads_json) as tokens:
        assert (await tokens.current()).value == "eyJ.json"
    form, body = asked
    assert orjson.loads(body.content) == dict(parse_qsl(form.content.decode()))
    assert str(body.url) == TOKEN_URL


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_denial_is_not_asked_for_twice(status: int) -> None:
    asked: list[httpx.Request] = []

    def denies(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status)

    async with tokens_of(denies) as tokens:
        with pytest.raises(NotAllowed):
            await tokens.current()
    assert len(asked) == 1


async def test_a_token_is_kept_until_five_minutes_before_its_end() -> None:
    counter, watch = Counter(), Watch()
    async with tokens_of(counter, watch) as tokens:
        await tokens.current()
        watch.time += 172_800 - 301
        assert (await tokens.current()).value == "eyJ.1"
        watch.time += 2
        assert (await tokens.current()).value == "eyJ.2"
        assert not (await tokens.current()).after_refusal


@pytest.mark.parametrize(("life", "kept"), [(60, 29), ("60", 29), (400, 199), (None, 299)])
async def test_a_short_life_is_used_to_its_half(life: object, kept: float) -> None:
    counter, watch = Counter(expires_in=life), Watch()
    async with tokens_of(counter, watch) as tokens:
        await tokens.current()
        watch.time += kept
        assert (await tokens.current()).value == "eyJ.1"
        watch.time += 2
        assert (await tokens.current()).value == "eyJ.2"


@pytest.mark.parametrize("life", [0, -5, True, "soon"])
async def test_a_life_of_nothing_still_serves_once_and_never_loops(life: object) -> None:
    counter = Counter(expires_in=life)
    async with tokens_of(counter) as tokens:
        assert (await tokens.current()).value == "eyJ.1"
        assert len(counter.requests) == 1


async def test_callers_at_once_share_one_fetch() -> None:
    counter = Counter()
    async with tokens_of(counter) as tokens:
        found = await asyncio.gather(*(tokens.current() for _ in range(20)))
    assert {token.value for token in found} == {"eyJ.1"}
    assert len(counter.requests) == 1


async def test_callers_at_once_share_one_failure() -> None:
    asked = 0

    async def deny(_request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.01)
        return httpx.Response(401, json={"error": "access_denied"})

    async with tokens_of(deny) as tokens:
        found = await asyncio.gather(*(tokens.current() for _ in range(9)), return_exceptions=True)
        assert all(isinstance(error, NotAllowed) for error in found)
        assert asked == 1
        with pytest.raises(NotAllowed):  # a later call asks again
            await tokens.current()
    assert asked == 2


async def test_a_caller_that_goes_away_takes_no_token_from_the_others() -> None:
    counter = Counter()
    async with tokens_of(counter) as tokens, asyncio.TaskGroup() as group:
        first = group.create_task(tokens.current())
        second = group.create_task(tokens.current())
        await asyncio.sleep(0.002)
        first.cancel()
        assert (await second).value == "eyJ.2"


async def test_a_dropped_token_is_replaced_and_the_new_one_remembers_why() -> None:
    async with tokens_of(Counter()) as tokens:
        old = await tokens.current()
        tokens.drop(old)
        new = await tokens.current()
        assert (new.value, new.after_refusal) == ("eyJ.2", True)
        tokens.drop(old)  # late news about the one before
        assert await tokens.current() is new


@pytest.mark.parametrize(
    ("status", "cause"), [(400, "database_reference"), (401, "credentials"), (403, "audience")]
)
async def test_a_denial_says_what_is_wrong(status: int, cause: str) -> None:
    async with tokens_of(lambda _request: httpx.Response(status, text="<html>")) as tokens:
        with pytest.raises(NotAllowed) as caught:
            await tokens.current()
    assert (caught.value.cause, caught.value.status) == (cause, status)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(500), ServerTrouble),
        (httpx.Response(503, text="<html>"), ServerTrouble),
        (httpx.Response(429, headers={"retry-after": "4"}), Throttled),
        (httpx.Response(404), Malformed),
        (httpx.Response(302, headers={"location": "https://elsewhere.example/"}), Malformed),
        (httpx.Response(200, text="<html>"), Malformed),
        (httpx.Response(200, json=[]), Malformed),
        (httpx.Response(200, json={"expires_in": 5}), Malformed),
        (httpx.Response(200, json={"access_token": 5}), Malformed),
        (httpx.Response(200, json={"access_token": "a\r\nX-Evil: b"}), Malformed),
        (httpx.Response(200, json={"access_token": "é"}), Malformed),
        (httpx.Response(200, content=b'{"access_token": "' + b"a" * 200_000 + b'"}'), Malformed),
    ],
)
async def test_a_troubled_token_service_has_a_name(
    answer: httpx.Response, kind: type[AppError]
) -> None:
    async with tokens_of(lambda _request: answer) as tokens:
        with pytest.raises(kind):
            await tokens.current()


async def test_a_cut_network_is_unreachable() -> None:
    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    async with tokens_of(cut) as tokens:
        with pytest.raises(Unreachable):
            await tokens.current()


async def test_a_token_that_still_works_outlives_a_troubled_renewal() -> None:
    watch, answers = Watch(), [token_answer("eyJ.1"), httpx.Response(503), httpx.Response(503)]
    async with tokens_of(lambda _request: answers.pop(0), watch) as tokens:
        await tokens.current()
        watch.time += 172_800 - 100
        assert (await tokens.current()).value == "eyJ.1"
        watch.time += 101
        with pytest.raises(ServerTrouble):
            await tokens.current()


async def test_a_token_is_shown_to_its_own_platform_only() -> None:
    bearer = Bearer(Token(value="eyJ.1", renew_at=9, ends_at=9), httpx.URL(HOME))
    signed = next(bearer.auth_flow(httpx.Request("GET", f"{HOME}/Patient/1")))
    assert signed.headers["Authorization"] == "Bearer eyJ.1"
    for url in (
        "https://evil.example/fhir/v3/Bundle",
        "http://api.lifen.example/fhir/v3/Bundle",
        "https://api.lifen.example:8443/fhir/v3/Bundle",
    ):
        request = httpx.Request("GET", url)
        with pytest.raises(Malformed):
            next(bearer.auth_flow(request))
        assert "Authorization" not in request.headers


async def test_neither_secret_nor_token_is_ever_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with tokens_of(Counter()) as tokens:
        token = await tokens.current()
    async with tokens_of(lambda _request: httpx.Response(401)) as tokens:
        with pytest.raises(NotAllowed) as caught:
            await tokens.current()
    shown = f"{CREDENTIALS!r} {token!r} {caught.value!r} {caplog.text}"
    assert SECRET not in shown
    assert token.value not in shown
