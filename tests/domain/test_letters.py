from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from desktop_app.domain.letters import (
    DOCUMENT_TYPES,
    HEAVY_BYTES,
    HEAVY_RECORD_BYTES,
    MAX_BYTES,
    MAX_DOCUMENTS,
    MAX_RECIPIENTS,
    MAX_RECORD_BYTES,
    STRONG_WARNINGS,
    Check,
    Document,
    DocumentId,
    Letter,
    LetterId,
    Topic,
    Verdict,
    check,
    is_patient_mailbox,
    is_ready,
)
from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Patient,
    PatientId,
    Recipient,
    StayId,
)

NOW = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
PATIENT = Patient(
    id=PatientId("70001"),
    birth_family="ABRICOTIER",
    given=("Capucine",),
    birth_date=date(1985, 7, 14),
    ins_qualified=True,
)


def a_document(size: int = 1000) -> Document:
    return Document(id=DocumentId("d"), name="lettre.pdf", sha256="0" * 64, size=size, pages=2)


def a_recipient(address: str = "ok.fictif@cabinet.mssante.example") -> Recipient:
    return Recipient(correspondent=Correspondent(id=CorrespondentId("9")), address=address)


LETTER = Letter(
    id=LetterId("1"),
    created_at=NOW,
    documents=(a_document(),),
    patient=PATIENT,
    recipients=(a_recipient(),),
)


def topics(letter: Letter, verdict: Verdict) -> set[Topic]:
    return {line.topic for line in check(letter) if line.verdict is verdict}


def test_a_whole_letter_is_ready_and_nothing_is_worth_a_word() -> None:
    assert is_ready(LETTER)
    assert topics(LETTER, Verdict.CARE) == set()


def test_an_empty_letter_lacks_everything_at_once() -> None:
    empty = Letter(id=LetterId("1"), created_at=NOW)
    assert topics(empty, Verdict.BLOCK) == {
        Topic.PATIENT_MISSING, Topic.RECIPIENTS_MISSING, Topic.DOCUMENT_MISSING,
    }  # fmt: skip
    assert not is_ready(empty)


@pytest.mark.parametrize(
    ("change", "topic"),
    [
        ({"recipients": (a_recipient(),) * (MAX_RECIPIENTS + 1)}, Topic.RECIPIENTS_TOO_MANY),
        ({"documents": (a_document(1),) * (MAX_DOCUMENTS + 1)}, Topic.DOCUMENTS_TOO_MANY),
        ({"documents": (a_document(MAX_BYTES + 1),)}, Topic.DOCUMENT_TOO_LARGE),
        ({"recipients": (a_recipient("1234@patient.mssante.fr"),)}, Topic.PATIENT_MAILBOX),
    ],
)
def test_what_the_platform_would_refuse_is_blocked(change: dict[str, object], topic: Topic) -> None:
    letter = replace(LETTER, **change)  # type: ignore[arg-type]
    assert topics(letter, Verdict.BLOCK) == {topic}


@pytest.mark.parametrize(
    "change",
    [
        {"recipients": (a_recipient(),) * MAX_RECIPIENTS},
        {"documents": (a_document(1),) * MAX_DOCUMENTS},
        {"documents": (a_document(MAX_BYTES),)},
    ],
)
def test_limits_themselves_are_allowed(change: dict[str, object]) -> None:
    assert is_ready(replace(LETTER, **change))  # type: ignore[arg-type]


def test_sizes_are_added_up() -> None:
    half = MAX_BYTES // 2 + 1
    letter = replace(LETTER, documents=(a_document(half), a_document(half)))
    assert letter.size == 2 * half
    assert letter.pages == 4
    assert topics(letter, Verdict.BLOCK) == {Topic.DOCUMENT_TOO_LARGE}


def test_a_heavy_document_is_worth_a_word_and_leaves_all_the_same() -> None:
    letter = replace(LETTER, documents=(a_document(HEAVY_BYTES + 1),))
    assert topics(letter, Verdict.CARE) == {Topic.DOCUMENT_HEAVY}
    assert is_ready(letter)


@pytest.mark.parametrize("code", sorted(STRONG_WARNINGS))
def test_an_identity_that_the_hospital_doubts_is_said_to_be_doubtful(code: str) -> None:
    letter = replace(LETTER, patient=replace(PATIENT, reliability=code, ins_qualified=False))
    assert topics(letter, Verdict.CARE) == {Topic.IDENTITY_DOUBTFUL}


def test_an_unqualified_identity_and_a_death_are_both_said() -> None:
    letter = replace(LETTER, patient=replace(PATIENT, ins_qualified=False, deceased=True))
    assert topics(letter, Verdict.CARE) == {Topic.INS_NOT_QUALIFIED, Topic.PATIENT_DECEASED}
    assert is_ready(letter)


@pytest.mark.parametrize(
    ("address", "patient"),
    [
        ("2850799@patient.mssante.fr", True),
        ("2850799@Patient.MSSante.FR", True),
        ("x@cabinet.patient.mssante.fr", True),
        ("x@notpatient.mssante.fr", False),
        ("patient.mssante.fr@cabinet.mssante.example", False),
        ("", False),
    ],
)
def test_a_citizens_mailbox_is_told_by_its_domain(address: str, *, patient: bool) -> None:
    assert is_patient_mailbox(address) is patient


def blocked(letter: Letter, *, mailboxes: bool = False) -> set[Topic]:
    lines = check(letter, mailboxes=mailboxes, record=True)
    return {line.topic for line in lines if line.verdict is Verdict.BLOCK}


def test_the_record_needs_a_stay_and_no_recipients() -> None:
    alone = replace(LETTER, recipients=())
    assert blocked(alone) == {Topic.STAY_MISSING}
    assert blocked(replace(alone, stay=StayId("80001"))) == set()
    both = replace(alone, stay=StayId("80001"))
    assert blocked(both, mailboxes=True) == {Topic.RECIPIENTS_MISSING}


@pytest.mark.parametrize(
    ("documents", "topics"),
    [
        ((), {Topic.DOCUMENT_MISSING}),
        ((a_document(MAX_RECORD_BYTES),), set()),
        ((a_document(MAX_RECORD_BYTES + 1),), {Topic.RECORD_TOO_LARGE}),
        ((a_document(MAX_BYTES + 1),), {Topic.DOCUMENT_TOO_LARGE}),
        ((a_document(1), a_document(1)), {Topic.RECORD_ONE_DOCUMENT}),
    ],
)
def test_the_record_takes_one_document_of_its_own_size(
    documents: tuple[Document, ...], topics: set[Topic]
) -> None:
    letter = replace(LETTER, documents=documents, stay=StayId("80001"))
    assert blocked(letter) == topics


def test_a_copy_that_is_heavy_for_the_record_is_worth_a_word() -> None:
    for size, said in ((HEAVY_RECORD_BYTES, False), (HEAVY_RECORD_BYTES + 1, True)):
        lines = check(replace(LETTER, documents=(a_document(size),)), record=True)
        assert (Check(Topic.RECORD_HEAVY, Verdict.CARE) in lines) is said


def test_document_types_are_listed_once() -> None:
    assert len(set(DOCUMENT_TYPES)) == len(DOCUMENT_TYPES)
