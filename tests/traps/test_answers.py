"""Traps of what comes back, and of what is asked for: T11 to T18, T29, T32 to T36."""

import unicodedata
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import httpx
import orjson
import pytest
from fhir.resources.STU3.bundle import Bundle
from fhir.resources.STU3.operationoutcome import OperationOutcome

from desktop_app.domain.errors import Changed, Incomplete, Malformed, NotOffered, Refused
from desktop_app.domain.identity import fold
from desktop_app.domain.people import PatientId
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery
from desktop_app.domain.sending import DeliveryState
from desktop_app.fhir.catalogue import open_lifen
from desktop_app.sandbox.server import serve
from desktop_app.wording.failures import explain
from tests.fhir.conftest import (
    MAILBOX,
    STAY,
    Mark,
    Platform,
    Shelf,
    letter,
    lifen_over,
)
from tests.fhir.lifen.conftest import NEXT, RECEIPT, bundle, current, encounter
from tests.fhir.lifen.test_mapping import capucine
from tests.fhir.served.conftest import account

NAMED = PatientQuery(name="Abricotier")
BORN = date(1985, 7, 14)


def asked(platform: Platform, number: int = 0) -> dict[str, str]:
    return dict(parse_qsl(platform.bodies[number].decode()))


def outcome(*issues: dict[str, Any], status: int = 422) -> httpx.Response:
    return httpx.Response(status, json={"resourceType": "OperationOutcome", "issue": list(issues)})


async def test_t11_an_outcome_that_deviates_is_read_whole() -> None:
    empty = {"severity": "ERROR", "code": "PROCESSING", "location": "allValueNull"}
    unknown = {
        "severity": "ERROR",
        "code": "STRUCTURE",
        "diagnostics": "Invalid parameter speciality",
        "location": ["speciality"],
    }
    async with lifen_over(Platform([outcome(empty, unknown)])) as lifen:
        with pytest.raises(Refused) as caught:
            await lifen.find_patients(NAMED)
    assert caught.value.diagnostics == ("Invalid parameter speciality",)
    assert caught.value.fields == ("allValueNull", "speciality")


@pytest.mark.parametrize("code", ["value", "VALUE", "CODEINVALID", "Code-Invalid"])
async def test_t11_a_code_means_the_same_in_capitals(code: str) -> None:
    answers = [current(), outcome({"severity": "ERROR", "code": code}, status=412)]
    async with lifen_over(Platform(answers)) as lifen:
        with pytest.raises(Refused):  # a value of the letter's, not the portal's set-up (T31)
            await lifen.deliver(letter(), Shelf(), Mark())


@pytest.mark.parametrize("body", [b"", b"<html><h1>Proxy</h1></html>", b"{", b"[1]", b"null"])
async def test_t11_without_a_body_the_status_speaks(body: bytes) -> None:
    async with lifen_over(Platform([httpx.Response(422, content=body)])) as lifen:
        with pytest.raises(Refused) as caught:
            await lifen.find_patients(NAMED)
    assert (caught.value.status, caught.value.diagnostics) == (422, ())


@pytest.mark.parametrize("kind", ["searchset", "collection"])
async def test_t12_a_bundle_without_its_lists_is_empty_and_its_total_leads_nowhere(
    kind: str,
) -> None:
    bare = httpx.Response(200, json={"resourceType": "Bundle", "type": kind, "total": 451_247})
    platform = Platform([bare])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(NAMED)
        assert await lifen.track("tx-1") == ()
    assert (page.items, page.next, page.complete) == ((), None, False)
    assert len(platform.calls) == 2


async def test_t13_what_is_no_patient_in_an_answer_is_left_out() -> None:
    noise = {
        "resource": {"resourceType": "OperationOutcome", "id": "x"},
        "search": {"mode": "outcome"},
    }
    body = {"resourceType": "Bundle", "entry": [noise, {"resource": capucine()}, {}, 7]}
    async with lifen_over(Platform([httpx.Response(200, json=body)])) as lifen:
        assert [one.id for one in (await lifen.find_patients(NAMED)).items] == ["70001"]


@pytest.mark.parametrize("tenant", ["ramsay", "vivalto"])
async def test_t14_without_paging_no_link_is_followed_and_more_is_said(tenant: str) -> None:
    platform = Platform([bundle("1", total=40, following=NEXT)])
    async with lifen_over(platform, tenant) as lifen:
        page = await lifen.find_patients(NAMED)
    assert (page.next, page.complete) == (None, False)


