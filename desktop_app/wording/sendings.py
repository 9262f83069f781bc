"""A sending as a row of the table, in words; and what may be done about it."""

from dataclasses import replace
from datetime import datetime

from desktop_app.domain.choices import Choice, worst_first
from desktop_app.domain.letters import Letter, Target
from desktop_app.domain.sending import (
    RECORD_ADDRESSES,
    Delivery,
    DeliveryState,
    Job,
    JobState,
    Sending,
)
from desktop_app.wording import people, progress, states, targets
from desktop_app.wording.dates import hour, near_day
from desktop_app.wording.documents import short_label
from desktop_app.wording.states import Tone

_MANY = 3
_CHOICES = {
    Choice.RETRY: "Réessayer maintenant",
    Choice.CORRECT: "Corriger",
    Choice.WITHDRAW: "Annuler",
    Choice.CANCEL: "Annuler l’envoi",
    Choice.SENT: "Elle est bien partie",
    Choice.NOT_SENT: "Elle n’est pas partie, la renvoyer",
    Choice.RESEND: "Renvoyer",
    Choice.SETTLE: "C’est réglé autrement",
}
_CONSEQUENCES = {
    Choice.RETRY: "Essaie tout de suite, sans attendre l’heure prévue.",
    Choice.CORRECT: "La lettre revient dans «\u00a0À envoyer\u00a0», prête à être corrigée.",
    Choice.WITHDRAW: "Rien ne part\u00a0: la lettre revient dans «\u00a0À envoyer\u00a0».",
    Choice.CANCEL: "Rien ne part. L’envoi reste dans l’historique, annulé.",
    Choice.SENT: "Rien n’est renvoyé. L’envoi est noté comme remis, d’après vous.",
    Choice.NOT_SENT: "La lettre repart tout de suite, en entier.",
    Choice.RESEND: "Un nouvel envoi, à ceux qui ne l’ont pas reçue seulement.",
    Choice.SETTLE: "L’échec reste dans l’historique, il n’attend plus personne.",
}


def departure(sending: Sending, now: datetime) -> tuple[str, str]:
    """When it was sent: the hour, the day."""
    return hour(sending.sent_at), near_day(sending.sent_at, now)


def patient(letter: Letter) -> str:
    """Who it is about."""
    return "" if letter.patient is None else people.full_name(letter.patient)


def about(letter: Letter) -> tuple[str, str]:
    """What it is, and how long."""
    return letter.title or short_label(letter.type_code), f" · {letter.pages}\u00a0p."


def recipient(letter: Letter, delivery: Delivery) -> str:
    """A recipient as the directory wrote it, or as the job remembers it; or the record."""
    if delivery.address in RECORD_ADDRESSES:
        return targets.short(Target(delivery.address))
    for known in letter.recipients:
        if known.address.casefold() == delivery.address.casefold():
            return people.correspondent(known.correspondent)
    return delivery.name


def where(letter: Letter, delivery: Delivery) -> str:
    """The town of a recipient, if it is known."""
    for known in letter.recipients:
        if known.address.casefold() == delivery.address.casefold():
            return (
                people.town(known.correspondent.places[0].city)
                if (known.correspondent.places)
                else ""
            )
    return ""


def recipients(sending: Sending) -> tuple[tuple[str, str, Tone], ...]:
    """Each recipient, with its own state once there is one to tell of several, or of a failure.

    At most three lines, those that failed first, the last one counting the rest; then the copies.
    """
    copies = _copies(sending)
    mailboxes = [job for job in sending.jobs if job.target is Target.MSS]
    there = [(job, one) for job in mailboxes for one in job.deliveries]
    there.sort(key=lambda pair: pair[1].state is not DeliveryState.FAILED)
    said = {one.state for _job, one in there} - {DeliveryState.PENDING}
    several = len(there) + len(copies) > 1 and (
        bool(said) or any(job.state is JobState.ACCEPTED for job in sending.jobs)
    )
    alone = len(there) == 1 and not copies
    shown = there if len(there) <= _MANY else there[: _MANY - 1]
    lines = []
    for job, one in shown:
        name = recipient(sending.letter, one)
        if several or DeliveryState.FAILED in said:
            lines.append((name, *states.recipient(job, one.state)))
        else:
            lines.append((name, where(sending.letter, one) if alone else "", Tone.NEUTRAL))
    if len(there) > len(shown):
        lines.append((f"et {len(there) - len(shown)} autres", "", Tone.NEUTRAL))
    return (*lines, *copies)


def _copies(sending: Sending) -> list[tuple[str, str, Tone]]:
    """One line a copy, however many parts it has: its worst one speaks."""
    found: dict[Target, Job] = {}
    for job in worst_first(sending.jobs):
        if job.target is not Target.MSS:
            found.setdefault(job.target, job)
    return [(targets.short(one), *_copied(job)) for one, job in sorted(found.items())]


def _copied(job: Job) -> tuple[str, Tone]:
    """Where a copy stands, once there is something to tell."""
    if job.state in (JobState.HELD, JobState.QUEUED, JobState.SENDING):
        return "", Tone.NEUTRAL
    said = {one.state for one in job.deliveries}
    return states.recipient(job, said.pop() if len(said) == 1 else DeliveryState.PENDING)


def standing(sending: Sending) -> tuple[str, Tone]:
    """Where it is, in a word: its worst job speaks for it, all its mailboxes counted."""
    worst = worst_first(sending.jobs)[0]
    if worst.target is Target.MSS:
        mailboxes = [job for job in sending.jobs if job.target is Target.MSS]
        everybody = tuple(one for job in mailboxes for one in job.deliveries)
        worst = replace(worst, deliveries=everybody)
    return states.job(worst)


def sentence(sending: Sending, now: datetime) -> str:
    """What happened and what comes next, for every job."""
    first, *others = worst_first(targets.together(sending))
    if not others:
        return progress.sentence(first, now)
    rest = " ".join(f"{_named(sending, one)}\u00a0: {states.job(one)[0]}." for one in others)
    return f"{_named(sending, first)}\u00a0: {progress.sentence(first, now)} {rest}"


def _named(sending: Sending, job: Job) -> str:
    if targets.is_part(sending, job):
        return targets.short_part(sending, job)
    return targets.short(job.target)


def spoken(sending: Sending, now: datetime) -> str:
    """A whole row as one sentence, for those who listen to it."""
    time, day = departure(sending, now)
    everybody = [one for job in sending.jobs for one in job.deliveries]
    names = ", ".join(dict.fromkeys(recipient(sending.letter, one) for one in everybody))
    return (
        f"{patient(sending.letter)}, {''.join(about(sending.letter))}, pour {names}\u00a0:"
        f" {standing(sending)[0].removeprefix('✓ ')}. {sentence(sending, now).replace('✓ ', '')}"
        f" Envoi de {time}, {day}."
    )


def choice(value: Choice, job: Job) -> str:
    """What a link says, short enough for its column."""
    if value is Choice.RESEND and len(job.deliveries) > 1:
        failed = sum(one.state is DeliveryState.FAILED for one in job.deliveries)
        return f"Renvoyer à {failed} sur {len(job.deliveries)}"
    return _CHOICES[value]


def choice_in_full(value: Choice, job: Job) -> str:
    """What a button says where there is room."""
    if value is Choice.RESEND and len(job.deliveries) > 1:
        return "Renvoyer aux destinataires en échec"
    return _CHOICES[value]


def consequence(value: Choice) -> str:
    """What will happen, beside the button and for those who listen to it."""
    return _CONSEQUENCES[value]
