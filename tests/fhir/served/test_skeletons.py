"""Each skeleton of the public documentation, as it stands there, is read (lifen.md 1 to 7).

They are copied, not built: what a test makes up itself only shows what its author believed.
"""

import json
from datetime import date, datetime
from typing import Any

import httpx
import pytest

from desktop_app.domain.errors import NotAllowed, Refused
from desktop_app.domain.people import Kind, PatientId, Sex, StayId
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery
from desktop_app.domain.sending import DeliveryState
from tests.fhir.conftest import STAY, TOKEN_URL, Mark, Platform, Shelf, letter, lifen_over
from tests.fhir.lifen.conftest import current, encounter

TOKEN = """{
  "access_token": "eyJzYW5kYm94Ijp0cnVlfQ.demo.demo",
  "scope": "ORGANIZATION_READ PATIENT_READ PATIENT_SEARCH ENCOUNTER_READ ENCOUNTER_SEARCH",
  "expires_in": 172800,
  "token_type": "Bearer"
}"""
PATIENT_RESOURCE = """{
  "resourceType": "Patient",
  "id": "70001",
  "meta": {
    "versionId": "1",
    "lastUpdated": "2024-03-01T08:00:00.000+00:00",
    "tag": [{"system": "https://www.lifen.fr/default", "code": "DEFAULT", "display": "Default tag"}]
  },
  "extension": [
    {"url": "http://hl7.org/fhir/StructureDefinition/birthPlace",
     "valueAddress": {"city": "VILLEFICTIVE", "district": "99901", "postalCode": "99001",
                      "country": "FRA"}},
    {"url": "http://lifen.fr/fhir/StructureDefinition/Patient/Extension/ReliabilityINS",
     "valueCode": "QUALI"},
    {"url": "http://lifen.fr/fhir/StructureDefinition/Resource/Extension/DatabaseReference",
     "valueString": "Sbx0Demo01"}
  ],
  "identifier": [
    {"use": "official",
     "type": {"coding": [
       {"system": "http://interopsante.org/fhir/valueset/fr-patient-identifier-type",
        "version": "1.0", "code": "PI", "display": "PI"}]},
     "system": "urn:oid:1.2.250.1.71.4.2.2.60001", "value": "IPP000123"},
    {"use": "official",
     "type": {"coding": [
       {"system": "http://interopsante.org/fhir/valueset/fr-patient-identifier-type",
        "version": "1.0", "code": "INS-NIR"}]},
     "system": "urn:oid:1.2.250.1.213.1.4.10", "value": "285079999990136"}
  ],
  "name": [
    {"use": "maiden", "family": "ABRICOTIER", "given": ["CAPUCINE"]},
    {"use": "usual", "family": "DELORMEAU-SANDBOX", "given": ["CAPUCINE"]},
    {"use": "official", "family": "ABRICOTIER", "given": ["CAPUCINE"]}
  ],
  "gender": "female",
  "birthDate": "1985-07-14",
  "managingOrganization": {"reference": "Organization/60001"}
}"""
PATIENTS = (
    """{
  "resourceType": "Bundle",
  "id": "5f1d3f0e-0000-4000-8000-00000000a001",
  "meta": {"lastUpdated": "2024-03-04T09:00:00.000+00:00"},
  "type": "searchset",
  "total": 1,
  "link": [
    {"relation": "self",
     "url": "http://127.0.0.1:8980/fhir/v3/Bundle?_id=5f1d3f0e-0000-4000-8000-00000000a001"}
  ],
  "entry": [
    {"fullUrl": "http://127.0.0.1:8980/fhir/v3/Patient/70001",
     "search": {"mode": "match"},
     "resource": """
    + PATIENT_RESOURCE
    + "}]}"
)
ENCOUNTER = """{
  "resourceType": "Encounter",
  "id": "80001",
  "meta": {"versionId": "1", "lastUpdated": "2024-03-01T08:00:00.000+00:00"},
  "extension": [
    {"url": "http://lifen.fr/fhir/StructureDefinition/Resource/Extension/DatabaseReference",
     "valueString": "Sbx0Demo01"}
  ],
  "identifier": [
    {"use": "official",
     "type": {"coding": [
       {"system": "http://www.interopsante.org/fhir/valueset/fr-encounter-identifier-type",
        "version": "3.0.1", "code": "VN", "display": "Visit Number"}]},
     "system": "urn:oid:1.2.250.1.71.4.2.2.60001",
     "value": "SEJ2024000777",
     "assigner": {"reference": "Organization/60001"}}
  ],
  "status": "in-progress",
  "statusHistory": [{"status": "in-progress", "period": {"start": "2024-03-01T08:00:00.000Z"}}],
  "subject": {"reference": "Patient/70001"},
  "period": {"start": "2024-03-01T09:00:00+01:00"},
  "serviceProvider": {"reference": "Organization/60001"}
}"""
PRACTITIONERS = """{
  "resourceType": "Bundle",
  "id": "5f1d3f0e-0000-4000-8000-00000000b001",
  "type": "searchset",
  "total": 1,
  "entry": [
    {"fullUrl": "http://127.0.0.1:8980/fhir/v3/Practitioner/90001",
     "resource": {
       "resourceType": "Practitioner",
       "id": "90001",
       "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810999999989"}],
       "name": [{"use": "official", "family": "Tessandier-Fictif", "given": ["Marc"],
                 "prefix": ["DR"]}],
       "telecom": [
         {"id": "t1", "system": "email", "value": "marc.tessandier@cabinet.mssante.example",
          "use": "work", "rank": 1},
         {"id": "t2", "system": "email", "value": "marc.tessandier@clinique.mssante.example",
          "use": "work"}
       ],
       "address": [{"id": "a1", "use": "work",
                    "line": ["CABINET MEDICAL IMAGINAIRE", "1 RUE DU BAC A SABLE"],
                    "city": "VILLEFICTIVE", "postalCode": "99001", "country": "FRA"}]
     },
     "search": {"mode": "match"}}
  ]
}"""
SENT = """{
  "resourceType": "Parameters",
  "parameter": [
    {"name": "tracking-url",
     "valueString":
       "http://127.0.0.1:8980/fhir/v3/CommunicationRequest/$tracking?transaction-id=tx-demo-0001"},
    {"name": "transaction-id", "valueString": "tx-demo-0001"}
  ]
}"""
COPIED = """{
  "resourceType": "Parameters",
  "parameter": [
    {"name": "tracking-url",
     "valueString":
       "https://api.lifen.fr/fhir/v3/Communication?based-on=CommunicationRequest/77&_elements=status,notDoneReason"}
  ]
}"""
TRACKED = """{
  "resourceType": "Bundle",
  "type": "collection",
  "total": 2,
  "entry": [
    {"resource": {"resourceType": "Communication", "status": "completed",
       "medium": [{"coding": [
         {"system": "http://lifen.fr/fhir/ValueSet/communication-medium", "code": "MSSANTE"}],
         "text": "marc.tessandier@cabinet.mssante.example"}]}},
    {"resource": {"resourceType": "Communication", "status": "in-progress",
       "medium": [{"coding": [
         {"system": "http://lifen.fr/fhir/ValueSet/communication-medium", "code": "MSSANTE"}],
         "text": "secretariat@clinique.mssante.example"}]}}
  ]
}"""
COMMUNICATION_OF_2020 = """{
  "resourceType": "Communication",
  "basedOn": [{"reference": "CommunicationRequest/77"}],
  "status": "completed",
  "category": [{"coding": [
    {"system": "http://lifen.fr/fhir/ValueSet/communication-category", "code": "MEDICAL_REPORT"}]}],
  "medium": [{"coding": [
    {"system": "http://lifen.fr/fhir/CodeSystem/communication-medium", "code": "APICRYPT",
     "display": "marc.tessandier@exemple.example"}]}],
  "subject": {"reference": "Patient/70001"},
  "sender": {"reference": "Practitioner/90002"},
  "recipient": [{
    "reference": "Practitioner/90001",
    "extension": [{
      "url": "http://lifen.fr/fhir/StructureDefinition/communicationrequest-recipient-details",
      "valueContactPoint": {
        "system": "email", "value": "marc.tessandier@exemple.example", "use": "work",
        "extension": [{
          "url": "http://interopsante.org/fhir/structuredefinition/fr-email-domain",
          "valueCoding": {"system": "http://interopsante.org/fhir/valueset/fr-email-domain",
                          "code": "apicrypt"}}]}}]}],
  "payload": [{"contentReference": {"reference": "DocumentReference/96001"}},
              {"contentString": "Bonjour"}],
  "sent": "2020-03-04T09:00:00+01:00"
}"""
OUTCOME = """{
  "resourceType": "OperationOutcome",
  "issue": [
    {"severity": "ERROR", "code": "PROCESSING", "diagnostics": "Invalid parameter speciality",
     "location": "speciality"}
  ]
}"""
CAPUCINE = PatientId("70001")


