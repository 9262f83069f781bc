"""Why a copy did not arrive, in the platform's words or codes, and what to do about it.

The platform's vocabulary is open (lifen.md 4.7, U16): what is recognised gets an advice of its
own, everything else is quoted.
"""

from desktop_app.domain.identity import fold
from desktop_app.wording.failures import Notice

_FULL = Notice(
    "boîte pleine",
    "Demandez au destinataire de faire de la place, puis renvoyez, ou choisissez une autre de ses"
    " adresses.",
)
_ADDRESS = Notice(
    "adresse invalide",
    "Cherchez de nouveau le destinataire dans l’annuaire et choisissez une autre adresse, ou"
    " joignez-le autrement (téléphone, courrier).",
)
_ABORTED = Notice(
    "envoi interrompu par la plateforme",
    "Renvoyez\u00a0; si cela se répète, joignez le destinataire autrement et prévenez votre"
    " service informatique.",
)
_NOT_DONE = Notice(
    "envoi non effectué par la plateforme",
    "Renvoyez\u00a0; si cela se répète, joignez le destinataire autrement et prévenez votre"
    " service informatique.",
)
_ERROR = Notice(
    "erreur d’intégration ou d’envoi",
    "Prévenez votre service informatique, qui contactera le support de Lifen, avant de renvoyer"
    "\u00a0; en attendant, joignez le destinataire autrement.",
)
_CODES = {
    "aborted": _ABORTED,
    "stopped": _ABORTED,
    "not done": _NOT_DONE,
    "notdone": _NOT_DONE,
    "entered in error": _ERROR,
    "enteredinerror": _ERROR,
}
"""The statuses of lifen.md 4.7 that are final and not good, as they stand without a reason."""
_WORDS = (
    (("full", "pleine", "quota", "sature", "saturee"), _FULL),
    (
        (
            "invalid address", "adresse invalide", "adresse inconnue", "adresse inexistante",
            "unknown recipient", "destinataire inconnu", "unknown address", "user unknown",
        ),
        _ADDRESS,
    ),
)  # fmt: skip


def known(reason: str | None) -> Notice | None:
    """A reason that is recognised, in words, and what to do; ``None`` for any other one."""
    said = fold(reason or "").replace("_", " ")
    if said in _CODES:
        return _CODES[said]
    return next((notice for marks, notice in _WORDS if any(one in said for one in marks)), None)


def words(reason: str) -> str:
    """A reason inside a sentence, in the platform's own words where they mean nothing to us."""
    notice = known(reason)
    return notice.title if notice is not None else f"«\u00a0{' '.join(reason.split())}\u00a0»"


def shown(reason: str) -> str:
    """A reason on a line of its own, beside the platform's words where those say more."""
    said = words(reason)
    return f"{said[0].upper()}{said[1:]}"
