import base64
import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import Incomplete, InDoubt, Malformed
from desktop_app.domain.letters import LIMITS, Limits, Target
from desktop_app.domain.sending import Delivery, DeliveryState
from desktop_app.domain.typed import NOBODY
from desktop_app.fhir.lifen.record import parameters, record_body
from tests.fhir.conftest import (
    ACCOUNT,
    HOME,
    PATIENT,
    PDF,
    STAY,
    Mark,
    Platform,
    Shelf,
    document,
    letter,
    lifen_over,
)
from tests.fhir.lifen import strict
from tests.fhir.lifen.conftest import current, encounter

ENCOUNTER = encounter()
RPPS = "10999999971"
ELSEWHERE = "https://api.lifen.fr/fhir/v3"
TRANSACTION = f"{ELSEWHERE}/CommunicationRequest/$tracking?transaction-id="
BASED_ON = f"{ELSEWHERE}/Communication?based-on=CommunicationRequest/77&_elements=status"


def receipt(url: str) -> httpx.Response:
    line = {"name": "tracking-url", "valueString": url}
    return httpx.Response(201, json={"resourceType": "Parameters", "parameter": [line]})


def told(*communications: dict[str, Any]) -> httpx.Response:
    entries = [{"resource": {"resourceType": "Communication", **one}} for one in communications]
    return httpx.Response(200, json={"resourceType": "Bundle", "entry": entries})


async def whole(content: bytes = PDF, **changes: Any) -> bytes:
    body = record_body(letter(content, **changes), Shelf(content), ACCOUNT)
    raw = b"".join([piece async for piece in body.pieces()])
    assert len(raw) == body.length
    return raw


async def test_the_body_is_the_documented_one() -> None:
    body = json.loads(await whole(stay=STAY, type_code="34112-3", recipients=()))
    assert body == {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "subject", "valueReference": {"reference": "Patient/70001"}},
            {"name": "context", "valueReference": {"reference": "Encounter/80001"}},
            {"name": "content-type", "valueCode": "application/pdf"},
            {"name": "document-type", "valueCode": "34112-3"},
            {"name": "document-title", "valueString": "CR de consultation"},
            {"name": "payload", "valueString": base64.b64encode(PDF).decode()},
        ],
    }
    strict.check(body)


async def test_a_title_is_the_letter_s_own_or_none() -> None:
    body = json.loads(await whole(stay=STAY, title=" "))
    assert "document-title" not in [line["name"] for line in body["parameter"]]


@given(
    content=st.binary(min_size=1, max_size=200),
    title=st.text(st.characters(exclude_categories=["Cs"])) | st.just('"valueString":""'),
)
async def test_the_stream_is_what_the_whole_would_be(content: bytes, title: str) -> None:
    expected = parameters(letter(content, stay=STAY, title=title), ACCOUNT)
    expected["parameter"][-1]["valueString"] = base64.b64encode(content).decode()
    assert json.loads(await whole(content, stay=STAY, title=title)) == expected


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"patient": None}, "patient"),
        ({"patient": replace(PATIENT, id=NOBODY)}, "patient"),
        ({"sender": "8"}, "sender"),
        ({"stay": None}, "stay"),
        ({"documents": ()}, "documents"),
        ({"documents": (document(PDF),) * 2}, "one_document"),
        ({"documents": (replace(document(PDF), size=LIMITS.record + 1),)}, "record_too_large"),
    ],
)
async def test_what_the_record_cannot_take_is_said_before_anything_is_asked(
    changes: dict[str, Any], what: str
) -> None:
    platform, mark = Platform([current()]), Mark()
    async with lifen_over(platform) as lifen:
        with pytest.raises(Incomplete) as caught:
            await lifen.record.deliver(letter(**{"stay": STAY, **changes}), Shelf(), mark)
    assert caught.value.what == what
    assert (platform.calls, mark.passed) == ([], 0)


async def test_patient_and_stay_are_read_again_before_the_copy_leaves() -> None:
    platform, mark = Platform([current(), ENCOUNTER, receipt(BASED_ON)]), Mark()
    async with lifen_over(platform) as lifen:
        await lifen.record.deliver(letter(stay=STAY), Shelf(), mark)
    assert [f"{call.method} {call.url.path}" for call in platform.calls] == [
        "GET /fhir/v3/Patient/70001",
        "GET /fhir/v3/Encounter/80001",
        "POST /fhir/v3/CommunicationRequest/$send-to-ehr",
    ]
    assert mark.passed == 1


