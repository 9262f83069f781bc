"""Answers as the platform's own examples have them."""

from typing import Any

import httpx

from tests.fhir.conftest import PATIENT
from tests.fhir.lifen.test_mapping import capucine

NEXT = "https://api.lifen.example/fhir/v3/Bundle?_id=b1&_index=2&_searchAfter=20-70020"
RECEIPT = httpx.Response(
    201,
    json={
        "resourceType": "Parameters",
        "parameter": [{"name": "transaction-id", "valueString": "tx-1"}],
    },
)


def bundle(*ids: str, total: int | None = None, following: str = "", kind: str = "Patient") -> Any:
    return page(
        *({"resourceType": kind, "id": one} for one in ids), total=total, following=following
    )


def page(*resources: dict[str, Any], total: int | None = None, following: str = "") -> Any:
    """A searchset, without the members that there is nothing to say in (T12)."""
    body: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if resources:
        body["entry"] = [{"resource": one} for one in resources]
    if total is not None:
        body["total"] = total
    if following:
        body["link"] = [{"relation": "self", "url": "x"}, {"relation": "next", "url": following}]
    return httpx.Response(200, json=body)


def current(**changes: Any) -> httpx.Response:
    """The patient's record as the letter knows it."""
    resource = capucine()
    resource["identifier"][0]["value"] = PATIENT.ipp
    return httpx.Response(200, json={**resource, **changes})


def encounter(**changes: Any) -> httpx.Response:
    """The patient's stay, as little as the letter's own knows of it."""
    subject = {"reference": f"Patient/{PATIENT.id}"}
    resource = {"resourceType": "Encounter", "id": "80001", "status": "in-progress"}
    return httpx.Response(200, json={**resource, "subject": subject, **changes})
