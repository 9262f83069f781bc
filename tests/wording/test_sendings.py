from dataclasses import replace
from datetime import timedelta

import pytest

from desktop_app.domain.choices import Choice
from desktop_app.domain.letters import Target
from desktop_app.domain.sending import (
    Delivery,
    DeliveryState,
    JobId,
    JobState,
    Sending,
)
from desktop_app.wording import sendings as words
from desktop_app.wording.states import Tone
from tests.ui.outbox.sendings import (
    CLINIQUE,
    COUDRIER,
    NOW,
    ORMEAU,
    TESSANDIER,
    a_morning,
    a_sending,
)

S, D = JobState, DeliveryState


def two_jobs(first: JobState, second: JobState) -> Sending:
    one = a_sending(1, first)
    state = {S.DELIVERED: D.DELIVERED, S.UNDELIVERED: D.FAILED}.get(second, D.PENDING)
    record = Delivery(address="ehr", name="", state=state)
    other = replace(
        one.jobs[0], id=JobId("copy"), state=second, target=Target.EHR, deliveries=(record,)
    )
    return replace(one, jobs=(one.jobs[0], other))


def in_parts(*states: JobState, each: int = 10, last: int = 2) -> Sending:
    """A letter to many recipients: one job a state, the last one with fewer of them."""
    one = a_sending(1)
    jobs = []
    for number, state in enumerate(states):
        count = last if number == len(states) - 1 else each
        said = {S.DELIVERED: D.DELIVERED}.get(state, D.PENDING)
        deliveries = tuple(
            Delivery(
                address=f"ok.{number}.{place}@x.example", name=f"Dr {number}.{place}", state=said
            )
            for place in range(count)
        )
        job = replace(one.jobs[0], id=JobId(str(number)), state=state, deliveries=deliveries)
        jobs.append(job)
    return replace(one, jobs=tuple(jobs))


def test_a_single_recipient_comes_with_a_town() -> None:
    assert words.recipients(a_sending(1, to=(ORMEAU,))) == (
        ("Dr ORMEAU-FICTIF Paul", "Villefictive", Tone.NEUTRAL),
    )


def test_several_recipients_have_their_states_once_there_is_one_to_tell() -> None:
    both = (ORMEAU, COUDRIER)
    assert [word for _name, word, _tone in words.recipients(a_sending(1, S.HELD, to=both))] == [
        "", "",
    ]  # fmt: skip
    tracked = a_sending(1, S.ACCEPTED, to=both, deliveries=(D.DELIVERED, D.PENDING))
    assert [word for _name, word, _tone in words.recipients(tracked)] == ["✓ remis", "en cours"]


def test_those_who_did_not_get_it_come_first_and_the_rest_is_counted() -> None:
    lines = words.recipients(
        a_sending(
            1,
            S.UNDELIVERED,
            to=(ORMEAU, COUDRIER, TESSANDIER, CLINIQUE),
            deliveries=(D.DELIVERED, D.DELIVERED, D.DELIVERED, D.FAILED),
        )
    )
    assert [name for name, _word, _tone in lines] == [
        "Clinique des Exemples", "Dr ORMEAU-FICTIF Paul", "et 2 autres",
    ]  # fmt: skip
    assert lines[0][1:] == ("échec", Tone.BAD)


def test_a_copy_is_named_after_the_recipients_with_its_own_state() -> None:
    sending = two_jobs(S.DELIVERED, S.UNDELIVERED)
    assert words.recipients(sending) == (
        ("Dr TESSANDIER-FICTIF Marc", "✓ remis", Tone.GOOD),
        ("Dossier patient", "échec", Tone.BAD),
    )
    assert "pour Dr TESSANDIER-FICTIF Marc, Dossier patient" in words.spoken(sending, NOW)
    delivered = words.recipients(two_jobs(S.DELIVERED, S.DELIVERED))
    assert delivered[1] == ("Dossier patient", "✓ versée", Tone.GOOD)


def test_a_copy_that_nothing_is_known_of_yet_is_only_named() -> None:
    assert words.recipients(two_jobs(S.HELD, S.HELD)) == (
        ("Dr TESSANDIER-FICTIF Marc", "", Tone.NEUTRAL),
        ("Dossier patient", "", Tone.NEUTRAL),
    )


def test_parts_that_stand_at_one_point_are_told_as_one() -> None:
    sending = in_parts(S.DELIVERED, S.DELIVERED)
    assert words.standing(sending) == ("✓ remise 12/12", Tone.GOOD)
    assert words.sentence(sending, NOW) == "Acceptée par les 12 messageries."


