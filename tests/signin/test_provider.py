"""What a metadata document may say, and where it may send anybody."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import AppError, Malformed, Misconfigured, NotOffered
from desktop_app.settings import SsoAccount
from desktop_app.signin.provider import ALGORITHMS, Provider, read_provider, with_members

ACCOUNT = SsoAccount(
    metadata_url="https://authentication.lifen.fr/.well-known/oauth-authorization-server",
    client_id="demo-sso",
    acr_values="ch",
    hosts=frozenset({"authentication.lifen.fr", "api.lifen.fr", "login.lifen.fr"}),
)
HERE = replace(ACCOUNT, metadata_url="http://127.0.0.1:8080/meta", hosts=frozenset({"127.0.0.1"}))
PROBED = {  # lifen.md 1.4, as it was seen
    "issuer": "https://login.lifen.fr/",
    "authorization_endpoint": "https://authentication.lifen.fr/authorize",
    "token_endpoint": "https://authentication.lifen.fr/v1/authorization_code/token",
    "jwks_uri": "https://authentication.lifen.fr/.well-known/jwks.json",
    "response_types_supported": ["code"],
    "grant_types_supported": ["authorization_code"],
    "code_challenge_methods_supported": ["S256"],
    "token_endpoint_auth_methods_supported": ["none"],
    "scopes_supported": ["openid", "profile", "email", "address", "phone", "offline_access"],
}
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


def local(**more: Any) -> dict[str, Any]:
    names = (*ENDPOINTS, "issuer")
    return {**{name: f"http://127.0.0.1:8080/{name}" for name in names}, **more}


def test_the_document_that_lifen_was_seen_to_answer_is_understood() -> None:
    provider = read_provider(PROBED, ACCOUNT)
    assert provider == Provider(
        issuer="https://login.lifen.fr/",
        authorization_endpoint="https://authentication.lifen.fr/authorize",
        token_endpoint="https://authentication.lifen.fr/v1/authorization_code/token",
        jwks_uri="https://authentication.lifen.fr/.well-known/jwks.json",
    )
    assert provider.farewell("demo-sso") == ""


def test_a_farewell_is_the_documents_own_and_keeps_its_query() -> None:
    ends = "https://api.lifen.fr/sso/v1/session/logout?app=a%26b"
    provider = read_provider({**PROBED, "end_session_endpoint": ends}, ACCOUNT)
    assert provider.farewell("demo sso") == f"{ends}&client_id=demo+sso"


@pytest.mark.parametrize("member", [*ENDPOINTS, "issuer", "end_session_endpoint"])
@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("https://login.lifen.example/x", "host"),
        ("https://lifen.fr/x", "host"),
        ("https://login.lifen.fr.evil.example/x", "host"),
        ("http://login.lifen.fr/x", "not_https"),
        ("http://127.0.0.1:8080/x", "host"),
        ("file://login.lifen.fr/x", "not_https"),
        ("javascript:alert(1)", "host"),
    ],
)
def test_nobody_is_sent_outside_the_hospitals_hosts(member: str, address: str, what: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        read_provider({**PROBED, member: address}, ACCOUNT)
    assert (caught.value.where, caught.value.what) == (f"sso.{member}", what)


@pytest.mark.parametrize("member", [*ENDPOINTS, "issuer"])
@pytest.mark.parametrize(
    "value",
    [
        None, "", 3, [], "https://a:b@login.lifen.fr/", "https://login.lifen.fr/#x",
        "https://login.lifen.fr/ x", "https://login.lifen.fr/é", "https://[login", "\nhttps://x/",
        "https://login.lifen.fr:999999/", "https://login.lifen.fr/" + "x" * 2000,
    ],
)  # fmt: skip
def test_an_address_that_makes_no_sense_is_no_address(member: str, value: object) -> None:
    with pytest.raises(Malformed):
        read_provider({**PROBED, member: value}, ACCOUNT)


@pytest.mark.parametrize(
    ("member", "offered"),
    [
        ("response_types_supported", ["token"]),
        ("grant_types_supported", ["password"]),
        ("code_challenge_methods_supported", ["plain"]),
        ("token_endpoint_auth_methods_supported", ["client_secret_post"]),
        ("id_token_signing_alg_values_supported", ["HS256", "none"]),
    ],
)
def test_a_provider_that_cannot_do_it_safely_is_not_asked(member: str, offered: list[str]) -> None:
    with pytest.raises(NotOffered):
        read_provider({**PROBED, member: offered}, ACCOUNT)


def test_only_signatures_that_the_provider_alone_can_make_are_accepted() -> None:
    assert read_provider(PROBED, ACCOUNT).algorithms == ALGORITHMS
    assert not [one for one in ALGORITHMS if one.startswith(("HS", "none"))]
    some = {**PROBED, "id_token_signing_alg_values_supported": ["HS256", "RS256", "none"]}
    assert read_provider(some, ACCOUNT).algorithms == ("RS256",)


def test_a_provider_of_this_machine_stays_on_this_machine_and_may_bear_any_name() -> None:
    there = "http://localhost:9/x"
    provider = read_provider(local(token_endpoint=there), HERE)
    assert provider.token_endpoint == there
    assert read_provider(local(issuer="https://login.lifen.fr/"), HERE).issuer.endswith(".fr/")
    for member in ENDPOINTS:
        with pytest.raises(Misconfigured):
            read_provider(local(**{member: "https://login.lifen.fr/x"}), HERE)
    with pytest.raises(Misconfigured):
        read_provider(local(issuer="http://login.lifen.fr/"), HERE)


def test_members_are_added_to_what_an_address_has_already() -> None:
    assert with_members("https://x.example/a?b=&c=d", {"e": "é&"}) == (
        "https://x.example/a?b=&c=d&e=%C3%A9%26"
    )


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*PROBED, "end_session_endpoint"]), json))
def test_any_document_gives_a_provider_or_one_of_our_errors(changes: dict[str, Any]) -> None:
    try:
        provider = read_provider({**PROBED, **changes}, ACCOUNT)
    except AppError:
        return
    assert provider.token_endpoint == PROBED["token_endpoint"]
