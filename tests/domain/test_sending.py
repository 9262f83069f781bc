from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import Difference, IllegalMove
from desktop_app.domain.letters import (
    COPIES,
    Document,
    DocumentId,
    Letter,
    LetterId,
    Limits,
    Target,
    shares,
)
from desktop_app.domain.people import Correspondent, CorrespondentId, Recipient
from desktop_app.domain.sending import (
    FINAL,
    RECORD_ADDRESSES,
    Accepted,
    Barred,
    Claimed,
    DeclaredNotSent,
    DeclaredSent,
    Delivery,
    DeliveryState,
    Interrupted,
    Job,
    JobEvent,
    JobId,
    JobState,
    LostSight,
    Passed,
    Postponed,
    Rejected,
    Released,
    Requeued,
    Settled,
    StepDone,
    Tracked,
    TrackingEnded,
    TrackingPostponed,
    Withdrawn,
    advance,
    carried,
    is_outstanding,
    needs_person,
)

NOW = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
S = JobState
A, B = "ok.a@x.mssante.example", "plein.b@x.mssante.example"


def delivery(address: str, state: DeliveryState = DeliveryState.PENDING) -> Delivery:
    return Delivery(address=address, name="Dr Fictif", state=state)


EVENTS: tuple[JobEvent, ...] = (
    Released(),
    Claimed(),
    StepDone("binary", "Binary/1"),
    Passed(NOW),
    Accepted("tx", NOW, LATER),
    Tracked((delivery(A, DeliveryState.DELIVERED),), NOW, LATER),
    TrackingPostponed(LATER, "unreachable"),
    TrackingEnded(LATER),
    Postponed(LATER, "unreachable"),
    Interrupted(),
    LostSight("cut"),
    Rejected("refused_422"),
    Barred(LATER, "scope"),
    Requeued(),
    DeclaredSent(NOW),
    DeclaredNotSent(NOW),
    Settled(),
    Withdrawn(NOW),
)
ALLOWED: dict[tuple[JobState, type], JobState] = {
    (S.HELD, Released): S.QUEUED,
    (S.HELD, Withdrawn): S.CANCELLED,
    (S.QUEUED, Claimed): S.SENDING,
    (S.QUEUED, Withdrawn): S.CANCELLED,
    (S.WAITING, Claimed): S.SENDING,
    (S.WAITING, Requeued): S.QUEUED,
    (S.WAITING, Withdrawn): S.CANCELLED,
    (S.SENDING, StepDone): S.SENDING,
    (S.SENDING, Passed): S.SENDING,
    (S.SENDING, Accepted): S.ACCEPTED,
    (S.SENDING, Postponed): S.WAITING,
    (S.SENDING, Interrupted): S.QUEUED,
    (S.SENDING, LostSight): S.IN_DOUBT,
    (S.SENDING, Rejected): S.REFUSED,
    (S.SENDING, Barred): S.BLOCKED,
    (S.ACCEPTED, Tracked): S.DELIVERED,
    (S.ACCEPTED, TrackingPostponed): S.ACCEPTED,
    (S.ACCEPTED, TrackingEnded): S.IN_DOUBT,
    (S.IN_DOUBT, Tracked): S.DELIVERED,
    (S.IN_DOUBT, TrackingPostponed): S.IN_DOUBT,
    (S.IN_DOUBT, DeclaredSent): S.DELIVERED,
    (S.IN_DOUBT, DeclaredNotSent): S.QUEUED,
    (S.REFUSED, Requeued): S.QUEUED,
    (S.REFUSED, Withdrawn): S.CANCELLED,
    (S.BLOCKED, Requeued): S.QUEUED,
    (S.BLOCKED, Withdrawn): S.CANCELLED,
    (S.UNDELIVERED, Settled): S.UNDELIVERED,
}


def job(state: JobState, *deliveries: Delivery) -> Job:
    return Job(
        id=JobId("1"),
        sending=LetterId("1"),
        target=Target.MSS,
        created_at=NOW,
        state=state,
        transaction_id="tx" if state in (S.ACCEPTED, S.IN_DOUBT) else None,
        deliveries=deliveries or (delivery(A),),
    )


