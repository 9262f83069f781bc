"""A letter, a spool in memory, and our client over whatever a test puts at the other end."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import httpx

from desktop_app.domain.letters import Document, DocumentId, Letter, LetterId
from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Mailbox,
    Patient,
    PatientId,
    Recipient,
    Sex,
    Stay,
    StayId,
)
from desktop_app.fhir.auth import Credentials, Tokens
from desktop_app.fhir.http import FhirHttp, Patience
from desktop_app.fhir.lifen.client import LifenClient
from desktop_app.settings import LifenAccount

HOME = "https://api.lifen.example/fhir/v3"
TOKEN_URL = "https://login.lifen.example/v1/token"
OURS = "Sbx0Demo01"
SECRET = "secret-de-demonstration"
CREDENTIALS = Credentials(
    token_url=TOKEN_URL,
    client_id="demo-client-id",
    secret=SECRET,
    audience="https://sandbox.platform-apis/",
    database_reference=OURS,
)
ACCOUNT = LifenAccount(
    tenant="standard",
    token_url=TOKEN_URL,
    audience=CREDENTIALS.audience,
    fhir_url=HOME,
    client_id=CREDENTIALS.client_id,
    database_reference=OURS,
    dmp="Organization/60099",
)
TYPED = replace(ACCOUNT, patients="typed", organization="60001")
"""Of a hospital that has not opened its patients."""
PATIENT = Patient(
    id=PatientId("70001"),
    birth_family="ABRICOTIER",
    used_family="DELORMEAU-SANDBOX",
    given=("CAPUCINE",),
    sex=Sex.FEMALE,
    birth_date=date(1985, 7, 14),
    ipp="000123",
)
STAY = Stay(id=StayId("80001"))
"""One of which nothing more was known when it was chosen."""
MAILBOX = "marc.tessandier@cabinet.mssante.example"
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 5 + b"\n%%EOF\n"

Handler = Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


def recipient(address: str = MAILBOX, entry: str = "90001") -> Recipient:
    doctor = Correspondent(
        id=CorrespondentId(entry), family="Tessandier-Fictif", mailboxes=(Mailbox(address=address),)
    )
    return Recipient(correspondent=doctor, address=address)


def document(content: bytes, name: str = "lettre.pdf") -> Document:
    digest = hashlib.sha256(content).hexdigest()
    identity = DocumentId(digest[:32])
    return Document(id=identity, name=name, sha256=digest, size=len(content), pages=1)


def letter(*contents: bytes, **changes: Any) -> Letter:
    made = Letter(
        id=LetterId("1"),
        created_at=datetime(2024, 3, 4, 9, tzinfo=UTC),
        documents=tuple(document(content) for content in contents or (PDF,)),
        patient=PATIENT,
        recipients=(recipient(),),
        title="CR de consultation",
    )
    return replace(made, **changes)


class Shelf:
    """Documents by the size of their pieces, as the spool gives them."""

    def __init__(self, *contents: bytes, piece: int | None = None) -> None:
        self._contents = {document(content).id: content for content in contents or (PDF,)}
        self._piece = piece
        self.open = 0

    async def chunks(self, document: Document, size: int) -> AsyncIterator[bytes]:
        content = self._contents[document.id]
        size = self._piece or size
        self.open += 1
        try:
            for start in range(0, len(content), size):
                await asyncio.sleep(0)
                yield content[start : start + size]
        finally:
            self.open -= 1


@dataclass
class Mark:
    """What the outbox would note of a delivery: its steps, and the point of no return."""

    passed: int = 0
    failure: BaseException | None = None
    steps: dict[str, str] = field(default_factory=dict)

    async def __call__(self) -> None:
        if self.failure is not None:
            raise self.failure
        self.passed += 1

    async def passing(self) -> None:
        await self()

    async def done(self, step: str, reference: str) -> None:
        assert not self.passed
        assert step not in self.steps
        self.steps[step] = reference


@dataclass
class Pieces:
    """A body of small pieces that says how far it was read."""

    parts: tuple[bytes, ...] = (b'{"a": [', b"1, 2, 3", b"]}")
    failure: Exception | None = None
    read: int = 0
    closed: bool = False

    @property
    def length(self) -> int:
        return sum(map(len, self.parts))

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        try:
            for part in self.parts[:-1]:
                self.read += 1
                yield part
            if self.failure is not None:
                raise self.failure
            self.read += 1
            yield self.parts[-1]
        finally:
            self.closed = True


class Made(httpx.AsyncBaseTransport):
    """Answers of a function, streamed as those of a network are."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        made = self._handler(request)
        answer = made if isinstance(made, httpx.Response) else await made
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=httpx.ByteStream(answer.content),
        )


def token_answer(value: str = "eyJ.demo", **other: Any) -> httpx.Response:
    return httpx.Response(
        200,
        json={"access_token": value, "expires_in": 172_800, "token_type": "Bearer", **other},
    )


@dataclass
class Platform:
    """Gives tokens, and answers each other call by the next line of a script (the last for ever).

    A line is an answer, an exception to raise, or a function of the request.
    """

    script: Sequence[httpx.Response | Exception | Handler] = ()
    tokens: int = 0
    calls: list[httpx.Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN_URL:
            self.tokens += 1
            return token_answer(f"eyJ.{self.tokens}")
        self.calls.append(request)
        line = self.script[min(len(self.calls), len(self.script)) - 1]
        if isinstance(line, Exception):
            raise line
        self.bodies.append(await request.aread())
        if isinstance(line, httpx.Response):
            return line
        answer = line(request)
        return answer if isinstance(answer, httpx.Response) else await answer


PATIENCE = Patience(read=5, start=5, answer=5, explanation=0.2)


@contextlib.asynccontextmanager
async def fhir_over(
    handler: Handler | httpx.AsyncBaseTransport, *, home: str = HOME, patience: Patience = PATIENCE
) -> AsyncIterator[FhirHttp]:
    """The funnel over a made server, without pace and without pauses."""
    transport = handler if isinstance(handler, httpx.AsyncBaseTransport) else Made(handler)
    async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
        tokens = Tokens(client, CREDENTIALS)
        yield FhirHttp(client, home, tokens, patience=patience, backoff=lambda _failures: 0.0)


@contextlib.asynccontextmanager
async def lifen_over(
    handler: Handler | httpx.AsyncBaseTransport, tenant: str = "standard", **changes: str
) -> AsyncIterator[LifenClient]:
    async with fhir_over(handler) as http:
        yield LifenClient(http, replace(ACCOUNT, tenant=tenant, **changes))


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait for ``condition``."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the one place that polls
            await asyncio.sleep(0.005)
