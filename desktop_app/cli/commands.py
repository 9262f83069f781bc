"""What each command that only looks does with a session."""

import argparse
from collections.abc import Awaitable, Callable
from datetime import date
from typing import TypeVar

from desktop_app.cli.answers import Answers
from desktop_app.domain.identity import read_correspondent_query, read_patient_query
from desktop_app.domain.people import Correspondent, Page, PatientId
from desktop_app.domain.ports import CorrespondentQuery
from desktop_app.session import Session
from desktop_app.wording import cli as words

T = TypeVar("T")
Find = Callable[[CorrespondentQuery], Awaitable[Page[Correspondent]]]

MOST_PATIENTS = 1000


async def find_patients(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """Every page of a patient search, up to ``MOST_PATIENTS``."""
    query = read_patient_query(" ".join(args.text), session.patients.rules)
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
    _end(page, answers, words.NO_STAYS, words.MORE_STAYS)


async def list_current(session: Session, _args: argparse.Namespace, answers: Answers) -> None:
    """The stays under way, with their patients."""
    page = await session.patients.current_stays()
    for one in page.items:
        answers.current(one)
    _end(page, answers, words.NO_CURRENT, words.MORE_STAYS)


async def list_coverages(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """A patient's insurances."""
    found = await session.patients.coverages(PatientId(args.id))
    for one in found:
        answers.coverage(one)
    if not found:
        answers.remark(words.NO_COVERAGES)


async def list_appointments(session: Session, args: argparse.Namespace, answers: Answers) -> None:
    """The appointments of one day, today's unless another is asked for."""
    day: date = args.day or date.today()  # noqa: DTZ011 - the day on the wall here
    page = await session.patients.appointments(day)
    for one in page.items:
        answers.appointment(one)
    _end(page, answers, words.NO_APPOINTMENTS, words.MORE_APPOINTMENTS)


def _end(page: Page[T], answers: Answers, none: str, more: str) -> None:
    """What a person would otherwise wonder about once the list is over."""
    if not page.items:
        answers.remark(none)
    if not page.complete:
        answers.remark(more)


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
