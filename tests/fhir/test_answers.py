import contextlib
import gzip
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import (
    AppError,
    InDoubt,
    Malformed,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.fhir.answers import (
    Answer,
    Receipt,
    asked_wait,
    created_id,
    issues,
    read_body,
    receipt,
    refusal,
    resource,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def outcome(*told: dict[str, Any]) -> bytes:
    return orjson.dumps({"resourceType": "OperationOutcome", "issue": list(told)})


def answered(body: bytes, encoding: str = "") -> httpx.Response:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    headers = {"content-encoding": encoding} if encoding else {}
    return httpx.Response(200, headers=headers, content=pieces())


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        ("", bytes),
        ("identity", bytes),
        ("gzip", gzip.compress),
        ("GZIP", gzip.compress),
        ("deflate", zlib.compress),
    ],
)
async def test_a_body_is_decoded_as_its_header_says(encoding: str, encode: Any) -> None:
    assert await read_body(answered(encode(b'{"a": 1}'), encoding)) == b'{"a": 1}'


@pytest.mark.parametrize("encoding", ["", "gzip"])
async def test_a_body_is_given_up_past_the_limit(encoding: str) -> None:
    plain = b"x" * 1001
    body = gzip.compress(plain) if encoding else plain
    assert await read_body(answered(body, encoding), limit=1000) is None
    assert await read_body(answered(body, encoding), limit=1001) == plain


async def test_a_gzip_bomb_is_never_unpacked() -> None:
    bomb = zlib.compressobj(9, wbits=31)
    body = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(200)) + bomb.flush()
    pulled = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal pulled
        for start in range(0, len(body), 4096):
            pulled += 4096
            yield body[start : start + 4096]

    response = httpx.Response(200, headers={"content-encoding": "gzip"}, content=pieces())
    assert await read_body(response) is None
    assert pulled < len(body) / 4


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"not gzip at all", "gzip"),
        (gzip.compress(b"cut short", mtime=0)[:-9], "gzip"),
        (b"x", "br"),
    ],
)
async def test_a_body_that_cannot_be_decoded_is_no_body(body: bytes, encoding: str) -> None:
    assert await read_body(answered(body, encoding)) is None


@pytest.mark.parametrize(
    "body",
    [
        None,
        b"",
        b"<html></html>",
        b"[]",
        b"null",
        b"NaN",
        b'{"a": NaN}',
        b'{"resourceType": "Bundle", "entry": [{',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'{"a":' + b"[" * 100_000,
    ],
)
def test_what_is_no_json_object_is_malformed(body: bytes | None) -> None:
    with pytest.raises(Malformed):
        resource(Answer(status=200, body=body))


@given(st.binary())
def test_no_bytes_raise_anything_but_malformed(body: bytes) -> None:
    with contextlib.suppress(Malformed):
        assert isinstance(resource(Answer(status=200, body=body)), dict)


@given(body=JSON, status=st.integers(100, 999), sending=st.booleans(), passed=st.booleans())
def test_every_status_with_any_json_has_a_name(
    body: Any, status: int, *, sending: bool, passed: bool
) -> None:
    answer = Answer(status=status, body=orjson.dumps({"issue": body}))
    error = refusal(answer, "Patient", sending=sending, passed=sending and passed)
    assert isinstance(error, AppError)


def test_an_outcome_is_read_with_its_deviations() -> None:
    body = outcome(
        {"severity": "ERROR", "code": "NOT-FOUND", "diagnostics": "a", "location": "family"},
        {"severity": "error", "code": "NOTFOUND", "details": {"text": "b"}, "location": ["given"]},
        {"code": 7, "diagnostics": None, "expression": ["Patient.name", 3]},
    )
    first, second, third = issues(Answer(status=422, body=body))
    assert first.code == second.code == "notfound"
    assert (first.words, second.words, third.words) == ("a", "b", "")
    assert (first.fields, second.fields) == (("family",), ("given",))
    assert third.fields == ("Patient.name", "3")


def test_a_refusal_tells_every_issue_and_every_field_once() -> None:
    body = outcome(
        {"diagnostics": "first", "location": "a"}, {"diagnostics": "second", "location": ["a", "b"]}
    )
    error = refusal(Answer(status=422, body=body), "Patient/_search")
    assert isinstance(error, Refused)
    assert (error.status, error.diagnostics, error.fields) == (422, ("first", "second"), ("a", "b"))
    assert "first" not in str(error)


@pytest.mark.parametrize("status", [400, 404, 405, 409, 410, 413, 415, 422])
def test_a_client_error_refuses_before_and_after_the_mark(status: int) -> None:
    for passed in (False, True):
        error = refusal(Answer(status=status), "x", sending=True, passed=passed)
        assert isinstance(error, Refused)
        assert error.status == status


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 507, 599])
def test_a_server_error_leaves_doubt_only_past_the_mark(status: int) -> None:
    before = refusal(Answer(status=status), "x", sending=True)
    after = refusal(Answer(status=status), "x", sending=True, passed=True)
    assert isinstance(before, ServerTrouble)
    assert before.status == status
    assert isinstance(after, InDoubt)


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308])
def test_a_redirection_is_no_answer(status: int) -> None:
    assert isinstance(refusal(Answer(status=status), "x"), Malformed)
    assert isinstance(refusal(Answer(status=status), "x", sending=True, passed=True), InDoubt)


