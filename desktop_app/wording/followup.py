"""The life of a job, hour by hour, and how often it was tried."""

from datetime import datetime

from desktop_app.domain.letters import Target
from desktop_app.domain.sending import Job, JobState
from desktop_app.wording.dates import when

_S = JobState


def timeline(job: Job, now: datetime) -> tuple[tuple[str, str], ...]:
    """What is known of the life of ``job``: when, and what happened."""
    ended = {
        _S.DELIVERED: (
            "confirmée par une personne" if job.reason == "declared_sent" else _ARRIVED[job.target]
        ),
        _S.UNDELIVERED: "échec de la remise",
        _S.CANCELLED: "retirée, rien n’était parti",
    }
    marks = [
        (job.created_at, "confiée à Navette"),
        (job.passed_at, "envoyée en entier"),
        (job.accepted_at, "acceptée par la plateforme"),
        (job.finished_at, ended.get(job.state, "terminée")),
    ]
    return tuple((when(moment, now), what) for moment, what in marks if moment is not None)


_ARRIVED = {
    Target.MSS: "remise",
    Target.EHR: "versée au dossier",
    Target.DMP: "déposée au DMP",
    Target.CODOC: "versée",
}


def attempts(job: Job) -> str:
    """How often it was tried and asked about."""
    parts = []
    if job.attempts:
        parts.append("1 essai d’envoi" if job.attempts == 1 else f"{job.attempts} essais d’envoi")
    if job.polls:
        parts.append("1 vérification" if job.polls == 1 else f"{job.polls} vérifications")
    return ", ".join(parts)