def test_parts_that_stand_elsewhere_are_numbered_and_the_worst_speaks() -> None:
    sending = in_parts(S.DELIVERED, S.IN_DOUBT)
    assert words.standing(sending)[0] == "issue inconnue"
    said = words.sentence(sending, NOW)
    assert said.startswith("Messageries (2/2)\u00a0: La réponse s’est perdue")
    assert said.endswith("Messageries (1/2)\u00a0: ✓ remise 10/10.")


def test_every_mailbox_is_counted_in_the_one_word_of_the_row() -> None:
    assert words.standing(in_parts(S.DELIVERED, S.ACCEPTED))[0] == (
        "remise à 10 sur 12, suivi en cours"
    )


def test_a_failure_in_one_part_is_counted_among_all_recipients() -> None:
    sending = in_parts(S.DELIVERED, S.UNDELIVERED)
    failed = replace(sending.jobs[1].deliveries[0], state=D.FAILED)
    arrived = replace(sending.jobs[1].deliveries[1], state=D.DELIVERED)
    last = replace(sending.jobs[1], deliveries=(failed, arrived))
    sending = replace(sending, jobs=(sending.jobs[0], last))
    assert words.standing(sending)[0] == "non remise à 1 sur 12"
    names = [name for name, _word, _tone in words.recipients(sending)]
    assert names == ["Dr 1.0", "Dr 0.0", "et 10 autres"]


def test_a_recipient_the_letter_has_lost_keeps_the_name_that_the_job_remembers() -> None:
    sending = a_sending(1)
    letter = replace(sending.letter, recipients=())
    assert words.recipient(letter, sending.jobs[0].deliveries[0]) == "TESSANDIER-FICTIF"
    assert words.where(letter, sending.jobs[0].deliveries[0]) == ""


@pytest.mark.parametrize("addresses", [str.upper, str.lower])
def test_addresses_are_joined_without_regard_to_case(addresses: object) -> None:
    sending = a_sending(1)
    delivery = sending.jobs[0].deliveries[0]
    shouted = replace(delivery, address=addresses(delivery.address))  # type: ignore[operator]
    assert words.recipient(sending.letter, shouted) == "Dr TESSANDIER-FICTIF Marc"


def test_the_worst_job_speaks_and_the_others_are_named() -> None:
    sending = two_jobs(S.DELIVERED, S.IN_DOUBT)
    assert words.standing(sending)[0] == "issue inconnue"
    text = words.sentence(sending, NOW)
    assert text.startswith("Dossier patient\u00a0: La réponse s’est perdue")
    assert text.endswith("Messageries\u00a0: ✓ remise.")


@pytest.mark.parametrize(
    ("minutes", "day"), [(5, "aujourd’hui"), (24 * 60, "hier"), (72 * 60, "01/03/2024")]
)
def test_the_day_is_named_when_it_is_near(minutes: int, day: str) -> None:
    assert words.departure(a_sending(1, minutes_ago=minutes), NOW)[1] == day
    assert words.departure(a_sending(1, minutes_ago=0), NOW + timedelta(0))[1] == "aujourd’hui"


@pytest.mark.parametrize("sending", a_morning(), ids=lambda one: one.jobs[0].state)
def test_a_row_is_one_useful_sentence_to_those_who_listen(sending: Sending) -> None:
    heard = words.spoken(sending, NOW)
    assert heard.startswith(words.patient(sending.letter))
    assert words.standing(sending)[0].removeprefix("✓ ") in heard
    assert "✓" not in heard
    assert heard.endswith(".")


@pytest.mark.parametrize("choice", Choice)
def test_every_choice_says_what_it_does(choice: Choice) -> None:
    job = a_sending(1, S.UNDELIVERED).jobs[0]
    assert words.choice(choice, job)
    assert words.choice_in_full(choice, job)
    assert words.consequence(choice).endswith(".")


def test_sending_again_says_to_how_many() -> None:
    job = a_sending(
        1, S.UNDELIVERED, to=(ORMEAU, COUDRIER), deliveries=(D.FAILED, D.DELIVERED)
    ).jobs[0]
    assert words.choice(Choice.RESEND, job) == "Renvoyer à 1 sur 2"
    assert words.choice_in_full(Choice.RESEND, job) == "Renvoyer aux destinataires en échec"
