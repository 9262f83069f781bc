"""Traps of where a request goes and what it carries: T1 to T7, T27, T28, T30, T38, T39."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest

from desktop_app.domain.errors import AppError, Malformed, Misconfigured, NotAllowed, StaleToken
from desktop_app.domain.people import AppointmentId, PatientId
from desktop_app.domain.ports import PatientQuery
from desktop_app.fhir.auth import Bearer, Token, Tokens
from desktop_app.settings import load_settings
from desktop_app.wording import window as words
from tests.fhir.conftest import (
    CREDENTIALS,
    HOME,
    MAILBOX,
    PATIENT,
    SECRET,
    Made,
    Mark,
    Platform,
    Shelf,
    fhir_over,
    letter,
    lifen_over,
    token_answer,
)
from tests.fhir.lifen.conftest import NEXT, RECEIPT, bundle, current
from tests.fhir.lifen.test_mapping import capucine

ELSEWHERE = "https://api.post-prod.elsewhere.example/fhir/v3"
NAMED = PatientQuery(name="Abricotier", birth_date=date(1985, 7, 14))


def homes(platform: Platform) -> set[str]:
    return {f"{call.url.scheme}://{call.url.host}/fhir/v3" for call in platform.calls}


async def test_t1_a_next_link_to_another_host_is_asked_on_our_own_base() -> None:
    link = NEXT.replace(HOME, ELSEWHERE)
    platform = Platform([bundle("1", following=link), bundle("2")])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(NAMED)
        following = await lifen.find_patients(NAMED, page.next)
    assert [one.id for one in following.items] == ["2"]
    assert homes(platform) == {HOME}
    assert platform.calls[1].url.path == "/fhir/v3/Bundle"
    assert platform.calls[1].url.params["_searchAfter"] == "20-70020"


async def test_t1_a_token_is_never_attached_to_another_host() -> None:
    token = Token(value="secret", renew_at=1.0, ends_at=2.0)
    request = httpx.Request("GET", f"{ELSEWHERE}/Patient/1")
    with pytest.raises(Malformed):
        next(Bearer(token, httpx.URL(HOME)).auth_flow(request))
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    "link",
    [
        f"{HOME}/Patient?name=abricotier",
        f"{HOME}/Bundle?_id=b1&name=abricotier",
        f"{HOME}/Bundle",
        "http://api.lifen.example/fhir/v3/Bundle?_id=b1",
        "file:///fhir/v3/Bundle?_id=b1",
        "http://[bad",
    ],
)
async def test_t1_a_link_that_is_no_page_is_not_followed(link: str) -> None:
    platform = Platform([bundle("1", following=link), bundle("2")])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(NAMED)
        with pytest.raises(Malformed):
            await lifen.find_patients(NAMED, page.next)
    assert len(platform.calls) == 1


async def test_t2_a_tracking_link_to_another_host_is_asked_on_our_own_base() -> None:
    link = f"{ELSEWHERE}/CommunicationRequest/$tracking?transaction-id=tx-7"
    parameters = [{"name": "tracking-url", "valueString": link}]
    receipt = httpx.Response(201, json={"resourceType": "Parameters", "parameter": parameters})
    platform = Platform([current(), receipt, bundle()])
    async with lifen_over(platform) as lifen:
        transaction = await lifen.deliver(letter(), Shelf(), Mark())
        await lifen.track(transaction)
    assert homes(platform) == {HOME}
    assert platform.calls[2].url.path == "/fhir/v3/CommunicationRequest/$tracking"
    assert platform.calls[2].url.params["transaction-id"] == "tx-7"


async def test_t3_a_full_url_is_never_followed() -> None:
    staging = "https://staging.internal.example/fhir/dstu3/Patient/999"
    body = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"fullUrl": staging, "resource": capucine()}],
    }
    platform = Platform([httpx.Response(200, json=body)])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(NAMED)
    assert [one.id for one in page.items] == ["70001"]
    assert len(platform.calls) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_t4_a_redirect_is_an_error_and_the_token_stays_here(status: int) -> None:
    away = httpx.Response(status, headers={"Location": f"{ELSEWHERE}/Patient/1"})
    platform = Platform([away])
    async with lifen_over(platform) as lifen:
        with pytest.raises(AppError):
            await lifen.patient(PatientId("1"))
        with pytest.raises(AppError):
            await lifen.find_patients(NAMED)
    assert homes(platform) == {HOME}


PRODUCTION: Mapping[str, str] = {
    "token_url": "https://authentication.lifen.fr/v1/token",
    "audience": "https://production.platform-apis/",
    "fhir_url": "https://api.lifen.fr/fhir/v3",
}
TEST: Mapping[str, str] = {
    "token_url": "https://authentication.post-prod.lifen.fr/v1/token",
    "audience": "https://post-prod.platform-apis/",
    "fhir_url": "https://api.post-prod.lifen.fr/fhir/v3",
}


def settings_of(folder: Path, environment: str, members: Mapping[str, str], more: str = "") -> Path:
    lines = "\n".join(f'{name} = "{value}"' for name, value in members.items())
    path = folder / "settings.toml"
    path.write_text(
        f'[profiles.hopital]\nenvironment = "{environment}"\n[profiles.hopital.lifen]\n'
        f'client_id = "demo"\ndatabase_reference = "Sbx0Demo01"\n{lines}\n{more}\n',
        "utf-8",
    )
    return path


@pytest.mark.parametrize("foreign", list(TEST))
@pytest.mark.parametrize("environment", ["production", "test"])
def test_t5_a_mixed_triple_is_refused_at_load(
    tmp_path: Path, environment: str, foreign: str
) -> None:
    own, other = (PRODUCTION, TEST) if environment == "production" else (TEST, PRODUCTION)
    user = settings_of(tmp_path, environment, {**own, foreign: other[foreign]})
    with pytest.raises(Misconfigured) as caught:
        load_settings(policy=tmp_path / "none", user=user, environ={})
    assert (caught.value.where, caught.value.what) == (f"profiles.hopital.lifen.{foreign}", "mixed")


def test_t5_every_environment_but_production_is_written_across_the_window() -> None:
    assert words.environment("test", short=False)
    assert words.environment("practice", short=False)


async def test_t6_two_hospitals_never_share_a_token() -> None:
    asked: list[dict[str, str]] = []

    async def auth(request: httpx.Request) -> httpx.Response:
        asked.append(dict(parse_qsl((await request.aread()).decode())))
        return token_answer(f"eyJ.{len(asked)}")

    async with httpx.AsyncClient(transport=Made(auth)) as client:
        ours = Tokens(client, CREDENTIALS)
        theirs = Tokens(client, replace(CREDENTIALS, database_reference="Sbx0Other2"))
        values = {(await ours.current()).value, (await theirs.current()).value}
    assert len(values) == 2
    assert [form["database_reference"] for form in asked] == ["Sbx0Demo01", "Sbx0Other2"]


async def test_t6_a_patient_of_another_hospital_is_not_taken() -> None:
    stranger = capucine()
    for extension in stranger["extension"]:
        if extension["url"].endswith("DatabaseReference"):
            extension["valueString"] = "Sbx0Other2"
    answers = [
        httpx.Response(200, json={"resourceType": "Bundle", "entry": [{"resource": stranger}]}),
        httpx.Response(200, json=stranger),
    ]
    async with lifen_over(Platform(answers)) as lifen:
        assert (await lifen.find_patients(NAMED)).items == ()
        with pytest.raises(NotAllowed):
            await lifen.patient(PatientId("70001"))


def test_t7_a_secret_in_the_settings_is_refused_and_shown_nowhere(tmp_path: Path) -> None:
    user = settings_of(tmp_path, "test", TEST, f'client_secret = "{SECRET}"')
    with pytest.raises(Misconfigured) as caught:
        load_settings(policy=tmp_path / "none", user=user, environ={})
    assert caught.value.what == "secret_in_file"
    assert SECRET not in f"{caught.value} {caught.value.value} {CREDENTIALS!r}"


async def test_t27_what_people_type_is_encoded_and_a_dollar_stays_one() -> None:
    platform = Platform([bundle(), bundle(), httpx.Response(404), RECEIPT])
    typed = "D’Orval & Fils + Cie | 100 %"
    async with lifen_over(platform) as lifen:
        await lifen.find_patients(PatientQuery(name=typed))
        with pytest.raises(AppError):
            await lifen.appointment(AppointmentId("12:APT-ab/../x"))
        with pytest.raises(AppError):
            await lifen.deliver(letter(), Shelf(), Mark())
    forms = [dict(parse_qsl(body.decode())) for body in platform.bodies[:1]]
    assert forms[0]["name"] == typed
    raw = [call.url.raw_path for call in platform.calls]
    assert b"/fhir/v3/Appointment/12%3AAPT-ab%2F..%2Fx" in raw


async def test_t27_an_operation_keeps_its_dollar() -> None:
    platform = Platform([current(), RECEIPT])
    async with lifen_over(platform) as lifen:
        await lifen.deliver(letter(), Shelf(), Mark())
    assert platform.calls[1].url.raw_path == b"/fhir/v3/CommunicationRequest/$send-to-mss"


async def test_t28_nothing_of_a_patient_is_in_an_address_or_a_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "desktop_app")
    link = f"{HOME}/Patient?name=ABRICOTIER&_sort=-_lastUpdated"
    answers = [bundle("1", following=link), current(), RECEIPT, bundle()]
    platform = Platform(answers)
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(NAMED)
        with pytest.raises(Malformed):
            await lifen.find_patients(NAMED, page.next)
        await lifen.track(await lifen.deliver(letter(), Shelf(), Mark()))
    asked = " ".join(str(call.url) for call in platform.calls).casefold()
    written = caplog.text.casefold()
    for private in ("abricotier", "capucine", "1985", PATIENT.ipp or "", MAILBOX):
        assert private not in asked
        assert private not in written


async def test_t30_a_revoked_secret_costs_one_new_token_and_an_alert() -> None:
    platform = Platform([httpx.Response(401)])
    async with lifen_over(platform) as lifen:
        with pytest.raises(NotAllowed):
            await lifen.patient(PatientId("1"))
    assert (platform.tokens, len(platform.calls)) == (2, 2)


async def test_t30_a_sending_gets_one_new_token_and_is_barred_then() -> None:
    platform = Platform([current(), httpx.Response(401), current(), httpx.Response(401)])
    async with lifen_over(platform) as lifen:
        with pytest.raises(StaleToken):
            await lifen.deliver(letter(), Shelf(), Mark())
        with pytest.raises(NotAllowed):
            await lifen.deliver(letter(), Shelf(), Mark())
    assert platform.tokens == 2


async def test_t38_a_token_lives_by_the_monotonic_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    given: list[int] = []

    def auth(_request: httpx.Request) -> httpx.Response:
        given.append(1)
        return token_answer(expires_in=3600)

    async with httpx.AsyncClient(transport=Made(auth)) as client:
        tokens = Tokens(client, CREDENTIALS, now=lambda: now[0])
        await tokens.current()
        monkeypatch.setattr("time.time", lambda: 4e9)  # somebody sets the clock to another century
        await tokens.current()
        assert len(given) == 1
        now[0] += 3600 - 200  # less than five minutes are left
        await tokens.current()
    assert len(given) == 2


async def test_t38_the_clock_of_a_token_is_monotonic_unless_a_test_says_otherwise() -> None:
    loop = asyncio.get_running_loop()
    async with fhir_over(Platform([current()])) as http:
        await http.read("Patient/1")
        token = await http._tokens.current()  # noqa: SLF001 - its times are nobody else's business
    assert abs(token.ends_at - loop.time() - 172_800) < 60


@pytest.mark.parametrize("relation", ["previous", "prev", "self", "first"])
async def test_t39_only_next_leads_on(relation: str) -> None:
    body = {
        "resourceType": "Bundle",
        "entry": [{"resource": capucine()}],
        "link": [{"relation": relation, "url": NEXT}],
    }
    async with lifen_over(Platform([httpx.Response(200, json=body)])) as lifen:
        page = await lifen.find_patients(NAMED)
    assert page.next is None
