"""Words of a letter's stay and of its copies."""

from desktop_app.domain.letters import Target
from desktop_app.domain.people import Stay
from desktop_app.wording.dates import day
from desktop_app.wording.failures import Notice
from desktop_app.wording.states import Tone

STAY = "Séjour"
STAY_KEYS, TAKE_KEYS = "Ctrl+S", "Alt+S"
FIELD_NAME = "Séjour que la lettre concerne"
RESULTS = "Séjours du patient"
LOOKING = "Recherche des séjours…"
NOT_CHOSEN = "Choisir le séjour…"
AGAIN, AGAIN_NAME = "Actualiser", "Chercher de nouveau les séjours du patient"
WITHOUT, WITHOUT_DETAIL = "Sans séjour", "La lettre ne sera rattachée à aucun séjour"
MORE = "Il y en a d’autres\u00a0: la plateforme ne les montre pas tous."
UNDER_WAY = "in-progress"
_STATUSES = {
    "planned": ("prévu", Tone.NEUTRAL),
    "arrived": ("arrivé", Tone.MOVING),
    "triaged": ("accueilli", Tone.MOVING),
    UNDER_WAY: ("en cours", Tone.GOOD),
    "onleave": ("en permission", Tone.MOVING),
    "finished": ("terminé", Tone.NEUTRAL),
    "cancelled": ("annulé", Tone.CARE),
}
COPIES = "Copies"
_COPIES = {
    Target.EHR: ("Copie dans le dossier patient", ""),
    Target.DMP: ("Dépôt au DMP", "selon le contrat de l’établissement"),
}
COPY_KEYS = {Target.EHR: "Ctrl+R", Target.DMP: "Ctrl+M"}


def status(stay: Stay) -> tuple[str, Tone]:
    """Where the stay itself stands; a code that is not known stands for itself."""
    return _STATUSES.get(stay.status, (stay.status, Tone.NEUTRAL))


def status_word(code: str) -> str:
    """A stay's status, in a word."""
    return _STATUSES.get(code, (code, Tone.NEUTRAL))[0]


def title(stay: Stay) -> str:
    """What people know it by."""
    return stay.number or "Séjour sans numéro"


def dates(stay: Stay) -> str:
    """From when to when, as far as it is known."""
    if stay.start is None:
        return "" if stay.end is None else f"jusqu’au {day(stay.end.astimezone().date())}"
    begun = stay.start.astimezone()
    if stay.end is not None:
        ended = stay.end.astimezone()
        if ended.date() == begun.date():
            return f"le {day(begun.date())}"
        return f"du {day(begun.date())} au {day(ended.date())}"
    if stay.status == "planned":
        return f"le {day(begun.date())}"
    if stay.status == UNDER_WAY:
        return f"depuis le {day(begun.date())}"
    return f"à partir du {day(begun.date())}"


def details(stay: Stay) -> str:
    """Its dates, its kind and its unit."""
    return " · ".join(part for part in (dates(stay), stay.label) if part)


def chosen(stay: Stay) -> str:
    """The stay of the letter on one line."""
    return " · ".join(part for part in (title(stay), dates(stay), stay.label) if part)


def spoken(stay: Stay) -> str:
    """Everything about it, for those who listen."""
    parts = (title(stay), status(stay)[0], dates(stay), stay.label)
    return ", ".join(part for part in parts if part)


def take(stay: Stay) -> str:
    """The one stay under way, offered."""
    return f"Séjour en cours\u00a0: {title(stay)}"


def take_spoken(stay: Stay) -> str:
    """The one stay under way, offered to those who listen."""
    return f"Prendre le séjour en cours\u00a0: {spoken(stay)}"


def found(count: int | None) -> str:
    """How many there are, once that is known."""
    if not count:
        return "" if count is None else "aucun connu"
    return "1 séjour" if count == 1 else f"{count} séjours"


NONE_KNOWN = Notice(
    "Aucun séjour connu pour ce patient",
    "La copie dans le dossier patient en demande un\u00a0: sans lui, décochez-la. Un séjour ouvert"
    " à l’instant peut tarder à apparaître\u00a0: réessayez dans un instant.",
)
"""What a copy for the record needs is not there; without such a copy it is no trouble."""


def copy(target: Target) -> tuple[str, str]:
    """A copy, and what is to be known of it."""
    return _COPIES[target]
