import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desktop_app.domain.errors import (
    AppError,
    FileTrouble,
    IllegalMove,
    NotSignedIn,
    StoreTrouble,
)
from desktop_app.domain.letters import (
    Document,
    DocumentId,
    Letter,
    LetterId,
    Limits,
    PageImage,
    Target,
)
from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Patient,
    PatientId,
    Recipient,
    Stay,
    StayId,
)
from desktop_app.domain.ports import Overview, SendingFilter
from desktop_app.domain.sending import Job, JobId, Sending
from desktop_app.ui.letters.presenter import Tray, TrayState, Undoable
from tests.ui.conftest import until

NOW = datetime(2024, 3, 4, 10, 42, tzinfo=UTC)
PATIENT = Patient(id=PatientId("70001"), birth_family="ABRICOTIER")
RECIPIENT = Recipient(
    correspondent=Correspondent(id=CorrespondentId("c")), address="a@cabinet.mssante.example"
)


class Letters:
    """A tray in memory."""

    def __init__(self) -> None:
        self.kept: dict[LetterId, Letter] = {}
        self.away: dict[LetterId, Letter] = {}
        self.trouble: AppError | None = None
        self.slow = asyncio.Event()

    async def drafts(self) -> Sequence[Letter]:
        self._stumble()
        return list(self.kept.values())

    async def take(self, path: Path) -> Letter:
        if path.suffix != ".pdf":
            raise FileTrouble("not_pdf", path.name)
        self._stumble()
        if path.stem == "slow":
            await self.slow.wait()
        document = Document(id=DocumentId(path.stem), name=path.name, sha256="", size=1000, pages=1)
        letter = Letter(id=LetterId(path.stem), created_at=NOW, documents=(document,))
        self.kept[letter.id] = letter
        return letter

    async def keep(self, letter: Letter) -> None:
        self._stumble()
        self.kept[letter.id] = letter

    async def discard(self, letter_id: LetterId) -> None:
        self.away[letter_id] = self.kept.pop(letter_id)

    async def restore(self, letter_id: LetterId) -> Letter:
        self.kept[letter_id] = self.away.pop(letter_id)
        return self.kept[letter_id]

    async def page(self, document: Document, number: int, scale: float) -> PageImage:
        raise FileTrouble("damaged")

    def _stumble(self) -> None:
        if self.trouble is not None:
            raise self.trouble


class Outbox:
    """Seals and gives back."""

    def __init__(self) -> None:
        self.sent: dict[LetterId, Letter] = {}
        self.holds: list[timedelta] = []
        self.trouble: AppError | None = None
        self.door = asyncio.Event()
        self.door.set()

    async def send(self, letter: Letter, hold: timedelta) -> Sending:
        await self.door.wait()
        if self.trouble is not None:
            raise self.trouble
        self.sent[letter.id] = letter
        self.holds.append(hold)
        return Sending(letter=letter, sent_at=NOW, jobs=())

    async def withdraw(self, sending: LetterId) -> Letter:
        if self.trouble is not None:
            raise self.trouble
        return self.sent.pop(sending)

    async def cancel(self, job: JobId) -> Job:
        raise NotImplementedError

    async def retry(self, job: JobId) -> Job:
        raise NotImplementedError

    async def resolve(self, job: JobId, *, sent: bool) -> Job:
        raise NotImplementedError

    async def settle(self, job: JobId) -> Job:
        raise NotImplementedError

    async def sendings(self, wanted: SendingFilter) -> Sequence[Sending]:
        return ()

    async def overview(self) -> Overview:
        return Overview()

    def watch(self, changed: object) -> object:
        raise NotImplementedError


