"""Machine-to-machine tokens of one hospital, and the one host that they are shown to.

lifen.md 1.2: a form of five fields, no refresh token, 48 hours. The platform's own description of
its interface has the same fields as JSON: so they are sent where the form is not understood.
"""

import asyncio
import re
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import httpx

from desktop_app.domain.errors import (
    AppError,
    Malformed,
    NotAllowed,
    ServerTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.fhir.answers import Answer, asked_wait, read_body, refusal, resource
from desktop_app.fhir.loose import text, texts

EARLY = 300.0
"""Seconds before the end of a token when a new one is due; half its life if that is shorter."""
_UNSAID = 600.0
"""Seconds that a token is trusted for when the platform did not say."""
_PATIENCE = 20.0
_MAX_BODY = 100_000
_NOT_A_FORM = frozenset({415, 422})
"""What answers a form where only JSON is read; no documented denial is one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who asks for which hospital; ``audience`` is opaque, its trailing slash included."""

    token_url: str
    client_id: str
    secret: str = field(repr=False)
    audience: str
    database_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token and when it is due for renewal and dead, on the monotonic clock (T38).

    ``after_refusal`` tells that the one before it was turned away, ``scopes`` what the platform
    says it opens.
    """

    value: str = field(repr=False)
    renew_at: float
    ends_at: float
    after_refusal: bool = False
    scopes: tuple[str, ...] = ()


class Bearer(httpx.Auth):
    """Shows a token to the platform it is for, and to nobody else (T1)."""

    def __init__(self, token: Token, home: httpx.URL) -> None:
        self._token = token
        self._home = home

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign a request; raises ``Malformed`` for one that leaves the platform."""
        url, home = request.url, self._home
        if (url.scheme, url.host, url.port) != (home.scheme, home.host, home.port):
            raise Malformed("link")
        request.headers["Authorization"] = f"Bearer {self._token.value}"
        yield request


class Tokens:
    """The current token of one pair of client and hospital, fetched once for all who wait.

    One object holds one ``Credentials``, so that a token can never serve another hospital (T6).
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        credentials: Credentials,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._credentials = credentials
        self._now = now
        self._token: Token | None = None
        self._refused = False
        self._fetching = asyncio.Lock()
        self._fetches = 0
        self._failure: AppError | None = None

    async def current(self, extensions: dict[str, int] | None = None) -> Token:
        """A token to use now. Raises ``NotAllowed`` or what a repeatable call raises."""
        fetches = self._fetches
        if (token := self._fresh()) is not None:
            return token
        async with self._fetching:
            if (token := self._fresh()) is not None:
                return token
            if self._fetches != fetches and self._failure is not None:
                raise self._failure  # of the fetch that this call waited for
            return await self._renewed(extensions)

    def drop(self, token: Token) -> None:
        """Forget ``token``, which was turned away, unless it was replaced meanwhile."""
        if self._token is token:
            self._token = None
            self._refused = True

    def _fresh(self) -> Token | None:
        token = self._token
        return token if token is not None and self._now() < token.renew_at else None

    async def _renewed(self, extensions: dict[str, int] | None) -> Token:
        old, self._failure = self._token, None
        try:
            token = await self._fetch(extensions)
        except AppError as error:
            passing = not isinstance(error, NotAllowed)
            if passing and old is not None and self._now() < old.ends_at:
                return old  # a troubled token service takes nothing away that still works
            self._failure = error
            raise
        finally:
            self._fetches += 1
        self._token, self._refused = token, False
        return token

    async def _fetch(self, extensions: dict[str, int] | None) -> Token:
        asked = self._credentials
        form = {
            "client_id": asked.client_id,
            "client_secret": asked.secret,
            "audience": asked.audience,
            "database_reference": asked.database_reference,
            "grant_type": "client_credentials",
        }
        try:
            async with asyncio.timeout(_PATIENCE):
                answer = await self._ask(extensions, data=form)
                if answer.status in _NOT_A_FORM:
                    answer = await self._ask(extensions, json=form)
        except (httpx.RequestError, TimeoutError, ConnectionError) as error:
            raise Unreachable("token") from error
        return self._read(answer)

    async def _ask(self, extensions: dict[str, int] | None, **content: Any) -> Answer:
        request = self._client.build_request(
            "POST",
            self._credentials.token_url,
            headers={"Accept": "application/json"},
            extensions=dict(extensions or {}),
            **content,
        )
        response = await self._client.send(request, stream=True, auth=None, follow_redirects=False)
        try:
            body = await read_body(response, _MAX_BODY)
        finally:
            await response.aclose()
        wait = asked_wait(response.headers.get("retry-after"))
        return Answer(status=response.status_code, body=body, wait=wait)

    def _read(self, answer: Answer) -> Token:
        if not answer.is_success:
            raise _denial(answer)
        granted = resource(answer)
        value = granted.get("access_token")
        if not isinstance(value, str) or not re.fullmatch(r"[!-~]+", value, re.ASCII):
            raise Malformed("token")
        now, life = self._now(), _seconds(granted.get("expires_in"))
        return Token(
            value=value,
            renew_at=now + life - min(EARLY, life / 2),
            ends_at=now + life,
            after_refusal=self._refused,
            scopes=tuple(" ".join(texts(granted.get("scope"))).split()),
        )


def _denial(answer: Answer) -> AppError:
    """These answers are not ``OperationOutcome``; only the status is to be trusted."""
    match answer.status:
        case 400:
            return NotAllowed("database_reference", 400)
        case 401:
            return NotAllowed("credentials", 401)
        case 403:
            return NotAllowed("audience", 403)
    error = refusal(answer, "token")
    known = isinstance(error, Throttled | ServerTrouble | Unreachable)
    return error if known else Malformed("token")


def _seconds(value: object) -> float:
    """``expires_in``, also where it is written as text; a token that ends at once serves once."""
    said = text(value)
    return float(said) if re.fullmatch(r"\d{1,9}", said, re.ASCII) else _UNSAID
