import asyncio

import pytest

from desktop_app.domain.errors import AppError, Incomplete, Unreachable
from desktop_app.domain.identity import EVERYTHING
from desktop_app.domain.people import (
    Appointment,
    AppointmentId,
    Cursor,
    Page,
    Patient,
    PatientId,
    SearchRules,
)
from desktop_app.domain.ports import PatientQuery
from desktop_app.ui.patients.presenter import PatientSearch, PatientsState
from tests.ui.conftest import until

CURSOR = Cursor("next")
VIVALTO = SearchRules(has_identifier=False, shortest_name=3)


def visit(number: str = "000820", name: str = "POMMIER Luc") -> Appointment:
    return Appointment(id=AppointmentId("1:APT-1"), patient_number=number, patient_name=name)


def patient(number: int, given: str = "Luc", family: str = "POMMIER") -> Patient:
    return Patient(id=PatientId(str(number)), birth_family=family, given=(given,))


class Index:
    """Two pages, or one failure."""

    def __init__(
        self,
        *pages: Page[Patient],
        trouble: AppError | None = None,
        rules: SearchRules = EVERYTHING,
    ) -> None:
        self.pages = list(pages)
        self.trouble = trouble
        self.rules = rules
        self.asked: list[tuple[PatientQuery, Cursor | None]] = []

    async def find_patients(
        self, query: PatientQuery, after: Cursor | None = None
    ) -> Page[Patient]:
        self.asked.append((query, after))
        if self.trouble is not None:
            raise self.trouble
        return self.pages.pop(0)

    async def patient(self, patient_id: PatientId) -> Patient:
        raise NotImplementedError


def searching(index: Index) -> tuple[PatientSearch, list[PatientsState]]:
    shown: list[PatientsState] = []
    return PatientSearch(index, shown.append), shown


async def test_a_cut_network_is_shown_not_raised() -> None:
    search, shown = searching(Index(trouble=Unreachable()))
    await search.search("dur")
    assert [state.busy for state in shown] == [True, False]
    assert isinstance(shown[-1].problem, Unreachable)


async def test_one_letter_asks_nobody() -> None:
    index = Index()
    search, shown = searching(index)
    await search.search("d")
    assert isinstance(shown[-1].problem, Incomplete)
    assert index.asked == []


async def test_an_empty_text_clears_the_list() -> None:
    search, shown = searching(Index(Page(items=(patient(1),))))
    await search.search("pommier")
    await search.search("  ")
    assert shown[-1] == PatientsState()


async def test_those_who_share_their_names_are_marked() -> None:
    page = Page(items=(patient(1), patient(2), patient(3, "Awa")))
    search, shown = searching(Index(page))
    await search.search("pommier")
    assert shown[-1].homonyms == {"1", "2"}


async def test_those_who_share_their_names_stand_together() -> None:
    page = Page(items=(patient(1), patient(2, "Awa"), patient(3)))
    search, shown = searching(Index(page))
    await search.search("pommier")
    assert [one.id for one in shown[-1].patients or ()] == ["1", "3", "2"]


async def test_more_of_the_same_answer_is_added_below_each_patient_once() -> None:
    first = Page(items=(patient(1), patient(2, "Awa")), total=3, next=CURSOR)
    index = Index(first, Page(items=(patient(2, "Awa"), patient(3)), total=3))
    search, shown = searching(index)
    await search.search("pommier")
    offered = shown[-1].more
    await search.more()
    assert offered
    assert [one.id for one in shown[-1].patients or ()] == ["1", "2", "3"]
    assert shown[-1].homonyms == {"1", "3"}
    assert not shown[-1].more
    assert index.asked[1][1] == CURSOR


async def test_a_next_page_that_fails_keeps_the_first() -> None:
    index = Index(Page(items=(patient(1),), next=CURSOR))
    search, shown = searching(index)
    await search.search("pommier")
    index.trouble = Unreachable()
    await search.more()
    assert shown[-1].patients == (patient(1),)
    assert isinstance(shown[-1].problem, Unreachable)


class SlowPages(Index):
    """Answers a further page only once it may."""

    def __init__(self, *pages: Page[Patient]) -> None:
        super().__init__(*pages)
        self.door = asyncio.Event()

    async def find_patients(
        self, query: PatientQuery, after: Cursor | None = None
    ) -> Page[Patient]:
        if after is None:
            return await super().find_patients(query, after)
        self.asked.append((query, after))
        await self.door.wait()
        if self.trouble is not None:
            raise self.trouble
        return Page(items=(patient(9),), next=CURSOR)