class Table:
    """A tray, what it was told to show, and a clock set by hand."""

    def __init__(self, hold: int = 10) -> None:
        self.now = NOW
        self.letters, self.outbox = Letters(), Outbox()
        self.shown: list[TrayState] = []
        self.offers: list[Undoable | None] = []
        self.tray = Tray(
            self.letters,
            self.outbox,  # type: ignore[arg-type]
            self.shown.append,
            self.offers.append,
            hold=timedelta(seconds=hold),
            now=lambda: self.now,
        )

    @property
    def state(self) -> TrayState:
        return self.tray.state

    async def take(self, *names: str) -> None:
        await self.tray.take([Path(name) for name in names])


async def test_files_are_taken_in_their_order_and_the_first_is_on_the_table() -> None:
    table = Table()
    await table.take("a.pdf", "b.pdf", "c.pdf")
    assert [letter.id for letter in table.state.letters] == ["a", "b", "c"]
    assert table.state.chosen == "a"
    assert table.state.taking == 0
    assert max(state.taking for state in table.shown) == 3


async def test_a_small_file_does_not_overtake_a_large_one() -> None:
    table = Table()
    table.letters.slow = asyncio.Event()
    taking = asyncio.gather(table.take("slow.pdf", "b.pdf"), table.take("c.pdf"))
    await until(lambda: len(table.state.letters) == 2)
    table.letters.slow.set()
    await taking
    assert [letter.id for letter in table.state.letters] == ["slow", "b", "c"]


async def test_a_file_that_is_refused_harms_no_other() -> None:
    table = Table()
    await table.take("a.pdf", "b.docx", "c.pdf")
    assert [letter.id for letter in table.state.letters] == ["a", "c"]
    (problem,) = table.state.problems
    assert isinstance(problem, FileTrouble)
    table.tray.forget_problems()
    assert table.state.problems == ()


async def test_a_change_lands_on_its_own_letter_even_if_another_is_on_the_table() -> None:
    table = Table()
    await table.take("a.pdf", "b.pdf")
    table.tray.choose(LetterId("b"))
    await table.tray.set_patient(LetterId("a"), PATIENT)
    await table.tray.add_recipient(LetterId("a"), RECIPIENT)
    first, second = table.state.letters
    assert first.patient == PATIENT
    assert first.recipients == (RECIPIENT,)
    assert second.patient is None
    assert table.letters.kept[LetterId("a")] == first


async def test_an_address_is_added_once() -> None:
    table = Table()
    await table.take("a.pdf")
    upper = replace(RECIPIENT, address=RECIPIENT.address.upper())
    await table.tray.add_recipient(LetterId("a"), RECIPIENT)
    await table.tray.add_recipient(LetterId("a"), upper)
    assert table.state.letters[0].recipients == (RECIPIENT,)


async def test_a_change_of_a_letter_that_has_gone_is_forgotten() -> None:
    table = Table()
    await table.take("a.pdf")
    await table.tray.send()
    await table.tray.set_patient(LetterId("a"), PATIENT)
    assert table.state.letters == ()
    assert table.state.problems == ()


async def test_a_disk_that_fails_is_told_and_the_letter_stays() -> None:
    table = Table()
    await table.take("a.pdf")
    table.letters.trouble = StoreTrouble("full")
    await table.tray.set_type(LetterId("a"), "11490-0")
    assert table.state.letters[0].type_code == "11490-0"
    assert isinstance(table.state.problems[0], StoreTrouble)


async def test_sending_puts_the_next_letter_on_the_table_and_offers_to_undo() -> None:
    table = Table()
    await table.take("a.pdf", "b.pdf")
    await table.tray.send()
    assert table.state.chosen == "b"
    offer = table.offers[-1]
    assert offer is not None
    assert offer.leaves_at == NOW + timedelta(seconds=10)
    assert table.outbox.holds == [timedelta(seconds=10)]


async def test_a_letter_that_cannot_be_sealed_stays_on_the_table() -> None:
    table = Table()
    await table.take("a.pdf")
    table.outbox.trouble = StoreTrouble("full")
    await table.tray.send()
    assert table.state.chosen == "a"
    assert not table.state.sending
    assert table.state.problems