@pytest.mark.parametrize(("state", "event"), list(product(JobState, EVENTS)))
def test_every_state_meets_every_event(state: JobState, event: JobEvent) -> None:
    expected = ALLOWED.get((state, type(event)))
    if expected is None:
        with pytest.raises(IllegalMove):
            advance(job(state), event)
    else:
        assert advance(job(state), event).state is expected


def test_every_event_is_in_the_table_of_this_test() -> None:
    assert {type(event) for event in EVENTS} == set(JobEvent.__args__)


def test_what_passed_the_point_of_no_return_is_never_called_interrupted() -> None:
    passed = advance(job(S.SENDING), Passed(NOW))
    with pytest.raises(IllegalMove):
        advance(passed, Interrupted())


def test_a_step_after_the_point_of_no_return_is_no_step() -> None:
    passed = advance(job(S.SENDING), Passed(NOW))
    with pytest.raises(IllegalMove):
        advance(passed, StepDone("document", "DocumentReference/1"))


STEPS = (("binary", "Binary/1"), ("document", "DocumentReference/2"))


def with_steps() -> Job:
    told = job(S.SENDING)
    for step in STEPS:
        told = advance(told, StepDone(*step))
    return told


@pytest.mark.parametrize(
    "story",
    [
        (Postponed(LATER, "throttled"), Claimed()),
        (Interrupted(), Claimed()),
        (Barred(LATER, "scope"), Requeued(), Claimed()),
        (Passed(NOW), LostSight("cut"), DeclaredNotSent(NOW), Claimed()),
    ],
)
def test_steps_are_kept_for_the_next_try(story: tuple[JobEvent, ...]) -> None:
    told = with_steps()
    for event in story:
        told = advance(told, event)
    assert (told.state, told.steps) == (S.SENDING, STEPS)


def test_a_refused_job_starts_again_without_the_steps_that_may_be_at_fault() -> None:
    refused = advance(with_steps(), Rejected("refused_404"))
    assert refused.steps == STEPS
    assert advance(refused, Requeued()).steps == ()


def test_what_had_changed_is_kept_until_somebody_asks_again() -> None:
    told = (Difference("birth_family", "ABRICOTIER", "AMANDIER"),)
    refused = advance(job(S.SENDING), Rejected("changed_patient", differences=told))
    assert refused.differences == told
    assert advance(refused, Withdrawn(NOW)).differences == told
    assert advance(refused, Requeued()).differences == ()


def test_tracking_needs_a_transaction() -> None:
    unknown = replace(job(S.IN_DOUBT), transaction_id=None)
    with pytest.raises(IllegalMove):
        advance(unknown, Tracked((), NOW, LATER))


def test_a_partial_failure_waits_for_the_last_recipient_then_says_undelivered() -> None:
    open_job = job(S.ACCEPTED, delivery(A), delivery(B))
    half = advance(open_job, Tracked((delivery(B, DeliveryState.FAILED),), NOW, LATER))
    assert (half.state, half.not_before) == (S.ACCEPTED, LATER)
    whole = advance(half, Tracked((delivery(A.upper(), DeliveryState.DELIVERED),), NOW, LATER))
    assert whole.state is S.UNDELIVERED
    assert [each.state for each in whole.deliveries] == [
        DeliveryState.DELIVERED,
        DeliveryState.FAILED,
    ]


def test_a_final_word_on_a_recipient_is_never_undone() -> None:
    first = advance(
        job(S.ACCEPTED, delivery(A), delivery(B)),
        Tracked((delivery(A, DeliveryState.DELIVERED),), NOW, LATER),
    )
    second = advance(first, Tracked((delivery(A, DeliveryState.PENDING),), NOW, LATER))
    assert second.deliveries[0].state is DeliveryState.DELIVERED


def test_a_recipient_the_platform_never_heard_of_changes_nothing() -> None:
    stranger = delivery("stranger@x.mssante.example", DeliveryState.DELIVERED)
    assert advance(job(S.ACCEPTED), Tracked((stranger,), NOW, LATER)).state is S.ACCEPTED


@given(st.lists(st.sampled_from(EVENTS), max_size=25))
def test_no_story_sends_a_letter_twice_without_a_person(story: list[JobEvent]) -> None:
    """Between two claims that passed the mark stands a settling answer or a person's word."""
    told = job(S.QUEUED)
    open_mark = False
    for event in story:
        try:
            told = advance(told, event)
        except IllegalMove:
            continue
        if isinstance(event, Passed):
            open_mark = True
        elif isinstance(event, Postponed | Rejected | Barred | DeclaredNotSent):
            open_mark = False
        elif isinstance(event, Claimed):
            assert not open_mark
        if told.state in FINAL:
            break


