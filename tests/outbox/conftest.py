"""A store on a real disk, a clock that is set by hand, a platform that does as it is told."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.errors import AppError
from desktop_app.domain.letters import LIMITS, Document, DocumentId, Letter, LetterId, Limits
from desktop_app.domain.people import (
    Author,
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
from desktop_app.domain.ports import Crossing, ReadsDocuments
from desktop_app.domain.sending import Delivery
from desktop_app.outbox.database import Place, open_database
from desktop_app.outbox.service import Outbox
from desktop_app.outbox.store import Seal, new_id
from desktop_app.outbox.vault import KEY_BYTES, Vault

KEY = bytes(range(KEY_BYTES))
VAULT = Vault(KEY)
SEAL = Seal(owner="1000:secretaire", account="test|hopital-fictif")
AUTHOR = Author(key="sso:7c1e", name="Jeanne Fictive")
START = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
STAY = Stay(id=StayId("80001"), number="VN-80001")


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
    """Accepts, fails before the point of no return, or fails after it.

    ``steps`` come first, each of them only where no earlier try has left its reference.
    """

    steps: Sequence[str] = ()
    before: list[AppError | None] = field(default_factory=list)
    after: list[BaseException | None] = field(default_factory=list)
    tracking: list[Sequence[Delivery] | AppError] = field(default_factory=list)
    received: list[Letter] = field(default_factory=list)
    at_the_mark: Callable[[], Awaitable[None]] | None = None
    after_a_step: Callable[[str], Awaitable[None]] | None = None
    taken: list[str] = field(default_factory=list)
    resumed: list[Mapping[str, str]] = field(default_factory=list)

    async def deliver(self, letter: Letter, documents: ReadsDocuments, crossing: Crossing) -> str:
        self.resumed.append(crossing.steps)
        for step in self.steps:
            if step not in crossing.steps:
                self.taken.append(step)
                await crossing.done(step, f"{step}-{len(self.taken)}")
                if self.after_a_step is not None:
                    await self.after_a_step(step)
        if self.before and (error := self.before.pop(0)) is not None:
            raise error
        for document in letter.documents:
            async for _piece in documents.chunks(document, 1 << 16):
                pass
        await crossing.passing()
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
        documents=(a_document(),),
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


def a_document(number: int = 0, size: int = 1000) -> Document:
    return Document(
        id=DocumentId(f"{number:032x}"), name="lettre.pdf", sha256="0" * 64, size=size, pages=1
    )


def look_into(path: Path) -> Any:
    """The database from outside, as another program with the key would see it."""
    return open_database(Place(path, KEY), patience=5)


async def open_outbox(
    path: Path,
    clock: HandClock,
    *,
    seal: Seal = SEAL,
    limits: Limits = LIMITS,
    author: Callable[[], Author] = lambda: AUTHOR,
) -> Outbox:
    return await Outbox.open(Place(path, KEY), seal, clock, limits=limits, author=author)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def outbox(tmp_path: Path, clock: HandClock) -> AsyncIterator[Outbox]:
    outbox = await open_outbox(tmp_path / "navette.db", clock)
    yield outbox
    await outbox.aclose()
