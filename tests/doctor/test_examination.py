from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from desktop_app.doctor import examine
from desktop_app.domain.checkup import (
    ClockRead,
    Connected,
    Direct,
    Failed,
    Health,
    NamesKnown,
    NameUnknown,
    NotNeeded,
    NotReached,
    ScopesGranted,
    SettingsRead,
    SignInReady,
    SomebodySends,
    Step,
    StoreOpen,
)
from desktop_app.domain.errors import Malformed, Misconfigured, NotAllowed, StoreTrouble
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.server import Served
from desktop_app.settings import PRACTICE, Settings, SsoAccount
from desktop_app.system.paths import Folders, private
from desktop_app.system.writer import one_writer
from tests.doctor.conftest import (
    ASKING,
    NETWORK,
    answering,
    at,
    listening,
    look,
    only_fault,
    resting_on,
    settings,
)

SKIPPED = Health.SKIPPED

pytestmark = pytest.mark.usefixtures("secret")


async def test_a_healthy_platform_has_no_fault(served: Served, folders: Folders) -> None:
    found, healths = await look(settings(at(served.url)), folders)
    assert "fail" not in healths
    assert found[Step.SETTINGS].fact == SettingsRead("essai", "test")
    assert found[Step.SECRET].health is Health.WARN  # a file is no keychain
    assert found[Step.NAMES].fact == NamesKnown(("127.0.0.1",))
    assert found[Step.PROXY].fact == Direct()
    assert found[Step.TLS].fact == Connected(())
    assert isinstance(found[Step.CLOCK].fact, ClockRead)
    scopes = found[Step.SCOPES].fact
    assert isinstance(scopes, ScopesGranted)
    assert "SEND_TO_MSS" in scopes.names
    assert scopes.missing == ()
    assert found[Step.SIGN_IN].fact == NotNeeded()
    assert isinstance(found[Step.STORE].fact, StoreOpen)
    assert served.sandbox.ledger == []


async def test_practice_needs_neither_network_nor_secret(folders: Folders) -> None:
    chosen = Settings(profiles={"practice": PRACTICE}, profile=PRACTICE)
    found, healths = await look(chosen, folders)
    assert {step for step in found if found[step].health is SKIPPED} == {
        Step.SECRET, *NETWORK, Step.SIGN_IN,
    }  # fmt: skip
    assert set(healths) == {"ok", "skipped"}


async def test_settings_that_cannot_be_read_stop_everything(folders: Folders) -> None:
    def load() -> Settings:
        raise Misconfigured("profile", "unknown", "ailleurs")

    found = [one async for one in examine(load, folders, lambda: datetime.now(UTC))]
    first, *others = found
    assert isinstance(first.fact, Failed)
    assert {one.fact for one in others} == {NotReached(Step.SETTINGS)}
    assert [one.step for one in found] == list(Step)


async def test_without_its_secret_the_network_is_looked_at_all_the_same(
    served: Served, folders: Folders
) -> None:
    (folders.keys / "secrets.json").unlink()
    found, _ = await look(settings(at(served.url)), folders)
    fault = only_fault(found)
    assert fault.step is Step.SECRET
    assert isinstance(fault.fact, Failed)
    assert isinstance(fault.fact.error, Misconfigured)
    assert resting_on(found, Step.SECRET) == list(ASKING)
    assert found[Step.TLS].health is Health.OK


# Token, scopes, searches


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"client_id": "nobody"}, "credentials"),
        ({"database_reference": "Unknown001"}, "database_reference"),
        ({"audience": "https://elsewhere.platform-apis/"}, "audience"),
    ],
)
async def test_each_refusal_of_a_token_is_told_apart(
    served: Served, folders: Folders, change: dict[str, str], cause: str
) -> None:
    found, _ = await look(settings(replace(at(served.url), **change)), folders)
    fault = only_fault(found)
    assert fault.step is Step.TOKEN
    assert isinstance(fault.fact, Failed)
    assert isinstance(fault.fact.error, NotAllowed)
    assert fault.fact.error.cause == cause
    assert resting_on(found, Step.TOKEN) == list(ASKING[1:])


async def test_a_page_in_the_place_of_a_token_is_no_token(served: Served, folders: Folders) -> None:
    served.sandbox.faults.replace(Rule(path="/v1/token", status=200, body="html"))
    found, _ = await look(settings(at(served.url)), folders)
    fault = only_fault(found)
    assert fault.step is Step.TOKEN
    assert isinstance(fault.fact, Failed)
    assert isinstance(fault.fact.error, Malformed)


async def test_what_a_token_does_not_open_is_a_warning_until_it_is_refused(
    served: Served, folders: Folders
) -> None:
    account = replace(at(served.url), client_id="demo-search-only")
    found, _ = await look(settings(account), folders)
    scopes = found[Step.SCOPES]
    assert scopes.health is Health.WARN
    assert isinstance(scopes.fact, ScopesGranted)
    assert {"SEND_TO_MSS", "SEND_TO_EHR"} <= set(scopes.fact.missing)
    assert found[Step.PATIENTS].health is Health.OK
    fault = only_fault(found)
    assert fault.step is Step.DIRECTORY
    assert isinstance(fault.fact, Failed)
    assert isinstance(fault.fact.error, NotAllowed)