async def test_t14_the_third_letter_is_asked_for_where_it_is_needed() -> None:
    async with lifen_over(Platform([bundle()]), "vivalto") as lifen:
        with pytest.raises(Incomplete) as caught:
            await lifen.find_patients(PatientQuery(name="ab"))
        assert (caught.value.what, caught.value.limit) == ("query_short", 3)
        with pytest.raises(NotOffered):
            await lifen.find_patients(PatientQuery(identifier="000123"))
        assert (lifen.rules.shortest_name, lifen.rules.has_identifier) == (3, False)


async def test_t14_family_and_given_are_never_asked_apart() -> None:
    platform = Platform([bundle("1")])
    async with lifen_over(platform, "ramsay") as lifen:
        await lifen.find_patients(PatientQuery(name="Capucine Abricotier", identifier="000123"))
    form = asked(platform)
    assert ("family" in form) == ("given" in form)
    assert "," not in form["identifier"]


async def test_t15_and_t16_a_birth_date_is_sent_whole_in_iso_form_without_a_prefix() -> None:
    platform = Platform([bundle("1")])
    async with lifen_over(platform) as lifen:
        await lifen.find_patients(PatientQuery(birth_date=BORN))
    assert asked(platform)["birthdate"] == "1985-07-14"


@pytest.mark.parametrize("written", ["14-07-1985", "14/07/1985", "ge1985-07-14", "1985-07"])
async def test_t15_and_t16_the_practice_platform_takes_nothing_else(written: str) -> None:
    async with serve() as served, httpx.AsyncClient(trust_env=False) as client:
        told = served.description
        fields = ("client_id", "client_secret", "audience", "database_reference")
        form = {name: told[name] for name in fields} | {"grant_type": "client_credentials"}
        token = (await client.post(told["lifen"]["token_url"], data=form)).json()["access_token"]
        answer = await client.post(
            f"{told['lifen']['fhir_url']}/Patient/_search",
            data={"birthdate": written},
            headers={"Authorization": f"Bearer {token}"},
        )
    assert answer.status_code in (412, 422)


async def test_t17_somebody_just_admitted_is_read_and_nobody_is_created() -> None:
    platform = Platform([bundle(total=0), current()])
    async with lifen_over(platform) as lifen:
        assert (await lifen.find_patients(NAMED)).items == ()
        assert (await lifen.patient(PatientId("70001"))).id == "70001"
    assert [call.url.path.rpartition("/")[2] for call in platform.calls] == ["_search", "70001"]


@pytest.mark.parametrize(
    ("changes", "trait"),
    [
        ({"birthDate": "1985-07-15"}, "birth_date"),
        ({"gender": "male"}, "sex"),
        ({"deceasedDateTime": "2024-03-01"}, "deceased"),
        ({"active": False}, "merged"),
        ({"link": [{"type": "replaced-by", "other": {"reference": "Patient/2"}}]}, "merged"),
        (
            {"name": [{"use": "official", "family": "POMMIER", "given": ["CAPUCINE"]}]},
            "birth_family",
        ),
        ({"identifier": []}, "ipp"),
    ],
)
async def test_t18_whoever_changed_since_the_choice_stops_the_letter(
    changes: dict[str, Any], trait: str
) -> None:
    platform, mark = Platform([current(**changes)]), Mark()
    async with lifen_over(platform) as lifen:
        with pytest.raises(Changed) as caught:
            await lifen.deliver(letter(), Shelf(), mark)
    assert trait in {difference.trait for difference in caught.value.differences}
    assert (len(platform.calls), mark.passed) == (1, 0)


async def test_t18_a_stay_of_somebody_else_stops_the_letter() -> None:
    strange = encounter(subject={"reference": "Patient/2"})
    platform, mark = Platform([current(), strange]), Mark()
    async with lifen_over(platform) as lifen:
        with pytest.raises(Changed):
            await lifen.deliver(letter(stay=STAY), Shelf(), mark)
    assert (len(platform.calls), mark.passed) == (2, 0)


