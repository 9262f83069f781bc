"""The invented hospital's identity provider: OIDC as lifen.md 1.4 describes Lifen's.

A public client, codes bound to S256 challenges and good for one use, signed ID tokens. A person
chooses among the secretaries on a page; a known ``login_hint`` chooses without one. Served only:
a person's browser has to reach it.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from desktop_app.sandbox.secretaries import Secretary, choosing, found, page
from desktop_app.sandbox.twists import Twist

if TYPE_CHECKING:
    from desktop_app.sandbox.signing import Signer

CLIENT_ID = "demo-sso-client-id"
ACR_VALUES = "ch-villefictive"
METADATA = "/.well-known/oauth-authorization-server"
CALLBACK = "/callback"
"""The path that the invented hospital has registered, on any port of the person's machine."""
SESSION_SECONDS = 28_800
"""How long an ID token vouches: a working day."""
_CODE_SECONDS = 60.0
_JSON = "application/json"

Asked = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    """What a code stands for, until ``ends`` on the monotonic clock."""

    who: Secretary
    asked: Asked
    ends: float


class Identity:
    """One provider: its pages, its codes, its keys. ``twist`` is what tests make go wrong."""

    def __init__(
        self, clock: Callable[[], datetime], session_seconds: int = SESSION_SECONDS
    ) -> None:
        self._clock = clock
        self.session_seconds = session_seconds
        self.twist: Twist | None = None
        self._codes: dict[str, _Code] = {}
        self._signer: Signer | None = None

    def routes(self) -> list[Route]:
        """Its part of the practice platform."""
        return [
            Route(METADATA, self._metadata, methods=["GET"]),
            Route("/authorize", self._authorize, methods=["GET"]),
            Route("/v1/authorization_code/token", self._token, methods=["POST"]),
            Route("/.well-known/jwks.json", self._keys, methods=["GET"]),
            Route("/sso/v1/session/logout", self._logout, methods=["GET"]),
        ]

    async def _metadata(self, request: Request) -> Response:
        base = _base(request)
        return _json(
            {
                "issuer": f"{base}/",
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/v1/authorization_code/token",
                "jwks_uri": f"{base}/.well-known/jwks.json",
                "end_session_endpoint": f"{base}/sso/v1/session/logout",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"],
                "scopes_supported": ["openid", "profile", "email"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        if "client_secret" in asked:
            return _stop("Un secret n’a rien à faire dans une adresse.")
        if asked.get("client_id") != CLIENT_ID:
            return _stop("Cette application n’est pas connue.")
        if not _is_ours(asked.get("redirect_uri", "")):
            return _stop("Cette adresse de retour n’est pas enregistrée.")
        refused = asked.pop("sandbox_refuse", "") or self.twist is Twist.DENIED
        if fault := _fault(asked) or ("access_denied" if refused else ""):
            return self._back(request, asked, {"error": fault})
        who = found(asked.get("login_hint", ""))
        if who is None:
            return choosing(asked)
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(who=who, asked=asked, ends=time.monotonic() + _CODE_SECONDS)
        return self._back(request, asked, {"code": code})

    def _back(self, request: Request, asked: Asked, said: Asked) -> Response:
        """Send the browser back to whoever asked."""
        state = asked.get("state", "")
        if self.twist is Twist.STATE:
            state = state[::-1]
        issuer = f"{_base(request)}/"
        if self.twist is Twist.NAMED_OTHERWISE:
            issuer = "https://another.example/"
        query = urlencode({**said, "state": state, "iss": issuer})
        return RedirectResponse(f"{asked['redirect_uri']}?{query}", 303)

    async def _token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        if "client_secret" in form or "authorization" in request.headers:
            return _refusal("invalid_client", 401)  # a public client has none to show
        if form.get("grant_type") != "authorization_code":
            return _refusal("unsupported_grant_type")
        code = self._codes.pop(form.get("code", ""), None)  # good once, even if what follows is not
        if code is None or code.ends <= time.monotonic() or not _fits(form, code.asked):
            return _refusal("invalid_grant")
        claims = self._claims(f"{_base(request)}/", code)
        return _json(
            {
                "access_token": f"sandbox-{secrets.token_urlsafe(24)}",
                "id_token": self._sign().id_token(claims, self.twist),
                "token_type": "Bearer",
                "expires_in": self.session_seconds,
                "scope": code.asked["scope"],
            }
        )

    def _claims(self, issuer: str, code: _Code) -> dict[str, Any]:
        now, who, asked = int(self._clock().timestamp()), code.who, code.asked
        return {
            "iss": issuer,
            "sub": who.subject,
            "aud": CLIENT_ID,
            "azp": CLIENT_ID,
            "iat": now,
            "exp": now + self.session_seconds,
            "auth_time": now,
            "nonce": asked.get("nonce", ""),
            "acr": asked["acr_values"],
            "name": who.name,
            "given_name": who.given,
            "family_name": who.family,
            "preferred_username": who.login,
            "email": who.email,
        }

    async def _keys(self, _request: Request) -> Response:
        return _json(self._sign().public_keys())

    async def _logout(self, _request: Request) -> Response:
        return page("Vous êtes déconnecté", "Vous pouvez fermer cet onglet.")

    def _sign(self) -> "Signer":
        if self._signer is None:
            from desktop_app.sandbox.signing import Signer  # noqa: PLC0415 - its own docstring

            self._signer = Signer()
        return self._signer


def _fault(asked: Asked) -> str:
    """What is wrong with a question, as OAuth names it, or nothing."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if "openid" not in asked.get("scope", "").split():
        return "invalid_scope"
    challenge = asked.get("code_challenge", "")
    plain = asked.get("code_challenge_method") != "S256" or not challenge
    known = asked.get("acr_values") == ACR_VALUES
    return "invalid_request" if plain or not known or not asked.get("state") else ""


def _fits(form: Asked, asked: Asked) -> bool:
    """Whether who exchanges a code is who asked for it (RFC 7636)."""
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    same = all(form.get(name) == asked[name] for name in ("client_id", "redirect_uri"))
    return same and secrets.compare_digest(challenge.encode(), asked["code_challenge"].encode())


def _is_ours(redirect_uri: str) -> bool:
    """The registered path on any port of the person's own machine (RFC 8252, 7.3)."""
    try:
        parts = urlsplit(redirect_uri)
        port = parts.port
    except ValueError:
        return False
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1")
    bare = not parts.query and not parts.fragment and parts.username is None
    return local and bare and port is not None and parts.path == CALLBACK


def _base(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}"


def _stop(text: str) -> Response:
    """A fault that must not be sent to an address that nobody has checked."""
    return page("Connexion impossible", text, status=400)


def _refusal(error: str, status: int = 400) -> Response:
    return _json({"error": error}, status)


def _json(body: object, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(orjson.dumps(body), status, headers, media_type=_JSON)
