"""The practice provider, asked by somebody who knows OIDC and not our client."""

import base64
import hashlib
import html
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from starlette.applications import Starlette

from desktop_app.sandbox.identity import ACR_VALUES, CLIENT_ID, METADATA, Identity
from desktop_app.sandbox.twists import Twist

BASE = "http://127.0.0.1:8000"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=")
QUESTION = {
    "response_type": "code",
    "client_id": CLIENT_ID,
    "redirect_uri": "http://127.0.0.1:54321/callback",
    "scope": "openid email profile",
    "acr_values": ACR_VALUES,
    "state": "s1",
    "nonce": "n1",
    "code_challenge": CHALLENGE.decode(),
    "code_challenge_method": "S256",
    "login_hint": "claire.fictif",
}


@pytest.fixture
def provider() -> Identity:
    return Identity(lambda: datetime(2026, 11, 25, 8, tzinfo=UTC))


@pytest.fixture
async def person(provider: Identity) -> AsyncIterator[httpx.AsyncClient]:
    application = Starlette(routes=provider.routes())
    transport = httpx.ASGITransport(application)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        yield client


def said(response: httpx.Response) -> dict[str, str]:
    """What a redirect tells the application."""
    assert response.status_code == 303
    where = response.headers["location"]
    assert where.startswith(QUESTION["redirect_uri"] + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(where).query).items()}


async def exchange(person: httpx.AsyncClient, code: str, /, **more: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": QUESTION["redirect_uri"],
        "client_id": CLIENT_ID,
        "code_verifier": VERIFIER,
    }
    return await person.post("/v1/authorization_code/token", data={**form, **more})


async def code_for(person: httpx.AsyncClient, **more: str) -> str:
    return said(await person.get("/authorize", params={**QUESTION, **more}))["code"]


async def test_the_metadata_names_what_a_public_client_needs(person: httpx.AsyncClient) -> None:
    told = (await person.get(METADATA)).json()
    assert told["issuer"] == f"{BASE}/"
    assert told["authorization_endpoint"] == f"{BASE}/authorize"
    assert told["token_endpoint"] == f"{BASE}/v1/authorization_code/token"
    assert told["jwks_uri"] == f"{BASE}/.well-known/jwks.json"
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["token_endpoint_auth_methods_supported"] == ["none"]


async def test_a_person_chooses_on_a_page_without_other_peoples_code(
    person: httpx.AsyncClient,
) -> None:
    question = {name: value for name, value in QUESTION.items() if name != "login_hint"}
    page = await person.get("/authorize", params=question)
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    links = dict(re.findall(r'href="([^"]+)">([^<]+)<', page.text))
    people = {name: html.unescape(link) for link, name in links.items()}
    assert set(people) == {"Claire Fictif", "Rémi Sandbox", "Odile Exemple-Fictif", "Annuler"}

    assert said(await person.get(people["Rémi Sandbox"]))["code"]
    assert said(await person.get(people["Annuler"]))["error"] == "access_denied"


