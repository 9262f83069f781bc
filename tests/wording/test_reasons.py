from dataclasses import replace

import pytest

from desktop_app.domain.letters import Target
from desktop_app.domain.sending import DeliveryState, JobState
from desktop_app.wording import progress, reasons
from tests.wording.test_progress import NOW, a_job

S, D = JobState, DeliveryState


@pytest.mark.parametrize(
    ("reason", "words", "step"),
    [
        ("Mailbox full", "boîte pleine", "faire de la place"),
        ("Boîte pleine", "boîte pleine", "faire de la place"),
        ("quota exceeded", "boîte pleine", "faire de la place"),
        ("Invalid address", "adresse invalide", "autre adresse"),
        ("ADRESSE INVALIDE", "adresse invalide", "autre adresse"),
        ("aborted", "envoi interrompu par la plateforme", "Renvoyez"),
        ("stopped", "envoi interrompu par la plateforme", "Renvoyez"),
        ("not-done", "envoi non effectué par la plateforme", "Renvoyez"),
        ("entered-in-error", "erreur d’intégration ou d’envoi", "support de Lifen"),
    ],
)
def test_the_reasons_that_are_known_have_words_and_a_next_step(
    reason: str, words: str, step: str
) -> None:
    """lifen.md 4.7 and 4.11: every final status that is not good."""
    job = a_job(S.UNDELIVERED, D.FAILED)
    job = replace(job, deliveries=(replace(job.deliveries[0], reason=reason),))
    assert words in progress.sentence(job, NOW)
    assert step in progress.advice(job)
    assert progress.advice(job).endswith("Notez ensuite que c’est réglé.")


def test_any_other_reason_is_quoted() -> None:
    assert reasons.words("Certificat  expiré") == "«\u00a0Certificat expiré\u00a0»"
    assert reasons.known("Certificat expiré") is None
    assert reasons.known(None) is None
    assert reasons.shown("Mailbox full") == "Boîte pleine"


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("state", D)
def test_every_state_of_a_delivery_has_a_sentence_and_where_needed_a_next_step(
    target: Target, state: DeliveryState
) -> None:
    jobs = {D.FAILED: S.UNDELIVERED, D.DELIVERED: S.DELIVERED}
    job = replace(a_job(jobs.get(state, S.ACCEPTED), state), target=target)
    assert progress.sentence(job, NOW).endswith(".")
    needs_advice = state in (D.FAILED, D.UNKNOWN)
    assert bool(progress.advice(job)) is needs_advice


def test_a_day_without_a_word_is_said_with_what_to_do() -> None:
    job = a_job(S.IN_DOUBT, reason="tracking_ended")
    assert "24\u00a0heures" in progress.sentence(job, NOW)
    assert "Demandez-le-lui" in progress.advice(job)
