import base64
import hashlib
import json
import tracemalloc
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.sandbox.body import (
    LONG,
    Content,
    Parameters,
    attachment_of,
    content_of,
    read_parameters,
    read_resource,
)
from desktop_app.sandbox.outcomes import Outcome
from tests.sandbox.test_sending import attachment, document, letter

NEVER = 1 << 60
BASE64 = st.binary(max_size=60).map(lambda rest: base64.b64encode(b"%PDF-" + rest).decode())
TEXTS = (
    BASE64
    | st.text(max_size=12)
    | st.text(alphabet='A=/+\\"', max_size=20)
    | st.sampled_from(["QUJD" * 9, "JVBERi0=JVBERi0=", "x" * 33])
)
KEYS = st.sampled_from(["data", "title", "attachment", "content", "resource", "name"]) | TEXTS
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def part(content: Any) -> dict[str, Any]:
    return {"resource": {"content": [{"attachment": content}]}}


PARTS = (
    st.fixed_dictionaries({"data": TEXTS | JSON}, optional={"title": JSON}).map(part)
    | JSON.map(part)
    | JSON
)
BODIES = st.fixed_dictionaries(
    {
        "resourceType": st.just("Parameters"),
        "parameter": st.lists(
            st.fixed_dictionaries(
                {"name": st.sampled_from(["payload", "other"])},
                optional={"part": st.lists(PARTS), "valueString": TEXTS | JSON},
            )
            | JSON,
            max_size=3,
        ),
    }
)


@st.composite
def raw_bodies(draw: st.DrawFn) -> bytes:
    """A body as JSON may be written, or as it may be damaged."""
    body = draw(BODIES | JSON)
    text = json.dumps(body, ensure_ascii=draw(st.booleans()), indent=draw(st.none() | st.just(9)))
    raw = text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16"])))
    if draw(st.booleans()):
        return raw
    place = draw(st.integers(0, len(raw)))
    put = draw(st.sampled_from([b"", b"\\", b'"', b"\\/", b"=", b"\n", b'"data":"AAAA",', b"\xff"]))
    return raw[:place] + put + raw[place + draw(st.integers(0, 3)) :]


def cut(raw: bytes, size: int) -> list[bytes]:
    return [raw[start : start + size] for start in range(0, len(raw), size)]


def read(pieces: Sequence[bytes], long: int) -> object:
    """All that can be told of a body, whichever way it was read."""
    try:
        asked = read_parameters(pieces, long)
    except Outcome as outcome:
        return outcome.status, outcome.body
    told: dict[str, Any] = deepcopy(dict(asked.by_name))
    for resource in Parameters(told).parts("payload"):
        if (found := attachment_of(resource)) is not None:
            try:
                found["data"] = content_of(found)
            except Outcome as outcome:
                found["refused"] = outcome.body
    for parameter in told.get("payload", []):
        if "valueString" in parameter:
            try:
                parameter["valueString"] = content_of(parameter, "valueString")
            except Outcome as outcome:
                parameter["refused"] = outcome.body
    return told


@given(raw=raw_bodies(), size=st.integers(1, 40), long=st.integers(1, 40))
def test_a_body_says_the_same_whichever_way_it_is_read(raw: bytes, size: int, long: int) -> None:
    assert read(cut(raw, size), long) == read([raw], NEVER)


@pytest.mark.parametrize("extra", [0, 1, 2, 5 * LONG + 1])
def test_a_long_document_is_known_by_its_bytes(extra: int) -> None:
    data = b"%PDF-" + bytes(range(256)) * 9000 + bytes(extra)
    body = letter()
    body["parameter"][2]["part"] = [{"resource": document(data)}, {"resource": document()}]
    asked = read_parameters(cut(json.dumps(body).encode(), 65_536))
    first, second = (attachment_of(resource) for resource in asked.parts("payload"))
    assert first is not None
    assert second is not None
    assert first["data"] == Content(hashlib.sha256(data).hexdigest(), len(data))
    assert isinstance(second["data"], str)


def in_a_part(data: bytes) -> dict[str, Any]:
    return {"name": "payload", "part": [{"resource": document(data)}]}


def alone(data: bytes) -> dict[str, Any]:
    return {"name": "payload", "valueString": base64.b64encode(data).decode()}


@pytest.mark.parametrize("payload", [in_a_part, alone])
def test_a_long_document_is_never_parsed_as_a_whole(
    payload: Callable[[bytes], dict[str, Any]],
) -> None:
    body = letter()
    body["parameter"][2] = payload(b"%PDF-" + bytes(9_000_000))
    pieces = cut(json.dumps(body).encode(), 65_536)
    tracemalloc.start()
    try:
        read_parameters(pieces)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


def read_binary(pieces: Sequence[bytes], long: int) -> object:
    try:
        resource = read_resource(pieces, "Binary", long)
        return {**resource, "content": content_of(resource, "content", "content")}
    except Outcome as outcome:
        return outcome.status, outcome.body


@given(
    resource=st.fixed_dictionaries(
        {"resourceType": st.just("Binary"), "content": TEXTS | JSON}, optional={"meta": JSON}
    )
    | JSON,
    size=st.integers(1, 40),
    long=st.integers(1, 40),
)
def test_a_binary_says_the_same_whichever_way_it_is_read(
    resource: Any, size: int, long: int
) -> None:
    raw = json.dumps(resource).encode()
    assert read_binary(cut(raw, size), long) == read_binary([raw], NEVER)


def test_a_long_binary_is_never_parsed_as_a_whole() -> None:
    content = base64.b64encode(b"%PDF-" + bytes(9_000_000)).decode()
    pieces = cut(json.dumps({"resourceType": "Binary", "content": content}).encode(), 65_536)
    tracemalloc.start()
    try:
        read_resource(pieces, "Binary")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000


@pytest.mark.parametrize(
    "resource",
    [{"content": ["x"]}, {"content": [{"attachment": "x"}]}, {"content": {}}, {}],
)
def test_a_document_without_an_attachment_has_none(resource: dict[str, Any]) -> None:
    assert attachment_of(resource) is None


@pytest.mark.parametrize("long", [LONG, NEVER])
def test_padding_ends_a_document_wherever_it_is_cut(long: int) -> None:
    padded = base64.b64encode(b"%PDF-" + bytes(3 * (1 << 16) - 6)).decode()
    assert len(padded) == 1 << 18
    assert padded.endswith("=")
    body = letter()
    attachment(body)["data"] = padded * 2
    asked = read_parameters([json.dumps(body).encode()], long)
    (found,) = (attachment_of(resource) for resource in asked.parts("payload"))
    assert found is not None
    with pytest.raises(Outcome) as caught:
        content_of(found)
    assert caught.value.status == 422


def test_a_body_nested_without_end_is_not_json() -> None:
    with pytest.raises(Outcome) as caught:
        read_parameters([b"[" * 100_000])
    assert caught.value.status == 400
