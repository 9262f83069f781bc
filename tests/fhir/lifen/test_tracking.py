from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.sending import DeliveryState
from desktop_app.fhir.answers import Receipt
from desktop_app.fhir.lifen.tracking import copy_delivery, deliveries, transaction
from tests.fhir.test_answers import JSON

ADDRESS = "marc.tessandier@cabinet.mssante.example"


def told(**members: Any) -> dict[str, Any]:
    coding = {"system": "http://lifen.fr/fhir/ValueSet/communication-medium", "code": "MSSANTE"}
    return {
        "resourceType": "Communication",
        "medium": [{"coding": [coding], "text": ADDRESS}],
        **members,
    }


def of(*resources: dict[str, Any]) -> Any:
    return deliveries({"entry": [{"resource": resource} for resource in resources]})


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("preparation", DeliveryState.PENDING),
        ("in-progress", DeliveryState.PENDING),
        ("IN_PROGRESS", DeliveryState.PENDING),
        ("suspended", DeliveryState.PENDING),
        ("on-hold", DeliveryState.PENDING),
        (None, DeliveryState.PENDING),
        ("completed", DeliveryState.DELIVERED),
        ("aborted", DeliveryState.FAILED),
        ("stopped", DeliveryState.FAILED),
        ("not-done", DeliveryState.FAILED),
        ("entered-in-error", DeliveryState.FAILED),
        ("unknown", DeliveryState.UNKNOWN),
        ("sent-by-pigeon", DeliveryState.UNKNOWN),
    ],
)
def test_each_status_has_its_meaning(status: str | None, state: DeliveryState) -> None:
    (delivery,) = of(told(status=status))
    assert (delivery.address, delivery.state, delivery.name) == (ADDRESS, state, "")


def test_not_done_is_a_failure_whatever_the_status_says() -> None:
    (delivery,) = of(told(status="completed", notDone=True, notDoneReason={"text": "boîte pleine"}))
    assert (delivery.state, delivery.reason) == (DeliveryState.FAILED, "boîte pleine")


@pytest.mark.parametrize(
    "reason",
    [
        {"notDoneReason": {"text": "boîte pleine"}},
        {"notDoneReason": [{"text": "boîte pleine"}]},
        {"statusReason": {"text": "boîte pleine"}},
        {"statusReason": {"coding": [{"code": "full", "display": "boîte pleine"}]}},
        {"notDoneReason": {"coding": [{"code": "boîte pleine"}]}},
    ],
)
def test_the_reason_is_read_in_both_spellings(reason: dict[str, Any]) -> None:
    (delivery,) = of(told(status="aborted", **reason))
    assert delivery.reason == "boîte pleine"


@pytest.mark.parametrize(
    ("told_of", "reason"),
    [
        ({"status": "aborted"}, "aborted"),
        ({"status": "entered-in-error"}, "entered-in-error"),
        ({"status": "sent-by-pigeon"}, "sent-by-pigeon"),
        ({"status": "completed", "notDone": True}, "not-done"),
        ({"status": "completed"}, None),
        ({"status": "in-progress"}, None),
    ],
)
def test_without_a_reason_a_status_that_is_no_good_one_is_it(
    told_of: dict[str, Any], reason: str | None
) -> None:
    (delivery,) = of(told(**told_of))
    assert delivery.reason == reason


def test_the_address_may_stand_in_the_coding() -> None:
    medium = {"coding": [{"code": "APICRYPT", "display": ADDRESS}], "text": "secure mail"}
    (delivery,) = of(told(status="completed", medium=medium))
    assert delivery.address == ADDRESS


def test_what_names_no_address_is_left_out() -> None:
    assert of(told(medium=None), told(medium=[{"text": "MSSANTE"}])) == ()
    assert deliveries({"resourceType": "Bundle", "total": 3}) == ()


def test_the_gravest_word_on_an_address_counts() -> None:
    spoken = [told(status=status) for status in ("completed", "in-progress", "aborted")]
    spoken[1]["medium"][0] = {"text": ADDRESS.upper()}
    (delivery,) = of(*spoken)
    assert delivery.state is DeliveryState.FAILED
    (delivery,) = of(*spoken[:2])
    assert delivery.state is DeliveryState.PENDING


def test_the_address_may_stand_beside_the_recipient() -> None:
    details = "http://lifen.fr/fhir/StructureDefinition/communicationrequest-recipient-details"
    point = {"system": "email", "value": ADDRESS, "use": "work"}
    recipient = {"reference": "Practitioner/1"}
    recipient["extension"] = [{"url": details, "valueContactPoint": point}]  # type: ignore[assignment]
    (delivery,) = of(told(status="completed", medium=[{"text": "MSSANTE"}], recipient=[recipient]))
    assert delivery.address == ADDRESS


TRACKING = "https://api.lifen.fr/fhir/v3/CommunicationRequest/$tracking?transaction-id="
BASED_ON = "https://api.lifen.fr/fhir/v3/Communication?based-on="


def receipt(location: str = "", kind: str = "valueString", **values: str) -> Receipt:
    parameters = [{"name": name.replace("_", "-"), kind: value} for name, value in values.items()]
    return Receipt(
        resource={"resourceType": "Parameters", "parameter": parameters}, location=location
    )


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        (receipt(transaction_id="tx-1", tracking_url=f"{TRACKING}other"), "tx-1"),
        (receipt(transaction_id="tx-1", kind="valueId"), "tx-1"),
        (receipt(transaction_id="a=b 1"), "transaction-id=a%3Db%201"),
        (receipt(tracking_url=f"{TRACKING}tx%2F1"), "tx/1"),
        (receipt(tracking_url=f"{TRACKING}tx-1", kind="valueUri"), "tx-1"),
        (receipt(location=f"{TRACKING}tx-1"), "tx-1"),
        (
            receipt(tracking_url=f"{BASED_ON}CommunicationRequest/7"),
            "based-on=CommunicationRequest/7",
        ),
        (receipt(location=f"{BASED_ON}CommunicationRequest/7"), "based-on=CommunicationRequest/7"),
        (
            receipt(location="https://evil.example/fhir/v3/CommunicationRequest/7/_history/1"),
            "based-on=CommunicationRequest/7",
        ),
        (
            Receipt(resource={"resourceType": "CommunicationRequest", "id": "7"}),
            "based-on=CommunicationRequest/7",
        ),
        (receipt(tracking_url="https://api.lifen.fr/other?a=b"), None),
        (receipt(location="https://api.lifen.fr/fhir/v3/Patient/7"), None),
        (receipt(location="https://["), None),
        (Receipt(resource={"resourceType": "Parameters", "id": "7"}), None),
        (receipt(), None),
    ],
)
def test_a_sending_is_asked_for_by_whatever_names_it(said: Receipt, stored: str | None) -> None:
    assert transaction(said) == stored


@given(JSON, st.text())
def test_any_json_is_read_without_harm(value: Any, words: str) -> None:
    deliveries({"entry": value})
    transaction(Receipt(resource={"parameter": value}, location=words))
    line = {"name": "tracking-url", "valueString": value}
    transaction(Receipt(resource={"parameter": [line]}))
    copy_delivery({"resourceType": "Bundle", "entry": value}, "ehr")
    copy_delivery({"resourceType": "Communication", "status": value, "notDoneReason": value}, "ehr")
    odd = {"medium": value, "notDoneReason": value, "recipient": value}
    deliveries({"entry": [{"resource": told(status=value, **odd)}]})
