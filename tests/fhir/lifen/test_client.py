"""The client as a whole: what it asks, and what any answer at all does to it."""

import contextlib
import logging
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.domain.errors import AppError, InDoubt, Refused
from desktop_app.domain.people import AppointmentId, PatientId, StayId
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery
from desktop_app.fhir.lifen.client import LifenClient
from tests.fhir.conftest import (
    ACCOUNT,
    HOME,
    PATIENT,
    STAY,
    Mark,
    Platform,
    Shelf,
    letter,
    lifen_over,
)
from tests.fhir.lifen.conftest import NEXT, RECEIPT, bundle, current, encounter
from tests.fhir.lifen.test_appointments import appointment
from tests.fhir.lifen.test_coverages import coverage
from tests.fhir.lifen.test_directory import practitioner
from tests.fhir.lifen.test_mapping import capucine
from tests.fhir.lifen.test_tracking import told
from tests.fhir.test_answers import JSON


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


async def test_the_patient_is_read_again_before_a_letter_leaves() -> None:
    platform, mark = Platform([current(), RECEIPT]), Mark()
    async with lifen_over(platform) as lifen:
        assert await lifen.deliver(letter(), Shelf(), mark) == "tx-1"
    assert [f"{call.method} {call.url.path}" for call in platform.calls] == [
        "GET /fhir/v3/Patient/70001",
        "POST /fhir/v3/CommunicationRequest/$send-to-mss",
    ]
    assert mark.passed == 1


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


# Anything at all as an answer

Call = Callable[[LifenClient], Any]
TODAY = date(2024, 3, 4)
INSURED = replace(PATIENT, ins="285079999990136", ins_qualified=True)
READS: dict[str, Call] = {
    "patients": lambda lifen: lifen.find_patients(PatientQuery(name="abricotier")),
    "patient": lambda lifen: lifen.patient(PatientId("70001")),
    "stays": lambda lifen: lifen.find_stays(PatientId("70001")),
    "stay": lambda lifen: lifen.stay(StayId("80001")),
    "current": lambda lifen: lifen.current_stays(),
    "appointments": lambda lifen: lifen.appointments(TODAY),
    "appointment": lambda lifen: lifen.appointment(AppointmentId("17:APT-a1")),
    "coverages": lambda lifen: lifen.coverages(PatientId("70001")),
    "practitioners": lambda lifen: lifen.find_practitioners(CorrespondentQuery(name="dupont")),
    "organizations": lambda lifen: lifen.find_organizations(CorrespondentQuery(name="clinique")),
    "track": lambda lifen: lifen.track("tx-1"),
    "track_request": lambda lifen: lifen.track("based-on=CommunicationRequest/1"),
    "track_record": lambda lifen: lifen.record.track("tx-1"),
    "track_dmp": lambda lifen: lifen.dmp.track("based-on=CommunicationRequest/1"),
}
SENDS: dict[str, Call] = {
    "mailboxes": lambda lifen: lifen.deliver(letter(stay=STAY), Shelf(), Mark()),
    "record": lambda lifen: lifen.record.deliver(letter(stay=STAY), Shelf(), Mark()),
    "dmp": lambda lifen: lifen.dmp.deliver(letter(patient=INSURED), Shelf(), Mark()),
}
STATUSES = st.sampled_from([200, 201, 400, 401, 404, 412, 422, 429, 500])
ENOUGH = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    max_examples=60,
    deadline=None,
)


@pytest.mark.parametrize("call", [*READS, *SENDS])
@given(value=JSON, status=STATUSES, location=st.text(st.characters(codec="ascii"), max_size=40))
@ENOUGH
async def test_any_answer_at_all_gives_a_value_or_an_error_of_ours(
    call: str, value: Any, status: int, location: str
) -> None:
    headers = {"location": location, "retry-after": "0"}
    answer = httpx.Response(status, headers=headers, content=orjson.dumps(value))
    async with lifen_over(Platform([answer])) as lifen:
        with contextlib.suppress(AppError):
            await {**READS, **SENDS}[call](lifen)