@pytest.mark.parametrize(
    ("url", "stored", "asked"),
    [
        (f"{TRANSACTION}tx-1", "tx-1", "CommunicationRequest/$tracking?transaction-id=tx-1"),
        (
            f"{TRANSACTION}a%3Db%201",
            "transaction-id=a%3Db%201",
            "CommunicationRequest/$tracking?transaction-id=a%3Db+1",
        ),
        (
            BASED_ON,
            "based-on=CommunicationRequest/77",
            "Communication?based-on=CommunicationRequest%2F77&_elements=status%2CnotDoneReason",
        ),
        (
            "/fhir/v3/Communication?based-on=https%3A%2F%2Fevil.example%2FCommunicationRequest%2F7",
            "based-on=CommunicationRequest/7",
            "Communication?based-on=CommunicationRequest%2F7&_elements=status%2CnotDoneReason",
        ),
    ],
)
async def test_either_link_is_followed_on_our_own_base_by_what_is_stored(
    url: str, stored: str, asked: str
) -> None:
    async with lifen_over(Platform([current(), ENCOUNTER, receipt(url)])) as lifen:
        assert await lifen.record.deliver(letter(stay=STAY), Shelf(), Mark()) == stored
    platform = Platform([told({"status": "completed"})])
    async with lifen_over(platform) as lifen:  # another run of the program
        (delivery,) = await lifen.record.track(stored)
    assert (delivery.address, delivery.state) == (Target.EHR.value, DeliveryState.DELIVERED)
    assert str(platform.calls[0].url) == f"{HOME}/{asked}"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://[",
        f"{ELSEWHERE}/Communication",
        f"{ELSEWHERE}/Communication?based-on=Patient/1",
        f"{ELSEWHERE}/Patient?based-on=CommunicationRequest/1",
    ],
)
async def test_a_link_of_a_third_form_leaves_the_copy_in_doubt(url: str) -> None:
    async with lifen_over(Platform([current(), ENCOUNTER, receipt(url)])) as lifen:
        with pytest.raises(InDoubt):
            await lifen.record.deliver(letter(stay=STAY), Shelf(), Mark())


async def test_a_number_that_looks_like_a_question_is_still_a_number() -> None:
    platform = Platform([told()])
    async with lifen_over(platform) as lifen:
        await lifen.record.track("subject=Patient/70001")
    asked = platform.calls[0].url
    assert dict(asked.params) == {"transaction-id": "subject=Patient/70001"}


async def test_who_answers_for_the_copy_is_named() -> None:
    body = json.loads(await whole(stay=STAY, sender=RPPS))
    assert body["parameter"][-1] == {"name": "sender-identifier", "valueString": RPPS}
    strict.check(body)


def test_the_limits_are_those_of_the_profile() -> None:
    with pytest.raises(Incomplete) as caught:
        parameters(letter(stay=STAY), ACCOUNT, Limits(record=10))
    assert (caught.value.what, caught.value.limit) == ("record_too_large", 10)


@pytest.mark.parametrize(
    ("communications", "state", "reason"),
    [
        ([{"status": "preparation"}], DeliveryState.PENDING, None),
        ([{"status": "completed"}], DeliveryState.DELIVERED, None),
        (
            [{"status": "entered-in-error", "notDoneReason": {"text": "séjour clos"}}],
            DeliveryState.FAILED,
            "séjour clos",
        ),
        ([{"status": "completed", "notDone": True}], DeliveryState.FAILED, "not-done"),
        ([{"status": "unknown"}], DeliveryState.UNKNOWN, "unknown"),
        ([{"status": "aborted"}, {"status": "completed"}], DeliveryState.FAILED, "aborted"),
    ],
)
async def test_what_is_said_of_the_copy_is_one_delivery(
    communications: list[dict[str, Any]], state: DeliveryState, reason: str | None
) -> None:
    async with lifen_over(Platform([told(*communications)])) as lifen:
        said = await lifen.record.track("tx-1")
    assert list(said) == [Delivery(address=Target.EHR.value, name="", state=state, reason=reason)]


async def test_a_communication_alone_is_an_answer_and_nothing_else_is() -> None:
    alone = httpx.Response(200, json={"resourceType": "Communication", "status": "completed"})
    async with lifen_over(Platform([alone])) as lifen:
        (delivery,) = await lifen.record.track("based-on=CommunicationRequest/77")
    assert delivery.state is DeliveryState.DELIVERED
    other = httpx.Response(200, json={"resourceType": "OperationOutcome"})
    async with lifen_over(Platform([other])) as lifen:
        with pytest.raises(Malformed):
            await lifen.record.track("based-on=CommunicationRequest/77")


async def test_nothing_said_yet_is_nothing() -> None:
    async with lifen_over(Platform([told()])) as lifen:
        assert list(await lifen.record.track("tx-1")) == []
