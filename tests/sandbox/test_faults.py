"""Every kind of fault, over a real socket."""

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from desktop_app.sandbox.faults import Faults, Rule
from desktop_app.sandbox.server import Served, serve
from tests.sandbox.conftest import credentials
from tests.sandbox.test_sending import document, letter

ELSEWHERE = "https://elsewhere.example"
GUIDE = Path(__file__).parents[2] / "docs" / "sandbox.md"
EXAMPLES = re.findall(r"```json\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
TWO = {"identifier": "000207,000208"}
"""Finds two patients."""
LOST = (httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError)


class Caller:
    """Plain httpx on a port; it follows nothing and inflates only when it is told to."""

    def __init__(self, client: httpx.AsyncClient, served: Served, faults: Path) -> None:
        self.client = client
        self.served = served
        self.base = served.description["lifen"]["fhir_url"]
        self.faults = faults
        self.headers: dict[str, str] = {}

    async def enter(self) -> None:
        url = self.served.description["lifen"]["token_url"]
        token = (await self.client.post(url, data=credentials())).json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def trouble(self, *rules: dict[str, Any]) -> None:
        self.faults.write_text(json.dumps({"rules": rules}))

    async def search(self, **form: str) -> httpx.Response:
        url = f"{self.base}/Patient/_search"
        return await self.client.post(url, data=form or TWO, headers=self.headers)

    async def send(self, body: dict[str, Any] | None = None) -> httpx.Response:
        return await self.client.post(
            f"{self.base}/CommunicationRequest/$send-to-mss",
            json=body or letter(),
            headers={**self.headers, "Content-Type": "application/fhir+json"},
        )

    async def ledger(self) -> dict[str, Any]:
        answer = await self.client.get(self.served.description["ledger_url"])
        return dict(answer.json())


@asynccontextmanager
async def troubled(folder: Path, **choices: Any) -> AsyncIterator[Caller]:
    faults = folder / "faults.json"
    faults.write_text('{"rules": []}')
    async with serve(faults=faults, **choices) as served, httpx.AsyncClient(timeout=20) as client:
        caller = Caller(client, served, faults)
        await caller.enter()
        yield caller


@pytest.fixture
async def caller(tmp_path: Path) -> AsyncIterator[Caller]:
    async with troubled(tmp_path, calls_per_second=0) as caller:
        yield caller


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_of_the_guide_is_understood(example: str, tmp_path: Path) -> None:
    path = tmp_path / "faults.json"
    path.write_text(example)
    assert Faults.load(path).rules


def test_the_guide_names_every_member_of_a_rule() -> None:
    text = GUIDE.read_text("utf-8").partition("## Faults")[2]
    assert [name for name in Rule.__struct_fields__ if f"`{name}`" not in text] == []


async def test_any_status_may_be_forced_with_any_body(caller: Caller) -> None:
    path = {"path": "/Patient/_search", "times": 1}
    caller.trouble(
        {**path, "status": 429, "retry_after": 2},
        {**path, "status": 429},
        {**path, "status": 502, "body": "html"},
        {**path, "body": "html"},
        {**path, "status": 200, "body": "empty"},
        {**path, "status": 500, "body": "truncated"},
        {**path, "json": ["not", "a", "bundle"]},
        {**path, "headers": {"Content-Type": "text/plain"}},
    )
    answers = [await caller.search() for _ in range(9)]
    assert [answer.status_code for answer in answers] == [
        429,
        429,
        502,
        200,
        200,
        500,
        200,
        200,
        200,
    ]
    first, second, html, said_fine, empty, broken, other, typed, true = answers
    assert first.headers["retry-after"] == "2"
    assert "retry-after" not in second.headers
    assert second.json()["issue"][0]["severity"] == "ERROR"
    assert html.text == said_fine.text == "<html><body><h1>Service Unavailable</h1></body></html>"
    assert html.headers["content-type"] == "text/html"
    assert empty.content == b""
    with pytest.raises(ValueError, match=r"."):
        broken.json()
    assert other.json() == ["not", "a", "bundle"]
    assert typed.headers["content-type"] == "text/plain"
    assert typed.json()["total"] == true.json()["total"]
    ledger = await caller.ledger()
    assert ledger["faults"] == [1] * 8
    assert ledger["calls"]["POST /Patient/_search"] == 2  # what is replaced never got there


async def test_the_token_may_be_refused_too(caller: Caller) -> None:
    refusal = {"error": "access_denied", "error_description": "Unauthorized"}
    caller.trouble({"path": "/v1/token", "status": 401, "json": refusal})
    url = caller.served.description["lifen"]["token_url"]
    answer = await caller.client.post(url, data=credentials())
    assert (answer.status_code, answer.json()) == (401, refusal)


@pytest.mark.parametrize(("after", "count"), [(True, 1), (False, 0)])
async def test_a_status_may_hide_that_the_letter_is_stored(
    caller: Caller,
    after: bool,  # noqa: FBT001
    count: int,
) -> None:
    caller.trouble({"path": "$send-to-mss", "status": 500, "after": after})
    assert (await caller.send()).status_code == 500
    assert (await caller.ledger())["count"] == count


@pytest.mark.parametrize(("after", "count"), [(True, 1), (False, 0)])
async def test_a_late_answer_is_given_up_before_or_after_the_work(
    caller: Caller,
    after: bool,  # noqa: FBT001
    count: int,
) -> None:
    caller.trouble({"path": "$send-to-mss", "delay_ms": 1_200, "after": after})
    url = f"{caller.base}/CommunicationRequest/$send-to-mss"
    headers = {**caller.headers, "Content-Type": "application/fhir+json"}
    with pytest.raises(httpx.ReadTimeout):
        await caller.client.post(url, json=letter(), headers=headers, timeout=0.3)
    assert (await caller.ledger())["count"] == count


async def test_a_delay_ends(caller: Caller) -> None:
    caller.trouble({"path": "/Patient/_search", "delay_ms": 60})
    clock = asyncio.get_running_loop().time
    start = clock()
    assert (await caller.search()).status_code == 200
    assert clock() - start >= 0.06


@pytest.mark.parametrize(("after", "count"), [(True, 1), (False, 0)])
async def test_a_cut_before_or_after_the_work(
    caller: Caller,
    after: bool,  # noqa: FBT001
    count: int,
) -> None:
    caller.trouble({"path": "$send-to-mss", "cut": True, "after": after})
    with pytest.raises(LOST):
        await caller.send()
    assert (await caller.ledger())["count"] == count


@pytest.mark.parametrize("at", [0, 100_000])
async def test_a_cut_in_the_middle_of_the_body(caller: Caller, at: int) -> None:
    caller.trouble({"path": "$send-to-mss", "cut": "body", "at": at})
    body = letter()
    body["parameter"][2]["part"] = [{"resource": document(b"%PDF-" + bytes(15_000_000))}]
    raw = json.dumps(body).encode()
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        for start in range(0, len(raw), 65_536):
            yield raw[start : start + 65_536]
            sent = start + 65_536

    headers = {
        **caller.headers,
        "Content-Type": "application/fhir+json",
        "Content-Length": str(len(raw)),
    }
    url = f"{caller.base}/CommunicationRequest/$send-to-mss"
    with pytest.raises(LOST):
        await caller.client.post(url, content=pieces(), headers=headers)
    assert at <= sent < len(raw)
    assert (await caller.ledger())["count"] == 0


async def test_a_cut_in_the_middle_of_the_answer(caller: Caller) -> None:
    whole = len((await caller.search()).content)
    caller.trouble({"path": "/Patient/_search", "cut": "answer", "at": 100})
    got = b""
    with pytest.raises(httpx.RemoteProtocolError):  # noqa: PT012 - read until it breaks
        async with caller.client.stream(
            "POST",
            f"{caller.base}/Patient/_search",
            data=TWO,
            headers=caller.headers,
        ) as answer:
            assert int(answer.headers["content-length"]) == pytest.approx(whole, abs=8)
            async for piece in answer.aiter_raw():
                got += piece
    assert len(got) == 100


async def test_a_truncated_answer_says_that_it_is_whole(caller: Caller) -> None:
    caller.trouble({"path": "/Patient/_search", "body": "truncated"})
    answer = await caller.search()
    assert answer.status_code == 200
    assert answer.text.startswith('{"resourceType":"Bundle"')
    with pytest.raises(ValueError, match=r"."):
        answer.json()


async def test_a_bomb_is_small_on_the_wire_and_valid(caller: Caller) -> None:
    size = 20_000_003
    caller.trouble({"path": "/Patient/_search", "bomb": size})
    async with caller.client.stream(
        "POST", f"{caller.base}/Patient/_search", data={"name": "ab"}, headers=caller.headers
    ) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert len(raw) < size / 500
    body = gzip.decompress(raw)
    assert len(body) > size
    assert json.loads(body)["resourceType"] == "Bundle"


async def test_a_great_bomb_costs_only_what_is_read_of_it(caller: Caller) -> None:
    caller.trouble({"path": "/Patient/_search", "bomb": 1 << 50})
    async with caller.client.stream(
        "POST", f"{caller.base}/Patient/_search", data={"name": "ab"}, headers=caller.headers
    ) as answer:
        inflated = 0
        async for piece in answer.aiter_bytes():
            inflated += len(piece)
            if inflated > 10_000_000:
                break
    assert (await caller.ledger())["faults"] == [1]


async def test_an_answer_may_be_as_large_as_one_likes(caller: Caller) -> None:
    caller.trouble({"path": "/Patient/_search", "size": 3_000_000})
    answer = await caller.search()
    assert len(answer.content) == int(answer.headers["content-length"]) == 3_000_000
    assert answer.json()["total"] == 2


async def test_an_answer_without_end_stops_with_its_reader(caller: Caller) -> None:
    caller.trouble({"path": "/Patient/_search", "endless": True, "times": 1})
    async with caller.client.stream(
        "POST", f"{caller.base}/Patient/_search", data={"name": "ab"}, headers=caller.headers
    ) as answer:
        assert "content-length" not in answer.headers
        size = 0
        async for piece in answer.aiter_raw():
            size += len(piece)
            if size > 5_000_000:
                break
    assert (await caller.search()).json()["total"] == 2


async def test_links_may_point_to_another_host(caller: Caller) -> None:
    caller.trouble({"links": ELSEWHERE})
    page = (await caller.search(name="sandbox")).json()
    urls = [link["url"] for link in page["link"]] + [one["fullUrl"] for one in page["entry"]]
    assert {link["relation"] for link in page["link"]} == {"self", "next"}
    named = {
        line["name"]: line["valueString"] for line in (await caller.send()).json()["parameter"]
    }
    urls.append(named["tracking-url"])
    binary = {
        "resourceType": "Binary",
        "contentType": "application/pdf",
        "content": "JVBERi0xLjQK",
    }
    headers = {**caller.headers, "Content-Type": "application/fhir+json"}
    created = await caller.client.post(f"{caller.base}/Binary", json=binary, headers=headers)
    urls.append(created.headers["location"])
    assert all(url.startswith(f"{ELSEWHERE}/fhir/v3/") for url in urls)


@pytest.mark.parametrize("status", [None, 301, 302, 307, 308])
async def test_a_redirect_leads_to_the_same_place_elsewhere(
    caller: Caller, status: int | None
) -> None:
    caller.trouble({"method": "GET", "redirect": ELSEWHERE, "status": status})
    answer = await caller.client.get(f"{caller.base}/Bundle?_id=x&_index=1", headers=caller.headers)
    assert answer.status_code == (status or 307)
    assert answer.headers["location"] == f"{ELSEWHERE}/fhir/v3/Bundle?_id=x&_index=1"


async def test_members_may_be_missing_or_of_another_type(caller: Caller) -> None:
    path = {"path": "/Patient/_search", "times": 1}
    caller.trouble(
        {**path, "drop": ["entry"]},
        {**path, "drop": ["total", "entry.0.resource.id", "entry.9.x", "nothing.at.all"]},
        {**path, "set": {"total": "many", "entry.0.resource.name": 5, "entry.1": None, "a.b": 1}},
    )
    without, less, odd = [(await caller.search()).json() for _ in range(3)]
    assert set(without) == {"resourceType", "id", "type", "total", "link"}
    assert "total" not in less
    assert ["id" in entry["resource"] for entry in less["entry"]] == [False, True]
    assert (odd["total"], odd["entry"][0]["resource"]["name"], odd["entry"][1]) == ("many", 5, None)


async def test_tokens_end_in_the_middle_of_a_batch(caller: Caller) -> None:
    caller.trouble({"path": "$send-to-mss", "skip": 2, "times": 1, "revoke": True})
    assert [(await caller.send()).status_code for _ in range(4)] == [201, 201, 401, 401]
    await caller.enter()
    assert (await caller.send()).status_code == 201


async def test_a_file_being_written_leaves_the_rules_of_before(caller: Caller) -> None:
    caller.trouble({"path": "/Patient/_search", "status": 503})
    assert (await caller.search()).status_code == 503
    caller.faults.write_text('{"rules": [')
    assert (await caller.search()).status_code == 503
    caller.faults.unlink()
    assert (await caller.search()).status_code == 503
    caller.trouble()
    assert (await caller.search()).status_code == 200


async def test_ten_calls_a_second_are_let_through_from_everybody_together(tmp_path: Path) -> None:
    async with troubled(tmp_path) as caller:
        answers = await asyncio.gather(*(caller.search() for _ in range(14)))
        ledger = await caller.ledger()
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] * 10 + [429] * 4
    assert all("retry-after" not in answer.headers for answer in answers)
    assert ledger["peak_calls_per_second"] == 14
    assert ledger["rejected"] == {"429": 4}


async def test_a_call_too_many_may_be_told_when_to_come_back(tmp_path: Path) -> None:
    async with troubled(tmp_path, calls_per_second=1, retry_after=3) as caller:
        first, second = [await caller.search() for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 429)
    assert second.headers["retry-after"] == "3"
