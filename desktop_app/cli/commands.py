"""What each command does with a session."""

import argparse
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from desktop_app.cli.answers import Answers
from desktop_app.domain.errors import IllegalMove, Incomplete, NotOffered, Unknown
from desktop_app.domain.identity import read_correspondent_query, read_patient_query
from desktop_app.domain.letters import Letter, LetterId, is_patient_mailbox
from desktop_app.domain.people import Correspondent, Page, PatientId, Recipient, StayId
from desktop_app.domain.ports import CorrespondentQuery
from desktop_app.domain.sending import Job, JobId, JobState, Sending, Target
from desktop_app.session import Session
from desktop_app.wording import cli as words

Find = Callable[[CorrespondentQuery], Awaitable[Page[Correspondent]]]

OFFERED = (Target.MSS, Target.EHR)
"""Targets that this version can reach."""
MOST_PATIENTS = 1000


async def find_patients(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """Every page of a patient search, up to ``MOST_PATIENTS``."""
    query = read_patient_query(" ".join(args.text))
    page = await session.patients.find_patients(query)
    known: set[PatientId] = set()
    while True:
        news = [one for one in page.items if one.id not in known]
        known |= {one.id for one in news}
        for one in news:
            answers.patient(one)
        if page.next is None or not news or len(known) >= MOST_PATIENTS:
            break
        page = await session.patients.find_patients(query, page.next)
    if not known:
        answers.remark(words.NOBODY_FOUND)
    if page.next is not None or not page.complete:
        answers.remark(words.MORE_EXIST)


async def show_patient(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """One patient, as the platform holds it now."""
    answers.patient(await session.patients.patient(PatientId(args.id)))


async def list_stays(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """A patient's stays: those under way first, then the newest."""
    page = await session.patients.find_stays(PatientId(args.id))
    for stay in page.items:
        answers.stay(stay)
    if not page.items:
        answers.remark(words.NO_STAYS)
    if not page.complete:
        answers.remark(words.MORE_STAYS)


async def find_practitioners(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """A directory search among practitioners."""
    await _find(session.directory.find_practitioners, args, answers)


async def find_organizations(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """A directory search among structures."""
    await _find(session.directory.find_organizations, args, answers)


async def _find(find: Find, args: argparse.Namespace, answers: Answers) -> None:
    page: Page[Correspondent] = Page()
    for query in read_correspondent_query(" ".join(args.text)):
        page = await find(query)
        if page.items:
            break
    for entry in page.items:
        answers.correspondent(entry)
    if not page.items:
        answers.remark(words.NOBODY_FOUND)
    elif not page.complete:
        answers.remark(words.MORE_EXIST)


async def send(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """Put a letter into the queue; one that cannot be sent is put away, and removed later on.

    Addresses are for the mailboxes: a letter for the record alone goes to none of them.
    """
    targets = tuple(dict.fromkeys(Target(name) for name in args.target or [Target.MSS]))
    for target in targets:
        if target not in OFFERED:
            raise NotOffered(target)
    patient = await session.patients.patient(PatientId(args.patient))
    to = args.to if Target.MSS in targets else []
    addresses = dict.fromkeys(address.casefold() for address in to)
    recipients = tuple([await _recipient(session, address) for address in addresses])
    letter = replace(
        await session.letters.take_together(args.files),
        patient=patient,
        recipients=recipients,
        type_code=args.type,
        title=args.title,
        stay=None if args.stay is None else StayId(args.stay),
    )
    try:
        sending = await session.outbox.send(letter, targets, timedelta(seconds=args.hold))
    except BaseException:
        await _put_away(session, letter, answers)
        raise
    answers.sending(sending)
    if args.to and not to:
        answers.remark(words.RECORD_ONLY)


async def _put_away(session: Session, letter: Letter, answers: Answers) -> None:
    """Take back a letter that was not sent; say so if it is in the queue after all."""
    try:
        await session.letters.discard(letter.id)
    except IllegalMove:  # it reached the disk before Ctrl+C reached us
        jobs = tuple(await session.outbox.jobs_of(letter.id))
        answers.sending(Sending(letter=letter, sent_at=jobs[0].created_at, jobs=jobs))


async def _recipient(session: Session, address: str) -> Recipient:
    """The directory's own entry: an address is looked up, never taken at its word."""
    if is_patient_mailbox(address):
        raise Incomplete("address")  # it holds the INS: not even asked about
    query = CorrespondentQuery(telecom=address)
    for find in (session.directory.find_practitioners, session.directory.find_organizations):
        for entry in (await find(query)).items:
            for mailbox in entry.mailboxes:
                if mailbox.address.casefold() == address:
                    return Recipient(correspondent=entry, address=mailbox.address)
    raise Incomplete("address")


async def list_queue(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """Every job, or those in some states, first come first."""
    states = [JobState(name) for name in args.state or [*JobState]]
    jobs = await session.outbox.jobs_in(states)
    for job in jobs:
        answers.job(job)
    if not jobs:
        answers.remark(words.NOTHING_QUEUED)


async def show_sending(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """One job, or the jobs of one sending."""
    for job in await _jobs(session, args.id):
        answers.job(job)


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
