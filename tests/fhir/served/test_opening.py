"""How a platform is opened, and what its access answers, over a socket."""

import asyncio
import logging
import time
from dataclasses import replace
from typing import Any

import httpx
import pytest

from desktop_app.domain.errors import (
    InDoubt,
    Misconfigured,
    NotAllowed,
    Refused,
    StaleToken,
    Unreachable,
)
from desktop_app.domain.people import PatientId
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery
from desktop_app.fhir.catalogue import open_lifen
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.lifen import LifenSandbox
from desktop_app.sandbox.server import Served
from desktop_app.sandbox.world import World
from tests.fhir.conftest import Mark, Shelf, letter
from tests.fhir.served.conftest import CAPUCINE, SEND, HandClock, Hospital, account, opened


async def test_a_revoked_token_costs_one_more_and_nothing_else(hospital: Hospital) -> None:
    sent = await hospital.letter()
    hospital.sandbox.revoke_tokens()
    assert await hospital.lifen.deliver(sent, Shelf(), Mark())
    hospital.trouble(Rule(path=SEND, status=401, times=1))
    with pytest.raises(StaleToken):
        await hospital.lifen.deliver(sent, Shelf(), Mark())
    assert await hospital.lifen.deliver(sent, Shelf(), Mark())
    hospital.trouble(Rule(path=SEND, status=401))
    with pytest.raises(StaleToken):
        await hospital.lifen.deliver(sent, Shelf(), Mark())
    with pytest.raises(NotAllowed):
        await hospital.lifen.deliver(sent, Shelf(), Mark())


async def test_a_missing_support_address_is_the_set_up(world: World) -> None:
    async with opened(world, client_id="demo-no-support-mail") as hospital:
        sent = await hospital.letter()
        with pytest.raises(NotAllowed) as caught:
            await hospital.lifen.deliver(sent, Shelf(), Mark())
    assert caught.value.cause == "setup"


async def test_a_missing_scope_is_told_when_it_is_met(world: World) -> None:
    async with opened(world, client_id="demo-search-only") as hospital:
        assert (await hospital.lifen.find_patients(PatientQuery(name="abricotier"))).items
        with pytest.raises(NotAllowed) as caught:
            await hospital.lifen.find_practitioners(CorrespondentQuery(name="tessandier"))
    assert caught.value.cause == "scope"


@pytest.mark.parametrize(
    ("secret", "changes", "cause"),
    [
        ("wrong", {}, "credentials"),
        ("", {"audience": "https://production.platform-apis/"}, "audience"),
        ("", {"database_reference": "Unknown"}, "database_reference"),
    ],
)
async def test_access_at_fault_is_told_apart(
    world: World, secret: str, changes: dict[str, Any], cause: str
) -> None:
    async with opened(world, secret, **changes) as hospital:
        with pytest.raises(NotAllowed) as caught:
            await hospital.lifen.patient(CAPUCINE)
    assert caught.value.cause == cause


async def test_practice_mode_is_the_same_client_in_the_same_process(world: World) -> None:
    sandbox = LifenSandbox(world, HandClock(), calls_per_second=0)
    transport = httpx.ASGITransport(sandbox.application())
    description = Served("http://127.0.0.1", sandbox)
    secret = description.description["client_secret"]
    async with open_lifen(account(description), secret, transport=transport) as lifen:
        sent = letter(patient=await lifen.patient(CAPUCINE))
        assert await lifen.deliver(sent, Shelf(), Mark())
        sandbox.faults.replace(Rule(path=SEND, cut=True, times=1))
        with pytest.raises(Unreachable):
            await lifen.deliver(sent, Shelf(), Mark())
        sandbox.faults.replace(Rule(path=SEND, cut=True, after=True, times=1))
        with pytest.raises(InDoubt):
            await lifen.deliver(sent, Shelf(), Mark())
    assert len(sandbox.ledger) == 2


async def test_the_shared_limit_is_kept_without_one_refusal(world: World) -> None:
    async with opened(world, limit=10) as hospital:
        started = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(25):
                group.create_task(hospital.lifen.patient(CAPUCINE))
        assert time.monotonic() - started < 3.5
        async with httpx.AsyncClient() as client:
            ledger = (await client.get(hospital.served.description["ledger_url"])).json()
    assert ledger["rejected"] == {}


async def test_a_nonsense_tenant_or_proxy_is_a_setting_to_correct(hospital: Hospital) -> None:
    good = account(hospital.served)
    for wrong, proxy in (
        (replace(good, tenant="martian"), None),
        (replace(good, fhir_url="https://api.lifen.example/fhir/v3"), "gopher://proxy.example"),
        (replace(good, fhir_url="https://api.lifen.example/fhir/v3"), "socks5://proxy.example"),
    ):
        with pytest.raises(Misconfigured):
            async with open_lifen(wrong, "secret", proxy=proxy):
                pass


async def test_this_machine_is_not_asked_for_through_a_proxy(hospital: Hospital) -> None:
    secret = hospital.served.description["client_secret"]
    proxy = "http://proxy.invalid:3128"
    async with open_lifen(account(hospital.served), secret, proxy=proxy) as lifen:
        assert (await lifen.patient(CAPUCINE)).id == CAPUCINE


async def test_what_is_between_us_and_the_platform_names_no_patient_in_a_log(
    hospital: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = await hospital.lifen.find_patients(PatientQuery(name="Abricotier Capucine"))
    await hospital.lifen.find_patients(PatientQuery(name="sandbox"))
    sent = letter(patient=page.items[0])
    await hospital.lifen.track(await hospital.lifen.deliver(sent, Shelf(), Mark()))
    with pytest.raises(Refused):
        await hospital.lifen.patient(PatientId("0"))
    shown = caplog.text.casefold()
    for person in (
        page.items[0],
        *(await hospital.lifen.find_patients(PatientQuery(name="sandbox"))).items,
    ):
        assert person.birth_family.casefold() not in shown
    assert "capucine" not in shown
    assert "1985-07-14" not in shown
    assert hospital.served.description["client_secret"] not in shown
