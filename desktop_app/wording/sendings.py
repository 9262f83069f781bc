"""A sending as a row of the table, in words; and what may be done about it."""

from datetime import datetime

from desktop_app.domain.choices import Choice, worst_first
from desktop_app.domain.letters import Letter
from desktop_app.domain.sending import (
    RECORD_ADDRESS,
    Delivery,
    DeliveryState,
    Job,
    JobState,
    Sending,
    Target,
)
from desktop_app.wording import people, progress, states
from desktop_app.wording.dates import hour, near_day
from desktop_app.wording.documents import short_label
from desktop_app.wording.states import Tone

_MANY = 3
_TARGETS = {
    Target.MSS: "Messagerie",
    Target.EHR: "Dossier de l’hôpital",
    Target.CODOC: "Codoc",
}
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
    if delivery.address == RECORD_ADDRESS:
        return _TARGETS[Target.EHR]
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

    At most three lines, those that failed first; the last one counts the rest.
    """
    job = worst_first(sending.jobs)[0]
    said = {one.state for one in job.deliveries} - {DeliveryState.PENDING}
    several = len(job.deliveries) > 1 and (bool(said) or job.state is JobState.ACCEPTED)
    telling = several or DeliveryState.FAILED in said
    order = sorted(job.deliveries, key=lambda one: one.state is not DeliveryState.FAILED)
    shown = order if len(order) <= _MANY else order[: _MANY - 1]
    lines = []
    for one in shown:
        word, tone = states.recipient(job, one.state)
        name = recipient(sending.letter, one)
        if telling:
            lines.append((name, word, tone))
        else:
            alone = len(job.deliveries) == 1
            lines.append((name, where(sending.letter, one) if alone else "", Tone.NEUTRAL))
    if len(order) > len(shown):
        lines.append((f"et {len(order) - len(shown)} autres", "", Tone.NEUTRAL))
    return tuple(lines)


def standing(sending: Sending) -> tuple[str, Tone]:
    """Where it is, in a word: its worst job speaks for it."""
    return states.job(worst_first(sending.jobs)[0])


def sentence(sending: Sending, now: datetime) -> str:
    """What happened and what comes next, for every job."""
    first, *others = worst_first(sending.jobs)
    if not others:
        return progress.sentence(first, now)
    rest = " ".join(f"{target(one)}\u00a0: {states.job(one)[0]}." for one in others)
    return f"{target(first)}\u00a0: {progress.sentence(first, now)} {rest}"


def target(job: Job) -> str:
    """Where a job takes its letter."""
    return _TARGETS[job.target]


def spoken(sending: Sending, now: datetime) -> str:
    """A whole row as one sentence, for those who listen to it."""
    time, day = departure(sending, now)
    job = worst_first(sending.jobs)[0]
    names = ", ".join(recipient(sending.letter, one) for one in job.deliveries)
    return (
        f"{patient(sending.letter)}, {''.join(about(sending.letter))}, pour {names}\u00a0:"
        f" {standing(sending)[0].removeprefix('✓ ')}. {sentence(sending, now)}"
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
