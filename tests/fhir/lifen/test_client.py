import contextlib
import json
import logging
from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from desktop_app.domain.errors import AppError, Incomplete, InDoubt, Malformed, Refused
from desktop_app.domain.people import Cursor, PatientId
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery
from tests.fhir.conftest import HOME, PATIENT, Mark, Platform, Shelf, letter, lifen_over
from tests.fhir.lifen.test_mapping import capucine
from tests.fhir.test_answers import JSON

ABRICOTIER = PatientQuery(name="abricotier")
NEXT = "https://api.lifen.example/fhir/v3/Bundle?_id=b1&_index=2&_searchAfter=20-70020"
RECEIPT = httpx.Response(
    201,
    json={
        "resourceType": "Parameters",
        "parameter": [{"name": "transaction-id", "valueString": "tx-1"}],
    },
)


def bundle(*ids: str, total: int | None = None, following: str = "", kind: str = "Patient") -> Any:
    body: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if ids:
        body["entry"] = [{"resource": {"resourceType": kind, "id": one}} for one in ids]
    if total is not None:
        body["total"] = total
    if following:
        body["link"] = [{"relation": "self", "url": "x"}, {"relation": "next", "url": following}]
    return httpx.Response(200, json=body)


def current() -> httpx.Response:
    """The record as the letter knows it."""
    resource = capucine()
    resource["identifier"][0]["value"] = PATIENT.ipp
    return httpx.Response(200, json=resource)


# Pages


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
        page = await lifen.find_patients(ABRICOTIER, Cursor(f"2|{NEXT}"))
        assert [one.id for one in page.items] == ["2"]
    platform = Platform([gone, bundle("1", following=NEXT), gone])
    async with lifen_over(platform) as lifen:
        with pytest.raises(Refused) as caught:
            await lifen.find_patients(ABRICOTIER, Cursor(f"2|{NEXT}"))
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


# Searches


async def test_a_name_that_is_not_found_is_tried_once_without_its_accents() -> None:
    platform = Platform([bundle(total=0), bundle("1", total=1)])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(PatientQuery(name="Chêne-Liège"))
    assert [one.id for one in page.items] == ["1"]
    assert platform.bodies == [
        b"name=Ch%C3%AAne-Li%C3%A8ge&_count=20",
        b"name=Chene+Liege&_count=20",
    ]


async def test_an_rpps_that_is_not_found_is_tried_once_in_its_national_form() -> None:
    platform = Platform([bundle(), bundle("9", kind="Practitioner")])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_practitioners(CorrespondentQuery(identifier="10999999971"))
    assert [one.id for one in page.items] == ["9"]
    assert platform.bodies == [
        b"identifier=10999999971&_count=100",
        b"identifier=810999999971&_count=100",
    ]


async def test_structures_are_asked_by_their_own_operation() -> None:
    platform = Platform([bundle("9", kind="Organization")])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_organizations(CorrespondentQuery(name="clinique", address="bourg"))
    assert [one.id for one in page.items] == ["9"]
    assert str(platform.calls[0].url) == f"{HOME}/Organization/$search-for-mss"


@pytest.mark.parametrize(
    ("rows", "total", "complete"), [(2, 2, True), (2, 451_247, False), (100, 100, False)]
)
async def test_the_directory_s_ceiling_is_told(rows: int, total: int, *, complete: bool) -> None:
    answer = bundle(*map(str, range(rows)), total=total, kind="Practitioner")
    async with lifen_over(Platform([answer])) as lifen:
        page = await lifen.find_practitioners(CorrespondentQuery(name="dupont"))
    assert (len(page.items), page.complete) == (rows, complete)


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


