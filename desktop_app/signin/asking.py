"""Questions to the identity provider: bounded, never redirected, every failure named."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
import orjson

from desktop_app.domain.errors import Malformed, ServerTrouble, Throttled, Unreachable

MAX_ANSWER = 200_000
"""Bytes; a metadata document, a key set and a token are a few thousand each."""
_PATIENCE = 20.0
"""Seconds for one question, answer included."""
_OK, _BAD, _TOO_MANY, _FAILED = 200, 400, 429, 500

Json = dict[str, Any]


def open_client(transport: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """A client of its own: nothing of the platform's (its token least of all) is within reach."""
    return httpx.AsyncClient(
        transport=transport,
        timeout=httpx.Timeout(10.0),
        follow_redirects=False,
        trust_env=False,
        headers={
            "User-Agent": "Navette",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
        },
    )


async def ask(
    client: httpx.AsyncClient, url: str, form: Mapping[str, str] | None = None
) -> Json | None:
    """The JSON object at ``url``, or the one that ``form`` is answered with.

    Nothing for a refusal (4xx), whatever it holds: the status decides. Raises ``Unreachable``,
    ``Throttled``, ``ServerTrouble`` or ``Malformed``.
    """
    method, data = ("GET", None) if form is None else ("POST", dict(form))
    request = client.build_request(method, url, data=data)
    try:
        async with asyncio.timeout(_PATIENCE):
            response = await client.send(request, stream=True, follow_redirects=False)
            try:
                body = await _body(response)
            finally:
                await response.aclose()
    except (httpx.RequestError, TimeoutError, ConnectionError) as error:
        raise Unreachable("sign_in") from error
    return _read(response.status_code, body)


async def _body(response: httpx.Response) -> bytes | None:
    """What was answered, or ``None`` for what is too long or packed although nobody asked."""
    if response.headers.get("content-encoding", "identity").strip().casefold() != "identity":
        return None
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > MAX_ANSWER:
            return None
    return bytes(body)


def _read(status: int, body: bytes | None) -> Json | None:
    if status == _TOO_MANY:
        raise Throttled
    if status >= _FAILED:
        raise ServerTrouble(status)
    if _BAD <= status < _FAILED:
        return None
    if status != _OK or body is None:
        raise Malformed("sign_in")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed("sign_in") from error
    if not isinstance(found, dict):
        raise Malformed("sign_in")
    return found