async def test_a_hospital_without_patients_is_not_asked_for_any(
    served: Served, folders: Folders
) -> None:
    account = replace(at(served.url), patients="typed", organization="60001")
    found, _ = await look(settings(account), folders)
    assert (found[Step.PATIENTS].health, found[Step.PATIENTS].fact) == (SKIPPED, NotNeeded())
    assert found[Step.DIRECTORY].health is Health.OK


@pytest.mark.parametrize("tenant", ["ramsay", "vivalto"])
async def test_the_question_about_nobody_suits_every_tenant(
    served: Served, folders: Folders, tenant: str
) -> None:
    references = {"ramsay": "SbxRamsay1", "vivalto": "SbxVivalt1"}
    account = replace(at(served.url), tenant=tenant, database_reference=references[tenant])
    found, _ = await look(settings(account), folders)
    assert found[Step.PATIENTS].health is Health.OK


# Sign-in


def metadata(base: str) -> str:
    return orjson.dumps(
        {
            "issuer": "https://login.lifen.example/",
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/jwks",
        }
    ).decode()


def page(body: str, status: str = "200 OK") -> str:
    return f"HTTP/1.1 {status}\nContent-Length: {len(body)}\nConnection: close\n\n{body}"


def sign_in_at(base: str) -> SsoAccount:
    return SsoAccount(
        metadata_url=f"{base}/.well-known/oauth-authorization-server",
        client_id="demo",
        acr_values="hospital",
        hosts=frozenset({"127.0.0.1"}),
    )


async def test_the_identity_provider_describes_itself(served: Served, folders: Folders) -> None:
    async with listening(answering(page(metadata("http://127.0.0.1")))) as port:
        sso = sign_in_at(f"http://127.0.0.1:{port}")
        found, healths = await look(settings(at(served.url), sso=sso), folders)
    assert "fail" not in healths
    assert found[Step.SIGN_IN].fact == SignInReady("https://login.lifen.example/")


@pytest.mark.parametrize(
    "answer", [page("<html>"), page("{}"), page("gone", "404 Not Found"), page("", "302 Found")]
)
async def test_a_provider_that_is_none_is_the_only_fault(
    served: Served, folders: Folders, answer: str
) -> None:
    async with listening(answering(answer)) as port:
        sso = sign_in_at(f"http://127.0.0.1:{port}")
        found, _ = await look(settings(at(served.url), sso=sso), folders)
    fault = only_fault(found)
    assert fault.step is Step.SIGN_IN
    assert isinstance(fault.fact, Failed)
    assert isinstance(fault.fact.error, Malformed)


async def test_a_provider_out_of_reach_leaves_the_platform_alone(
    served: Served, folders: Folders
) -> None:
    sso = sign_in_at("https://sso.lifen.invalid")
    found, _ = await look(settings(at(served.url), sso=sso), folders)
    assert only_fault(found).fact == NameUnknown("sso.lifen.invalid")
    assert resting_on(found, Step.NAMES) == [Step.SIGN_IN]
    assert found[Step.DIRECTORY].health is Health.OK


async def test_where_people_sign_in_a_wrong_clock_is_a_fault(
    served: Served, folders: Folders
) -> None:
    sso = sign_in_at(served.url)
    found, _ = await look(settings(at(served.url), sso=sso), folders, timedelta(minutes=10))
    assert found[Step.CLOCK].health is Health.FAIL
    assert found[Step.DIRECTORY].health is Health.OK


# This machine


async def test_a_folder_that_cannot_be_written_is_the_store_s_fault(folders: Folders) -> None:
    private(folders.data)
    (folders.data / "practice").write_bytes(b"")
    chosen = Settings(profiles={"practice": PRACTICE}, profile=PRACTICE)
    found, _ = await look(chosen, folders)
    fault = found[Step.STORE]
    assert isinstance(fault.fact, Failed)
    assert isinstance(fault.fact.error, StoreTrouble)
    assert found[Step.SENDER].fact == NotReached(Step.STORE)


async def test_another_program_that_sends_is_said_and_no_fault(folders: Folders) -> None:
    chosen = Settings(profiles={"practice": PRACTICE}, profile=PRACTICE)
    with one_writer(folders.letters("practice"), "navette"):
        found, _ = await look(chosen, folders)
    assert found[Step.SENDER].health is Health.OK
    fact = found[Step.SENDER].fact
    assert isinstance(fact, SomebodySends)
    assert fact.holder.startswith("navette ")


async def test_an_examination_may_be_left_before_its_end(served: Served, folders: Folders) -> None:
    findings = examine(lambda: settings(at(served.url)), folders, lambda: datetime.now(UTC))
    async for found in findings:
        if found.step is Step.TOKEN:
            break
    await findings.aclose()