async def test_the_code_stands_for_a_signed_token_about_the_person(
    person: httpx.AsyncClient,
) -> None:
    back = said(await person.get("/authorize", params=QUESTION))
    assert (back["state"], back["iss"]) == ("s1", f"{BASE}/")
    answer = await exchange(person, back["code"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["scope"]) == ("Bearer", QUESTION["scope"])

    keys = (await person.get("/.well-known/jwks.json")).json()
    assert "d" not in keys["keys"][0]
    token = jwt.decode(told["id_token"], KeySet.import_key_set(keys), algorithms=["ES256"])
    claims = token.claims
    assert claims["iss"] == f"{BASE}/"
    assert (claims["aud"], claims["nonce"], claims["acr"]) == (CLIENT_ID, "n1", ACR_VALUES)
    assert (claims["sub"], claims["name"]) == ("sbx-90001", "Claire Fictif")
    assert claims["email"].endswith(".example")
    assert claims["exp"] - claims["iat"] == 28_800


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"acr_values": ""}, "invalid_request"),
        ({"acr_values": "elsewhere"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "email profile"}, "invalid_scope"),
    ],
)
async def test_a_faulty_question_is_sent_back(
    person: httpx.AsyncClient, change: dict[str, str], error: str
) -> None:
    assert said(await person.get("/authorize", params={**QUESTION, **change}))["error"] == error


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "another"},
        {"client_secret": "s"},
        {"redirect_uri": ""},
        {"redirect_uri": "https://127.0.0.1:54321/callback"},
        {"redirect_uri": "http://evil.example:80/callback"},
        {"redirect_uri": "http://localhost:54321/callback"},
        {"redirect_uri": "http://127.0.0.1/callback"},
        {"redirect_uri": "http://127.0.0.1:54321/elsewhere"},
        {"redirect_uri": "http://127.0.0.1:54321/callback?x=1"},
        {"redirect_uri": "http://a@127.0.0.1:54321/callback"},
        {"redirect_uri": "http://127.0.0.1:999999/callback"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_the_applications(
    person: httpx.AsyncClient, change: dict[str, str]
) -> None:
    answer = await person.get("/authorize", params={**QUESTION, **change})
    assert answer.status_code == 400
    assert "location" not in answer.headers


async def test_a_code_is_good_once(person: httpx.AsyncClient) -> None:
    code = await code_for(person)
    assert (await exchange(person, code)).status_code == 200
    again = await exchange(person, code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": CHALLENGE.decode()}, "invalid_grant"),  # plain
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/callback"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_grant"),
        ({"code": "unknown"}, "invalid_grant"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"client_secret": "s"}, "invalid_client"),
    ],
)
async def test_a_code_serves_only_who_asked_for_it(
    person: httpx.AsyncClient, change: dict[str, str], error: str
) -> None:
    answer = await exchange(person, await code_for(person), **change)
    assert answer.is_client_error
    assert answer.json() == {"error": error}


def claims_of(token: str) -> dict[str, object]:
    body = token.split(".")[1]
    claims: dict[str, object] = orjson.loads(base64.urlsafe_b64decode(body + "=="))
    return claims


async def twisted(person: httpx.AsyncClient, provider: Identity, twist: Twist) -> str:
    provider.twist = twist
    token: str = (await exchange(person, await code_for(person))).json()["id_token"]
    return token


async def test_a_twist_makes_one_thing_wrong(person: httpx.AsyncClient, provider: Identity) -> None:
    honest = claims_of((await exchange(person, await code_for(person))).json()["id_token"])
    different = {
        Twist.NONCE: {"nonce"},
        Twist.ISSUER: {"iss"},
        Twist.AUDIENCE: {"aud", "azp"},
        Twist.PARTY: {"aud", "azp"},
        Twist.EXPIRED: {"iat", "exp"},
        Twist.FUTURE: {"iat", "exp"},
        Twist.UNSIGNED: set(),
        Twist.STRANGER: set(),
        Twist.SYMMETRIC: set(),
    }
    for twist, members in different.items():
        claims = claims_of(await twisted(person, provider, twist))
        assert {name for name in honest if claims[name] != honest[name]} == members


async def test_signatures_that_must_not_count_are_what_they_say(
    person: httpx.AsyncClient, provider: Identity
) -> None:
    def header(token: str) -> dict[str, str]:
        head: dict[str, str] = orjson.loads(
            base64.urlsafe_b64decode(f"{token.partition('.')[0]}==")
        )
        return head

    unsigned = await twisted(person, provider, Twist.UNSIGNED)
    assert header(unsigned)["alg"] == "none"
    assert unsigned.endswith(".")
    assert header(await twisted(person, provider, Twist.SYMMETRIC))["alg"] == "HS256"
    assert header(await twisted(person, provider, Twist.STRANGER))["kid"] == "sandbox-1"


async def test_who_signs_out_is_told(person: httpx.AsyncClient) -> None:
    assert "déconnecté" in (await person.get("/sso/v1/session/logout")).text


def test_practice_starts_without_the_signatures_library() -> None:
    look = "import sys, desktop_app.sandbox.identity; sys.exit('joserfc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
