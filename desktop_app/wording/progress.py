"""What happened to a job and what comes next, in sentences."""

from collections.abc import Callable
from datetime import datetime, timedelta

from desktop_app.domain.errors import (
    AppError,
    Changed,
    FileTrouble,
    Incomplete,
    Malformed,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    StaleToken,
    StoreTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.domain.letters import MAX_FILE_BYTES, Target
from desktop_app.domain.sending import DeliveryState, Job, JobState
from desktop_app.wording import reasons
from desktop_app.wording.dates import SHORT_WAIT, at, soon
from desktop_app.wording.failures import UNEXPECTED, Notice, explain

_S = JobState
_COUNTING = (_S.HELD, _S.WAITING, _S.ACCEPTED, _S.BLOCKED)
_UNUSABLE = ("early_answer", "unreadable", "redirected", "no_transaction")
_NOTHING_LEFT = "Rien n’est parti."
_STEPS = {
    "binary": "fichier déposé, sa fiche est à créer",
    "document": "document déposé, envoi à confirmer",
}
"""How far a deposit in several steps has come (lifen.md 4.9): the last step that is over."""


def counts_down(job: Job, now: datetime) -> bool:
    """Whether the sentence of ``job`` changes from one second to the next."""
    moment = job.not_before if job.state in _COUNTING else None
    return moment is not None and -SHORT_WAIT < moment - now < SHORT_WAIT + timedelta(seconds=2)


def reason(job: Job) -> Notice:
    """Why a job waits, is blocked or was refused, from its stable code."""
    code = job.reason or ""
    if job.state is _S.BLOCKED:
        return explain(NotAllowed(code))
    error = _error(code, job.detail)
    if error is None and job.state is _S.ACCEPTED:  # the access that tracking needs
        error = NotAllowed(code)
    return UNEXPECTED if error is None else explain(error)


def _error(code: str, detail: str | None) -> AppError | None:  # noqa: PLR0911 - one line a code
    """The failure that left ``code`` behind; ``None`` for a code of another version."""
    kind, _, fact = code.partition("_")
    match kind:
        case "refused" if fact.isdigit():
            return Refused(int(fact), detail.splitlines() if detail else ())
        case "server" if fact.isdigit():
            return ServerTrouble(int(fact))
        case "file":
            return FileTrouble(fact, limit=MAX_FILE_BYTES)
        case "incomplete":
            return Incomplete(fact)
        case "changed":
            return Changed(fact, ())
        case "store":
            return StoreTrouble(fact)
        case _:
            made = _PLAIN.get(code)
            return None if made is None else made()


_PLAIN: dict[str, Callable[[], AppError]] = {
    "unreachable": Unreachable,
    "throttled": Throttled,
    "stale_token": StaleToken,
    "malformed": lambda: Malformed("answer"),
    "not_offered": lambda: NotOffered("send"),
}


def sentence(job: Job, now: datetime) -> str:  # noqa: C901, PLR0911 - one line a state
    """What happened to ``job`` and what comes next."""
    match job.state:
        case _S.HELD:
            left = soon(job.not_before or now, now)
            return f"Départ {left}\u00a0; d’ici là, rien ne part."
        case _S.QUEUED:
            return f"Partira à son tour, dès que la plateforme le permet.{_so_far(job)}"
        case _S.SENDING if job.passed_at is not None:
            return f"Envoyée en entier {at(job.passed_at, now)}, réponse attendue."
        case _S.SENDING:
            again = f", essai {job.attempts}" if job.attempts > 1 else ""
            return f"En train de partir{again}.{_so_far(job)}"
        case _S.WAITING:
            following = f"Nouvel essai {soon(job.not_before or now, now)}"
            return f"{reason(job).title}.{_so_far(job)} {following}, puis jusqu’à ce que ça passe."
        case _S.BLOCKED:
            following = soon(job.not_before or now, now)
            return f"{reason(job).title}. {_nothing_left(job)} Nouvel essai {following}."
        case _S.ACCEPTED:
            return _accepted(job, now)
        case _S.DELIVERED:
            return _delivered(job, now)
        case _S.UNDELIVERED:
            return _undelivered(job)
        case _S.IN_DOUBT:
            return _in_doubt(job, now)
        case _S.REFUSED:
            return _refused(job)
        case _S.CANCELLED:
            left = "rien n’est parti" if not job.steps else "le dépôt n’a pas eu lieu"
            return f"Retirée{_at(job.finished_at, now)} avant le départ\u00a0: {left}."


_UNKNOWN = "unknown"
"""The platform's own code for what its sentence says already."""


def _so_far(job: Job) -> str:
    """How far a deposit in several steps has come, as a sentence of its own."""
    said = _STEPS.get(job.steps[-1][0], "") if job.steps else ""
    return f" {said[0].upper()}{said[1:]}." if said else ""


def _nothing_left(job: Job) -> str:
    return f"Le dépôt n’a pas eu lieu.{_so_far(job)}" if job.steps else _NOTHING_LEFT


def _accepted(job: Job, now: datetime) -> str:
    following = f"Prochaine vérification {soon(job.not_before or now, now)}."
    if job.reason is not None:
        return f"Son suivi ne répond pas\u00a0: {reason(job).title.lower()}. {following}"
    strange = [one for one in job.deliveries if one.state is DeliveryState.UNKNOWN]
    if strange:
        code = strange[0].reason or _UNKNOWN
        said = "" if code.casefold() == _UNKNOWN else f" ({reasons.words(code)})"
        return f"La plateforme répond par un état inconnu{said}. {following}"
    return following


def _at(moment: datetime | None, now: datetime) -> str:
    return "" if moment is None else f" {at(moment, now)}"


def _delivered(job: Job, now: datetime) -> str:
    moment = _at(job.finished_at, now)
    if job.reason == "declared_sent":
        return f"Partie, d’après une personne qui l’a vérifié{moment}."
    if job.target is Target.EHR:
        return f"Versée au dossier de l’hôpital{moment}."
    if job.target is Target.DMP:
        return f"Déposée au DMP{moment}."
    match len(job.deliveries):
        case 0 | 1:
            return f"Acceptée par la messagerie{moment}."
        case 2:
            return f"Acceptée par les deux messageries{moment}."
        case count:
            return f"Acceptée par les {count} messageries{moment}."


def _undelivered(job: Job) -> str:
    failed = [one for one in job.deliveries if one.state is DeliveryState.FAILED]
    said = list(dict.fromkeys(reasons.words(one.reason) for one in failed if one.reason))
    why = f" ({', '.join(said)})" if said else ""
    if job.settled:
        return f"Quelqu’un s’en est occupé{why}."
    if job.target in _NOT_TAKEN or len(job.deliveries) == 1:
        why = f"\u00a0: {said[0]}" if said else ""
        return f"{_NOT_TAKEN.get(job.target, _NOT_ACCEPTED)}{why}."
    if len(failed) == 1:
        return f"Un destinataire sur {len(job.deliveries)} ne l’a pas reçue{why}."
    return f"{len(failed)} destinataires sur {len(job.deliveries)} ne l’ont pas reçue{why}."


_NOT_ACCEPTED = "La messagerie du destinataire ne l’a pas acceptée"
_NOT_TAKEN = {
    Target.EHR: "Le dossier de l’hôpital ne l’a pas intégrée",
    Target.DMP: "Le DMP ne l’a pas intégrée",
}


def _in_doubt(job: Job, now: datetime) -> str:
    if job.reason == "tracking_ended":
        accepted = _at(job.accepted_at, now)
        return (
            f"Acceptée{accepted}, puis aucune nouvelle depuis 24\u00a0heures\u00a0: vérifiez"
            " qu’elle est arrivée."
        )
    moment = _at(job.passed_at, now)
    never = "La lettre est peut\u2011être partie\u00a0: elle ne sera jamais renvoyée toute seule."
    if job.reason in ("crashed", "interrupted"):
        return f"Navette s’est arrêtée juste après l’envoi complet{moment}. {never}"
    code = job.reason or ""
    if code.startswith("server_"):
        answer = f"La plateforme a répondu par l’erreur {code.removeprefix('server_')}"
        return f"{answer}{moment}, après l’envoi complet. {never}"
    if code in _UNUSABLE:
        return f"La réponse reçue{moment} après l’envoi complet est illisible. {never}"
    return f"La réponse s’est perdue{moment} après l’envoi complet. {never}"


def _refused(job: Job) -> str:
    notice = reason(job)
    said = " ".join((job.detail or "").split()).rstrip(".")
    why = f"{notice.title}\u00a0: «\u00a0{said}\u00a0»." if said else f"{notice.title}."
    return f"{why} {_nothing_left(job)}"


def advice(job: Job) -> str:  # noqa: PLR0911 - one line a state
    """What a person may do about it, in more words than a row has room for."""
    match job.state:
        case _S.IN_DOUBT if job.target in _LOOK_THERE:
            return f"Pour le savoir, {_LOOK_THERE[job.target]}, puis répondez ci-dessous."
        case _S.IN_DOUBT if job.reason == "tracking_ended":
            return (
                "La plateforme a bien pris la lettre, mais n’a jamais dit si la messagerie du"
                " destinataire l’avait acceptée. Demandez-le-lui, puis répondez ci-dessous."
            )
        case _S.IN_DOUBT:
            return (
                "Pour le savoir, demandez au destinataire ou regardez dans les messages envoyés de"
                " la messagerie de l’hôpital, puis répondez ci-dessous."
            )
        case _S.ACCEPTED if any(one.state is DeliveryState.UNKNOWN for one in job.deliveries):
            return (
                "Navette continue de demander. Si rien ne s’éclaircit en 24\u00a0heures, la lettre"
                " passera «\u00a0à vérifier\u00a0» et vous direz vous-même si elle est arrivée."
            )
        case _S.WAITING | _S.BLOCKED:
            return reason(job).advice
        case _S.REFUSED:
            return _correction(job)
        case _S.UNDELIVERED if not job.settled:
            return _after_failure(job)
        case _:
            return ""


_LOOK_THERE = {
    Target.EHR: "ouvrez le dossier du patient et cherchez-y ce document",
    Target.DMP: "cherchez ce document dans le DMP du patient",
}
_ELSEWHERE = {
    Target.EHR: (
        "Prévenez votre service informatique, qui contactera le support de Lifen, et renvoyez-la"
        " quand la cause a disparu\u00a0; ou versez le document au dossier autrement et notez que"
        " c’est réglé."
    ),
    Target.DMP: (
        "Prévenez votre service informatique, qui contactera le support de Lifen, et renvoyez-la"
        " quand la cause a disparu\u00a0; ou déposez le document au DMP autrement et notez que"
        " c’est réglé."
    ),
}


def _after_failure(job: Job) -> str:
    """What to do for those who did not get it: what their reason asks for, if it is known."""
    if job.target in _ELSEWHERE:
        return _ELSEWHERE[job.target]
    failed = [one.reason for one in job.deliveries if one.state is DeliveryState.FAILED]
    said = [notice.advice for one in failed if (notice := reasons.known(one)) is not None]
    if said and len(said) == len(failed):
        return f"{' '.join(dict.fromkeys(said))} Notez ensuite que c’est réglé."
    return (
        "Renvoyez-la quand la cause a disparu, ou joignez le destinataire autrement"
        " (téléphone, courrier) et notez que c’est réglé."
    )


def _correction(job: Job) -> str:
    """What to correct, without what the sentence has said: the platform's words, nothing left."""
    error = _error(job.reason or "", None)
    said = UNEXPECTED.advice if error is None else explain(error).advice
    return said.removeprefix(f"{_NOTHING_LEFT} ")
