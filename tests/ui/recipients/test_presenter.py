from collections.abc import Callable, Sequence
from dataclasses import replace

from desktop_app.domain.errors import AppError, Incomplete, NotOffered, StoreTrouble, Unreachable
from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Kind,
    Mailbox,
    Page,
    Patient,
    PatientId,
    Recipient,
)
from desktop_app.domain.ports import CorrespondentQuery
from desktop_app.ui.recipients.presenter import DirectorySearch, DirectoryState

Answer = Callable[[CorrespondentQuery], Page[Correspondent]]
PATIENT = Patient(id=PatientId("70001"))


def entry(name: str, *addresses: str, kind: Kind = Kind.PRACTITIONER) -> Correspondent:
    mailboxes = tuple(Mailbox(address=address) for address in addresses)
    return Correspondent(id=CorrespondentId(name), family=name, kind=kind, mailboxes=mailboxes)


ORMEAU = entry("ORMEAU", "paul.ormeau@cabinet.mssante.example")
EHPAD = entry("EHPAD", "contact@ehpad.mssante.example", kind=Kind.ORGANIZATION)


def nobody(_query: CorrespondentQuery) -> Page[Correspondent]:
    return Page()


class Directory:
    def __init__(self, practitioners: Answer = nobody, structures: Answer = nobody) -> None:
        self.practitioners, self.structures = practitioners, structures
        self.asked: list[CorrespondentQuery] = []

    async def find_practitioners(self, query: CorrespondentQuery) -> Page[Correspondent]:
        self.asked.append(query)
        return self.practitioners(query)

    async def find_organizations(self, query: CorrespondentQuery) -> Page[Correspondent]:
        return self.structures(query)


class Habits:
    def __init__(self, *usual: Recipient, trouble: AppError | None = None) -> None:
        self._usual, self._trouble = usual, trouble

    async def usual(self, patient: PatientId) -> Sequence[Recipient]:
        if self._trouble is not None:
            raise self._trouble
        return self._usual


def searching(
    directory: Directory, habits: Habits | None = None
) -> tuple[DirectorySearch, list[DirectoryState]]:
    shown: list[DirectoryState] = []
    return DirectorySearch(directory, habits or Habits(), shown.append), shown


def always(*entries: Correspondent, complete: bool = True) -> Answer:
    return lambda _query: Page(items=entries, complete=complete)


def failing(error: AppError) -> Answer:
    def answer(_query: CorrespondentQuery) -> Page[Correspondent]:
        raise error

    return answer


async def test_practitioners_and_structures_come_together() -> None:
    search, shown = searching(Directory(always(ORMEAU), always(EHPAD)))
    await search.search("villefictive")
    assert shown[-1].found == (ORMEAU, EHPAD)


async def test_a_name_and_a_town_are_tried_when_the_words_alone_find_nobody() -> None:
    def answer(query: CorrespondentQuery) -> Page[Correspondent]:
        return Page(items=(ORMEAU,) if query.address == "villefictive" else ())

    directory = Directory(answer)
    search, shown = searching(directory)
    await search.search("ormeau villefictive")
    assert shown[-1].found == (ORMEAU,)
    assert [query.name for query in directory.asked] == ["ormeau villefictive", "ormeau"]


async def test_nobody_is_an_answer() -> None:
    search, shown = searching(Directory())
    await search.search("zzz")
    assert shown[-1].found == ()
    assert not shown[-1].busy


async def test_an_answer_that_hides_rows_is_marked() -> None:
    search, shown = searching(Directory(always(ORMEAU, complete=False)))
    await search.search("ormeau")
    assert not shown[-1].complete


async def test_a_mailbox_of_a_patient_is_never_offered() -> None:
    both = entry("A", "285079900100123@patient.mssante.fr", "a@cabinet.mssante.example")
    only = entry("B", "285079900100123@patient.mssante.fr")
    search, shown = searching(Directory(always(both, only)))
    await search.search("villefictive")
    (found,) = shown[-1].found or ()
    assert [one.address for one in found.mailboxes] == ["a@cabinet.mssante.example"]


async def test_a_platform_without_structures_still_finds_practitioners() -> None:
    search, shown = searching(Directory(always(ORMEAU), failing(NotOffered("organizations"))))
    await search.search("ormeau")
    assert shown[-1].found == (ORMEAU,)


async def test_a_failure_is_shown_and_a_new_question_forgets_it() -> None:
    directory = Directory(failing(Unreachable()))
    search, shown = searching(directory)
    await search.search("ormeau")
    assert isinstance(shown[-1].problem, Unreachable)
    directory.practitioners = always(ORMEAU)
    await search.search("ormeau")
    assert shown[-1].problem is None


async def test_one_letter_asks_nobody() -> None:
    directory = Directory()
    search, shown = searching(directory)
    await search.search("o")
    assert isinstance(shown[-1].problem, Incomplete)
    assert directory.asked == []


async def test_usual_correspondents_follow_the_patient() -> None:
    usual = Recipient(correspondent=ORMEAU, address=ORMEAU.mailboxes[0].address)
    search, shown = searching(Directory(), Habits(usual))
    await search.suggest(PATIENT)
    await search.suggest(None)
    assert [state.usual for state in shown] == [(usual,), ()]


async def test_a_typed_identity_has_nobody_s_usual_correspondents() -> None:
    usual = Recipient(correspondent=ORMEAU, address=ORMEAU.mailboxes[0].address)
    search, shown = searching(Directory(), Habits(usual))
    await search.suggest(replace(PATIENT, id=PatientId("")))
    assert shown[-1].usual == ()


async def test_a_memory_that_fails_is_no_news() -> None:
    search, shown = searching(Directory(), Habits(trouble=StoreTrouble("other")))
    await search.suggest(PATIENT)
    assert shown[-1].usual == ()
    assert shown[-1].problem is None


async def test_a_usual_correspondent_is_confirmed_by_the_directory() -> None:
    moved = entry("ORMEAU", "autre@cabinet.mssante.example", "PAUL.ormeau@cabinet.mssante.example")
    search, _ = searching(Directory(always(moved)))
    usual = Recipient(correspondent=ORMEAU, address=ORMEAU.mailboxes[0].address)
    confirmed = await search.confirm(usual)
    assert confirmed is not None
    assert confirmed.correspondent == moved
    assert confirmed.address == "PAUL.ormeau@cabinet.mssante.example"


async def test_an_address_that_the_directory_forgot_is_not_used() -> None:
    search, shown = searching(Directory())
    usual = Recipient(correspondent=ORMEAU, address=ORMEAU.mailboxes[0].address)
    assert await search.confirm(usual) is None
    assert shown[-1].gone == usual


async def test_a_directory_that_cannot_be_asked_confirms_nobody() -> None:
    search, shown = searching(Directory(failing(Unreachable())))
    usual = Recipient(correspondent=ORMEAU, address=ORMEAU.mailboxes[0].address)
    assert await search.confirm(usual) is None
    assert isinstance(shown[-1].problem, Unreachable)