@given(JSON)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
async def test_any_json_answer_is_read_or_refused_by_name(value: Any) -> None:
    body = value if isinstance(value, dict) else {"resourceType": "Bundle", "entry": value}
    async with lifen_over(Platform([httpx.Response(200, content=_dumped(body))])) as lifen:
        for call in (
            lambda: lifen.find_patients(ABRICOTIER),
            lambda: lifen.patient(PatientId("1")),
            lambda: lifen.find_practitioners(CorrespondentQuery(name="dupont")),
            lambda: lifen.find_stays(PatientId("1")),
            lambda: lifen.track("tx-1"),
            lambda: lifen.record.track("tx-1"),
        ):
            with contextlib.suppress(AppError):
                await call()


def _dumped(value: Any) -> bytes:
    return httpx.Response(200, json=_plain(value)).content


def _plain(value: Any) -> Any:
    """Without what JSON cannot say."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if key.isprintable()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) or value != value else value  # noqa: PLR0124 - NaN


# Stays


def stays_page(*ids: str, total: int | None = None, following: str = "") -> Any:
    page = json.loads(bundle(*ids, total=total, following=following, kind="Encounter").content)
    for entry in page.get("entry", ()):
        entry["resource"]["subject"] = {"reference": "Patient/70001"}
    return httpx.Response(200, json=page)


async def test_stays_are_asked_for_by_their_patient_alone() -> None:
    platform = Platform([stays_page("1", "2", total=2)])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_stays(PatientId("70001"))
    assert [stay.id for stay in page.items] == ["1", "2"]
    assert (page.total, page.complete) == (2, True)
    assert platform.bodies == [b"patient=Patient%2F70001&_count=100"]
    assert str(platform.calls[0].url) == f"{HOME}/Encounter/_search"


async def test_stays_on_further_pages_are_read_too() -> None:
    second = stays_page("2", "1", total=2)
    platform = Platform([stays_page("1", total=2, following=NEXT), second])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_stays(PatientId("70001"))
    assert ([stay.id for stay in page.items], page.complete) == (["1", "2"], True)
    assert str(platform.calls[1].url) == NEXT


async def test_pages_of_stays_that_bring_nothing_new_end() -> None:
    platform = Platform([stays_page("1", total=30, following=NEXT)])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_stays(PatientId("70001"))
    assert ([stay.id for stay in page.items], page.complete) == (["1"], False)
    assert len(platform.calls) == 2


async def test_stays_that_a_tenant_hides_are_told() -> None:
    platform = Platform([stays_page("1", total=30, following=NEXT)])
    async with lifen_over(platform, "ramsay") as lifen:
        page = await lifen.find_stays(PatientId("70001"))
    assert (page.complete, len(platform.calls)) == (False, 1)


# Sending


async def test_the_patient_is_read_again_before_a_letter_leaves() -> None:
    platform, mark = Platform([current(), RECEIPT]), Mark()
    async with lifen_over(platform) as lifen:
        assert await lifen.deliver(letter(), Shelf(), mark) == "tx-1"
    assert [f"{call.method} {call.url.path}" for call in platform.calls] == [
        "GET /fhir/v3/Patient/70001",
        "POST /fhir/v3/CommunicationRequest/$send-to-mss",
    ]
    assert mark.passed == 1


CHANGES: list[dict[str, Any]] = [
    {"birthDate": "1985-07-15"},
    {"gender": "male"},
    {"name": [{"use": "official", "family": "ABRICOT"}]},
    {"name": [{"use": "official", "family": "ABRICOTIER", "given": ["ZÉLIE"]}]},
    {"deceasedDateTime": "2024-03-01"},
    {"identifier": []},
    {"id": "70002"},
    {"active": False},
    {"link": [{"type": "replaced-by"}]},
]


@pytest.mark.parametrize("change", CHANGES)
async def test_a_patient_who_changed_meanwhile_stops_the_letter(change: dict[str, Any]) -> None:
    resource = capucine()
    resource["identifier"][0]["value"] = PATIENT.ipp
    platform, mark = Platform([httpx.Response(200, json={**resource, **change})]), Mark()
    async with lifen_over(platform) as lifen:
        with pytest.raises(Incomplete) as caught:
            await lifen.deliver(letter(), Shelf(), mark)
    assert caught.value.what == "patient_changed"
    assert (len(platform.calls), mark.passed) == (1, 0)


async def test_case_and_accents_of_a_name_are_no_change() -> None:
    resource = capucine()
    for name in resource["name"]:
        name["family"], name["given"] = name["family"].title(), ["Çapucîne"]
    resource["identifier"][0]["value"] = PATIENT.ipp
    platform = Platform([httpx.Response(200, json=resource), RECEIPT])
    async with lifen_over(platform) as lifen:
        assert await lifen.deliver(letter(), Shelf(), Mark()) == "tx-1"


async def test_a_patient_who_is_gone_refuses_the_letter() -> None:
    async with lifen_over(Platform([httpx.Response(404)])) as lifen:
        with pytest.raises(Refused) as caught:
            await lifen.deliver(letter(), Shelf(), Mark())
    assert caught.value.status == 404


@pytest.mark.parametrize(("subject", "fits"), [("Patient/70001", True), ("Patient/2", False)])
async def test_a_stay_must_be_the_patient_s(subject: str, *, fits: bool) -> None:
    stay = httpx.Response(
        200, json={"resourceType": "Encounter", "subject": {"reference": subject}}
    )
    async with lifen_over(Platform([current(), stay, RECEIPT])) as lifen:
        if fits:
            assert await lifen.deliver(letter(stay="80001"), Shelf(), Mark()) == "tx-1"
        else:
            with pytest.raises(Incomplete) as caught:
                await lifen.deliver(letter(stay="80001"), Shelf(), Mark())
            assert caught.value.what == "stay_changed"


@pytest.mark.parametrize(
    "receipt",
    [
        {"resourceType": "Parameters"},
        {"resourceType": "OperationOutcome", "issue": []},
        {"parameter": [{"name": "transaction-id", "valueString": ""}]},
    ],
)
async def test_an_acceptance_without_a_name_is_doubtful(receipt: dict[str, Any]) -> None:
    platform = Platform([current(), httpx.Response(201, json=receipt)])
    async with lifen_over(platform) as lifen:
        with pytest.raises(InDoubt):
            await lifen.deliver(letter(), Shelf(), Mark())


async def test_tracking_asks_for_one_transaction_on_our_own_base() -> None:
    communication = {
        "resourceType": "Communication",
        "status": "completed",
        "medium": [{"text": "a@x.mssante.example"}],
    }
    answer = httpx.Response(
        200, json={"resourceType": "Bundle", "entry": [{"resource": communication}]}
    )
    platform = Platform([answer])
    async with lifen_over(platform) as lifen:
        (delivery,) = await lifen.track("tx &1")
    assert delivery.address == "a@x.mssante.example"
    assert (
        str(platform.calls[0].url)
        == f"{HOME}/CommunicationRequest/$tracking?transaction-id=tx+%261"
    )


async def test_no_patient_is_named_in_a_log_a_url_or_an_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, "desktop_app")
    refusal = httpx.Response(
        422, json={"issue": [{"diagnostics": "ABRICOTIER is unknown", "location": "subject"}]}
    )
    link = NEXT.replace("api.lifen.example", "evil.example")
    platform = Platform([bundle("1", following=link), bundle("2"), current(), refusal])
    query = PatientQuery(name="Abricotier", birth_date=date(1985, 7, 14), identifier="000123")
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(query)
        await lifen.find_patients(query, page.next)
        with pytest.raises(Refused) as caught:
            await lifen.deliver(letter(), Shelf(), Mark())
    shown = " ".join([caplog.text, str(caught.value), *(str(one.url) for one in platform.calls)])
    assert caplog.records  # the foreign link is told, without its address
    for word in ("abricotier", "delormeau", "capucine", "1985", "000123", "evil"):
        assert word not in shown.casefold()
