"""Where the browser brings the answer back: a port of this machine, open while we wait (RFC 8252).

Anybody on this machine, and any page in its browser, can knock here. What does not bear our
``state`` is therefore answered and forgotten, and the waiting goes on: if it ended, any page could
end every sign-in, while going on gives nothing away, because only whoever was sent to the provider
knows the ``state``, and a code is worth nothing without the verifier, which never leaves this
process.
"""

import asyncio
import contextlib
import hmac
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl

from desktop_app.domain.errors import NotSignedIn, Unreachable
from desktop_app.signin.pages import Pages, answer

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PATH = "/callback"
"""What a hospital registers at its provider, with any port: ``http://127.0.0.1/callback``."""
_HEAD = 16_384
"""Bytes of a request's head; what browsers send of cookies and languages stays far below."""
_HEAD_SECONDS = 10.0
_FAREWELL_SECONDS = 1.0
_MAX_VALUE = 4096
_REQUEST = re.compile(rb"GET (/[!-~]*) HTTP/1\.[01]\r\n", re.ASCII)
_HOST_LINE = re.compile(rb"\r\nhost:[ \t]*([!-~]+)[ \t]*\r\n", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect:
    """What the provider said through the browser; each member is empty where it did not."""

    code: str = ""
    error: str = ""
    issuer: str = ""


class Receiver:
    """Waits for one redirect that bears ``state``."""

    def __init__(self, state: str, pages: Pages) -> None:
        self._state, self._pages = state, pages
        self._came: asyncio.Future[Redirect] = asyncio.get_running_loop().create_future()
        self._forged = 0
        self._answering: dict[asyncio.Task[object] | None, asyncio.StreamWriter] = {}
        self.port = 0

    @property
    def address(self) -> str:
        """The redirect URI of this wait."""
        return f"http://{HOST}:{self.port}{PATH}"

    @property
    def heard_somebody(self) -> bool:
        """Whether the waiting is over."""
        return self._came.done()

    def give_up(self, error: NotSignedIn) -> None:
        """End the waiting without an answer."""
        if not self.heard_somebody:
            self._came.set_exception(error)

    async def wait(self, patience: timedelta) -> Redirect:
        """The one answer; raises ``NotSignedIn`` when none came in time."""
        try:
            async with asyncio.timeout(patience.total_seconds()):
                return await self._came
        except TimeoutError as error:
            raise NotSignedIn("forged" if self._forged else "late") from error

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection."""
        self._answering[asyncio.current_task()] = writer
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._heard(head))
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            log.info("sign-in: a connection that asked nothing")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            del self._answering[asyncio.current_task()]

    async def hang_up(self) -> None:
        """End every connection, once what was answered on it has left.

        Browsers open some in advance on which they never ask anything.
        """
        for writer in self._answering.values():
            writer.close()
        tasks = [task for task in self._answering if task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=_FAREWELL_SECONDS)

    def _heard(self, head: bytes) -> bytes:
        asked, host = _REQUEST.match(head), _HOST_LINE.search(head)
        if asked is None or host is None or host[1].decode() != f"{HOST}:{self.port}":
            return answer("400 Bad Request", self._pages.unexpected)
        path, _, query = asked[1].decode("ascii").partition("?")
        if path != PATH:
            return answer("404 Not Found", self._pages.unexpected)
        said = _members(query)
        ours = hmac.compare_digest(said.get("state", "").encode(), self._state.encode())
        if not ours or self.heard_somebody:
            self._forged += not ours
            log.warning("sign-in: an answer that nobody waits for")
            return answer("400 Bad Request", self._pages.unexpected)
        redirect = Redirect(
            code=said.get("code", ""), error=said.get("error", ""), issuer=said.get("iss", "")
        )
        self._came.set_result(redirect)
        refused = redirect.error or not redirect.code
        return answer("200 OK", self._pages.refused if refused else self._pages.done)


@contextlib.asynccontextmanager
async def receive(state: str, pages: Pages) -> AsyncIterator[Receiver]:
    """Listen on a free port of this machine until the block ends.

    Raises ``Unreachable`` when this machine lets nobody listen.
    """
    receiver = Receiver(state, pages)
    try:
        server = await asyncio.start_server(receiver.serve, HOST, 0, limit=_HEAD)
    except OSError as error:
        raise Unreachable("loopback") from error
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        await receiver.hang_up()


def _members(query: str) -> dict[str, str]:
    """The query's members; one that is there twice, or is too long, says nothing at all."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        return {}
    names = [name for name, _value in pairs]
    return {
        name: value for name, value in pairs if names.count(name) == 1 and len(value) <= _MAX_VALUE
    }
