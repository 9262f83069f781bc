"""World ↔ FHIR STU3: resources shaped as the platform's own examples (lifen.md 4.1 to 4.5)."""

from desktop_app.sandbox.agenda import WorldAppointment
from desktop_app.sandbox.outcomes import Json
from desktop_app.sandbox.stays import WorldStay
from desktop_app.sandbox.world import STRUCTURE_ID, WorldEntry, WorldPatient

_STRUCTURE_OID = f"urn:oid:1.2.250.1.71.4.2.2.{STRUCTURE_ID}"
_IDENTIFIER_TYPES = "http://interopsante.org/fhir/valueset/fr-patient-identifier-type"
_INS_TEST = "urn:oid:1.2.250.1.213.1.4.10"
_TAG = {"system": "https://www.lifen.fr/default", "code": "DEFAULT", "display": "Default tag"}
DATABASE_REFERENCE = "http://lifen.fr/fhir/StructureDefinition/Resource/Extension/DatabaseReference"
_RELIABILITY = "http://lifen.fr/fhir/StructureDefinition/Patient/Extension/ReliabilityINS"
_VISIT_TYPES = "http://www.interopsante.org/fhir/valueset/fr-encounter-identifier-type"
_ACT_CODES = "http://hl7.org/fhir/v3/ActCode"
_UNIT = "http://sandbox.example/fhir/functional-unit"
_BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/birthPlace"


def patient(person: WorldPatient, database_reference: str) -> Json:
    """A Patient; the INS is exposed only when it is qualified."""
    given = [name.upper() for name in person.given]
    extension: list[Json] = [
        {
            "url": _BIRTH_PLACE,
            "valueAddress": {
                "city": person.town,
                "district": person.insee,
                "postalCode": person.insee,
                "country": "FRA",
            },
        }
    ]
    if person.reliability is not None:
        extension.append({"url": _RELIABILITY, "valueCode": person.reliability})
    extension.append({"url": DATABASE_REFERENCE, "valueString": database_reference})
    names: list[Json] = [{"use": "maiden", "family": person.birth_family, "given": given}]
    if person.used_family is not None:
        names.append({"use": "usual", "family": person.used_family, "given": given[:1]})
    names.append({"use": "official", "family": person.birth_family, "given": given})
    resource: Json = {
        "resourceType": "Patient",
        "id": person.id,
        "meta": {
            "versionId": "1",
            "lastUpdated": "2024-03-01T08:00:00.000+00:00",
            "tag": [_TAG],
        },
        "extension": extension,
        "identifier": _identifiers(person),
        "name": names,
        "gender": person.sex,
        "birthDate": person.birth_date.isoformat(),
        "managingOrganization": {"reference": f"Organization/{STRUCTURE_ID}"},
    }
    if person.birth_rank is not None:
        resource["multipleBirthInteger"] = person.birth_rank
    if person.deceased is not None:
        resource["deceasedDateTime"] = f"{person.deceased.isoformat()}T00:00:00+01:00"
    return resource


def _identifiers(person: WorldPatient) -> list[Json]:
    coding = {"system": _IDENTIFIER_TYPES, "version": "1.0", "code": "PI", "display": "PI"}
    found: list[Json] = [
        {
            "use": "official",
            "type": {"coding": [coding]},
            "system": _STRUCTURE_OID,
            "value": person.ipp,
        }
    ]
    if person.ins is not None and person.reliability == "QUALI":
        ins = {"system": _IDENTIFIER_TYPES, "version": "1.0", "code": "INS-NIR"}
        found.append(
            {
                "use": "official",
                "type": {"coding": [ins]},
                "system": _INS_TEST,
                "value": person.ins,
            }
        )
    return found


def encounter(stay: WorldStay, database_reference: str) -> Json:
    """An Encounter; where its functional unit stands is ours to choose (U10)."""
    code, name, kind = stay.unit
    coding = {"system": _VISIT_TYPES, "version": "3.0.1", "code": "VN", "display": "Visit Number"}
    period: Json = {"start": stay.start.isoformat()}
    if stay.end is not None:
        period["end"] = stay.end.isoformat()
    return {
        "resourceType": "Encounter",
        "id": stay.id,
        "meta": {"versionId": "1", "lastUpdated": "2024-03-01T08:00:00.000+00:00"},
        "extension": [{"url": DATABASE_REFERENCE, "valueString": database_reference}],
        "identifier": [
            {
                "use": "official",
                "type": {"coding": [coding]},
                "system": _STRUCTURE_OID,
                "value": stay.number,
                "assigner": {"reference": f"Organization/{STRUCTURE_ID}"},
            }
        ],
        "status": stay.status,
        "statusHistory": [{"status": stay.status, "period": {"start": period["start"]}}],
        "class": {"system": _ACT_CODES, "code": kind},
        "subject": {"reference": f"Patient/{stay.patient}"},
        "period": period,
        "serviceProvider": {
            "reference": f"Organization/{STRUCTURE_ID}",
            "extension": [{"url": f"{_UNIT}/{code}", "valueString": name}],
        },
    }


