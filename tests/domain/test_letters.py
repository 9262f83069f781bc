from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.letters import (
    COPIES,
    DOCUMENT_TYPES,
    LIMITS,
    MAX_DOCUMENTS,
    MAX_FILE_BYTES,
    MAX_RECIPIENTS,
    STRONG_WARNINGS,
    Check,
    Document,
    DocumentId,
    Letter,
    LetterId,
    Limits,
    Target,
    Topic,
    Verdict,
    check,
    is_patient_mailbox,
    is_ready,
    shares,
)
from desktop_app.domain.people import (
    Correspondent,
    CorrespondentId,
    Patient,
    PatientId,
    Recipient,
    Stay,
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


STAY = Stay(id=StayId("80001"))


def a_document(size: int = 1000, number: int = 0) -> Document:
    name = DocumentId(f"d{number}")
    return Document(id=name, name="lettre.pdf", sha256="0" * 64, size=size, pages=2)


def documents(*sizes: int) -> tuple[Document, ...]:
    return tuple(a_document(size, number) for number, size in enumerate(sizes))


def a_recipient(address: str = "ok.fictif@cabinet.mssante.example") -> Recipient:
    return Recipient(correspondent=Correspondent(id=CorrespondentId("9")), address=address)


def recipients(count: int) -> tuple[Recipient, ...]:
    return tuple(a_recipient(f"ok.{number}@x.mssante.example") for number in range(count))


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
        ({"documents": (a_document(LIMITS.mailbox + 1),)}, Topic.DOCUMENT_TOO_LARGE),
        ({"recipients": (a_recipient("1234@patient.mssante.fr"),)}, Topic.PATIENT_MAILBOX),
        ({"targets": ()}, Topic.TARGET_MISSING),
    ],
)
def test_what_the_platform_would_refuse_is_blocked(change: dict[str, object], topic: Topic) -> None:
    letter = replace(LETTER, **change)  # type: ignore[arg-type]
    assert topics(letter, Verdict.BLOCK) == {topic}


@pytest.mark.parametrize(
    "change",
    [
        {"recipients": recipients(MAX_RECIPIENTS)},
        {"documents": documents(*[1] * MAX_DOCUMENTS)},
        {"documents": (a_document(LIMITS.mailbox),)},
    ],
)
def test_limits_themselves_are_allowed_and_need_no_parts(change: dict[str, object]) -> None:
    letter = replace(LETTER, **change)  # type: ignore[arg-type]
    assert is_ready(letter)
    assert Topic.IN_PARTS not in topics(letter, Verdict.CARE)


