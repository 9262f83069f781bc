from dataclasses import replace
from datetime import timedelta

import pytest

from desktop_app.domain.letters import Target
from desktop_app.domain.sending import JobState
from desktop_app.wording import followup
from tests.wording.test_progress import NOW, a_job

S = JobState


def test_the_timeline_has_what_happened_in_its_order() -> None:
    job = replace(
        a_job(S.DELIVERED),
        passed_at=NOW + timedelta(seconds=1),
        accepted_at=NOW + timedelta(seconds=2),
        finished_at=NOW + timedelta(minutes=1),
        attempts=2,
        polls=1,
    )
    assert [what for _when, what in followup.timeline(job, NOW)] == [
        "confiée à Navette", "envoyée en entier", "acceptée par la plateforme", "remise",
    ]  # fmt: skip
    assert followup.attempts(job) == "2 essais d’envoi, 1 vérification"
    assert followup.attempts(a_job()) == ""


@pytest.mark.parametrize("target", Target)
@pytest.mark.parametrize("state", JobState)
def test_every_end_has_its_word(target: Target, state: JobState) -> None:
    job = replace(a_job(state), target=target, finished_at=NOW)
    words = [what for _when, what in followup.timeline(job, NOW)]
    assert len(words) == 2
    assert all(words)
