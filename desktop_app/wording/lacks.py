"""What a letter or a question lacks, in words."""

from desktop_app.domain.errors import Incomplete
from desktop_app.domain.letters import MAX_DOCUMENTS, MAX_RECIPIENTS
from desktop_app.wording.documents import size
from desktop_app.wording.notice import Notice

_LACKS = {
    "patient": Notice("Il manque le patient", "Choisissez-le dans la colonne de droite (Ctrl+P)."),
    "recipients": Notice("Il manque un destinataire", "Cherchez-le dans l’annuaire (Ctrl+D)."),
    "documents": Notice("Il manque le document", "Ajoutez un PDF (Ctrl+O)."),
    "targets": Notice("Il manque la destination", "Dites où la lettre doit partir."),
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
    "stay": Notice(
        "Il manque le séjour du patient",
        "Le dossier de l’hôpital range chaque document dans un séjour\u00a0: choisissez-le.",
    ),
    "one_document": Notice(
        "Le dossier de l’hôpital ne prend qu’un document par envoi",
        "Réunissez les pages dans un seul PDF, ou envoyez chaque document à part.",
    ),
    "identity": Notice(
        "L’identité du patient n’est pas complète",
        "Avec un IPP, la plateforme demande aussi nom et prénom utilisés, sexe et date de"
        " naissance\u00a0; avec une INS, nom de naissance, prénoms, sexe, date et lieu de"
        " naissance.",
    ),
    "ins": Notice(
        "Le DMP demande une INS qualifiée",
        "Qualifiez l’INS du patient dans le logiciel de l’hôpital, ou retirez le dépôt au DMP.",
    ),
    "organization": Notice(
        "On ne sait pas quel établissement émet la lettre",
        "Rien n’est parti. Le dossier du patient ne le dit pas, ni le profil\u00a0: prévenez votre"
        " service informatique.",
    ),
    "sender": Notice(
        "Le praticien signataire n’est pas désigné par un numéro RPPS",
        "Un numéro RPPS a 11 chiffres\u00a0: corrigez-le, ou envoyez sans.",
    ),
}
_OTHER = Notice("Cette lettre n’est pas complète")


def lack(error: Incomplete) -> Notice:  # noqa: PLR0911 - one line a bound
    """What is missing, or there is too much of; the bound is told where the error holds one."""
    limit = error.limit
    match error.what:
        case "query_short":
            return Notice(f"Tapez au moins {limit or 2} lettres")
        case "number_only":
            return Notice(
                "Cet établissement ne cherche pas par numéro",
                f"Tapez le nom ({limit or 2} lettres au moins) ou la date de naissance.",
            )
        case "too_many_recipients":
            most = limit or MAX_RECIPIENTS
            return Notice("Trop de destinataires pour un seul envoi", f"{most} au plus.")
        case "too_many_documents":
            return Notice(
                "Trop de documents pour un seul envoi", f"{limit or MAX_DOCUMENTS} au plus."
            )
        case "documents_too_large":
            return Notice(
                "Les documents sont trop lourds pour un seul envoi",
                f"{_most(limit)}Allégez-les, ou répartissez-les en plusieurs envois.",
            )
        case "record_too_large":
            return Notice(
                "Le document est trop lourd pour le dossier de l’hôpital",
                f"{_most(limit)}Allégez-le (moins de pages, image moins fine).",
            )
        case _:
            return _LACKS.get(error.what, _OTHER)


def _most(limit: int) -> str:
    return f"{size(limit)} au plus. " if limit else ""
