from typing import Any

import httpx
import pytest

from desktop_app.domain.errors import Malformed, NotOffered, Refused
from desktop_app.domain.people import Cursor, PatientId
from desktop_app.domain.ports import PatientQuery
from tests.fhir.conftest import HOME, Platform, lifen_over
from tests.fhir.lifen.conftest import NEXT, bundle, current

ABRICOTIER = PatientQuery(name="abricotier")


@pytest.mark.parametrize(
    "link",
    [
        NEXT,
        NEXT.replace("api.lifen.example", "api.lifen.fr"),
        NEXT.replace("https://api.lifen.example", "https://evil.example:8443"),
        NEXT.replace("https://api.lifen.example", "http://127.0.0.1:8980"),
        "/fhir/v3/Bundle?_id=b1&_index=2&_searchAfter=20-70020",
        "Bundle?_id=b1&_index=2&_searchAfter=20-70020",
    ],
)
async def test_a_page_is_asked_on_our_own_base_whatever_host_its_link_names(link: str) -> None:
    platform = Platform([bundle("1", total=2, following=link), bundle("2", total=2)])
    async with lifen_over(platform) as lifen:
        first = await lifen.find_patients(ABRICOTIER)
        assert first.next is not None
        second = await lifen.find_patients(ABRICOTIER, first.next)
    assert [one.id for one in (*first.items, *second.items)] == ["1", "2"]
    assert (second.next, second.complete) == (None, True)
    assert str(platform.calls[1].url) == NEXT
    assert platform.calls[1].method == "GET"


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/steal?token=1",
        "https://api.lifen.example/fhir/v3/Patient?name=x",
        "https://api.lifen.example/fhir/v3/Bundle/1?_id=b1",
        "https://api.lifen.example/fhir/v3/x/fhir/v3/Bundle?_id=b1",
        "https://api.lifen.example/fhir/v3/Bundle?_id=b1&name=x",
        "https://api.lifen.example/fhir/v3/Bundle",
        "http://api.lifen.example/fhir/v3/Bundle?_id=b1",
        "file:///fhir/v3/Bundle?_id=b1",
        "https://api.lifen.example:port/fhir/v3/Bundle?_id=b1",
        "javascript:alert(1)",
    ],
)
async def test_a_link_to_anything_else_is_never_followed(link: str) -> None:
    platform = Platform([bundle("1", following=link)])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(ABRICOTIER)
        assert page.next is not None
        with pytest.raises(Malformed):
            await lifen.find_patients(ABRICOTIER, page.next)
    assert len(platform.calls) == 1


async def test_a_page_that_leads_to_itself_is_the_last() -> None:
    async with lifen_over(Platform([bundle("1", following=NEXT)])) as lifen:
        page = await lifen.find_patients(ABRICOTIER)
        page = await lifen.find_patients(ABRICOTIER, page.next)
    assert (page.next, page.complete) == (None, False)


async def test_pages_end_somewhere() -> None:
    numbers = iter(range(1000))

    def endless(_request: httpx.Request) -> Any:
        number = next(numbers)
        return bundle(str(number), following=f"{NEXT}{number}")

    async with lifen_over(Platform([endless])) as lifen:
        page = await lifen.find_patients(ABRICOTIER)
        count = 1
        while page.next is not None:
            page = await lifen.find_patients(ABRICOTIER, page.next)
            count += 1
    assert (count, page.complete) == (20, False)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_cursor_that_is_gone_is_replaced_by_asking_again(status: int) -> None:
    gone = httpx.Response(status)
    platform = Platform([gone, bundle("1", following=NEXT), bundle("2")])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(ABRICOTIER, Cursor(f"2||{NEXT}"))
        assert [one.id for one in page.items] == ["2"]
    platform = Platform([gone, bundle("1", following=NEXT), gone])
    async with lifen_over(platform) as lifen:
        with pytest.raises(Refused) as caught:
            await lifen.find_patients(ABRICOTIER, Cursor(f"2||{NEXT}"))
    assert caught.value.status == 410
    assert len(platform.calls) == 3


