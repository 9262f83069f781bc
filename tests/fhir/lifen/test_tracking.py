from typing import Any

import pytest
from hypothesis import given

from desktop_app.domain.sending import DeliveryState
from desktop_app.fhir.lifen.tracking import deliveries, record_delivery, record_pair, transaction_id
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


def receipt(**values: str) -> dict[str, Any]:
    return {
        "resourceType": "Parameters",
        "parameter": [
            {"name": name.replace("_", "-"), "valueString": value} for name, value in values.items()
        ],
    }


def test_the_transaction_is_named_by_itself_or_by_its_link() -> None:
    url = "https://api.lifen.fr/fhir/v3/CommunicationRequest/$tracking?transaction-id=tx%2F1"
    assert transaction_id(receipt(transaction_id="tx-1", tracking_url=url)) == "tx-1"
    assert transaction_id(receipt(tracking_url=url)) == "tx/1"
    assert transaction_id(receipt(tracking_url="https://api.lifen.fr/other?a=b")) is None
    assert transaction_id(receipt()) is None


@given(JSON)
def test_any_json_is_read_without_harm(value: Any) -> None:
    deliveries({"entry": value})
    transaction_id({"parameter": value})
    record_pair({"parameter": value})
    record_pair({"parameter": [{"name": "tracking-url", "valueString": value}]})
    record_delivery({"resourceType": "Bundle", "entry": value})
    record_delivery({"resourceType": "Communication", "status": value, "notDoneReason": value})
    deliveries({"entry": [{"resource": told(status=value, medium=value, notDoneReason=value)}]})