@pytest.mark.parametrize("trouble", [None, Unreachable()])
@pytest.mark.parametrize("text", ["dupont", "d", ""])
async def test_a_late_page_of_the_search_before_is_not_shown(
    text: str, trouble: AppError | None
) -> None:
    index = SlowPages(
        Page(items=(patient(1),), next=CURSOR), Page(items=(patient(2, family="DUPONT"),))
    )
    search, shown = searching(index)
    await search.search("pommier")
    more = asyncio.get_running_loop().create_task(search.more())
    await until(lambda: len(index.asked) == 2)
    await search.search(text)
    answered = shown[-1]
    index.trouble = trouble
    index.door.set()
    await more
    assert shown[-1] == answered
    await search.more()
    assert shown[-1] == answered


async def test_there_is_no_more_before_anything_was_asked() -> None:
    index = Index()
    search, _ = searching(index)
    await search.more()
    assert index.asked == []


async def test_a_number_that_a_hospital_does_not_look_up_asks_nobody() -> None:
    index = Index(rules=VIVALTO)
    search, shown = searching(index)
    for number in ("000123", "285079999990136"):
        await search.search(number)
        assert isinstance(shown[-1].problem, Incomplete)
        assert shown[-1].problem.what == "number_only"
    assert index.asked == []


async def test_a_longer_shortest_name_is_the_hospital_s_own() -> None:
    index = Index(Page(items=(patient(1),)), rules=VIVALTO)
    search, shown = searching(index)
    await search.search("po")
    assert isinstance(shown[-1].problem, Incomplete)
    assert (shown[-1].problem.what, shown[-1].problem.limit) == ("query_short", 3)
    await search.search("pom")
    assert [query.name for query, _ in index.asked] == ["pom"]


async def test_a_birth_date_needs_no_name_anywhere() -> None:
    index = Index(Page(items=(patient(1),)), rules=VIVALTO)
    search, shown = searching(index)
    await search.search("po 14071985")
    assert shown[-1].problem is None
    assert len(index.asked) == 1


async def test_the_words_that_answered_are_told() -> None:
    search, shown = searching(Index(Page(items=(patient(1),), asked_as="Chene Liege")))
    await search.search("Chêne-Liège")
    assert shown[-1].asked_as == "Chene Liege"


async def test_an_appointment_is_looked_up_by_its_number_and_only_proposed() -> None:
    index = Index(Page(items=(patient(9),)))
    search, shown = searching(index)
    await search.ask(visit())
    assert index.asked == [(PatientQuery(identifier="000820"), None)]
    assert shown[-1].patients == (patient(9),)
    assert shown[-1].visit == visit()
    assert shown[-1].strangers == frozenset()


async def test_somebody_with_another_name_than_the_agenda_s_is_marked() -> None:
    page = Page(items=(patient(9), patient(2, "Awa", "LE GOFF")))
    search, shown = searching(Index(page))
    await search.look_up(visit(name="Mme LE GOFF Awa"))
    assert shown[-1].strangers == {"9"}


async def test_an_agenda_without_a_name_makes_nobody_a_stranger() -> None:
    search, shown = searching(Index(Page(items=(patient(9),))))
    await search.look_up(visit(name=""))
    assert shown[-1].strangers == frozenset()


async def test_an_appointment_is_looked_up_by_name_where_numbers_are_not() -> None:
    index = Index(Page(items=(patient(9),)), rules=VIVALTO)
    search, shown = searching(index)
    await search.look_up(visit(name="M. POMMIER Luc"))
    assert index.asked == [(PatientQuery(name="POMMIER Luc"), None)]
    await search.look_up(visit(name=""))
    assert isinstance(shown[-1].problem, Incomplete)
    assert len(index.asked) == 1


async def test_a_question_that_was_typed_forgets_the_appointment() -> None:
    search, shown = searching(Index(Page(items=(patient(9),)), Page(items=(patient(9),))))
    await search.ask(visit(name="AUTRE Nom"))
    await search.ask("pommier")
    assert shown[-1].visit is None
    assert shown[-1].strangers == frozenset()