async def test_undo_brings_the_letter_back_in_sight() -> None:
    table = Table()
    await table.take("a.pdf", "b.pdf")
    await table.tray.send()
    await table.tray.undo()
    assert table.state.chosen == "a"
    assert table.outbox.sent == {}
    assert table.offers[-1] is None


async def test_two_letters_can_be_undone_one_after_the_other() -> None:
    table = Table()
    await table.take("a.pdf", "b.pdf")
    await table.tray.send()
    await table.tray.send()
    await table.tray.undo()
    assert table.offers[-1] is not None
    assert table.offers[-1].letter.id == "a"
    await table.tray.undo()
    assert table.outbox.sent == {}
    assert {letter.id for letter in table.state.letters} == {"a", "b"}


async def test_a_letter_whose_time_is_over_is_not_offered_again() -> None:
    table = Table()
    await table.take("a.pdf", "b.pdf")
    await table.tray.send()
    table.now += timedelta(seconds=11)
    await table.tray.send()
    table.tray.undo_over()
    assert table.offers[-1] is None
    table.now += timedelta(seconds=11)
    await table.tray.undo()
    assert set(table.outbox.sent) == {"a", "b"}


async def test_a_letter_put_away_can_be_brought_back_after_the_bar_has_gone() -> None:
    table = Table()
    await table.take("a.pdf")
    await table.tray.discard()
    assert table.state.letters == ()
    table.tray.undo_over()
    assert table.offers[-1] is None
    table.now += timedelta(minutes=5)
    await table.tray.undo()
    assert table.state.chosen == "a"


async def test_an_undo_that_comes_too_late_is_told() -> None:
    table = Table()
    await table.take("a.pdf")
    await table.tray.send()
    table.outbox.trouble = IllegalMove("Withdrawn", "sending")
    await table.tray.undo()
    assert isinstance(table.state.problems[0], IllegalMove)
    assert table.state.letters == ()


async def test_without_undo_time_nothing_is_offered() -> None:
    table = Table(hold=0)
    await table.take("a.pdf")
    await table.tray.send()
    assert table.offers == []


async def test_the_letters_of_the_last_time_are_there() -> None:
    table = Table()
    await table.letters.take(Path("a.pdf"))
    await table.tray.load()
    assert table.state.chosen == "a"


async def test_a_tray_that_cannot_be_read_says_so() -> None:
    table = Table()
    table.letters.trouble = StoreTrouble("damaged")
    await table.tray.load()
    assert table.state.problems


async def test_the_letter_after_the_one_that_left_moves_up() -> None:
    table = Table()
    await table.take("a.pdf", "b.pdf", "c.pdf")
    table.tray.choose(LetterId("c"))
    await table.tray.discard()
    assert table.state.chosen == "b"


async def test_whoever_has_gone_to_another_letter_meanwhile_stays_there() -> None:
    table = Table()
    await table.take("a.pdf", "b.pdf", "c.pdf")
    table.outbox.door.clear()
    sending = asyncio.get_running_loop().create_task(table.tray.send())
    await until(lambda: table.state.sending)
    table.tray.choose(LetterId("c"))
    table.outbox.door.set()
    await sending
    assert [letter.id for letter in table.state.letters] == ["b", "c"]
    assert table.state.chosen == "c"


@pytest.mark.parametrize("step", ["send", "discard", "undo"])
async def test_an_empty_table_does_nothing(step: str) -> None:
    table = Table()
    await getattr(table.tray, step)()
    assert table.state == TrayState()


# Where it goes, and which stay it concerns


A = LetterId("a")
HERE = Stay(id=StayId("s"), number="SEJ1")
MSS, EHR, DMP = Target.MSS, Target.EHR, Target.DMP


