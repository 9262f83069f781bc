"""``send``: from what was typed to a letter in the queue."""

import argparse
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from desktop_app.cli.answers import Answers
from desktop_app.cli.identity import read_identity_file
from desktop_app.domain.errors import IllegalMove, Incomplete, NotOffered, Unknown
from desktop_app.domain.letters import Letter, Target, is_patient_mailbox
from desktop_app.domain.people import Patient, PatientId, Recipient, Stay
from desktop_app.domain.ports import CorrespondentQuery
from desktop_app.domain.sending import Sending
from desktop_app.session import Session
from desktop_app.wording import cli as words


async def send(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """Put a letter into the queue; one that cannot be sent is put away, and removed later on.

    Addresses are for the mailboxes: a letter for copies alone goes to none of them.
    """
    targets = tuple(dict.fromkeys(Target(name) for name in args.target or [Target.MSS]))
    for target in targets:
        if target not in session.targets:
            raise NotOffered(target)
    patient = await _patient(session, args)
    stay = None if args.stay is None else await _stay(session, patient, args.stay)
    to = args.to if Target.MSS in targets else []
    addresses = dict.fromkeys(address.casefold() for address in to)
    recipients = tuple([await _recipient(session, address) for address in addresses])
    taken = await session.letters.take_together(args.files)
    letter = replace(
        taken,
        patient=patient,
        recipients=recipients,
        type_code=args.type,
        title=args.title,
        stay=stay,
        targets=targets,
        sender=args.sender or taken.sender,
    )
    try:
        sending = await session.outbox.send(letter, timedelta(seconds=args.hold))
    except BaseException:
        await _put_away(session, letter, answers)
        raise
    _say_queued(sending, answers, words.COPIES_ONLY if args.to and not to else "")


async def _patient(session: Session, args: argparse.Namespace) -> Patient:
    """Who the platform says it is, or the file where the hospital has no patients to ask for."""
    known = session.patients.rules.has_patients
    if args.identity is None:
        if not known:
            raise NotOffered("Patient")
        return await session.patients.patient(PatientId(args.patient))
    if known:
        raise argparse.ArgumentError(None, words.PATIENT_IS_THERE)
    return read_identity_file(args.identity, _today())


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


async def _stay(session: Session, patient: Patient, wanted: str) -> Stay:
    """One of the patient's own stays; raises ``Unknown`` for any other."""
    for stay in (await session.patients.find_stays(patient.id)).items:
        if stay.id == wanted:
            return stay
    raise Unknown("stay")


def _say_queued(sending: Sending, answers: Answers, remark: str = "") -> None:
    """Say it; where that cannot be written, what counts is that nobody sends it again."""
    try:
        answers.sending(sending)
        if remark:
            answers.remark(remark)
    except OSError:
        answers.fail("unheard", words.queued_unheard(sending.letter.id))


async def _put_away(session: Session, letter: Letter, answers: Answers) -> None:
    """Take back a letter that was not sent; say so if it is in the queue after all."""
    try:
        await session.letters.discard(letter.id)
    except IllegalMove:  # it reached the disk before Ctrl+C reached us
        jobs = tuple(await session.outbox.jobs_of(letter.id))
        _say_queued(Sending(letter=letter, sent_at=jobs[0].created_at, jobs=jobs), answers)


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
