"""The states of a job and of a delivery, in words; a colour never says it alone."""

from enum import Enum, auto

from desktop_app.domain.letters import Target
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
_COPIED = {Target.EHR: "✓ versée", Target.DMP: "✓ déposée"}
_NOT_COPIED = {Target.EHR: "non versée", Target.DMP: "non déposée"}


def job(value: Job) -> tuple[str, Tone]:  # noqa: PLR0911 - one line a case
    """Where a job stands, in two or three words."""
    words, tone = _JOBS[value.state]
    count = len(value.deliveries)
    arrived = sum(one.state is DeliveryState.DELIVERED for one in value.deliveries)
    failed = sum(one.state is DeliveryState.FAILED for one in value.deliveries)
    not_arrived = _NOT_COPIED.get(value.target, words)
    match value.state:
        case JobState.UNDELIVERED if value.settled:
            return f"{not_arrived}, traitée", Tone.NEUTRAL
        case JobState.UNDELIVERED if value.target is Target.MSS and failed < count:
            return f"non remise à {failed} sur {count}", tone
        case JobState.UNDELIVERED:
            return not_arrived, tone
        case JobState.ACCEPTED if arrived:
            return f"remise à {arrived} sur {count}, suivi en cours", tone
        case JobState.DELIVERED if value.target in _COPIED:
            return _COPIED[value.target], tone
        case JobState.DELIVERED if count > 1:
            return f"✓ remise {count}/{count}", tone
        case JobState.WAITING if value.reason == "unreachable":
            return "en attente du réseau", tone
        case _:
            return words, tone


def state(value: JobState) -> str:
    """The name of a state, for a filter."""
    return _JOBS[value][0].removeprefix("✓ ")


def delivery(value: DeliveryState) -> tuple[str, Tone]:
    """Where one recipient's copy stands."""
    return _DELIVERIES[value]


def recipient(value: Job, state: DeliveryState) -> tuple[str, Tone]:
    """Where one recipient's copy stands, once its job is taken into account.

    A copy that nothing has been said of is only on its way when the platform has it.
    """
    if value.state is JobState.DELIVERED and value.target in _COPIED:
        return _COPIED[value.target], Tone.GOOD
    if state is not DeliveryState.PENDING or value.state is JobState.ACCEPTED:
        return _DELIVERIES[state]
    if value.state is JobState.IN_DOUBT:
        return _DELIVERIES[DeliveryState.UNKNOWN]
    if value.state is JobState.DELIVERED:
        return _DELIVERIES[DeliveryState.DELIVERED]
    if value.state is JobState.SENDING:
        return _DELIVERIES[DeliveryState.PENDING]
    return "pas parti", Tone.NEUTRAL