def test_access_and_pace_have_their_own_names() -> None:
    denied = refusal(Answer(status=403), "x")
    assert isinstance(denied, NotAllowed)
    assert (denied.cause, denied.status) == ("scope", 403)
    assert isinstance(refusal(Answer(status=407), "x"), Unreachable)
    assert isinstance(refusal(Answer(status=501), "x", sending=True, passed=True), NotOffered)
    throttled = refusal(Answer(status=429, wait=timedelta(seconds=3)), "x")
    assert isinstance(throttled, Throttled)
    assert throttled.wait == timedelta(seconds=3)


SUPPORT = "Mail support missing, please defined it in `https://portal.lifen.fr`"


@pytest.mark.parametrize(
    "told",
    [
        [{"code": "PROCESSING", "diagnostics": SUPPORT}],
        [{"code": "INVALID", "diagnostics": SUPPORT}],
        [{"code": "PROCESSING", "diagnostics": SUPPORT, "location": "mail-support"}],
        [{"code": "PROCESSING", "diagnostics": "Précondition absente"}],
        [],
    ],
)
def test_a_412_that_names_no_value_is_about_the_set_up(told: list[dict[str, Any]]) -> None:
    error = refusal(Answer(status=412, body=outcome(*told)), "x", sending=True, passed=True)
    assert isinstance(error, NotAllowed)
    assert (error.cause, error.status) == ("setup", 412)


@pytest.mark.parametrize(
    "told",
    [
        {"code": "PROCESSING", "diagnostics": "Invalid reference", "location": "context"},
        {"code": "VALUE", "diagnostics": "Invalid date"},
        {"code": "code-invalid", "diagnostics": "Unknown type"},
    ],
)
def test_a_412_about_a_value_refuses_this_letter_only(told: dict[str, Any]) -> None:
    error = refusal(Answer(status=412, body=outcome(told)), "x", sending=True, passed=True)
    assert isinstance(error, Refused)
    assert error.status == 412


def test_a_412_to_a_search_is_about_its_value() -> None:
    assert isinstance(refusal(Answer(status=412), "Patient/_search"), Refused)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("7", 7), (" 2.5 ", 2.5), ("999999999", 86_400)],
)
def test_a_wait_in_seconds_is_kept_within_a_day(value: str, seconds: float) -> None:
    assert asked_wait(value) == timedelta(seconds=seconds)


def test_a_wait_may_be_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    wait = asked_wait(soon)
    assert wait is not None
    assert timedelta(seconds=55) < wait <= timedelta(seconds=60)
    assert asked_wait("Wed, 21 Oct 2015 07:28:00 GMT") == timedelta()


@pytest.mark.parametrize(
    "value",
    [
        "Mon, 01 Jan 2024 00:00:00 +999999999",
        "Mon, 01 Jan 2024 00:00:00 +99999999999999999999",
        "Mon, 01 Jan 0001 00:00:00 +2300",
        "Fri, 31 Dec 9999 23:59:59 -2300",
        "Fri, 31 Dec 99999 23:59:59 GMT",
    ],
)
def test_a_date_off_the_calendar_says_nothing_or_stays_within_a_day(value: str) -> None:
    assert asked_wait(value) in {None, timedelta(), timedelta(days=1)}


@given(st.text())
def test_a_wait_in_other_words_is_none_at_all(value: str) -> None:
    wait = asked_wait(value)
    assert wait is None or timedelta() <= wait <= timedelta(days=1)


@pytest.mark.parametrize(
    ("location", "body", "found"),
    [
        ("https://api.lifen.example/fhir/v3/Binary/95001/_history/1", {}, "95001"),
        ("https://evil.example:8443/elsewhere/Binary/95001", {}, "95001"),
        ("Binary/95001/_history/", {}, "95001"),
        ("/fhir/v3/Binary/a-b.c?x=Binary/9#Binary/8", {}, "a-b.c"),
        ("/fhir/v3/Binary/17%3AAPT-a1", {}, "17:APT-a1"),
        ("Binary/1", {"resourceType": "Binary", "id": "2"}, "1"),
        ("", {"resourceType": "Binary", "id": "2"}, "2"),
        ("https://x.example/", {"resourceType": "Binary", "id": 2}, "2"),
        ("Patient/1", {}, None),
        ("Binary/..", {}, None),
        ("Binary/%2e%2e", {}, None),
        ("Binary/a%2Fb", {}, None),
        ("Binary/a b", {}, None),
        ("Binary/", {}, None),
        ("BigBinary/1", {}, None),
        ("Binary/1/other", {}, None),
        ("", {"resourceType": "OperationOutcome", "id": "2"}, None),
        ("", {"resourceType": "Binary", "id": "a/b"}, None),
        ("", {}, None),
    ],
)
def test_an_id_is_taken_from_where_a_thing_now_is_and_nothing_else(
    location: str, body: dict[str, Any], found: str | None
) -> None:
    assert created_id(Receipt(resource=body, location=location), "Binary") == found


@given(st.text(), JSON)
def test_any_header_and_any_body_name_an_id_or_nothing(location: str, value: Any) -> None:
    told = Receipt(resource={"resourceType": "Binary", "id": value}, location=location)
    found = created_id(told, "Binary")
    assert found is None or not {*"/?# "} & {*found}


def test_a_success_without_body_and_header_has_nothing_to_show() -> None:
    with pytest.raises(Malformed):
        receipt(Answer(status=201, body=b""))
    assert receipt(Answer(status=201, body=b"", location="Binary/1")).location == "Binary/1"