async def test_t29_one_workstation_alone_is_never_told_to_slow_down() -> None:
    async with serve() as served:
        account_, secret = account(served), served.description["client_secret"]
        async with open_lifen(account_, secret) as lifen:
            for _ in range(14):
                await lifen.patient(PatientId("70001"))
        async with httpx.AsyncClient(trust_env=False) as client:
            ledger = (await client.get(served.description["ledger_url"])).json()
    assert "429" not in ledger["rejected"]
    assert sum(ledger["calls"].values()) >= 14


async def test_t32_a_hundred_rows_are_said_to_be_incomplete() -> None:
    full = bundle(*map(str, range(100)), kind="Practitioner")
    large = bundle("1", total=451_247, kind="Practitioner")
    for answer in (full, large):
        async with lifen_over(Platform([answer])) as lifen:
            page = await lifen.find_practitioners(CorrespondentQuery(name="dupont"))
        assert not page.complete


async def test_t33_names_are_folded_to_compare_and_never_to_send() -> None:
    typed = "L'Abrïcôtier-Fictif"
    platform = Platform([bundle("1")])
    async with lifen_over(platform) as lifen:
        await lifen.find_patients(PatientQuery(name=typed))
        person = await _mapped("N’DIAYE-LE GOFF")
    assert asked(platform)["name"] == typed
    assert person == "N’DIAYE-LE GOFF"
    assert fold("N’DIAYE-LE GOFF") == fold("n'diaye le goff")


async def _mapped(family: str) -> str:
    named = {**capucine(), "name": [{"use": "official", "family": family, "given": ["Awa"]}]}
    async with lifen_over(Platform([httpx.Response(200, json=named)])) as lifen:
        return (await lifen.patient(PatientId("70001"))).birth_family


async def test_t33_another_way_of_writing_a_name_stops_no_letter() -> None:
    written = {"family": "Délormeau sandbox", "given": ["Capucine"]}
    names = [{"use": "maiden", **written, "family": "Abricotier"}, {"use": "usual", **written}]
    async with lifen_over(Platform([current(name=names), RECEIPT])) as lifen:
        assert await lifen.deliver(letter(), Shelf(), Mark()) == "tx-1"


async def test_t33_what_was_typed_with_accents_is_asked_once_more_without() -> None:
    platform = Platform([bundle(), bundle("1")])
    async with lifen_over(platform) as lifen:
        page = await lifen.find_patients(PatientQuery(name="Chêne-Liège"))
    assert asked(platform, 1)["name"] == "Chene Liege"
    assert page.asked_as == "Chene Liege"
    assert unicodedata.is_normalized("NFC", page.asked_as)


@pytest.mark.parametrize("system", ["ValueSet", "CodeSystem"])
@pytest.mark.parametrize("where", ["text", "display"])
async def test_t34_the_medium_is_read_in_both_of_its_spellings(system: str, where: str) -> None:
    coding = {"system": f"http://lifen.fr/fhir/{system}/communication-medium", "code": "MSSANTE"}
    medium: dict[str, Any] = {"coding": [coding]}
    if where == "text":
        medium["text"] = MAILBOX
    else:
        coding["display"] = MAILBOX
    told = {"resourceType": "Communication", "status": "completed", "medium": [medium]}
    body = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": told}]}
    async with lifen_over(Platform([httpx.Response(200, json=body)])) as lifen:
        (said,) = await lifen.track("tx-1")
    assert (said.address, said.state) == (MAILBOX, DeliveryState.DELIVERED)


async def test_t35_what_strict_models_reject_is_read() -> None:
    loose = {**capucine(), "unknownMember": 1, "multipleBirthInteger": "two"}
    body = {"resourceType": "Bundle", "total": "1", "entry": [{"resource": loose}]}
    with pytest.raises(ValueError, match="validation error"):
        Bundle.model_validate(body)
    with pytest.raises(ValueError, match="validation error"):
        OperationOutcome.model_validate({"issue": [{"severity": "ERROR", "location": "x"}]})
    async with lifen_over(Platform([httpx.Response(200, json=body)])) as lifen:
        (found,) = (await lifen.find_patients(NAMED)).items
    assert found.birth_date == BORN


async def test_t36_a_sample_that_lost_a_brace_is_an_answer_we_cannot_read() -> None:
    whole = orjson.dumps({"resourceType": "Bundle", "entry": [{"resource": capucine()}]})
    async with lifen_over(Platform([httpx.Response(200, content=whole[:-1])])) as lifen:
        with pytest.raises(Malformed) as caught:
            await lifen.find_patients(NAMED)
    assert explain(caught.value).title
