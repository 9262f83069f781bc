import contextlib
import gzip
from collections.abc import Awaitable, Callable

import httpx
import pytest

from desktop_app.domain.errors import (
    AppError,
    FileTrouble,
    InDoubt,
    Malformed,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    StaleToken,
    StoreTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.fhir.answers import Receipt
from desktop_app.fhir.http import MAX_RETRIES, backoff
from tests.fhir.conftest import (
    HOME,
    Mark,
    Pieces,
    Platform,
    fhir_over,
    token_answer,
)

SEND = "CommunicationRequest/$send-to-mss"
OK = httpx.Response(200, json={"resourceType": "Bundle"})
CREATED = httpx.Response(201, json={"resourceType": "Parameters"})
HTML = "<html><body><h1>Service Unavailable</h1></body></html>"


# Reads


async def test_a_read_says_who_asks_and_what_it_takes() -> None:
    platform = Platform([OK])
    async with fhir_over(platform) as http:
        assert await http.read("Patient/1", [("a", "b c+é")]) == {"resourceType": "Bundle"}
    (call,) = platform.calls
    assert str(call.url) == f"{HOME}/Patient/1?a=b+c%2B%C3%A9"
    assert call.headers["authorization"] == "Bearer eyJ.1"
    assert call.headers["accept"] == "application/fhir+json, application/json;q=0.9"
    assert call.headers["content-type"] == "application/fhir+json"


async def test_a_search_is_a_form_and_names_nobody_in_its_url() -> None:
    platform = Platform([OK])
    async with fhir_over(platform) as http:
        await http.search("Practitioner/$search-for-mss", [("name", "é + &,|")])
    (call,) = platform.calls
    assert call.method == "POST"
    assert str(call.url) == f"{HOME}/Practitioner/$search-for-mss"
    assert call.headers["content-type"] == "application/x-www-form-urlencoded"
    assert platform.bodies == [b"name=%C3%A9+%2B+%26%2C%7C"]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_read_is_repeated_twice_while_the_server_is_in_trouble(status: int) -> None:
    trouble = httpx.Response(status, text=HTML)
    platform = Platform([trouble, trouble, OK])
    async with fhir_over(platform) as http:
        await http.read("Patient/1")
        assert len(platform.calls) == 1 + MAX_RETRIES
    platform = Platform([trouble])
    async with fhir_over(platform) as http:
        with pytest.raises(ServerTrouble) as caught:
            await http.read("Patient/1")
    assert caught.value.status == status
    assert len(platform.calls) == 1 + MAX_RETRIES


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("late"),
        httpx.ReadError("cut"),
        httpx.ReadTimeout("late"),
        httpx.RemoteProtocolError("cut"),
        httpx.ProxyError("407"),
        httpx.PoolTimeout("full"),
        ConnectionResetError(),
    ],
)
async def test_a_cut_read_is_repeated_once(failure: Exception) -> None:
    platform = Platform([failure, OK])
    async with fhir_over(platform) as http:
        await http.read("Patient/1")
    platform = Platform([failure])
    async with fhir_over(platform) as http:
        with pytest.raises(Unreachable):
            await http.read("Patient/1")
    assert len(platform.calls) == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (403, NotAllowed),
        (404, Refused),
        (410, Refused),
        (412, Refused),
        (415, Refused),
        (422, Refused),
        (501, NotOffered),
        (302, Malformed),
    ],
)
async def test_an_answer_that_settles_a_read_is_asked_once(
    status: int, kind: type[AppError]
) -> None:
    platform = Platform([httpx.Response(status, headers={"location": "https://evil.example/"})])
    async with fhir_over(platform) as http:
        with pytest.raises(kind):
            await http.search("Patient/_search", [("name", "x")])
    assert len(platform.calls) == 1


@pytest.mark.parametrize("body", [HTML, "", '{"resourceType": "Bun', "[]", '{"a": NaN}'])
async def test_an_unreadable_success_of_a_read_is_malformed(body: str) -> None:
    async with fhir_over(Platform([httpx.Response(200, text=body)])) as http:
        with pytest.raises(Malformed):
            await http.read("Patient/1")


