import httpx
import pytest

from desktop_app.sandbox.lifen import LifenSandbox
from desktop_app.sandbox.world import World
from tests.sandbox.conftest import BASE, TOKEN_URL, Caller, HandClock, credentials


@pytest.mark.parametrize("form", [True, False])
async def test_a_token_is_given_to_a_form_and_to_json(stranger: Caller, form: bool) -> None:  # noqa: FBT001
    fields = credentials()
    answer = await (
        stranger.client.post(TOKEN_URL, data=fields)
        if form
        else stranger.client.post(TOKEN_URL, json=fields)
    )
    body = answer.json()
    assert answer.status_code == 200
    assert (body["expires_in"], body["token_type"]) == (172800, "Bearer")
    assert {"PATIENT_GAM_SEARCH", "PATIENT_SEARCH", "SEND_TO_MSS"} <= set(body["scope"].split())


@pytest.mark.parametrize(
    ("change", "status", "error", "words"),
    [
        ({"database_reference": "x"}, 400, "invalid_request", "A valid database_reference"),
        ({"client_secret": "x"}, 401, "access_denied", "Unauthorized"),
        ({"client_id": "x"}, 401, "access_denied", "Unauthorized"),
        ({"audience": "https://production.platform-apis/"}, 403, "access_denied", "Service not"),
        ({"grant_type": "password"}, 400, "invalid_request", "Grant type"),
    ],
)
async def test_wrong_credentials_get_the_documented_bodies(
    stranger: Caller, change: dict[str, str], status: int, error: str, words: str
) -> None:
    answer = await stranger.client.post(TOKEN_URL, data=credentials(**change))
    assert answer.status_code == status
    assert answer.json()["error"] == error
    assert answer.json()["error_description"].startswith(words)


@pytest.mark.parametrize("header", ["", "Bearer x", "Basic eDp4"])
async def test_without_a_good_token_nothing_is_answered(stranger: Caller, header: str) -> None:
    answer = await stranger.client.get(f"{BASE}/Patient/70001", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.json()["issue"][0]["diagnostics"] == "Invalid access token"


async def test_a_revoked_token_is_refused(caller: Caller, sandbox: LifenSandbox) -> None:
    assert (await caller.get("Patient/70001")).status_code == 200
    sandbox.revoke_tokens()
    assert (await caller.get("Patient/70001")).status_code == 401


async def test_a_token_ends_when_it_said(world: World, clock: HandClock) -> None:
    sandbox = LifenSandbox(world, clock, token_seconds=0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.application())) as client:
        caller = await Caller(client).enter()
        assert (await caller.get("Patient/70001")).status_code == 401


async def test_a_missing_scope_is_forbidden(stranger: Caller) -> None:
    caller = await stranger.enter("demo-search-only")
    assert (await caller.get("Patient/70001")).status_code == 200
    answer = await caller.search("Practitioner", "$search-for-mss", name="tess")
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["Patient/1", "Encounter/1", "Patient/70001/x"])
async def test_what_is_not_there_is_unknown(caller: Caller, path: str) -> None:
    answer = await caller.get(path)
    assert answer.status_code == 404
    issue = answer.json()["issue"][0]
    assert issue["code"] == "NOTFOUND"
    assert issue["diagnostics"] == f"Unknown service (GET) : {path}"


async def test_a_search_must_be_a_form(caller: Caller) -> None:
    answer = await caller.client.post(
        f"{BASE}/Patient/_search", json={"name": "abr"}, headers=caller.headers
    )
    assert answer.status_code == 415


async def test_nothing_is_ever_deleted(caller: Caller) -> None:
    answer = await caller.client.delete(f"{BASE}/Patient/70001", headers=caller.headers)
    assert answer.status_code == 405


async def test_more_than_ten_calls_in_a_second_are_too_many(world: World, clock: HandClock) -> None:
    sandbox = LifenSandbox(world, clock)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(sandbox.application())) as client:
        caller = await Caller(client).enter()
        answers = [(await caller.get("Patient/70001")).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


async def test_the_ledger_counts_calls_without_saying_about_whom(caller: Caller) -> None:
    await caller.get("Patient/70001")
    await caller.search("Patient", name="a")
    ledger = (await caller.client.get("http://127.0.0.1/_ledger")).json()
    assert ledger["count"] == 0
    assert ledger["calls"]["GET /Patient/{id}"] == 1
    assert ledger["rejected"] == {"422": 1}
