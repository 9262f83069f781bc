from dataclasses import replace

import pytest

from desktop_app.domain.sending import DeliveryState, JobState
from desktop_app.wording import states
from desktop_app.wording.states import Tone
from tests.wording.test_progress import a_job

S, D = JobState, DeliveryState


@pytest.mark.parametrize("state", JobState)
def test_every_state_of_a_job_has_words_and_a_tone(state: JobState) -> None:
    words, tone = states.job(a_job(state))
    assert words
    assert isinstance(tone, Tone)
    assert states.state(state) in words


def test_states_are_told_apart_by_their_words() -> None:
    assert len({states.state(state) for state in JobState}) == len(JobState)


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_of_a_delivery_has_words_and_a_tone(state: DeliveryState) -> None:
    words, tone = states.delivery(state)
    assert words
    assert isinstance(tone, Tone)


def test_only_a_delivered_job_looks_well() -> None:
    good = {state for state in JobState if states.job(a_job(state))[1] is Tone.GOOD}
    assert good == {S.DELIVERED}


def test_what_needs_somebody_looks_bad_until_it_is_dealt_with() -> None:
    for state in (S.IN_DOUBT, S.REFUSED, S.UNDELIVERED, S.BLOCKED):
        assert states.job(a_job(state))[1] is Tone.BAD
    settled = replace(a_job(S.UNDELIVERED, D.FAILED), settled=True)
    assert states.job(settled)[1] is Tone.NEUTRAL


@pytest.mark.parametrize(
    ("state", "said", "words"),
    [
        (S.UNDELIVERED, (D.FAILED, D.DELIVERED, D.DELIVERED), "non remise à 1 sur 3"),
        (S.ACCEPTED, (D.PENDING, D.DELIVERED), "remise à 1 sur 2, suivi en cours"),
        (S.DELIVERED, (D.DELIVERED, D.DELIVERED), "✓ remise 2/2"),
        (S.DELIVERED, (D.DELIVERED,), "✓ remise"),
    ],
)
def test_recipients_are_counted_where_they_differ(
    state: JobState, said: tuple[DeliveryState, ...], words: str
) -> None:
    assert states.job(a_job(state, *said))[0] == words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (S.HELD, "pas parti"),
        (S.WAITING, "pas parti"),
        (S.REFUSED, "pas parti"),
        (S.CANCELLED, "pas parti"),
        (S.SENDING, "en cours"),
        (S.ACCEPTED, "en cours"),
        (S.IN_DOUBT, "état inconnu"),
        (S.DELIVERED, "✓ remis"),
    ],
)
def test_a_recipient_nothing_was_said_of_stands_where_its_job_does(
    state: JobState, words: str
) -> None:
    assert states.recipient(a_job(state), D.PENDING)[0] == words


@pytest.mark.parametrize("state", JobState)
def test_a_final_word_on_a_recipient_is_never_covered_up(state: JobState) -> None:
    assert states.recipient(a_job(state), D.FAILED) == states.delivery(D.FAILED)
    assert states.recipient(a_job(state), D.DELIVERED) == states.delivery(D.DELIVERED)