@pytest.mark.parametrize(
    "change",
    [
        {"recipients": recipients(MAX_RECIPIENTS + 1)},
        {"documents": documents(*[1] * (MAX_DOCUMENTS + 1))},
        {"documents": documents(LIMITS.mailbox // 2 + 1, LIMITS.mailbox // 2 + 1)},
        {"documents": documents(1, 1), "targets": (Target.EHR,), "stay": STAY},
    ],
)
def test_what_one_request_cannot_hold_leaves_in_parts_and_is_said(
    change: dict[str, object],
) -> None:
    letter = replace(LETTER, **change)  # type: ignore[arg-type]
    assert is_ready(letter)
    assert Topic.IN_PARTS in topics(letter, Verdict.CARE)


def test_sizes_and_pages_are_added_up() -> None:
    letter = replace(LETTER, documents=documents(1000, 500))
    assert (letter.size, letter.pages) == (1500, 4)


def test_a_heavy_letter_is_worth_a_word_and_leaves_all_the_same() -> None:
    half = LIMITS.mailbox_heavy // 2
    for letter, said in (
        (replace(LETTER, documents=documents(half, half)), set()),
        (replace(LETTER, documents=documents(half, half + 1)), {Topic.DOCUMENT_HEAVY}),
    ):
        assert topics(letter, Verdict.CARE) == said
        assert is_ready(letter)


def test_limits_are_the_hospital_s() -> None:
    small = Limits(mailbox=100, mailbox_heavy=50, record=80, record_heavy=60)
    letter = replace(LETTER, targets=(Target.MSS, Target.EHR), stay=STAY)
    for size, said in (
        (50, set()),
        (51, {Topic.DOCUMENT_HEAVY}),
        (61, {Topic.DOCUMENT_HEAVY, Topic.RECORD_HEAVY}),
        (81, {Topic.DOCUMENT_HEAVY, Topic.RECORD_TOO_LARGE}),
        (101, {Topic.DOCUMENT_TOO_LARGE, Topic.RECORD_TOO_LARGE}),
    ):
        lines = check(replace(letter, documents=documents(size)), small)
        assert {line.topic for line in lines if line.verdict is not Verdict.OK} == said


@pytest.mark.parametrize("code", sorted(STRONG_WARNINGS))
def test_an_identity_that_the_hospital_doubts_is_said_to_be_doubtful(code: str) -> None:
    letter = replace(LETTER, patient=replace(PATIENT, reliability=code, ins_qualified=False))
    assert topics(letter, Verdict.CARE) == {Topic.IDENTITY_DOUBTFUL}


@pytest.mark.parametrize("qualified", [True, False])
def test_a_typed_identity_is_to_be_read_again_and_stops_nothing(qualified: bool) -> None:  # noqa: FBT001
    typed = replace(PATIENT, id=PatientId(""), ins_qualified=qualified)
    letter = replace(LETTER, patient=typed)
    assert topics(letter, Verdict.CARE) == {Topic.IDENTITY_TYPED}
    assert Topic.PATIENT_CHOSEN not in topics(letter, Verdict.OK)
    assert is_ready(letter)


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


def blocked(letter: Letter, *targets: Target) -> set[Topic]:
    return topics(replace(letter, targets=targets), Verdict.BLOCK)


def test_the_record_needs_a_stay_and_no_recipients() -> None:
    alone = replace(LETTER, recipients=())
    assert blocked(alone, Target.EHR) == {Topic.STAY_MISSING}
    assert blocked(replace(alone, stay=STAY), Target.EHR) == set()
    both = blocked(replace(alone, stay=STAY), Target.MSS, Target.EHR)
    assert both == {Topic.RECIPIENTS_MISSING}


def test_a_mailbox_that_is_not_written_to_is_not_looked_at() -> None:
    letter = replace(LETTER, recipients=(a_recipient("1@patient.mssante.fr"),), stay=STAY)
    assert blocked(letter, Target.EHR) == set()


@pytest.mark.parametrize(
    ("ins", "qualified", "ready"),
    [("285078412345678", True, True), ("285078412345678", False, False), (None, True, False)],
)
def test_the_dmp_needs_a_qualified_ins(ins: str | None, *, qualified: bool, ready: bool) -> None:
    patient = replace(PATIENT, ins=ins, ins_qualified=qualified)
    letter = replace(LETTER, patient=patient, recipients=())
    assert blocked(letter, Target.DMP) == (set() if ready else {Topic.DMP_NEEDS_INS})


@pytest.mark.parametrize("target", COPIES)
@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((), {Topic.DOCUMENT_MISSING}),
        ((LIMITS.record,), set()),
        ((LIMITS.record + 1,), {Topic.RECORD_TOO_LARGE}),
        ((1, LIMITS.record + 1), {Topic.RECORD_TOO_LARGE}),
        ((LIMITS.record, LIMITS.record, LIMITS.record, LIMITS.record), set()),
        ((MAX_FILE_BYTES + 1,), {Topic.DOCUMENT_TOO_LARGE, Topic.RECORD_TOO_LARGE}),
    ],
)
def test_a_record_measures_each_document(
    target: Target, sizes: tuple[int, ...], expected: set[Topic]
) -> None:
    patient = replace(PATIENT, ins="285078412345678")
    letter = replace(LETTER, documents=documents(*sizes), stay=STAY, patient=patient)
    assert blocked(letter, target) == expected


