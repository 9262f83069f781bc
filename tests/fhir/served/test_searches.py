"""Each search through the client over a socket, on each tenant that has it (lifen.md 4.0)."""

from dataclasses import replace
from datetime import date

import httpx
import pytest
from msgspec import structs

from desktop_app.domain.errors import (
    AppError,
    Incomplete,
    Malformed,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.domain.people import AppointmentId, Patient, PatientId
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery
from desktop_app.fhir.catalogue import open_lifen
from desktop_app.sandbox.faults import Rule
from desktop_app.sandbox.world import World
from tests.fhir.served.conftest import CAPUCINE, OWNERS, Hospital, account, at_once


async def test_a_patient_is_found_by_each_thing_that_is_known(hospital: Hospital) -> None:
    known = await hospital.lifen.patient(CAPUCINE)
    for query in (
        PatientQuery(name="abricotier capucine", birth_date=known.birth_date),
        PatientQuery(name="Capucine DELORMEAU-Sandbox", birth_date=known.birth_date),
        PatientQuery(name="abri", birth_date=date(1985, 7, 14)),
        PatientQuery(identifier=known.ipp),
        PatientQuery(identifier=known.ins),
    ):
        page = await hospital.lifen.find_patients(query)
        assert [one.id for one in page.items] == [CAPUCINE]
        assert page.items[0] == known
    assert known.ins_qualified


async def test_every_page_is_read_once_and_nobody_is_missed(
    hospital: Hospital, world: World
) -> None:
    found: list[Patient] = []
    page = await hospital.lifen.find_patients(PatientQuery(name="fictif"))
    found += page.items
    while page.next is not None:
        page = await hospital.lifen.find_patients(PatientQuery(name="fictif"), page.next)
        found += page.items
    assert len(found) == len({one.id for one in found}) == page.total
    assert len(found) > 40


async def test_links_to_another_host_are_asked_on_our_own(hospital: Hospital) -> None:
    hospital.trouble(Rule(links="https://api.lifen.example"))
    page = await hospital.lifen.find_patients(PatientQuery(name="sandbox"))
    assert page.next is not None
    assert "api.lifen.example" in page.next
    second = await hospital.lifen.find_patients(PatientQuery(name="sandbox"), page.next)
    assert len(second.items) == 20


async def test_the_directory_is_searched_by_name_number_place_and_address(
    hospital: Hospital,
) -> None:
    page = await hospital.lifen.find_practitioners(CorrespondentQuery(name="tessandier marc"))
    (doctor,) = page.items
    assert len(doctor.mailboxes) == 2
    for query in (
        CorrespondentQuery(identifier=doctor.identifier),
        CorrespondentQuery(identifier=f"8{doctor.identifier}"),
        CorrespondentQuery(telecom=doctor.mailboxes[1].address),
        CorrespondentQuery(name="tessandier", address=doctor.places[0].city),
    ):
        assert (await hospital.lifen.find_practitioners(query)).items == (doctor,)
    many = await hospital.lifen.find_practitioners(CorrespondentQuery(name="fictif"))
    assert (len(many.items), many.complete) == (100, False)
    structures = await hospital.lifen.find_organizations(CorrespondentQuery(name="centre hosp"))
    assert structures.items[0].name == "Centre hospitalier de Villefictive"


@pytest.mark.parametrize("tenant", OWNERS)
async def test_the_directory_answers_every_tenant(world: World, tenant: str) -> None:
    async with at_once(world, tenant=tenant, database_reference=OWNERS[tenant]) as hospital:
        people = await hospital.lifen.find_practitioners(CorrespondentQuery(name="tessandier marc"))
        assert [len(one.mailboxes) for one in people.items] == [2]
        query = CorrespondentQuery(name="centre hosp")
        assert (await hospital.lifen.find_organizations(query)).items


READS = [
    (Rule(status=403), NotAllowed),
    (Rule(status=404), Refused),
    (Rule(status=412), Refused),
    (Rule(status=422), Refused),
    (Rule(status=429, retry_after=60), Throttled),
    (Rule(status=500), ServerTrouble),
    (Rule(status=503, body="html"), ServerTrouble),
    (Rule(status=200, body="html"), Malformed),
    (Rule(body="truncated"), Malformed),
    (Rule(cut=True), Unreachable),
    (Rule(status=401), NotAllowed),
]


@pytest.mark.parametrize(("rule", "kind"), READS)
async def test_a_search_that_went_wrong_has_its_name(
    hospital: Hospital, rule: Rule, kind: type[AppError]
) -> None:
    hospital.trouble(structs.replace(rule, path="/Patient/_search"))
    with pytest.raises(kind):
        await hospital.lifen.find_patients(PatientQuery(name="abricotier"))


async def test_a_passing_trouble_of_a_search_is_not_even_noticed(hospital: Hospital) -> None:
    hospital.trouble(
        Rule(path="_search", status=503, times=1), Rule(path="_search", cut=True, times=1)
    )
    page = await hospital.lifen.find_patients(PatientQuery(identifier="000123"))
    assert [one.id for one in page.items] == [CAPUCINE]


async def test_ramsay_finds_by_name_and_number_without_pages(world: World) -> None:
    async with at_once(world, tenant="ramsay", database_reference="SbxRamsay1") as hospital:
        page = await hospital.lifen.find_patients(PatientQuery(name="sandbox"))
        assert (len(page.items), page.next, page.complete) == (20, None, False)
        page = await hospital.lifen.find_patients(PatientQuery(identifier="000123"))
        assert [one.id for one in page.items] == [CAPUCINE]


async def test_vivalto_finds_by_three_letters_and_by_no_number(world: World) -> None:
    async with at_once(world, tenant="vivalto", database_reference="SbxVivalt1") as hospital:
        find = hospital.lifen.find_patients
        with pytest.raises(Incomplete) as caught:
            await find(PatientQuery(name="ab"))
        assert caught.value.limit == 3
        with pytest.raises(NotOffered):
            await find(PatientQuery(identifier="000123"))
        assert (await find(PatientQuery(name="abr"))).items
        (short,) = (await find(PatientQuery(name="ba", birth_date=date(1979, 1, 1)))).items
        assert short.birth_family == "BA"
        (one,) = (await find(PatientQuery(name="abricotier capucine", identifier="000123"))).items
        assert one.id == CAPUCINE


async def test_another_hospital_s_patients_are_not_shown(world: World) -> None:
    async with at_once(world) as hospital:
        wrong = account(hospital.served, database_reference="SbxRamsay1")
        transport = _Renamed(hospital.served.description["database_reference"], "SbxRamsay1")
        secret = hospital.served.description["client_secret"]
        async with open_lifen(wrong, secret, transport=transport) as lifen:
            assert (await lifen.find_patients(PatientQuery(name="abricotier"))).items == ()
            with pytest.raises(NotAllowed) as caught:
                await lifen.patient(CAPUCINE)
            assert caught.value.cause == "database_reference"


class _Renamed(httpx.AsyncHTTPTransport):
    """Gets a token for another hospital than the one asked for: a mixed-up cache."""

    def __init__(self, own: str, other: str) -> None:
        super().__init__()
        self._own, self._other = own.encode(), other.encode()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/v1/token"):
            body = (await request.aread()).replace(self._other, self._own)
            headers = {"content-type": request.headers["content-type"]}
            request = httpx.Request("POST", request.url, headers=headers, content=body)
        return await super().handle_async_request(request)


async def test_a_patient_s_stays_are_found_on_every_tenant(world: World) -> None:
    for tenant, owner in OWNERS.items():
        async with at_once(world, tenant=tenant, database_reference=owner) as hospital:
            page = await hospital.lifen.find_stays(CAPUCINE)
            assert [stay.number for stay in page.items] == [
                "SEJ2024000777",
                "SEJ2024000901",
                "SEJ2023000412",
            ]
            assert (page.total, page.complete) == (3, True)
            assert page.items[0].label == "IMP · CHIRURGIE IMAGINAIRE"
            assert (await hospital.lifen.find_stays(PatientId("70005"))).items == ()


async def test_more_stays_than_a_page_holds_are_all_found(world: World) -> None:
    first = next(iter(world.stays.values()))
    many = {
        str(number): replace(first, id=str(number), number=f"SEJ{number}")
        for number in range(85000, 85130)
    }
    async with at_once(replace(world, stays=many)) as hospital:
        page = await hospital.lifen.find_stays(CAPUCINE)
    assert (len(page.items), page.complete) == (130, True)


TODAY = date(2024, 3, 4)


@pytest.mark.parametrize("tenant", OWNERS)
async def test_today_s_appointments_lead_to_their_patients_on_every_tenant(
    world: World, tenant: str
) -> None:
    owner = OWNERS[tenant]
    async with at_once(world, tenant=tenant, database_reference=owner) as hospital:
        lifen = hospital.lifen
        page = await lifen.appointments(TODAY)
        starts = [one.start for one in page.items if one.start]
        first = page.items[0]
        assert starts == sorted(starts)
        assert {start.date() for start in starts} == {TODAY}
        assert (len(starts), page.complete) == (14, True)
        assert first.practitioner
        assert first.label
        assert await lifen.appointment(first.id) == first
        if lifen.rules.has_identifier:
            found = await lifen.find_patients(PatientQuery(identifier=first.patient_number))
            assert [one.id for one in found.items] == [CAPUCINE]
        with pytest.raises(Refused):
            await lifen.appointment(AppointmentId("60001:APT-none"))


async def test_an_appointment_may_be_of_somebody_who_is_not_to_be_found(
    hospital: Hospital,
) -> None:
    page = await hospital.lifen.appointments(TODAY)
    stranger = next(one for one in page.items if one.patient_number.startswith("EXT"))
    assert stranger.patient_name
    query = PatientQuery(identifier=stranger.patient_number)
    assert (await hospital.lifen.find_patients(query)).items == ()
    assert any(not one.patient_number for one in page.items)


@pytest.mark.parametrize("tenant", OWNERS)
async def test_the_stays_under_way_come_with_their_patients_on_every_tenant(
    world: World, tenant: str
) -> None:
    owner = OWNERS[tenant]
    async with at_once(world, tenant=tenant, database_reference=owner) as hospital:
        page = await hospital.lifen.current_stays()
        assert page.items
        assert {one.stay.status for one in page.items} == {"in-progress"}
        starts = [one.stay.start for one in page.items if one.stay.start]
        assert starts == sorted(starts, reverse=True)
        for one in page.items[:3]:
            assert await hospital.lifen.patient(one.patient.id) == one.patient
            assert await hospital.lifen.stay(one.stay.id) == one.stay


@pytest.mark.parametrize("tenant", OWNERS)
async def test_coverage_is_read_where_the_tenant_has_it(world: World, tenant: str) -> None:
    owner = OWNERS[tenant]
    async with at_once(world, tenant=tenant, database_reference=owner) as hospital:
        if tenant == "vivalto":
            with pytest.raises(NotOffered):
                await hospital.lifen.coverages(CAPUCINE)
            return
        found = await hospital.lifen.coverages(CAPUCINE)
        assert found[0].number == (await hospital.lifen.patient(CAPUCINE)).ins
        assert (found[0].status, found[0].payer != "") == ("active", True)
        assert await hospital.lifen.coverages(PatientId("0")) == ()


async def test_what_a_scope_does_not_open_is_told_as_such(world: World) -> None:
    async with at_once(world, client_id="demo-no-appointments") as hospital:
        with pytest.raises(NotAllowed) as caught:
            await hospital.lifen.appointments(TODAY)
        assert caught.value.cause == "scope"
        assert "APPOINTMENT_GAM_SEARCH" not in await hospital.lifen.token_scopes()
        assert (await hospital.lifen.current_stays()).items
    async with at_once(world, client_id="demo-no-patients") as hospital:
        for call in (hospital.lifen.current_stays(), hospital.lifen.coverages(CAPUCINE)):
            with pytest.raises(NotAllowed):
                await call
        assert (await hospital.lifen.appointments(TODAY)).items


@pytest.mark.parametrize(("kind", "status"), [("Appointment", 404), ("Encounter", 501)])
async def test_a_list_that_the_platform_has_not_is_not_offered(
    hospital: Hospital, kind: str, status: int
) -> None:
    hospital.trouble(Rule(path=f"/{kind}/_search", status=status))
    call = hospital.lifen.appointments(TODAY) if status == 404 else hospital.lifen.current_stays()
    with pytest.raises(NotOffered):
        await call
