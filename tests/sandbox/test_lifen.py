import pytest

from tests.sandbox.conftest import BASE, Caller


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


async def test_the_ledger_counts_calls_without_saying_about_whom(caller: Caller) -> None:
    await caller.get("Patient/70001")
    await caller.search("Patient", name="a")
    ledger = (await caller.client.get("http://127.0.0.1/_ledger")).json()
    assert ledger["count"] == 0
    assert ledger["calls"]["GET /Patient/{id}"] == 1
    assert ledger["rejected"] == {"422": 1}
