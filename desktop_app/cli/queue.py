"""What each command about the queue does with a session, except running it."""

import argparse
from collections.abc import Sequence

from desktop_app.cli.answers import Answers
from desktop_app.domain.errors import Unknown
from desktop_app.domain.letters import LetterId
from desktop_app.domain.sending import Job, JobId, JobState
from desktop_app.session import Session
from desktop_app.wording import cli as words


async def list_queue(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """Every job, or those in some states, first come first."""
    wanted = frozenset(JobState(name) for name in args.state or [*JobState])
    families: dict[LetterId, list[Job]] = {}
    jobs = await session.outbox.jobs_in([*JobState])
    for job in jobs:
        families.setdefault(job.sending, []).append(job)
    listed = [job for job in jobs if job.state in wanted]
    for job in listed:
        answers.job(job, families[job.sending])
    if not listed:
        answers.remark(words.NOTHING_QUEUED)


async def show_sending(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """One job, or the jobs of one sending."""
    jobs = await _jobs(session, args.id)
    siblings = await session.outbox.jobs_of(jobs[0].sending)
    for job in jobs:
        answers.job(job, siblings)


async def retry(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """Try now, or send again to those who did not get it."""
    for job in await _jobs(session, args.id):
        answers.job(await session.outbox.retry(job.id))


async def cancel(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """Withdraw what has not left."""
    for job in await _jobs(session, args.id):
        answers.job(await session.outbox.cancel(job.id))


async def resolve(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """Settle what is in doubt, or note that somebody else saw to a failed delivery."""
    for job in await _jobs(session, args.id):
        if job.state is JobState.UNDELIVERED and args.sent:
            answers.job(await session.outbox.settle(job.id))
        else:
            answers.job(await session.outbox.resolve(job.id, sent=args.sent))


async def _jobs(session: Session, some_id: str) -> Sequence[Job]:
    jobs = await session.outbox.jobs_of(LetterId(some_id))
    try:
        return jobs or [await session.outbox.job(JobId(some_id))]
    except Unknown:
        raise Unknown("sending") from None
