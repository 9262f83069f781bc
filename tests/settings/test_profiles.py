import pytest

from desktop_app.domain.errors import Misconfigured
from desktop_app.settings import Profile
from tests.settings.conftest import TEST_PROFILE, Load

TEST_HOST = "https://api.post-prod.lifen.fr/fhir/v3"
TEST_TOKEN = "https://authentication.post-prod.lifen.fr/v1/token"
TEST_AUDIENCE = "https://post-prod.platform-apis/"
PRODUCTION = (
    TEST_PROFILE.replace(".post-prod.lifen", ".lifen")
    .replace("post-prod.platform", "production.platform")
    .replace('"test"', '"production"')
)
RAMSAY = TEST_PROFILE.replace('"standard"', '"ramsay"').replace(
    "api.post-prod.lifen.fr", "api-ramsay.post-prod.lifen.fr"
)
LOOPBACK = (
    TEST_PROFILE.replace(TEST_HOST, "http://127.0.0.1:8080/fhir/v3")
    .replace(TEST_TOKEN, "http://127.0.0.1:8080/v1/token")
    .replace(TEST_AUDIENCE, "https://sandbox.platform-apis/")
)


def chosen(load: Load, text: str, **more: str) -> Profile:
    return load(text, **more).profile


def test_the_only_profile_needs_no_choosing(load: Load) -> None:
    profile = chosen(load, TEST_PROFILE)
    assert (profile.name, profile.label, profile.environment) == (
        "villefictive",
        "CH de Villefictive",
        "test",
    )
    assert profile.lifen is not None
    assert profile.lifen.fhir_url == TEST_HOST


def test_several_profiles_need_a_choice(load: Load) -> None:
    both = TEST_PROFILE + PRODUCTION.replace("villefictive", "autre")
    with pytest.raises(Misconfigured):
        load(both)
    assert load(both, profile="autre").profile.environment == "production"
    assert load(f"profile = 'villefictive'\n{both}").profile.environment == "test"
    assert load(both, environ={"NAVETTE_PROFILE": "autre"}).profile.name == "autre"


def test_practice_is_always_there(load: Load) -> None:
    assert load(TEST_PROFILE, profile="practice").profile.lifen is None


def test_each_hospital_and_environment_has_a_seal_of_its_own(load: Load) -> None:
    other = TEST_PROFILE.replace("Sbx0Demo01", "Sbx0Demo02")
    seals = {chosen(load, text).account for text in (TEST_PROFILE, PRODUCTION, LOOPBACK, other, "")}
    assert len(seals) == 5


def test_a_seal_survives_a_new_loopback_port_and_a_new_client(load: Load) -> None:
    moved = LOOPBACK.replace("8080", "9090").replace("demo-client-id", "other-client")
    assert chosen(load, LOOPBACK).account == chosen(load, moved).account


