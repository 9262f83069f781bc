"""What happened and what to do next, for every failure that this program knows."""

from collections.abc import Sequence

from desktop_app.domain.errors import (
    AppError,
    Busy,
    Changed,
    FileTrouble,
    IllegalMove,
    Incomplete,
    InDoubt,
    Malformed,
    Misconfigured,
    NotAllowed,
    NotOffered,
    NotSignedIn,
    Refused,
    ServerTrouble,
    StaleJob,
    StaleToken,
    StoreTrouble,
    Throttled,
    Unknown,
    Unreachable,
)
from desktop_app.wording.documents import size
from desktop_app.wording.lacks import lack
from desktop_app.wording.notice import Notice as Notice  # noqa: PLC0414 - said here as well

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
    "unwritable": (
        "Ce fichier ne peut pas être écrit",
        "Choisissez un dossier qui existe et où vous avez le droit d’écrire.",
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
    "key_lost": Notice(
        "La clé qui ouvre les lettres de ce poste est introuvable",
        "Rien n’a été effacé. Si le trousseau du système a été réinitialisé, prévenez votre service"
        " informatique\u00a0: sans cette clé, les lettres gardées ici ne peuvent plus être lues.",
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
_OTHERWISE = {
    "patient": Notice(
        "Le dossier du patient a changé depuis que vous l’avez vérifié",
        "Rien n’est parti. Comparez, recherchez de nouveau le patient et vérifiez son identité.",
    ),
    "stay": Notice(
        "Le séjour a changé depuis que vous l’avez vérifié, ou n’est pas celui du patient",
        "Rien n’est parti. Comparez, puis choisissez de nouveau le séjour.",
    ),
}
_SIGN_IN = {
    "needed": Notice(
        "Connectez-vous pour continuer",
        "Cet établissement demande qui envoie\u00a0; la lettre reste prête.",
    ),
    "ended": Notice(
        "Votre session est terminée", "Connectez-vous de nouveau\u00a0; la lettre reste prête."
    ),
    "cancelled": Notice(
        "Connexion abandonnée", "Recommencez quand vous voulez\u00a0; la lettre reste prête."
    ),
    "late": Notice(
        "Personne n’est revenu du navigateur",
        "Recommencez la connexion, et terminez-la dans la page qui s’ouvre.",
    ),
    "refused": Notice(
        "L’établissement a refusé la connexion",
        "Vérifiez votre compte\u00a0; s’il est le bon, prévenez votre service informatique.",
    ),
    "forged": Notice(
        "La réponse à la connexion n’est pas sûre\u00a0: elle n’a pas été acceptée",
        "Recommencez\u00a0; si cela se répète, prévenez votre service informatique (l’heure du"
        " poste est une cause fréquente).",
    ),
    "browser": Notice(
        "Le navigateur n’a pas pu s’ouvrir",
        "Choisissez un navigateur par défaut sur ce poste, ou prévenez votre service informatique.",
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
    "tenant": "L’adresse FHIR de ce profil n’est pas celle de ce groupe d’établissements",
    "secret": "Le secret de ce profil n’est pas enregistré sur ce poste",
    "secret_in_file": "Un secret est écrit dans les réglages\u00a0: il faut l’en retirer",
    "key_store": "Le trousseau de ce poste n’est pas disponible",
    "exposed": "D’autres personnes peuvent lire ce fichier de secrets",
    "not_offered": "Cette version de Navette ne propose pas encore ce choix",
    "unreadable": "Le fichier de réglages ne peut pas être lu",
}

_BYTES = "un nombre d’octets, 50000000 au plus"
_EXPECTED = {
    "patients": "search ou typed",
    "organization": "l’identifiant de l’établissement que montre le portail Lifen",
    "sender": "un numéro RPPS de 11 chiffres",
    "record": "offered, never ou always",
    "dmp": "une référence comme Organization/60099, selon le contrat",
    "metadata_url": "l’adresse de la description du fournisseur d’identité",
    "acr_values": "le nom du fournisseur d’identité, donné par Lifen",
    "mailbox_bytes": _BYTES,
    "mailbox_heavy_bytes": _BYTES,
    "record_bytes": _BYTES,
    "record_heavy_bytes": _BYTES,
}
"""What a setting takes, by the last part of its name."""


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
            return lack(error)
        case Changed():
            return _OTHERWISE.get(error.what, _OTHERWISE["patient"])
        case NotSignedIn():
            return _SIGN_IN.get(error.cause, _SIGN_IN["needed"])
        case FileTrouble():
            return _file(error)
        case Misconfigured():
            return _setting(error)
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
        case Unknown(what="stay"):
            return Notice(
                "Ce séjour n’est pas un séjour connu de ce patient",
                "Choisissez-en un dans la liste de ses séjours.",
            )
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


def _setting(error: Misconfigured) -> Notice:
    mark = ", ligne " if error.what == "not_toml" else " = "
    said = mark.join(part for part in (error.where, error.value) if part)
    expected = _EXPECTED.get(error.where.rpartition(".")[2], "")
    told = error.what in ("missing", "invalid") and expected
    return Notice(
        _SETTINGS.get(error.what, "Réglage à corriger"),
        f"{said} (attendu\u00a0: {expected})" if told else said,
    )


def _refusal(error: Refused) -> Notice:
    said = " ".join(error.diagnostics)
    advice = _REFUSAL_ADVICE.get(
        error.status, "Rien n’est parti. Prévenez votre service informatique."
    )
    return Notice(
        _REFUSALS.get(error.status, f"La plateforme a refusé (erreur {error.status})"),
        f"{advice} Sa réponse\u00a0: «\u00a0{said}\u00a0»." if said else advice,
    )


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