@pytest.mark.parametrize("state", list(JobState))
def test_a_job_that_waits_for_a_person_is_always_counted(state: JobState) -> None:
    if needs_person(job(state)):
        assert is_outstanding(job(state), NOW)


def test_a_letter_that_stays_queued_is_counted_after_two_minutes() -> None:
    assert not is_outstanding(job(S.QUEUED), NOW + timedelta(seconds=100))
    assert is_outstanding(job(S.QUEUED), NOW + timedelta(seconds=130))


def test_a_settled_failure_is_no_longer_counted() -> None:
    failed = job(S.UNDELIVERED)
    assert is_outstanding(failed, NOW)
    assert not is_outstanding(advance(failed, Settled()), NOW)


def test_a_person_s_yes_does_not_hide_a_failure_that_is_known() -> None:
    doubt = job(S.IN_DOUBT, delivery(A), delivery(B, DeliveryState.FAILED))
    told = advance(doubt, DeclaredSent(NOW))
    assert told.state is S.UNDELIVERED
    assert [one.state for one in told.deliveries] == [DeliveryState.DELIVERED, DeliveryState.FAILED]
    assert is_outstanding(told, NOW)


def test_a_person_s_no_never_sends_again_to_who_has_it_already() -> None:
    doubt = job(S.IN_DOUBT, delivery(A, DeliveryState.DELIVERED), delivery(B))
    told = advance(doubt, DeclaredNotSent(NOW))
    assert told.state is S.UNDELIVERED
    assert [one.state for one in told.deliveries] == [DeliveryState.DELIVERED, DeliveryState.FAILED]


def test_a_person_s_no_to_all_of_it_starts_from_a_clean_sheet() -> None:
    doubt = job(S.IN_DOUBT, delivery(A, DeliveryState.FAILED), delivery(B, DeliveryState.UNKNOWN))
    told = advance(doubt, DeclaredNotSent(NOW))
    assert (told.state, told.transaction_id) == (S.QUEUED, None)
    assert {one.state for one in told.deliveries} == {DeliveryState.PENDING}


def test_an_undo_window_that_ended_long_ago_is_counted() -> None:
    held = replace(job(S.HELD), not_before=NOW + timedelta(seconds=10))
    assert not is_outstanding(held, NOW + timedelta(seconds=100))
    assert is_outstanding(held, NOW + timedelta(seconds=140))


def a_letter(people: int, *sizes: int) -> Letter:
    return Letter(
        id=LetterId("1"),
        created_at=NOW,
        recipients=tuple(
            Recipient(correspondent=Correspondent(id=CorrespondentId("9")), address=f"OK.{n}@x.FR")
            for n in range(people)
        ),
        documents=tuple(
            Document(id=DocumentId(f"d{n}"), name="l.pdf", sha256="0" * 64, size=size, pages=1)
            for n, size in enumerate(sizes)
        ),
    )


@given(
    people=st.integers(1, 25),
    sizes=st.lists(st.integers(1, 50), min_size=1, max_size=25),
    target=st.sampled_from(Target),
    most=st.integers(50, 200),
    whole=st.booleans(),
)
def test_what_a_job_carries_is_the_share_it_was_made_for(
    people: int, sizes: list[int], target: Target, most: int, *, whole: bool
) -> None:
    letter = a_letter(people, *sizes)
    for share in shares(letter, target, Limits(mailbox=most)):
        to = [one.address.lower() for one in share.recipients] or [target.value]
        names_all = whole and share.documents == letter.documents
        made = replace(
            job(S.QUEUED, *map(delivery, to)),
            target=target,
            documents=() if names_all else tuple(one.id for one in share.documents),
        )
        brought = carried(letter, made)
        assert (brought.recipients, brought.documents) == (share.recipients, share.documents)
        assert replace(brought, recipients=(), documents=()) == replace(
            letter, recipients=(), documents=()
        )


def test_a_copy_has_an_address_of_its_own() -> None:
    assert {target.value for target in COPIES} < RECORD_ADDRESSES
    assert Target.MSS.value not in RECORD_ADDRESSES