def served(body: str, status: int = 200) -> Any:
    """That body to every call, and the skeleton of a token to whoever asks for one."""

    async def answer(request: httpx.Request) -> httpx.Response:
        own = str(request.url) == TOKEN_URL
        return httpx.Response(200 if own else status, content=(TOKEN if own else body).encode())

    return answer


async def test_the_token() -> None:
    async with lifen_over(served(PATIENTS)) as lifen:
        scopes = await lifen.token_scopes()
    assert scopes[:2] == ("ORGANIZATION_READ", "PATIENT_READ")
    assert len(scopes) == 5


async def test_the_patient() -> None:
    async with lifen_over(served(PATIENTS)) as lifen:
        page = await lifen.find_patients(PatientQuery(name="abricotier"))
    (found,) = page.items
    async with lifen_over(served(PATIENT_RESOURCE)) as lifen:
        assert await lifen.patient(CAPUCINE) == found
    assert (page.total, page.next, page.complete) == (1, None, True)
    assert (found.birth_family, found.used_family) == ("ABRICOTIER", "DELORMEAU-SANDBOX")
    assert (found.sex, found.birth_date) == (Sex.FEMALE, date(1985, 7, 14))
    assert (found.ipp, found.ins, found.ins_qualified) == ("IPP000123", "285079999990136", True)
    assert (found.birth_place_code, found.organization) == ("99901", "60001")