async def test_a_gzip_bomb_is_malformed() -> None:
    bomb = gzip.compress(b'{"a": "' + bytes(20_000_000) + b'"}')

    class Bomb(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.endswith("token"):
                return httpx.Response(200, stream=httpx.ByteStream(token_answer().content))
            headers = {"content-encoding": "gzip"}
            return httpx.Response(200, headers=headers, stream=httpx.ByteStream(bomb))

    async with fhir_over(Bomb()) as http:
        with pytest.raises(Malformed):
            await http.read("Patient/1")


async def test_a_refused_token_is_replaced_once_and_the_read_repeated() -> None:
    platform = Platform([httpx.Response(401), OK])
    async with fhir_over(platform) as http:
        await http.read("Patient/1")
    assert [call.headers["authorization"] for call in platform.calls] == [
        "Bearer eyJ.1",
        "Bearer eyJ.2",
    ]


async def test_a_second_refusal_of_the_token_ends_the_read() -> None:
    platform = Platform([httpx.Response(401)])
    async with fhir_over(platform) as http:
        with pytest.raises(NotAllowed) as caught:
            await http.read("Patient/1")
    assert (caught.value.cause, caught.value.status) == ("credentials", 401)
    assert (len(platform.calls), platform.tokens) == (2, 2)


async def test_a_throttled_search_waits_a_little_and_asks_again() -> None:
    platform = Platform(
        [httpx.Response(429), httpx.Response(429, headers={"retry-after": "0"}), OK]
    )
    async with fhir_over(platform) as http:
        await http.read("Patient/1")
    platform = Platform([httpx.Response(429)])
    async with fhir_over(platform) as http:
        with pytest.raises(Throttled):
            await http.read("Patient/1")
    assert len(platform.calls) == 1 + MAX_RETRIES


async def test_a_long_wait_is_handed_to_the_caller() -> None:
    platform = Platform([httpx.Response(429, headers={"retry-after": "90"})])
    async with fhir_over(platform) as http:
        with pytest.raises(Throttled) as caught:
            await http.read("Patient/1")
    assert caught.value.wait is not None
    assert caught.value.wait.total_seconds() == 90
    assert len(platform.calls) == 1


def test_the_pauses_grow_and_stay_short() -> None:
    for failures in (1, 2):
        longest = 0.5 * 2 ** (failures - 1)
        assert all(longest / 2 <= backoff(failures) <= longest for _ in range(50))


# Sendings, with failures made where they happen


async def test_a_sending_says_its_exact_length_and_is_marked_once() -> None:
    platform, body, mark = Platform([CREATED]), Pieces(), Mark()
    async with fhir_over(platform) as http:
        receipt = await http.send(SEND, body, mark)
    assert receipt == Receipt(resource={"resourceType": "Parameters"})
    (call,) = platform.calls
    assert platform.bodies == [b'{"a": [1, 2, 3]}']
    assert call.headers["content-length"] == "16"
    assert "transfer-encoding" not in call.headers
    assert call.headers["content-type"] == "application/fhir+json"
    assert (mark.passed, body.closed) == (1, True)


Answer = httpx.Response | Exception


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(400), Refused),
        (httpx.Response(403), NotAllowed),
        (httpx.Response(404, text=HTML), Refused),
        (httpx.Response(409), Refused),
        (httpx.Response(412), NotAllowed),
        (httpx.Response(413), Refused),
        (httpx.Response(415), Refused),
        (httpx.Response(422, json={"issue": [{"diagnostics": "x"}]}), Refused),
        (httpx.Response(429), Throttled),
        (httpx.Response(501), NotOffered),
        (httpx.Response(408), InDoubt),
        (httpx.Response(500), InDoubt),
        (httpx.Response(502, text=HTML), InDoubt),
        (httpx.Response(503, headers={"retry-after": "1"}), InDoubt),
        (httpx.Response(504), InDoubt),
        (httpx.Response(302, headers={"location": HOME}), InDoubt),
        (httpx.Response(200, text=HTML), InDoubt),
        (httpx.Response(201, text=""), InDoubt),
        (httpx.Response(201, text='{"resourceType": "Parameters", "param'), InDoubt),
    ],
)
async def test_only_a_readable_answer_settles_what_has_left(
    answer: httpx.Response, kind: type[AppError]
) -> None:
    platform, mark = Platform([answer]), Mark()
    async with fhir_over(platform) as http:
        with pytest.raises(kind):
            await http.send(SEND, Pieces(), mark)
    assert len(platform.calls) == 1
    assert mark.passed == 1


