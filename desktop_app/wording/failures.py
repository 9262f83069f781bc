"""What happened and what to do next, for every failure that this program knows."""

from collections.abc import Sequence
from dataclasses import dataclass

from desktop_app.domain.errors import (
    AppError,
    Busy,
    FileTrouble,
    IllegalMove,
    Incomplete,
    InDoubt,
    Malformed,
    Misconfigured,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    StaleJob,
    StaleToken,
    StoreTrouble,
    Throttled,
    Unknown,
    Unreachable,
)
from desktop_app.domain.letters import MAX_DOCUMENTS, MAX_RECIPIENTS, MAX_RECORD_BYTES
from desktop_app.wording.documents import size


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence that says what happened, and one that says what to do."""

    title: str
    advice: str = ""


UNEXPECTED = Notice(
    "Erreur inattendue",
    "Vos lettres sont en sûreté sur le disque. Fermez puis rouvrez Navette\u00a0;"
    " si l’erreur revient, prévenez votre service informatique.",
)
_ACCESS = {
    "credentials": Notice(
        "Lifen n’accepte plus les identifiants de l’hôpital",
        "Rien n’est parti. Prévenez votre service informatique\u00a0: l’identifiant ou le secret"
        " du connecteur est à renouveler.",
    ),
    "database_reference": Notice(
        "La référence de l’établissement n’est pas reconnue",
        "Rien n’est parti. Votre service informatique doit corriger"
        " «\u00a0database_reference\u00a0».",
    ),
    "audience": Notice(
        "Cet accès n’est pas ouvert pour cet environnement",
        "Rien n’est parti. Votre service informatique doit vérifier l’environnement du profil"
        " (test ou production).",
    ),
    "scope": Notice(
        "L’hôpital n’a pas encore le droit d’utiliser ce service",
        "Rien n’est parti. Votre service informatique doit demander ce droit à Lifen.",
    ),
    "setup": Notice(
        "Le raccordement à la messagerie n’est pas terminé",
        "Rien n’est parti. Il manque l’adresse de contact du support dans le portail Lifen\u00a0:"
        " c’est une tâche de votre service informatique.",
    ),
}
_REFUSALS = {
    400: "La plateforme n’a pas compris la demande",
    404: "La plateforme ne connaît plus ce dossier",
    409: "Le dossier a changé entre-temps",
    410: "Cette recherche a expiré",
    412: "La plateforme refuse une valeur de la demande",
    413: "La lettre est trop lourde pour la plateforme",
    415: "La plateforme refuse ce type de contenu",
    422: "La plateforme refuse ce qui lui est demandé",
}
_REFUSAL_ADVICE = {
    404: "Recherchez de nouveau le patient\u00a0: son dossier a pu être fusionné ou corrigé.",
    409: "Recherchez de nouveau le patient, puis recommencez.",
    410: "Relancez la recherche.",
    413: "Allégez le document (moins de pages, image moins fine) ou envoyez-le en plusieurs fois.",
    422: "Corrigez ce qui est indiqué, puis renvoyez.",
}
_FILES = {
    "missing": (
        "Ce fichier n’est plus là",
        "Il a été déplacé ou supprimé\u00a0: ajoutez-le de nouveau.",
    ),
    "unreadable": (
        "Ce fichier ne peut pas être lu",
        "Vérifiez qu’il n’est pas ouvert ailleurs et que vous avez le droit de le lire.",
    ),
    "empty": (
        "Ce fichier est vide",
        "Enregistrez-le de nouveau depuis le logiciel qui l’a produit.",
    ),
    "not_pdf": (
        "Ce n’est pas un PDF",
        "Seuls les PDF partent\u00a0: enregistrez ou imprimez la lettre en PDF, puis ajoutez-la.",
    ),
    "encrypted": (
        "Ce PDF est protégé par un mot de passe",
        "Le destinataire ne pourrait pas l’ouvrir\u00a0: enregistrez-le sans mot de passe.",
    ),
    "damaged": (
        "Ce PDF est abîmé",
        "Enregistrez-le de nouveau depuis le logiciel qui l’a produit.",
    ),
    "changed": (
        "La copie de cette lettre a été modifiée sur le disque",
        "Elle ne partira pas. Ajoutez de nouveau le fichier d’origine.",
    ),
    "folder": ("C’est un dossier", "Ouvrez-le et ajoutez les lettres qu’il contient."),
}
_STORE = {
    "future": Notice(
        "Ces données viennent d’une version plus récente de Navette",
        "Rien n’a été touché. Mettez Navette à jour sur ce poste.",
    ),
    "damaged": Notice(
        "Le fichier des envois est abîmé",
        "Rien n’a été effacé. Prévenez votre service informatique avant d’envoyer de nouveau.",
    ),
    "full": Notice(
        "Le disque est plein",
        "Ce qui était accepté est en sûreté. Libérez de la place, puis recommencez.",
    ),
    "read_only": Notice(
        "Navette n’a pas le droit d’écrire dans son dossier",
        "Ce qui était accepté est en sûreté. Prévenez votre service informatique.",
    ),
    "other": Notice(
        "Le disque de ce poste ne répond pas comme il devrait",
        "Ce qui était accepté est en sûreté. Réessayez\u00a0; si cela dure, prévenez votre service"
        " informatique.",
    ),
}
_LACKS = {
    "patient": Notice("Il manque le patient", "Choisissez-le dans la colonne de droite (Ctrl+P)."),
    "recipients": Notice("Il manque un destinataire", "Cherchez-le dans l’annuaire (Ctrl+D)."),
    "documents": Notice("Il manque le document", "Ajoutez un PDF (Ctrl+O)."),
    "targets": Notice("Il manque la destination", "Dites où la lettre doit partir."),
    "documents_too_large": Notice(
        "Les documents sont trop lourds pour un seul envoi", "Répartissez-les en plusieurs envois."
    ),
    "address": Notice(
        "Cette adresse ne peut pas recevoir de lettre",
        "Choisissez une adresse de l’annuaire professionnel\u00a0; une messagerie de patient est"
        " refusée.",
    ),
    "query_empty": Notice("Que cherchez-vous\u00a0?", "Tapez un nom, une date ou un numéro."),
    "birth_year": Notice(
        "Tapez l’année de naissance sur quatre chiffres", "Par exemple 14/07/1985."
    ),
    "one_number": Notice("Un seul numéro à la fois", "Gardez l’IPP ou l’INS, pas les deux."),
    "ins_key": Notice(
        "Ce matricule INS n’est pas valide",
        "La clé ne correspond pas\u00a0: relisez les 15 chiffres.",
    ),
    "patient_changed": Notice(
        "Le dossier du patient a changé depuis que vous l’avez choisi",
        "Rien n’est parti. Recherchez de nouveau le patient et vérifiez son identité.",
    ),
    "stay": Notice(
        "Il manque le séjour du patient",
        "Le dossier de l’hôpital range chaque document dans un séjour\u00a0: choisissez-le.",
    ),
    "stay_changed": Notice(
        "Ce séjour n’est pas, ou plus, celui du patient",
        "Rien n’est parti. Choisissez de nouveau le séjour.",
    ),
    "one_document": Notice(
        "Le dossier de l’hôpital ne prend qu’un document par envoi",
        "Réunissez les pages dans un seul PDF, ou envoyez chaque document à part.",
    ),
}
_CHANGED = Notice(
    "Cet envoi a changé entre-temps", "Regardez où il en est, puis décidez de nouveau."
)
_GONE = Notice(
    "Cette lettre est déjà partie",
    "Elle ne se rappelle pas\u00a0: une lettre corrigée annule et remplace la première.",
)
_MOVES = {
    "sending": Notice(
        "Cette lettre est en train de partir", "Attendez la réponse de la plateforme."
    ),
    "accepted": _GONE,
    "delivered": _GONE,
    "in_doubt": Notice(
        "On ne sait pas si cette lettre est partie",
        "Vérifiez, puis dites-le\u00a0: «\u00a0partie\u00a0» ou «\u00a0pas partie\u00a0».",
    ),
    "undelivered": Notice(
        "Cette lettre est partie, mais pas remise à tous",
        "Renvoyez-la à ceux qui ne l’ont pas eue, ou dites que c’est réglé autrement.",
    ),
    "settled": Notice("Quelqu’un s’est déjà occupé de cet envoi"),
    "cancelled": Notice("Cet envoi a été annulé", "Rien n’est parti. Composez-le de nouveau."),
    "held": Notice("Cette lettre attend la fin du délai d’annulation", "Elle partira juste après."),
}
_SETTINGS = {
    "not_toml": "Le fichier de réglages n’est pas écrit correctement",
    "missing": "Il manque un réglage",
    "unknown": "Réglage inconnu",
    "invalid": "Réglage incompréhensible",
    "locked": "Réglage imposé par l’établissement",
    "not_https": "Adresse non sécurisée (https attendu)",
    "host": "Cette adresse n’est pas autorisée",
    "mixed": "Ce profil mélange test et production",
    "secret": "Le secret de ce profil n’est pas enregistré sur ce poste",
    "secret_in_file": "Un secret est écrit dans les réglages\u00a0: il faut l’en retirer",
    "key_store": "Le trousseau de ce poste n’est pas disponible",
    "exposed": "D’autres personnes peuvent lire ce fichier de secrets",
    "not_offered": "Cette version de Navette ne propose pas encore ce choix",
    "unreadable": "Le fichier de réglages ne peut pas être lu",
}


def explain(error: BaseException) -> Notice:  # noqa: C901, PLR0911, PLR0912 - one line a failure
    """Say what happened and what to do next."""
    match error:
        case Unreachable():
            return Notice(
                "La plateforme est injoignable",
                "Rien n’est parti ni perdu. Vérifiez le réseau, puis réessayez\u00a0; les lettres"
                " de la file partiront toutes seules à son retour.",
            )
        case InDoubt():
            return Notice(
                "Issue inconnue",
                "La lettre est peut-être partie\u00a0: elle ne sera jamais renvoyée toute seule.",
            )
        case Throttled():
            return Notice(
                "La plateforme demande de patienter",
                "Réessayez dans un instant\u00a0; les lettres de la file patientent toutes seules.",
            )
        case ServerTrouble():
            return Notice(
                "La plateforme est en panne",
                f"Elle a répondu par l’erreur {error.status}. Réessayez dans un instant.",
            )
        case StaleToken():
            return Notice("L’accès se renouvelle", "Navette réessaie toute seule.")
        case NotAllowed():
            return _ACCESS.get(error.cause, _ACCESS["credentials"])
        case Refused():
            return _refusal(error)
        case Malformed():
            return Notice(
                "La réponse de la plateforme est illisible",
                "Un équipement du réseau l’a peut-être remplacée. Réessayez dans un instant.",
            )
        case NotOffered():
            return Notice("Ce service n’est pas proposé par cet établissement")
        case Incomplete():
            return _lack(error)
        case FileTrouble():
            return _file(error)
        case Misconfigured():
            mark = ", ligne " if error.what == "not_toml" else " = "
            return Notice(
                _SETTINGS.get(error.what, "Réglage à corriger"),
                mark.join(part for part in (error.where, error.value) if part),
            )
        case StoreTrouble():
            return _STORE.get(error.kind, _STORE["other"])
        case Busy():
            return Notice(
                "Une autre fenêtre de Navette s’occupe déjà des envois",
                f"Elle continue de les faire partir ({error.holder}).",
            )
        case IllegalMove():
            return _MOVES.get(error.state, _CHANGED)
        case StaleJob():
            return _CHANGED
        case Unknown():
            return Notice("Cet élément n’existe pas ou plus")
        case _:
            return UNEXPECTED


def worth_another_try(error: AppError) -> bool:
    """Whether the same question may be answered a moment later."""
    return isinstance(error, Unreachable | ServerTrouble | Throttled | Malformed | StaleToken)


def together(notices: Sequence[Notice]) -> Notice | None:
    """Several notices as one, each said once; ``None`` for none."""
    known = list(dict.fromkeys(notices))
    if len(known) < 2:  # noqa: PLR2004 - together takes two
        return known[0] if known else None
    lines = [f"{one.title}. {one.advice}".strip() for one in known]
    return Notice(f"{len(known)} problèmes à regarder", "\n".join(lines))


def _refusal(error: Refused) -> Notice:
    said = " ".join(error.diagnostics)
    advice = _REFUSAL_ADVICE.get(
        error.status, "Rien n’est parti. Prévenez votre service informatique."
    )
    return Notice(
        _REFUSALS.get(error.status, f"La plateforme a refusé (erreur {error.status})"),
        f"{advice} Sa réponse\u00a0: «\u00a0{said}\u00a0»." if said else advice,
    )


def _lack(error: Incomplete) -> Notice:
    match error.what:
        case "query_short":
            return Notice(f"Tapez au moins {error.limit or 2} lettres")
        case "too_many_recipients":
            most = error.limit or MAX_RECIPIENTS
            return Notice("Trop de destinataires pour un seul envoi", f"{most} au plus.")
        case "too_many_documents":
            most = error.limit or MAX_DOCUMENTS
            return Notice("Trop de documents pour un seul envoi", f"{most} au plus.")
        case "record_too_large":
            heaviest = size(error.limit or MAX_RECORD_BYTES)
            return Notice(
                "Le document est trop lourd pour le dossier de l’hôpital",
                f"{heaviest} au plus\u00a0: allégez-le (moins de pages, image moins fine).",
            )
        case _:
            return _LACKS.get(error.what, Notice("Cette lettre n’est pas complète"))


def _file(error: FileTrouble) -> Notice:
    name = f"«\u00a0{error.name}\u00a0»\u00a0: " if error.name else ""
    if error.kind == "too_large":
        title = f"trop lourd ({size(error.size)})" if name else "Fichier trop lourd"
        return Notice(
            f"{name}{title}",
            f"{size(error.limit)} au plus par envoi\u00a0: allégez le document ou coupez-le"
            " en deux.",
        )
    title, advice = _FILES.get(error.kind, _FILES["unreadable"])
    return Notice(f"{name}{title[0].lower()}{title[1:]}" if name else title, advice)