@pytest.mark.parametrize(
    ("recipients", "copies", "targets"),
    [
        ((), (), (MSS,)),
        ((RECIPIENT,), (), (MSS,)),
        ((), (EHR,), (EHR,)),
        ((RECIPIENT,), (EHR,), (MSS, EHR)),
        ((RECIPIENT,), (DMP, EHR), (MSS, EHR, DMP)),
    ],
)
@pytest.mark.parametrize("copies_first", [True, False])
async def test_mailboxes_follow_from_recipients_or_from_there_being_no_copy(
    recipients: tuple[Recipient, ...],
    copies: tuple[Target, ...],
    targets: tuple[Target, ...],
    *,
    copies_first: bool,
) -> None:
    table = Table()
    await table.take("a.pdf")
    if copies_first:
        await table.tray.set_targets(A, copies)
    await table.tray.set_recipients(A, recipients)
    await table.tray.set_targets(A, copies)
    assert table.state.letters[0].targets == targets
    assert table.letters.kept.get(A, table.state.letters[0]).targets == targets


async def test_a_stay_is_kept_and_goes_with_its_patient() -> None:
    table = Table()
    await table.take("a.pdf")
    await table.tray.set_patient(A, PATIENT)
    await table.tray.set_stay(A, HERE)
    assert table.letters.kept[A].stay == HERE
    await table.tray.set_patient(A, replace(PATIENT, given=("CAPUCINE",)))  # read again
    assert table.state.letters[0].stay == HERE
    await table.tray.set_patient(A, replace(PATIENT, id=PatientId("70002")))
    assert table.state.letters[0].stay is None


async def test_identities_that_were_typed_are_never_the_same_patient() -> None:
    table = Table()
    await table.take("a.pdf")
    await table.tray.set_patient(A, replace(PATIENT, id=PatientId("")))
    await table.tray.set_stay(A, HERE)
    await table.tray.set_patient(A, replace(PATIENT, id=PatientId(""), birth_family="AUTRE"))
    assert table.state.letters[0].stay is None


async def test_without_a_sign_in_the_letter_stays_on_the_table_and_that_is_said() -> None:
    table = Table()
    await table.take("a.pdf")
    table.outbox.trouble = NotSignedIn()
    await table.tray.send()
    assert table.state.chosen == "a"
    assert table.offers == []
    assert isinstance(table.state.problems[-1], NotSignedIn)
    table.outbox.trouble = None
    await table.tray.send()
    assert table.outbox.sent


async def test_a_letter_can_still_be_called_back_once_somebody_has_signed_in() -> None:
    table = Table()
    await table.take("a.pdf")
    await table.tray.send()
    table.outbox.trouble = NotSignedIn("ended")
    await table.tray.undo()
    assert isinstance(table.state.problems[-1], NotSignedIn)
    assert table.offers[-1] is not None
    table.outbox.trouble = None
    await table.tray.undo()
    assert table.state.chosen == "a"
    assert table.outbox.sent == {}


@pytest.mark.parametrize(
    ("outdated", "patient", "stay"),
    [("", PATIENT, HERE), ("patient", None, None), ("stay", PATIENT, None)],
)
async def test_what_is_no_longer_what_was_checked_has_to_be_chosen_again(
    outdated: str, patient: Patient | None, stay: Stay | None
) -> None:
    table = Table()
    letter = await table.letters.take(Path("a.pdf"))
    table.letters.kept[A] = replace(letter, patient=PATIENT, stay=HERE)
    assert await table.tray.bring_back(A, outdated=outdated) == PATIENT
    assert (table.state.letters[0].patient, table.state.letters[0].stay) == (patient, stay)
    assert table.letters.kept[A].patient == patient


async def test_the_limits_of_the_profile_are_shown_with_the_tray() -> None:
    limits = Limits(mailbox=1)
    table = Table()
    tray = Tray(
        table.letters,
        table.outbox,  # type: ignore[arg-type]
        table.shown.append,
        table.offers.append,
        hold=timedelta(0),
        now=lambda: NOW,
        limits=limits,
    )
    await tray.take([Path("a.pdf")])
    assert table.shown[-1].limits == limits