CUTS = [
    httpx.ConnectError("refused"),
    httpx.ConnectTimeout("late"),
    httpx.WriteError("cut"),
    httpx.WriteTimeout("late"),
    httpx.ReadError("cut"),
    httpx.ReadTimeout("late"),
    httpx.RemoteProtocolError("cut"),
    httpx.ProxyError("gone"),
    ConnectionResetError(),
]


def cutting(failure: Exception, after: int) -> Callable[[httpx.Request], Awaitable[httpx.Response]]:
    """A network that breaks once ``after`` pieces of a body have been taken."""

    async def cut(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("token"):
            return token_answer()
        if after:
            stream = request.stream
            assert isinstance(stream, httpx.AsyncByteStream)
            taken = 0
            async for _piece in stream:
                taken += 1
                if taken == after:
                    break
        raise failure

    return cut


@pytest.mark.parametrize("failure", CUTS)
@pytest.mark.parametrize(("after", "kind"), [(0, Unreachable), (2, Unreachable), (3, InDoubt)])
async def test_a_cut_leaves_doubt_only_once_the_last_piece_may_have_left(
    failure: Exception, after: int, kind: type[AppError]
) -> None:
    body, mark = Pieces(), Mark()
    async with fhir_over(cutting(failure, after)) as http:
        with pytest.raises(kind):
            await http.send(SEND, body, mark)
    assert mark.passed == (after == 3)
    assert body.closed == (after > 0)


@pytest.mark.parametrize("failure", [FileTrouble("changed"), StoreTrouble("full")])
async def test_a_document_that_fails_before_its_end_is_never_marked(failure: Exception) -> None:
    body, mark = Pieces(failure=failure), Mark()
    async with fhir_over(Platform([CREATED])) as http:
        with pytest.raises(type(failure)):
            await http.send(SEND, body, mark)
    assert mark.passed == 0


async def test_a_mark_that_cannot_be_written_keeps_the_last_piece_here() -> None:
    platform = Platform([CREATED])
    async with fhir_over(platform) as http:
        with pytest.raises(StoreTrouble):
            await http.send(SEND, Pieces(), Mark(failure=StoreTrouble("full")))
    assert platform.bodies == []


async def test_an_acceptance_of_what_was_not_read_is_doubtful() -> None:
    async def hasty(request: httpx.Request) -> httpx.Response:
        return token_answer() if request.url.path.endswith("token") else CREATED

    mark = Mark()
    async with fhir_over(hasty) as http:
        with pytest.raises(InDoubt):
            await http.send(SEND, Pieces(), mark)
    assert mark.passed == 0


async def test_a_server_in_trouble_before_the_mark_may_be_asked_again() -> None:
    async def early(request: httpx.Request) -> httpx.Response:
        return token_answer() if request.url.path.endswith("token") else httpx.Response(503)

    async with fhir_over(early) as http:
        with pytest.raises(ServerTrouble):
            await http.send(SEND, Pieces(), Mark())


async def test_no_token_means_that_nothing_has_left() -> None:
    mark = Mark()
    async with fhir_over(lambda _request: httpx.Response(503)) as http:
        with pytest.raises(ServerTrouble):
            await http.send(SEND, Pieces(), mark)
    assert mark.passed == 0


async def test_a_sending_with_a_stale_token_is_tried_once_more_then_access_is_at_fault() -> None:
    platform = Platform([httpx.Response(401)])
    async with fhir_over(platform) as http:
        with pytest.raises(StaleToken):
            await http.send(SEND, Pieces(), Mark())
        with pytest.raises(NotAllowed) as caught:
            await http.send(SEND, Pieces(), Mark())
        with pytest.raises(NotAllowed):  # and it stays so until a sending is taken
            await http.send(SEND, Pieces(), Mark())
    assert caught.value.cause == "credentials"
    assert platform.tokens == 3


async def test_reads_that_pass_do_not_hide_sendings_that_do_not() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return OK if request.method == "GET" else httpx.Response(401)

    async with fhir_over(Platform([answer])) as http:
        raised = []
        for _ in range(3):
            await http.read("Patient/1")
            try:
                await http.send(SEND, Pieces(), Mark())
            except AppError as error:
                raised.append(type(error))
    assert raised == [StaleToken, NotAllowed, NotAllowed]


async def test_a_sending_that_was_answered_earns_the_next_stale_token_its_second_try() -> None:
    stale = httpx.Response(401)
    async with fhir_over(Platform([stale, CREATED, stale, httpx.Response(422), stale])) as http:
        for kind in (StaleToken, None, StaleToken, Refused, StaleToken):
            with contextlib.nullcontext() if kind is None else pytest.raises(kind):
                await http.send(SEND, Pieces(), Mark())


# What sends nothing by itself


async def test_what_is_created_is_told_by_its_header_or_its_body() -> None:
    made = httpx.Response(201, headers={"location": f"{HOME}/Binary/95001/_history/1"})
    platform = Platform([made, CREATED])
    async with fhir_over(platform) as http:
        body = Pieces()
        receipt = await http.create("Binary", body)
        assert receipt == Receipt(resource={}, location=f"{HOME}/Binary/95001/_history/1")
        assert await http.create("Binary", Pieces()) == Receipt(
            resource={"resourceType": "Parameters"}
        )
    assert platform.bodies[0] == b'{"a": [1, 2, 3]}'
    assert platform.calls[0].headers["content-length"] == "16"
    assert body.closed


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(401), StaleToken),
        (httpx.Response(403), NotAllowed),
        (httpx.Response(413), Refused),
        (httpx.Response(429), Throttled),
        (httpx.Response(501), NotOffered),
        (httpx.Response(408), ServerTrouble),
        (httpx.Response(500), ServerTrouble),
        (httpx.Response(503, text=HTML), ServerTrouble),
        (httpx.Response(302, headers={"location": HOME}), Malformed),
        (httpx.Response(201, text=HTML), Malformed),
        (httpx.Response(201, text=""), Malformed),
    ],
)
async def test_nothing_created_is_ever_in_doubt(
    answer: httpx.Response, kind: type[AppError]
) -> None:
    platform = Platform([answer])
    async with fhir_over(platform) as http:
        with pytest.raises(kind):
            await http.create("Binary", Pieces())
    assert len(platform.calls) == 1