@pytest.mark.parametrize(
    ("text", "member", "what"),
    [
        (TEST_PROFILE.replace("https://api", "http://api"), "lifen.fhir_url", "not_https"),
        (TEST_PROFILE.replace("api.post-prod.lifen.fr", "api.lifen.fr"), "lifen.fhir_url", "mixed"),
        (TEST_PROFILE.replace(TEST_AUDIENCE, "https://production.platform-apis/"),
         "lifen.audience", "mixed"),
        (TEST_PROFILE.replace(TEST_AUDIENCE, TEST_AUDIENCE[:-1]), "lifen.audience", "invalid"),
        (TEST_PROFILE.replace(TEST_TOKEN, "http://localhost:1/v1/token"), "lifen.fhir_url",
         "mixed"),
        (TEST_PROFILE.replace("api.post-prod.lifen.fr", "api.lifen.example"), "lifen.fhir_url",
         "host"),
        (TEST_PROFILE.replace("api.post-prod", "u:p@api.post-prod"), "lifen.fhir_url",
         "secret_in_file"),
        (TEST_PROFILE.replace(TEST_HOST, "api.post-prod.lifen.fr"), "lifen.fhir_url", "invalid"),
        (TEST_PROFILE.replace(TEST_HOST, "https://[api"), "lifen.fhir_url", "invalid"),
        (TEST_PROFILE.replace(TEST_HOST, "https://api.post-prod.lifen.fr:999999/"),
         "lifen.fhir_url", "invalid"),
        (TEST_PROFILE.replace('"demo-client-id"', '""'), "lifen.client_id", "missing"),
        (TEST_PROFILE.replace('"standard"', '"other"'), "lifen.tenant", "invalid"),
        (TEST_PROFILE.replace('"standard"', '"ramsay"'), "lifen.tenant", "tenant"),
        (RAMSAY.replace('"ramsay"', '"vivalto"'), "lifen.tenant", "tenant"),
        (RAMSAY.replace('"ramsay"', '"standard"'), "lifen.tenant", "tenant"),
        (TEST_PROFILE.replace('"test"', '"staging"'), "environment", "invalid"),
        (TEST_PROFILE.replace('environment = "test"', ""), "environment", "missing"),
        (TEST_PROFILE.replace('"test"', '"practice"'), "lifen.token_url", "mixed"),
        (LOOPBACK.replace('"test"', '"production"'), "lifen.token_url", "not_https"),
        ("[profiles.villefictive]\nenvironment = 'test'", "lifen", "missing"),
        (TEST_PROFILE + "[profiles.villefictive.codoc]\nauth = 'none'", "codoc.fhir_url",
         "missing"),
        (TEST_PROFILE + "[profiles.villefictive.codoc]\nfhir_url = 'https://f.example'\n"
         "auth = 'magic'", "codoc.auth", "invalid"),
    ],
)  # fmt: skip
def test_a_profile_that_contradicts_itself_is_refused(
    load: Load, text: str, member: str, what: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(text)
    assert (caught.value.where, caught.value.what) == (f"profiles.villefictive.{member}", what)


@pytest.mark.parametrize(
    "text",
    [
        RAMSAY,
        RAMSAY.replace("api-ramsay.post-prod.lifen.fr", "api.post-prod.lifen.ramsaygds.fr"),
        TEST_PROFILE.replace('"standard"', '"vivalto"'),
        LOOPBACK.replace('"standard"', '"ramsay"'),
    ],
)
def test_each_tenant_has_its_hosts(load: Load, text: str) -> None:
    assert chosen(load, text).lifen is not None


def test_practice_and_test_may_use_this_machine(load: Load) -> None:
    assert chosen(load, LOOPBACK).lifen is not None
    practice = LOOPBACK.replace('"test"', '"practice"')
    assert chosen(load, practice).environment == "practice"


def test_the_policy_may_open_another_host_for_one_environment(load: Load) -> None:
    text = TEST_PROFILE.replace("api.post-prod.lifen.fr", "lifen.hopital.example")
    policy = "[hosts]\ntest = ['lifen.hopital.example']"
    assert chosen(load, text, policy=policy).lifen is not None
    with pytest.raises(Misconfigured):
        load(text, "[hosts]\nproduction = ['lifen.hopital.example']")


def test_a_codoc_part_is_understood_beside_lifen(load: Load) -> None:
    codoc = (
        "[profiles.villefictive.codoc]\nfhir_url = 'https://fhir.chu.example/v4.3.0/'\n"
        "auth = 'bearer'"
    )
    shown = load(TEST_PROFILE + codoc).shown
    assert any(one.key == "profiles.villefictive.codoc.auth" for one in shown)


# The sign-in of a hospital's people ---------------------------------------------------------------

SSO = """
[profiles.villefictive.sso]
metadata_url = "https://authentication.post-prod.lifen.fr/.well-known/oauth-authorization-server"
client_id = "demo-sso-client-id"
acr_values = "ch-villefictive"
"""
HOSPITALS_OWN = SSO.replace("authentication.post-prod.lifen.fr", "sso.hopital.example")


def test_a_hospital_without_a_sign_in_has_none(load: Load) -> None:
    assert chosen(load, TEST_PROFILE).sso is None
    assert load(TEST_PROFILE, profile="practice").profile.sso is None


def test_a_sign_in_knows_where_its_people_may_be_sent(load: Load) -> None:
    sso = chosen(load, TEST_PROFILE + SSO).sso
    assert sso is not None
    assert (sso.client_id, sso.acr_values) == ("demo-sso-client-id", "ch-villefictive")
    assert "authentication.post-prod.lifen.fr" in sso.hosts
    assert not [host for host in sso.hosts if "post-prod" not in host]

    real = chosen(load, PRODUCTION + SSO.replace(".post-prod.lifen", ".lifen")).sso
    assert real is not None
    assert real.hosts == {"authentication.lifen.fr", "api.lifen.fr", "login.lifen.fr"}


def test_a_sign_in_on_this_machine_stays_there(load: Load) -> None:
    local = SSO.replace("https://authentication.post-prod.lifen.fr", "http://127.0.0.1:8080")
    sso = chosen(load, LOOPBACK + local).sso
    assert sso is not None
    assert sso.hosts == {"127.0.0.1"}
    with pytest.raises(Misconfigured):
        load(PRODUCTION + local)


def test_the_policy_may_open_a_hospitals_own_provider(load: Load) -> None:
    policy = "[hosts]\ntest = ['sso.hopital.example']"
    sso = chosen(load, TEST_PROFILE + HOSPITALS_OWN, policy=policy).sso
    assert sso is not None
    assert "sso.hopital.example" in sso.hosts


@pytest.mark.parametrize(
    ("text", "member", "what"),
    [
        (SSO.replace("https", "http"), "metadata_url", "not_https"),
        (SSO.replace(".post-prod.", "."), "metadata_url", "mixed"),
        (HOSPITALS_OWN, "metadata_url", "host"),
        (SSO.replace("https://", "https://u:p@"), "metadata_url", "secret_in_file"),
        (SSO.replace('"demo-sso-client-id"', '""'), "client_id", "missing"),
        (SSO.replace('acr_values = "ch-villefictive"', ""), "acr_values", "missing"),
        (SSO + "client_secret = 's'", "client_secret", "secret_in_file"),
        (SSO + "scope = 'openid'", "scope", "unknown"),
    ],
)
def test_a_sign_in_that_contradicts_itself_is_refused(
    load: Load, text: str, member: str, what: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(TEST_PROFILE + text)
    assert (caught.value.where, caught.value.what) == (f"profiles.villefictive.sso.{member}", what)


def test_a_sign_in_may_be_locked_whole(load: Load) -> None:
    policy = f'locked = ["profiles.villefictive.sso"]\n{SSO}'
    other = SSO.replace("ch-villefictive", "another")
    sso = chosen(load, TEST_PROFILE + other, policy=policy).sso
    assert sso is not None
    assert sso.acr_values == "ch-villefictive"


# What the contract opens --------------------------------------------------------------------------


def lifen(*lines: str) -> str:
    return "\n".join((TEST_PROFILE.rstrip(), *lines, ""))


def test_nothing_said_of_the_contract_is_the_usual_one(load: Load) -> None:
    account = chosen(load, TEST_PROFILE).lifen
    assert account is not None
    assert (account.patients, account.record) == ("search", "offered")
    assert (account.organization, account.sender, account.dmp) == ("", "", "")


def test_a_contract_says_what_it_opens(load: Load) -> None:
    account = chosen(
        load,
        lifen(
            "patients = 'typed'",
            "organization = 'org-60001'",
            "sender = '10000000013'",
            "record = 'always'",
            "dmp = 'Organization/60099'",
        ),
    ).lifen
    assert account is not None
    assert (account.patients, account.organization) == ("typed", "org-60001")
    assert (account.sender, account.record) == ("10000000013", "always")
    assert account.dmp == "Organization/60099"


@pytest.mark.parametrize(
    ("line", "member", "what"),
    [
        ("patients = 'some'", "patients", "invalid"),
        ("patients = 'typed'", "organization", "missing"),
        ("organization = 'a b'", "organization", "invalid"),
        ("organization = 'Organization/1'", "organization", "invalid"),
        ("sender = '123'", "sender", "invalid"),
        ("sender = '810000000013'", "sender", "invalid"),
        ("record = 'yes'", "record", "invalid"),
        ("dmp = '60099'", "dmp", "invalid"),
        ("dmp = 'https://x.example/Organization/1'", "dmp", "invalid"),
        ("dmp = true", "dmp", "invalid"),
    ],
)
def test_a_contract_that_makes_no_sense_is_refused(
    load: Load, line: str, member: str, what: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        load(lifen(line))
    where = f"profiles.villefictive.lifen.{member}"
    assert (caught.value.where, caught.value.what) == (where, what)
