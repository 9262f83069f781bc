"""Strict models of STU3, written by others: what they take is FHIR, whatever we believe."""

from typing import Any

from fhir.resources.STU3.binary import Binary
from fhir.resources.STU3.communicationrequest import CommunicationRequest
from fhir.resources.STU3.documentreference import DocumentReference
from fhir.resources.STU3.organization import Organization
from fhir.resources.STU3.parameters import Parameters
from fhir.resources.STU3.patient import Patient
from fhir.resources.STU3.practitioner import Practitioner

MODELS: dict[str, Any] = {
    "Binary": Binary,
    "CommunicationRequest": CommunicationRequest,
    "DocumentReference": DocumentReference,
    "Organization": Organization,
    "Parameters": Parameters,
    "Patient": Patient,
    "Practitioner": Practitioner,
}


def check(body: Any) -> None:
    """Fail unless ``body`` and every resource inside it are ones of STU3."""
    MODELS[body["resourceType"]].model_validate(body)
    for parameter in body.get("parameter", ()):
        for one in (parameter, *parameter.get("part", ())):
            if "resource" in one:
                check(one["resource"])
