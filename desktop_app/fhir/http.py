"""The one way to a FHIR server: bounded, never redirected, every failure named.

Reads are repeated where that helps; a sending never is. Its body is held back before the last
piece until the caller says that the point of no return is on disk: what fails earlier has left
nothing behind, because an incomplete body cannot be executed.
"""

import asyncio
import contextlib
import logging
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from desktop_app.domain.errors import (
    AppError,
    Malformed,
    NotAllowed,
    StaleToken,
    Unreachable,
)
from desktop_app.fhir.answers import (
    Answer,
    Receipt,
    asked_wait,
    read_body,
    receipt,
    refusal,
    resource,
)
from desktop_app.fhir.auth import Bearer, Token, Tokens
from desktop_app.fhir.loose import Json
from desktop_app.fhir.pace import Urgency
from desktop_app.fhir.upload import Body, Passing, Upload

log = logging.getLogger(__name__)

FORM = "application/x-www-form-urlencoded"
FHIR = "application/fhir+json"
ACCEPT = "application/fhir+json, application/json;q=0.9"
MAX_RETRIES = 2
SHORT_WAIT = 5.0
"""Seconds of ``Retry-After`` that a person in front of a search box sits out."""
_UNAUTHORIZED, _CONFLICT, _TOO_MANY, _FIRST_ERROR = 401, 409, 429, 400
_PASSING_TROUBLE = frozenset({408, 500, 502, 503, 504})
_CUT = (httpx.RequestError, ConnectionError)

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long things may take, in seconds.

    A whole read with its repetitions; a sending before its end, to which its bytes add their time
    at ``slowest`` bytes per second; the answer to a sending once it has left.
    """

    read: float = 30.0
    start: float = 60.0
    slowest: float = 25_000.0
    answer: float = 120.0
    explanation: float = 5.0  # the body of an error, whose status is known already


def backoff(failures: int) -> float:
    """Seconds to wait after failure number ``failures`` (from 1) of one read."""
    longest = 0.5 * 2 ** (failures - 1)
    return random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, guards nothing


class FhirHttp:
    """Asks one FHIR server under one identity."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        base: str,
        tokens: Tokens,
        *,
        patience: Patience | None = None,
        backoff: Callable[[int], float] = backoff,
    ) -> None:
        self._client = client
        self._base = base.rstrip("/")
        self._home = httpx.URL(self._base)
        self._tokens = tokens
        self._patience = patience or Patience()
        self._backoff = backoff
        self._send_refused = False  # the last sending was answered with 401

    @property
    def home(self) -> httpx.URL:
        """The configured base; nothing is ever asked elsewhere."""
        return self._home

    async def read(
        self, path: str, query: Pairs = (), urgency: Urgency = Urgency.INTERACTIVE
    ) -> Json:
        """GET ``path``; raises ``Unreachable``, ``ServerTrouble`` and what ``refusal`` names."""
        asked = {"params": list(query)} if query else {}
        return await self._ask("GET", path, FHIR, urgency, **asked)

    async def search(self, path: str, form: Pairs, urgency: Urgency = Urgency.INTERACTIVE) -> Json:
        """POST a form that changes nothing: as repeatable as a read."""
        return await self._ask("POST", path, FORM, urgency, data=dict(form))

    async def send(self, path: str, body: Body, passing: Passing) -> Receipt:
        """POST ``body`` once; ``passing`` is awaited before its last piece leaves.

        Raises ``InDoubt`` only after that; before, ``Unreachable``, ``ServerTrouble`` or
        ``StaleToken``. A readable refusal settles the matter at any time.
        """
        return await self._post(path, body, Upload(body, passing, self._patience.answer))

    async def create(self, path: str, body: Body) -> Receipt:
        """POST something that sends nothing by itself: doing it again does no harm.

        Raises what ``send`` raises before its last piece, and ``Malformed``.
        """
        return await self._post(path, body, Upload(body, None, self._patience.answer))

    async def scopes(self) -> tuple[str, ...]:
        """What the platform says that our access opens; told, not relied upon (U2)."""
        return (await self._tokens.current(_urgency(Urgency.INTERACTIVE))).scopes

    async def _post(self, path: str, body: Body, upload: Upload) -> Receipt:
        patience = self._patience
        try:
            async with asyncio.timeout(
                patience.start + body.length / patience.slowest
            ) as upload.deadline:
                token = await self._tokens.current(_urgency(Urgency.SEND))
                answer = await self._call(self._upload_request(path, body, upload), token)
        except TimeoutError as error:
            raise upload.lost("timeout") from error
        except _CUT as error:
            raise upload.lost(_cause(error)) from error
        finally:
            await upload.aclose()
        if answer.status == _UNAUTHORIZED:
            raise self._turned_away(token)
        self._send_refused = False
        if not answer.is_success:
            raise refusal(answer, path, sending=True, passed=upload.passed)
        if not upload.ended:
            raise upload.unclear("early_answer")  # accepted, it says, what it cannot have read
        try:
            return receipt(answer)
        except Malformed as error:
            raise upload.unclear("unreadable") from error

    async def _ask(
        self, method: str, path: str, media: str, urgency: Urgency, **content: Any
    ) -> Json:
        def request() -> httpx.Request:
            return self._request(method, path, media, urgency, **content)

        try:
            async with asyncio.timeout(self._patience.read):
                return resource(await self._repeated(request, path, urgency))
        except TimeoutError as error:
            raise Unreachable("timeout") from error

    async def _repeated(
        self, request: Callable[[], httpx.Request], path: str, urgency: Urgency
    ) -> Answer:
        """The successful answer to a call that may be repeated."""
        renewed = cut = False
        failures = 0
        while True:
            token = await self._tokens.current(_urgency(urgency))
            try:
                answer = await self._call(request(), token)
            except _CUT as error:
                if cut:
                    raise Unreachable(_cause(error)) from error
                cut = True
                await asyncio.sleep(self._backoff(1))
                continue
            if answer.is_success:
                return answer
            if answer.status == _UNAUTHORIZED:
                self._tokens.drop(token)
                if renewed:
                    raise NotAllowed("credentials", _UNAUTHORIZED)
                renewed = True
                continue
            failures += 1
            pause = self._pause(answer, failures, urgency)
            if pause is None:
                raise refusal(answer, path)
            await asyncio.sleep(pause)

    def _pause(self, answer: Answer, failures: int, urgency: Urgency) -> float | None:
        """Seconds before the same read is worth asking again, ``None`` if it is not."""
        if failures > MAX_RETRIES:
            return None
        if answer.status in _PASSING_TROUBLE:
            return self._backoff(failures)
        if answer.status == _CONFLICT and failures == 1:
            return self._backoff(failures)
        if answer.status == _TOO_MANY and urgency is Urgency.INTERACTIVE:
            wait = None if answer.wait is None else answer.wait.total_seconds()
            if wait is None:
                return 2 * self._backoff(failures)
            return wait if wait <= SHORT_WAIT else None
        return None

    def _turned_away(self, token: Token) -> AppError:
        """401 to a sending: one new token is due, unless this was it (T30)."""
        self._tokens.drop(token)
        if self._send_refused and token.after_refusal:
            return NotAllowed("credentials", _UNAUTHORIZED)
        self._send_refused = True
        return StaleToken()

    def _request(
        self, method: str, path: str, media: str, urgency: Urgency, **content: Any
    ) -> httpx.Request:
        return self._client.build_request(
            method,
            f"{self._base}/{path}",
            headers={"Accept": ACCEPT, "Content-Type": media, "Accept-Encoding": "gzip"},
            extensions=_urgency(urgency),
            **content,
        )

    def _upload_request(self, path: str, body: Body, upload: Upload) -> httpx.Request:
        answer = self._patience.answer
        request = self._request(
            "POST",
            path,
            FHIR,
            Urgency.SEND,
            content=upload.pieces,
            timeout=httpx.Timeout(answer, connect=10.0),
        )
        del request.headers["Transfer-Encoding"]
        request.headers["Content-Length"] = str(body.length)
        return request

    async def _call(self, request: httpx.Request, token: Token) -> Answer:
        response = await self._client.send(
            request, stream=True, auth=Bearer(token, self._home), follow_redirects=False
        )
        try:
            body = await self._body(response)
        finally:
            await response.aclose()
        return Answer(
            status=response.status_code,
            body=body,
            wait=asked_wait(response.headers.get("retry-after")),
            location=response.headers.get("location", ""),
        )

    async def _body(self, response: httpx.Response) -> bytes | None:
        """The body; that of an error only explains what its status has settled already."""
        if response.status_code < _FIRST_ERROR:
            return await read_body(response)
        with contextlib.suppress(TimeoutError, *_CUT):
            async with asyncio.timeout(self._patience.explanation):
                return await read_body(response)
        return None


def _urgency(urgency: Urgency) -> dict[str, int]:
    return {"urgency": urgency}


def _cause(error: BaseException) -> str:
    match error:
        case httpx.ProxyError():
            return "proxy"
        case httpx.TimeoutException():
            return "timeout"
        case httpx.ConnectError():
            return "tls" if _is_tls(error) else "network"
        case _:
            return "cut"


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