def test_a_copy_that_is_heavy_for_the_record_is_worth_a_word() -> None:
    for size, said in ((LIMITS.record_heavy, False), (LIMITS.record_heavy + 1, True)):
        letter = replace(LETTER, documents=documents(size), targets=(Target.EHR,), stay=STAY)
        assert (Check(Topic.RECORD_HEAVY, Verdict.CARE) in check(letter)) is said


letters = st.builds(
    lambda sizes, people, targets: replace(
        LETTER, documents=documents(*sizes), recipients=recipients(people), targets=targets
    ),
    st.lists(st.integers(1, 60), max_size=35),
    st.integers(0, 35),
    st.lists(st.sampled_from((Target.MSS, *COPIES)), unique=True, max_size=3).map(tuple),
)
limits = st.builds(Limits, mailbox=st.integers(60, 200), record=st.integers(60, 200))


@given(letters, st.sampled_from(Target), limits)
def test_every_recipient_gets_every_document_exactly_once(
    letter: Letter, target: Target, bounds: Limits
) -> None:
    parts = shares(letter, target, bounds)
    if target is Target.MSS:
        got = Counter(
            (one.address, document.id)
            for part in parts
            for one in part.recipients
            for document in part.documents
        )
        wanted = product(letter.recipients, letter.documents)
        assert got == Counter((one.address, document.id) for one, document in wanted)
    else:
        assert [part.documents for part in parts] == [(one,) for one in letter.documents]
        assert all(part.recipients == () for part in parts)


@given(letters, limits)
def test_no_share_is_more_than_one_request_holds(letter: Letter, bounds: Limits) -> None:
    for part in shares(letter, Target.MSS, bounds):
        assert 1 <= len(part.recipients) <= MAX_RECIPIENTS
        assert 1 <= len(part.documents) <= MAX_DOCUMENTS
        assert sum(document.size for document in part.documents) <= bounds.mailbox


@given(letters, limits)
def test_documents_and_recipients_keep_their_order(letter: Letter, bounds: Limits) -> None:
    parts = shares(letter, Target.MSS, bounds)
    for one in letter.recipients:
        of_one = [doc for part in parts if one in part.recipients for doc in part.documents]
        assert of_one == list(letter.documents)
    for document in letter.documents:
        to = [one for part in parts if document in part.documents for one in part.recipients]
        assert to == list(letter.recipients)


@given(letters, limits)
def test_a_letter_is_not_split_where_it_need_not_be(letter: Letter, bounds: Limits) -> None:
    """No two neighbours of one group of recipients would have fitted one request."""
    parts = shares(letter, Target.MSS, bounds)
    for first, second in pairwise(parts):
        if first.recipients == second.recipients:
            together = (*first.documents, second.documents[0])
            weight = sum(document.size for document in together)
            assert len(together) > MAX_DOCUMENTS or weight > bounds.mailbox


@given(letters, limits)
def test_what_is_said_of_the_parts_is_what_happens(letter: Letter, bounds: Limits) -> None:
    said = Check(Topic.IN_PARTS, Verdict.CARE) in check(letter, bounds)
    assert said is any(len(shares(letter, target, bounds)) > 1 for target in letter.targets)


def test_a_document_that_fits_no_request_is_a_share_that_a_check_has_blocked() -> None:
    letter = replace(LETTER, documents=documents(1, 101, 1))
    bounds = Limits(mailbox=100)
    assert [len(part.documents) for part in shares(letter, Target.MSS, bounds)] == [1, 1, 1]
    assert not is_ready(letter, bounds)


def test_document_types_are_listed_once() -> None:
    assert len(set(DOCUMENT_TYPES)) == len(DOCUMENT_TYPES)
