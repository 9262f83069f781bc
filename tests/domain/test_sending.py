from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.errors import IllegalMove
from desktop_app.domain.letters import LetterId
from desktop_app.domain.sending import (
    FINAL,
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
    Target,
    Tracked,
    TrackingEnded,
    TrackingPostponed,
    Withdrawn,
    advance,
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