def practitioner(entry: WorldEntry) -> Json:
    """A Practitioner; like the published example, its mailboxes share one ``telecom.id``."""
    name: Json = {"use": "official", "family": entry.family, "given": [entry.given]}
    if entry.prefix:
        name["prefix"] = [entry.prefix]
    return {
        "resourceType": "Practitioner",
        "id": entry.id,
        "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": f"8{entry.identifier}"}],
        "name": [name],
        "telecom": _telecom(entry),
        "address": _addresses(entry),
    }


def organization(entry: WorldEntry) -> Json:
    """An Organization; the published example carries no identifier."""
    return {
        "resourceType": "Organization",
        "id": entry.id,
        "name": entry.name,
        "telecom": _telecom(entry),
        "address": _addresses(entry),
    }


def _telecom(entry: WorldEntry) -> list[Json]:
    return [
        {
            "id": f"t{entry.id}",
            "system": "email",
            "value": address.mailbox,
            "use": "work",
            "rank": rank,
        }
        for rank, address in enumerate(entry.addresses, start=1)
    ]


def _addresses(entry: WorldEntry) -> list[Json]:
    return [
        {
            "id": f"a{number}",
            "use": "work",
            "line": list(address.lines),
            "city": address.city,
            "postalCode": address.postal_code,
            "country": "FRA",
        }
        for number, address in enumerate(entry.addresses, start=1)
    ]


def appointment(line: WorldAppointment, database_reference: str) -> Json:
    """An Appointment; its links are business identifiers, never ids (lifen.md 4.4)."""
    resource: Json = {
        "resourceType": "Appointment",
        "id": line.id,
        "meta": {"versionId": "1", "lastUpdated": "2024-03-01T08:00:00.000+00:00"},
        "extension": [{"url": DATABASE_REFERENCE, "valueString": database_reference}],
        "identifier": [_agenda_number("PLAC", line.placer), _agenda_number("FILL", line.filler)],
        "status": line.status,
        "description": line.label,
        "start": line.start.isoformat(),
        "participant": _participants(line),
    }
    if line.end is not None:
        resource["end"] = line.end.isoformat()
    if line.visit is not None:
        visit = {"system": _STRUCTURE_OID, "value": line.visit}
        resource["supportingInformation"] = [{"identifier": {**visit, "type": _type("VN")}}]
    return resource


def _agenda_number(code: str, value: str) -> Json:
    return {"type": _type(code), "system": _STRUCTURE_OID, "value": value}


def _type(code: str) -> Json:
    return {"coding": [{"system": "http://hl7.org/fhir/v2/0203", "code": code}]}


def _participants(line: WorldAppointment) -> list[Json]:
    found: list[Json] = []
    if line.patient_number:
        number = {"type": _type("PI"), "system": _STRUCTURE_OID, "value": line.patient_number}
        found.append(_participant({"identifier": number, "display": line.patient_name}))
    doctor: Json = {"display": line.practitioner_name}
    if line.practitioner_number:
        system = "urn:oid:1.2.250.1.71.4.2.1"
        doctor["identifier"] = {"system": system, "value": f"8{line.practitioner_number}"}
    kind = {"coding": [{"system": "http://hl7.org/fhir/v3/ParticipationType", "code": "ATND"}]}
    found.append({"type": [kind], **_participant(doctor)})
    unit = {"system": f"{_STRUCTURE_OID}.1", "value": line.unit[0]}
    found.append(_participant({"identifier": unit, "display": line.unit[1]}))
    return found


def _participant(actor: Json) -> Json:
    return {"actor": actor, "status": "accepted"}


def communication(medium: str, address: str | None, status: str, reason: str | None) -> Json:
    """One delivery by ``medium``; codes for records are ours, they have none published (U20)."""
    coding = {"system": "http://lifen.fr/fhir/ValueSet/communication-medium", "code": medium}
    way: Json = {"coding": [coding]}
    if address is not None:
        way["text"] = address
    resource: Json = {"resourceType": "Communication", "status": status, "medium": [way]}
    if reason is not None:
        resource["notDone"] = True
        resource["notDoneReason"] = {"text": reason}
    return resource
