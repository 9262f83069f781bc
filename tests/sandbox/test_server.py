import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from desktop_app.domain.errors import Misconfigured
from desktop_app.sandbox.server import Served, serve
from tests.sandbox.conftest import Caller, credentials


async def enter(client: httpx.AsyncClient, served: Served) -> dict[str, str]:
    answer = await client.post(served.description["lifen"]["token_url"], data=credentials())
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def rules(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"rules": lines}))
    return path


async def test_its_description_is_all_a_caller_needs() -> None:
    async with serve() as served, httpx.AsyncClient() as client:
        told = served.description
        token = await client.post(
            told["lifen"]["token_url"],
            data={
                "grant_type": "client_credentials",
                **{
                    name: told[name]
                    for name in ("client_id", "client_secret", "audience", "database_reference")
                },
            },
        )
        headers = {"Authorization": f"Bearer {token.json()['access_token']}"}
        url = f"{told['lifen']['fhir_url']}/Patient/70001"
        patient = (await client.get(url, headers=headers)).json()
        assert patient["birthDate"] == "1985-07-14"
        ledger = (await client.get(told["ledger_url"])).json()
        assert ledger["calls"] == {"POST /v1/token": 1, "GET /Patient/{id}": 1}


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "sandbox.example"])  # noqa: S104
async def test_it_listens_to_this_machine_only(host: str) -> None:
    with pytest.raises(Misconfigured):
        async with serve(host):
            pass


async def test_a_taken_port_is_a_sentence_not_a_traceback() -> None:
    async with serve() as served:
        port = int(served.url.rpartition(":")[2])
        with pytest.raises(Misconfigured):
            async with serve(port=port):
                pass


@pytest.mark.parametrize("text", ["", "[]", '{"rules": [{"statuss": 500}]}'])
async def test_a_faults_file_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "faults.json"
    path.write_text(text)
    with pytest.raises(Misconfigured):
        async with serve(faults=path):
            pass


async def test_faults_come_and_go_while_it_runs(tmp_path: Path) -> None:
    faults = rules(
        tmp_path / "faults.json",
        {"path": "/Patient/70001", "times": 1, "status": 503, "retry_after": 7},
        {"path": "/Patient/70001", "times": 1, "status": 500, "body": "html"},
        {"path": "/Patient/70001", "times": 1, "body": "truncated"},
    )
    async with serve(faults=faults) as served, httpx.AsyncClient() as client:
        headers = await enter(client, served)
        url = f"{served.description['lifen']['fhir_url']}/Patient/70001"
        first = await client.get(url, headers=headers)
        assert (first.status_code, first.headers["retry-after"]) == (503, "7")
        second = await client.get(url, headers=headers)
        assert (second.status_code, second.text[:6]) == (500, "<html>")
        third = await client.get(url, headers=headers)
        assert third.status_code == 200
        with pytest.raises(ValueError, match=r"."):
            third.json()
        assert (await client.get(url, headers=headers)).json()["id"] == "70001"
        rules(faults, {"path": "/Patient/70001", "cut": True})
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get(url, headers=headers)


async def test_an_oversized_letter_is_refused_before_it_is_read() -> None:
    async with serve() as served, httpx.AsyncClient() as client:
        caller = Caller(client)
        headers = {**await enter(client, served), "Content-Type": "application/fhir+json"}

        async def much() -> Any:
            for _ in range(1200):
                yield b" " * 65536

        url = f"{served.description['lifen']['fhir_url']}/CommunicationRequest/$send-to-mss"
        request = caller.client.build_request(
            "POST", url, content=much(), headers={**headers, "Content-Length": str(1200 * 65536)}
        )
        answer = await client.send(request)
        assert answer.status_code == 413


async def test_a_block_that_raises_leaves_no_door_open() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        async with serve() as served:
            raise ZeroDivisionError
    assert caught.group_contains(ZeroDivisionError)
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{served.url}/_ledger")
