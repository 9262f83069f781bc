"""Where letters go, in words; and the parts of a sending that one word may stand for."""

from dataclasses import replace

from desktop_app.domain.letters import Target
from desktop_app.domain.sending import Job, Sending

_NAMES = {
    Target.MSS: "Messageries MSSanté",
    Target.EHR: "Dossier patient de l’hôpital",
    Target.DMP: "DMP — selon le contrat de l’établissement",
    Target.CODOC: "Codoc",
}
_SHORT = {
    Target.MSS: "Messageries",
    Target.EHR: "Dossier patient",
    Target.DMP: "DMP",
    Target.CODOC: "Codoc",
}


def name(target: Target) -> str:
    """A target, in full."""
    return _NAMES[target]


def short(target: Target) -> str:
    """A target, where there is little room."""
    return _SHORT[target]


def part(sending: Sending, job: Job) -> str:
    """Where ``job`` takes its letter, in full, and which part of it: « (1/2) »."""
    return f"{name(job.target)}{_place(sending, job)}"


def short_part(sending: Sending, job: Job) -> str:
    """Where ``job`` takes its letter and which part of it, where there is little room."""
    return f"{short(job.target)}{_place(sending, job)}"


def _place(sending: Sending, job: Job) -> str:
    parts = [one.id for one in sending.jobs if one.target is job.target]
    if len(parts) < 2 or job.id not in parts:  # noqa: PLR2004 - a part is one of several
        return ""
    return f" ({parts.index(job.id) + 1}/{len(parts)})"


def documents(sending: Sending, job: Job) -> str:
    """The files that ``job`` carries, when they are not all of the letter's."""
    held = sending.letter.documents
    carried = [one.name for one in held if one.id in job.documents]
    return ", ".join(carried) if 0 < len(carried) < len(held) else ""


def together(sending: Sending) -> tuple[Job, ...]:
    """The jobs of ``sending``, those of one target that stand at one point as a single one."""
    groups: dict[tuple[object, ...], list[Job]] = {}
    for job in sending.jobs:
        said = (job.target, job.state, job.reason, job.detail, job.settled, job.steps)
        groups.setdefault(said, []).append(job)
    return tuple(_one(jobs) for jobs in groups.values())


def _one(jobs: list[Job]) -> Job:
    first = jobs[0]
    if len(jobs) == 1:
        return first
    coming = [job.not_before for job in jobs if job.not_before is not None]
    over = [job.finished_at for job in jobs if job.finished_at is not None]
    return replace(
        first,
        deliveries=tuple(one for job in jobs for one in job.deliveries),
        not_before=min(coming, default=None),
        finished_at=max(over, default=None),
        documents=(),
    )


def is_part(sending: Sending, job: Job) -> bool:
    """Whether other jobs of the same target stand elsewhere than ``job``, so that it is named."""
    alike = [one for one in together(sending) if one.target is job.target]
    return len(alike) > 1