@pytest.mark.parametrize(
    ("total", "following", "complete"),
    [(1, "", True), (None, "", True), (30, NEXT, True), (30, "", False)],
)
async def test_rows_that_are_hidden_are_told(
    total: int | None, following: str, *, complete: bool
) -> None:
    async with lifen_over(Platform([bundle("1", total=total, following=following)])) as lifen:
        page = await lifen.find_patients(ABRICOTIER)
    assert (page.total, page.complete) == (total, complete)


@pytest.mark.parametrize("tenant", ["ramsay", "vivalto"])
async def test_a_tenant_without_pages_has_none(tenant: str) -> None:
    answer = bundle("1", total=30, following=NEXT)
    async with lifen_over(Platform([answer]), tenant) as lifen:
        page = await lifen.find_patients(ABRICOTIER)
    assert (page.next, page.complete) == (None, False)


async def test_a_name_that_is_not_found_is_tried_once_without_its_accents() -> None:
    platform = Platform([bundle(total=0), bundle("1", total=1)])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(PatientQuery(name="Chêne-Liège"))
    assert [one.id for one in page.items] == ["1"]
    assert platform.bodies == [
        b"name=Ch%C3%AAne-Li%C3%A8ge&_count=20",
        b"name=Chene+Liege&_count=20",
    ]
    assert page.asked_as == "Chene Liege"


async def test_words_that_answered_as_they_were_typed_need_no_mention() -> None:
    platform = Platform([bundle("1", total=1)])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(PatientQuery(name="Chêne-Liège"))
    assert page.asked_as == ""


@pytest.mark.parametrize("identity", ["", ".", ".."])
async def test_an_id_that_is_none_is_not_asked_for(identity: str) -> None:
    platform = Platform([current()])
    async with lifen_over(platform) as lifen:
        with pytest.raises(Refused):
            await lifen.patient(PatientId(identity))
    assert not platform.calls


async def test_an_odd_id_stays_one_step_of_the_path() -> None:
    platform = Platform([current()])
    async with lifen_over(platform) as lifen:
        await lifen.patient(PatientId("1:APT/../é"))
    assert str(platform.calls[0].url) == f"{HOME}/Patient/1%3AAPT%2F..%2F%C3%A9"


async def test_somebody_who_was_on_the_page_before_is_not_shown_again() -> None:
    third = NEXT.replace("_index=2", "_index=3")
    platform = Platform(
        [
            bundle("1", "2", total=4, following=NEXT),
            bundle("2", "3", total=4, following=third),
            bundle("1", "4", total=4),
        ]
    )
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(ABRICOTIER)
        found = [one.id for one in page.items]
        while page.next is not None:
            page = await lifen.find_patients(ABRICOTIER, page.next)
            found += [one.id for one in page.items]
    assert (found, page.complete) == (["1", "2", "3", "4"], True)


async def test_pages_that_lead_back_end() -> None:
    other = NEXT.replace("_index=2", "_index=3")
    there, back = bundle("1", following=NEXT), bundle("2", following=other)

    def circle(request: httpx.Request) -> Any:
        return back if "_index=2" in str(request.url) else there

    async with lifen_over(platform := Platform([circle])) as lifen:
        page = await lifen.find_patients(ABRICOTIER)
        while page.next is not None:
            page = await lifen.find_patients(ABRICOTIER, page.next)
    assert (page.items, page.complete) == ((), False)
    assert len(platform.calls) == 3


@pytest.mark.parametrize("cursor", ["", "2", "2|", "2||", "two||x", "9999||x", "٢||x", f"|{NEXT}"])
async def test_a_cursor_that_no_page_gave_is_not_followed(cursor: str) -> None:
    platform = Platform([bundle("1")])
    async with lifen_over(platform) as lifen:
        with pytest.raises(Malformed):
            await lifen.find_patients(ABRICOTIER, Cursor(cursor))
    assert not platform.calls


async def test_a_hospital_that_has_not_opened_its_patients_is_not_asked_for_them() -> None:
    platform = Platform([bundle("1")])
    async with lifen_over(platform, patients="typed", organization="60001") as lifen:
        assert not lifen.rules.has_patients
        with pytest.raises(NotOffered):
            await lifen.find_patients(ABRICOTIER)
    assert not platform.calls
