"""A store on a real disk, a clock that is set by hand, a platform that does as it is told."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import AppError
from desktop_app.domain.letters import Document, DocumentId, Letter, LetterId
from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Mailbox,
    Patient,
    PatientId,
    Recipient,
    Sex,
)
from desktop_app.domain.ports import ReadsDocuments
from desktop_app.domain.sending import Delivery
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.store import Seal, new_id

SEAL = Seal(owner="1000:secretaire", account="test|hopital-fictif")
START = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)


class HandClock:
    """Time that moves when a test says so."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class ObedientPlatform:
    """Accepts, fails before the point of no return, or fails after it."""

    before: list[AppError | None] = field(default_factory=list)
    after: list[BaseException | None] = field(default_factory=list)
    tracking: list[Sequence[Delivery] | AppError] = field(default_factory=list)
    received: list[Letter] = field(default_factory=list)
    at_the_mark: Callable[[], Awaitable[None]] | None = None

    async def deliver(
        self, letter: Letter, documents: ReadsDocuments, passing: Callable[[], Awaitable[None]]
    ) -> str:
        if self.before and (error := self.before.pop(0)) is not None:
            raise error
        for document in letter.documents:
            async for _piece in documents.chunks(document, 1 << 16):
                pass
        await passing()
        self.received.append(letter)
        if self.at_the_mark is not None:
            await self.at_the_mark()
        if self.after and (failure := self.after.pop(0)) is not None:
            raise failure
        return f"tx-{len(self.received)}"

    async def track(self, transaction_id: str) -> Sequence[Delivery]:
        answer = self.tracking.pop(0) if self.tracking else ()
        if isinstance(answer, AppError):
            raise answer
        return answer


def a_recipient(address: str = "ok.tessandier@cabinet.mssante.example") -> Recipient:
    return Recipient(
        correspondent=Correspondent(
            id=CorrespondentId("90001"),
            family="Tessandier-Fictif",
            given=("Marc",),
            prefix="DR",
            mailboxes=(Mailbox(address=address),),
        ),
        address=address,
    )


def a_letter(*addresses: str, family: str = "ABRICOTIER", day: int = 14) -> Letter:
    return Letter(
        id=LetterId(new_id()),
        created_at=START,
        documents=(
            Document(
                id=DocumentId("0" * 32), name="lettre.pdf", sha256="0" * 64, size=1000, pages=1
            ),
        ),
        patient=Patient(
            id=PatientId("70001"),
            birth_family=family,
            used_family="DELORMEAU-SANDBOX",
            given=("Capucine",),
            sex=Sex.FEMALE,
            birth_date=date(1985, 7, day),
            ipp="000123",
            ins_qualified=True,
        ),
        recipients=tuple(a_recipient(address) for address in addresses) or (a_recipient(),),
    )


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def outbox(tmp_path: Path, clock: HandClock) -> AsyncIterator[Outbox]:
    outbox = await Outbox.open(tmp_path / "navette.db", SEAL, clock)
    yield outbox
    await outbox.aclose()
