from desktop_app.domain.errors import AppError, Incomplete, Unreachable
from desktop_app.domain.people import Cursor, Page, Patient, PatientId
from desktop_app.domain.ports import PatientQuery
from desktop_app.ui.patients.presenter import PatientSearch, PatientsState

CURSOR = Cursor("next")


def patient(number: int, given: str = "Luc", family: str = "POMMIER") -> Patient:
    return Patient(id=PatientId(str(number)), birth_family=family, given=(given,))


class Index:
    """Two pages, or one failure."""

    def __init__(self, *pages: Page[Patient], trouble: AppError | None = None) -> None:
        self.pages = list(pages)
        self.trouble = trouble
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


async def test_there_is_no_more_before_anything_was_asked() -> None:
    index = Index()
    search, _ = searching(index)
    await search.more()
    assert index.asked == []