@pytest.mark.parametrize("call", SENDS)
@given(value=JSON, location=st.text(st.characters(codec="ascii"), max_size=40))
@ENOUGH
async def test_any_receipt_at_all_gives_a_number_or_an_error_of_ours(
    call: str, value: Any, location: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            kind = request.url.path.split("/")[-2]
            return current() if kind == "Patient" else encounter()
        made = {"location": f"{HOME}/{request.url.path.rpartition('/')[2]}/1"}
        last = "CommunicationRequest" in request.url.path
        body = orjson.dumps(value)
        return httpx.Response(201, headers={"location": location} if last else made, content=body)

    mark = Mark()
    made = letter(patient=INSURED, stay=STAY)
    async with lifen_over(Platform([answer])) as lifen:
        ways: dict[str, Any] = {"mailboxes": lifen, "record": lifen.record, "dmp": lifen.dmp}
        with contextlib.suppress(InDoubt):
            assert await ways[call].deliver(made, Shelf(), mark)
    assert mark.passed == 1


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A searchset as it should be, but for one member somewhere in it."""
    resources = [
        capucine(),
        orjson.loads(encounter().content),
        appointment(),
        coverage(),
        practitioner(),
        told(status="completed"),
    ]
    whole: Any = {
        "resourceType": "Bundle",
        "total": 6,
        "link": [{"relation": "next", "url": NEXT}],
        "entry": [{"resource": deepcopy(one)} for one in resources],
    }
    place: Any = whole
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = draw(st.sampled_from(keys))
        inside = place[key]
        if not isinstance(inside, dict | list) or not inside or draw(st.integers(0, 4)) == 0:
            place[key] = draw(JSON)
            return whole
        place = inside


@given(value=spoiled())
@settings(ENOUGH, max_examples=150)
async def test_one_spoiled_member_is_no_more_harmful(value: Any) -> None:
    answer = httpx.Response(200, content=orjson.dumps(value))
    entries = value.get("entry")
    first = entries[0] if isinstance(entries, list) and entries else {}
    alone = orjson.dumps(first.get("resource") if isinstance(first, dict) else first)

    def reply(request: httpx.Request) -> httpx.Response:
        by_id = request.url.path.split("/")[-2] in {"Patient", "Encounter", "Appointment"}
        return httpx.Response(200, content=alone) if by_id and request.method == "GET" else answer

    async with lifen_over(Platform([reply])) as lifen:
        for call in READS.values():
            with contextlib.suppress(AppError):
                await call(lifen)


# Any graph of pages

KINDS = {"find_stays": "Encounter", "current_stays": "Encounter", "appointments": "Appointment"}


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[list[str], str, int]]:
    """Pages of rows, links to each other and elsewhere, and cursors that are gone."""
    size = draw(st.integers(1, 6))
    hosts = st.sampled_from(["https://api.lifen.example", "https://evil.example", "", "http://x"])
    paths = st.sampled_from(["/fhir/v3/Bundle", "/fhir/v3/Patient", "Bundle", ""])
    targets = st.integers(0, size)
    pages = []
    for _ in range(size):
        link = (
            f"{draw(hosts)}{draw(paths)}?_id=b&_index={draw(targets)}"
            if draw(st.booleans())
            else ""
        )
        rows = draw(st.lists(st.sampled_from("abcdefg"), max_size=4))
        pages.append((rows, link, draw(st.sampled_from([200, 200, 200, 404, 410]))))
    return pages


def answering(pages: list[tuple[list[str], str, int]], kind: str) -> Any:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET" and not request.url.path.endswith("/Bundle"):
            return current(id=request.url.path.rpartition("/")[2])
        number = int(request.url.params.get("_index", 0)) if request.method == "GET" else 0
        rows, link, status = pages[min(number, len(pages) - 1)]
        if status != 200 and request.method == "GET":
            return httpx.Response(status)
        samples: Any = {"Encounter": encounter, "Appointment": appointment, "Patient": capucine}
        made = samples[kind]
        body = orjson.loads(bundle(*rows, following=link, kind=kind).content)
        for entry in body.get("entry", ()):
            whole = made()
            whole = orjson.loads(whole.content) if isinstance(whole, httpx.Response) else whole
            entry["resource"] = {**whole, "id": entry["resource"]["id"]}
        return httpx.Response(200, json=body)

    return answer


@given(pages=graphs(), tenant=st.sampled_from(["standard", "ramsay", "vivalto"]))
@settings(ENOUGH, max_examples=150)
async def test_any_graph_of_pages_comes_to_an_end(pages: Any, tenant: str) -> None:
    lists: dict[str, Call] = {
        "find_stays": lambda lifen: lifen.find_stays(PATIENT.id),
        "current_stays": lambda lifen: lifen.current_stays(),
        "appointments": lambda lifen: lifen.appointments(TODAY),
    }
    for name, call in lists.items():
        platform = Platform([answering(pages, KINDS[name])])
        async with lifen_over(platform, tenant) as lifen:
            page = await call(lifen)
        assert len({repr(one) for one in page.items}) == len(page.items)
        assert len(platform.calls) <= 2 * 20 + 50
        assert all(str(one.url).startswith(ACCOUNT.fhir_url) for one in platform.calls)


@given(pages=graphs(), tenant=st.sampled_from(["standard", "ramsay", "vivalto"]))
@settings(ENOUGH, max_examples=150)
async def test_any_graph_of_patients_comes_to_an_end(pages: Any, tenant: str) -> None:
    platform = Platform([answering(pages, "Patient")])
    query = PatientQuery(name="abricotier")
    found: list[str] = []
    async with lifen_over(platform, tenant) as lifen:
        page = await lifen.find_patients(query)
        found += [one.id for one in page.items]
        with contextlib.suppress(AppError):
            while page.next is not None:
                page = await lifen.find_patients(query, page.next)
                found += [one.id for one in page.items]
    assert len(found) == len(set(found))
    assert len(platform.calls) <= 60
    assert all(str(one.url).startswith(ACCOUNT.fhir_url) for one in platform.calls)