async def test_the_stay() -> None:
    async with lifen_over(served(ENCOUNTER)) as lifen:
        stay = await lifen.stay(StayId("80001"))
    assert (stay.number, stay.status) == ("SEJ2024000777", "in-progress")
    assert stay.start == datetime.fromisoformat("2024-03-01T09:00:00+01:00")


async def test_the_practitioner() -> None:
    async with lifen_over(served(PRACTITIONERS)) as lifen:
        page = await lifen.find_practitioners(CorrespondentQuery(name="tessandier"))
    (found,) = page.items
    assert (found.kind, found.identifier, page.complete) == (
        Kind.PRACTITIONER,
        "10999999989",
        True,
    )
    assert [mailbox.address for mailbox in found.mailboxes] == [
        "marc.tessandier@cabinet.mssante.example",
        "marc.tessandier@clinique.mssante.example",
    ]


async def test_the_receipts() -> None:
    def of(body: str) -> Any:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                return current() if "Patient" in request.url.path else encounter()
            return httpx.Response(201, content=body.encode())

        return Platform([answer])

    sent = letter(stay=STAY)
    async with lifen_over(of(SENT)) as lifen:
        assert await lifen.deliver(sent, Shelf(), Mark()) == "tx-demo-0001"
    async with lifen_over(of(COPIED)) as lifen:
        said = await lifen.record.deliver(sent, Shelf(), Mark())
    assert said == "based-on=CommunicationRequest/77"


async def test_the_tracking() -> None:
    async with lifen_over(served(TRACKED)) as lifen:
        said = await lifen.track("tx-demo-0001")
        (copy,) = await lifen.record.track("tx-demo-0001")
    assert [(one.address, one.state) for one in said] == [
        ("marc.tessandier@cabinet.mssante.example", DeliveryState.DELIVERED),
        ("secretariat@clinique.mssante.example", DeliveryState.PENDING),
    ]
    assert copy.state is DeliveryState.PENDING


async def test_the_communication_of_2020() -> None:
    alone = json.loads(COMMUNICATION_OF_2020)
    bundle = json.dumps({"resourceType": "Bundle", "entry": [{"resource": alone}]})
    for whole in (COMMUNICATION_OF_2020, bundle):
        async with lifen_over(served(whole)) as lifen:
            (copy,) = await lifen.record.track("based-on=CommunicationRequest/77")
        assert copy.state is DeliveryState.DELIVERED
    async with lifen_over(served(bundle)) as lifen:
        (one,) = await lifen.track("based-on=CommunicationRequest/77")
    assert one.address == "marc.tessandier@exemple.example"


async def test_the_outcome() -> None:
    async with lifen_over(served(OUTCOME, 422)) as lifen:
        for call in (
            lifen.find_patients(PatientQuery(name="abricotier")),
            lifen.find_practitioners(CorrespondentQuery(name="tessandier")),
        ):
            with pytest.raises(Refused) as caught:
                await call
            assert caught.value.diagnostics == ("Invalid parameter speciality",)
            assert caught.value.fields == ("speciality",)


@pytest.mark.parametrize(
    ("status", "error", "words", "cause"),
    [
        (
            400,
            "invalid_request",
            "A valid database_reference must be provided.",
            "database_reference",
        ),
        (401, "access_denied", "Unauthorized", "credentials"),
        (
            403,
            "access_denied",
            "Service not enabled within domain: https://production.platform-apis/",
            "audience",
        ),
    ],
)
async def test_the_refusals_of_a_token(status: int, error: str, words: str, cause: str) -> None:
    answer = httpx.Response(status, json={"error": error, "error_description": words})
    async with lifen_over(lambda _request: answer) as lifen:
        with pytest.raises(NotAllowed) as caught:
            await lifen.patient(CAPUCINE)
    assert (caught.value.cause, caught.value.status) == (cause, status)
