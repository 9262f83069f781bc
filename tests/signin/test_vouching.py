"""ID tokens, honest and otherwise."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from desktop_app.domain.errors import NotSignedIn
from desktop_app.signin.provider import ALGORITHMS
from desktop_app.signin.vouching import SKEW, Expected, Vouched, vouched

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
T = int(NOW.timestamp())
EC = ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"})
KEYS: Mapping[str, Any] = KeySet([EC, RSA]).as_dict(private=False)
WANTED = Expected(
    issuer="https://login.lifen.fr/", client_id="us", nonce="n" * 43, algorithms=ALGORITHMS
)
CLAIMS: Mapping[str, Any] = {
    "iss": WANTED.issuer,
    "sub": "sbx-90001",
    "aud": "us",
    "iat": T,
    "exp": T + 3600,
    "nonce": WANTED.nonce,
    "name": "Claire Fictif",
}


def token(
    claims: Mapping[str, Any], alg: str = "ES256", key: ECKey | RSAKey = EC, **header: Any
) -> str:
    told = {"alg": alg, "kid": key.kid, **header}
    return jwt.encode(told, dict(claims), key, algorithms=[alg])


def read(text: str, keys: Mapping[str, Any] = KEYS, now: datetime = NOW, **more: Any) -> Vouched:
    wanted = Expected(
        issuer=WANTED.issuer,
        client_id=WANTED.client_id,
        nonce=WANTED.nonce,
        algorithms=more.get("algorithms", ALGORITHMS),
    )
    return vouched(text, dict(keys), wanted, now)


def test_somebody_is_vouched_for_with_either_kind_of_key() -> None:
    for text in (token(CLAIMS), token(CLAIMS, "RS256", RSA), token(CLAIMS, "PS256", RSA)):
        found = read(text)
        assert (found.author.key, found.author.name) == ("sso:sbx-90001", "Claire Fictif")
        assert found.lasts == timedelta(hours=1)


def without(name: str) -> dict[str, Any]:
    return {member: value for member, value in CLAIMS.items() if member != name}


@pytest.mark.parametrize("name", ["iss", "sub", "aud", "iat", "exp", "nonce"])
def test_nothing_may_be_missing(name: str) -> None:
    with pytest.raises(NotSignedIn) as caught:
        read(token(without(name)))
    assert caught.value.cause == "forged"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "https://login.lifen.fr"}, {"iss": 3}, {"iss": ["https://login.lifen.fr/"]},
        {"aud": "them"}, {"aud": []}, {"aud": ["us", "them"]}, {"aud": {"us": 1}},
        {"aud": ["us", "them"], "azp": "them"}, {"azp": "them"}, {"azp": ""},
        {"nonce": "other"}, {"nonce": 3}, {"nonce": None},
        {"sub": ""}, {"sub": 3}, {"sub": "a\nb"}, {"sub": "x" * 300},
        {"exp": T - 301}, {"exp": "soon"}, {"exp": True}, {"exp": 10**400}, {"exp": T, "iat": T},
        {"iat": T + 301, "exp": T + 900}, {"nbf": T + 301}, {"iat": "now"},
    ],
)  # fmt: skip
def test_nothing_may_be_otherwise(change: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn) as caught:
        read(token({**CLAIMS, **change}))
    assert caught.value.cause == "forged"


def test_half_a_letter_in_a_claim_is_no_bug() -> None:
    written = orjson.dumps(dict(CLAIMS)).decode()
    for name in ("nonce", "sub", "name"):
        payload = written.replace(f'"{name}":"', f'"{name}":"\\ud800')
        text = jws.serialize_compact({"alg": "ES256", "kid": "ec"}, payload, EC)
        if name == "name":
            assert read(text).author.name == "Claire Fictif"
            continue
        with pytest.raises(NotSignedIn):
            read(text)


def test_a_token_for_several_says_that_it_was_made_for_us() -> None:
    assert read(token({**CLAIMS, "aud": ["them", "us"], "azp": "us"})).author.name
    assert read(token({**CLAIMS, "aud": ["us"]})).author.name


def test_the_clocks_may_differ_a_little_and_the_session_grows_no_longer_by_it() -> None:
    slow, fast = NOW - SKEW + timedelta(seconds=1), NOW + timedelta(hours=1, minutes=4)
    assert read(token(CLAIMS), now=slow).lasts == timedelta(hours=1)
    assert read(token(CLAIMS), now=fast).lasts == timedelta(minutes=1)
    with pytest.raises(NotSignedIn):
        read(token(CLAIMS), now=NOW - SKEW - timedelta(seconds=2))


def test_no_session_lasts_longer_than_a_day() -> None:
    assert read(token({**CLAIMS, "exp": T + 10**9})).lasts == timedelta(days=1)


def test_only_the_providers_own_algorithms_count() -> None:
    with pytest.raises(NotSignedIn):
        read(token(CLAIMS), algorithms=("RS256",))
    secret = OctKey.import_key("s" * 64, {"kid": "ec"})
    shared = jwt.encode({"alg": "HS256", "kid": "ec"}, dict(CLAIMS), secret)
    with pytest.raises(NotSignedIn):
        read(shared, {"keys": [secret.as_dict(private=True)]})
    with pytest.raises(NotSignedIn):
        read(shared)


def test_a_key_of_another_kind_or_name_does_not_fit() -> None:
    for text in (
        token(CLAIMS, kid="rsa"),
        token(CLAIMS, kid="unknown"),
        token(CLAIMS, key=ECKey.generate_key("P-256", {"kid": "ec"})),
    ):
        with pytest.raises(NotSignedIn):
            read(text)


def test_the_header_of_a_token_brings_no_key_of_its_own() -> None:
    stranger = ECKey.generate_key("P-256", {"kid": "new"})
    carried = token(CLAIMS, key=stranger, jwk=stranger.as_dict(private=False))
    with pytest.raises(NotSignedIn):
        read(carried)


def test_a_single_key_needs_no_name() -> None:
    key = {name: value for name, value in EC.as_dict(private=False).items() if name != "kid"}
    text = jwt.encode({"alg": "ES256"}, dict(CLAIMS), EC)
    assert read(text, {"keys": [key]}).author.name == "Claire Fictif"


def test_a_key_that_makes_no_sense_takes_nothing_from_the_others() -> None:
    broken = (
        {"kty": "EC", "crv": "P-256", "x": "?", "y": "!"},
        {"kty": "RSA", "n": "é"},
        {"kty": "PQ"},
        {"kty": ["EC"]},
        {**KEYS["keys"][0], "use": "enc"},
        3,
        None,
    )
    assert read(token(CLAIMS), {"keys": [*broken, *KEYS["keys"]]}).author.name


def test_a_key_that_can_be_guessed_is_no_key() -> None:
    with pytest.warns(match="2048"):
        small = RSAKey.generate_key(1024, {"kid": "small"})
    with pytest.raises(NotSignedIn):
        read(token(CLAIMS, "RS256", small), {"keys": [small.as_dict(private=False)]})


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"name": "  Claire \n Fictif "}, "Claire Fictif"),
        ({"name": "", "given_name": "Claire", "family_name": "Fictif"}, "Claire Fictif"),
        ({"name": 3, "preferred_username": "claire.fictif"}, "claire.fictif"),
        ({"name": None, "email": "c@x.example"}, "c@x.example"),
        ({"name": "\u202eClaire"}, "Claire"),
        ({"name": "x" * 500}, "x" * 120),
        ({"name": None}, ""),
    ],
)
def test_a_person_is_called_what_the_token_says(told: dict[str, Any], name: str) -> None:
    assert read(token({**CLAIMS, **told})).author.name == name


words = st.text(st.characters(exclude_categories=["Cs"]))
json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


@given(text=st.text(max_size=60) | st.just(token(CLAIMS)), keys=st.dictionaries(
    st.just("keys"), st.lists(st.dictionaries(
        st.sampled_from(["kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"]),
        st.sampled_from(["RSA", "EC", "P-256", "sig", "AQAB", "ec", ""]) | json), max_size=3)
    | json))  # fmt: skip
def test_no_key_set_and_no_token_at_all_is_a_bug(text: str, keys: dict[str, Any]) -> None:
    with pytest.raises(NotSignedIn):
        read(text, keys)


@given(
    st.dictionaries(
        st.sampled_from([*CLAIMS, "azp", "nbf", "given_name", "email"]),
        json.filter(lambda value: value == value),  # noqa: PLR0124 - NaN is no JSON
        min_size=1,
    )
)
def test_any_claims_give_somebody_or_our_error(changes: dict[str, Any]) -> None:
    try:
        found = read(token({**CLAIMS, **changes}))
    except NotSignedIn:
        return
    assert found.author.key.startswith("sso:")
    assert timedelta() < found.lasts <= timedelta(days=1)
