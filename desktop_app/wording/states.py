"""The states of a job and of a delivery, in words; a colour never says it alone."""

from enum import Enum, auto

from desktop_app.domain.sending import DeliveryState, Job, JobState


class Tone(Enum):
    """How a state is coloured, always beside its word."""

    GOOD = auto()
    CARE = auto()
    BAD = auto()
    MOVING = auto()
    NEUTRAL = auto()


_JOBS = {
    JobState.HELD: ("départ imminent", Tone.MOVING),
    JobState.QUEUED: ("prête à partir", Tone.MOVING),
    JobState.SENDING: ("envoi en cours", Tone.MOVING),
    JobState.WAITING: ("en attente", Tone.CARE),
    JobState.ACCEPTED: ("acceptée, suivi en cours", Tone.MOVING),
    JobState.DELIVERED: ("✓ remise", Tone.GOOD),
    JobState.UNDELIVERED: ("non remise", Tone.BAD),
    JobState.IN_DOUBT: ("issue inconnue", Tone.BAD),
    JobState.REFUSED: ("refusée", Tone.BAD),
    JobState.BLOCKED: ("accès bloqué", Tone.BAD),
    JobState.CANCELLED: ("annulée", Tone.NEUTRAL),
}
_DELIVERIES = {
    DeliveryState.PENDING: ("en cours", Tone.MOVING),
    DeliveryState.DELIVERED: ("✓ remis", Tone.GOOD),
    DeliveryState.FAILED: ("échec", Tone.BAD),
    DeliveryState.UNKNOWN: ("état inconnu", Tone.CARE),
}


def job(value: Job) -> tuple[str, Tone]:
    """Where a job stands, in two or three words."""
    if value.state is JobState.UNDELIVERED and value.settled:
        return "non remise, traitée", Tone.NEUTRAL
    if value.state is JobState.DELIVERED and len(value.deliveries) > 1:
        count = len(value.deliveries)
        return f"✓ remise {count}/{count}", Tone.GOOD
    return _JOBS[value.state]


def state(value: JobState) -> str:
    """The name of a state, for a filter."""
    return _JOBS[value][0].removeprefix("✓ ")


def delivery(value: DeliveryState) -> tuple[str, Tone]:
    """Where one recipient's copy stands."""
    return _DELIVERIES[value]