@pytest.mark.parametrize("failure", CUTS)
@pytest.mark.parametrize("after", [0, 2, 3])
async def test_a_creation_that_is_cut_may_be_done_again(failure: Exception, after: int) -> None:
    async with fhir_over(cutting(failure, after)) as http:
        with pytest.raises(Unreachable):
            await http.create("Binary", Pieces())


async def test_a_creation_that_was_accepted_unread_is_not_believed() -> None:
    async def hasty(request: httpx.Request) -> httpx.Response:
        return token_answer() if request.url.path.endswith("token") else CREATED

    async with fhir_over(hasty) as http:
        with pytest.raises(Malformed):
            await http.create("Binary", Pieces())


async def test_a_receipt_may_be_its_header_alone() -> None:
    link = f"{HOME}/CommunicationRequest/7"
    async with fhir_over(Platform([httpx.Response(201, headers={"location": link})])) as http:
        assert (await http.send(SEND, Pieces(), Mark())).location == link


async def test_a_read_that_meets_a_conflict_is_tried_once_more() -> None:
    conflict = httpx.Response(409)
    platform = Platform([conflict, OK])
    async with fhir_over(platform) as http:
        await http.read("Patient/1")
    platform = Platform([conflict])
    async with fhir_over(platform) as http:
        with pytest.raises(Refused):
            await http.read("Patient/1")
    assert len(platform.calls) == 2


async def test_what_the_token_says_it_opens_is_told_without_a_call() -> None:
    def granted(request: httpx.Request) -> httpx.Response:
        assert request.url.path.endswith("token")
        return token_answer(scope="PATIENT_READ  PATIENT_SEARCH")

    async with fhir_over(granted) as http:
        assert await http.scopes() == ("PATIENT_READ", "PATIENT_SEARCH")
    async with fhir_over(lambda _request: token_answer(scope=["A", 7])) as http:
        assert await http.scopes() == ("A", "7")
    async with fhir_over(lambda _request: token_answer()) as http:
        assert await http.scopes() == ()
