"""Words of the window itself: its bars, its keys, what it says when it opens and closes."""

from datetime import datetime

from desktop_app.domain.ports import Overview
from desktop_app.wording.dates import when
from desktop_app.wording.failures import Notice

NAME = "Navette"
HOSPITAL = "Établissement"
TRAINING = "ENTRAÎNEMENT · rien ne part pour de vrai"
TEST = "TEST · plateformes d’essai, patients d’essai"
MENU = "Menu"
MENU_KEY = "F10"
HELP = "Aide F1"
TO_SEND, SENDINGS = "À envoyer", "Envois"
VIEWS = "Vues"
OUTSTANDING_TIP = "Lettres qui auraient dû partir, ou dont on ignore le sort. Un clic les montre."
STATUS = "État des envois"
KEYS_IN_SHORT = (
    "Ctrl+O ajouter · Ctrl+P patient · Ctrl+D destinataire · Ctrl+Entrée envoyer"
    " · F1 tous les raccourcis"
)
OPENING = "Ouverture…"
KEYS_SPOKEN = {"Enter": "Entrée", "Del": "Suppr", "Shift": "Maj"}
UNDO = "Annuler"
UNDO_KEY = "Ctrl+Z"
HELP_TITLE = "Raccourcis du clavier"
HELP_CLOSE = "Fermer"
STAY, CLOSE_ANYWAY = "Rester", "Fermer quand même"
OK = "D’accord"
DROP_KEEPS = "Navette en garde une copie\u00a0: votre fichier n’est ni déplacé ni modifié."

COMMANDS = {
    "open": "Choisir des fichiers…",
    "paste": "Coller des fichiers",
    "patient": "Chercher le patient",
    "stay": "Choisir le séjour",
    "recipients": "Chercher un destinataire",
    "type": "Choisir le type de document",
    "record": "Copie dans le dossier patient",
    "dmp": "Dépôt au DMP",
    "send": "Envoyer la lettre",
    "undo": "Annuler le dernier geste",
    "put_away": "Retirer la lettre de la pile",
    "to_send": "Voir les lettres à envoyer",
    "sendings": "Voir les envois",
    "find": "Chercher dans les envois",
    "outstanding": "Voir les lettres en souffrance",
    "pane": "Aller au volet suivant",
    "zoom_in": "Agrandir la page",
    "zoom_out": "Réduire la page",
    "zoom_fit": "Page à la largeur",
    "help": "Raccourcis du clavier",
    "menu": "Menu",
    "quit": "Fermer Navette",
}
SEARCH = "Recherches"
SEARCH_KEYS = (
    ("↓ ou Entrée", "Aller aux réponses d’une recherche"),
    ("Entrée", "Choisir la réponse en surbrillance"),
    ("Échap", "Revenir à la recherche, ou l’effacer"),
    ("Alt+1 … Alt+9", "Ajouter un correspondant habituel"),
    ("Alt+S", "Prendre le séjour en cours, s’il n’y en a qu’un"),
)
SEARCH_PATIENT = "Patient"
GROUPS = (
    ("Lettres", ("open", "paste", "put_away", "undo", "send")),
    ("Composer", ("patient", "stay", "recipients", "type", "record", "dmp")),
    ("Se déplacer", ("to_send", "sendings", "find", "outstanding", "pane", "menu", "help")),
    ("Page", ("zoom_in", "zoom_out", "zoom_fit")),
)
"""The commands in the order in which the menu and the help sheet show them."""


def title(label: str) -> str:
    """The window's title, the same for as long as it is open."""
    return f"{NAME} — {label}" if label else NAME


def environment(name: str, *, short: bool = False) -> str:
    """The banner of a profile that is not the real thing; nothing for production."""
    banner = {"practice": TRAINING, "test": TEST}.get(name, "")
    return banner.partition(" · ")[0] if short else banner


def outstanding(count: int) -> str:
    """The count that is always in sight."""
    return f"{count} lettre{_s(count)} en souffrance"


def segment(name: str, count: int) -> str:
    """A view and how much is in it."""
    return f"{name}  {count}" if count else name


def last_sending(overview: Overview, now: datetime) -> str:
    """When something last arrived."""
    if overview.last_delivered_at is None:
        return "Aucune lettre remise pour l’instant"
    return f"Dernière remise {when(overview.last_delivered_at, now)}"


def queue(overview: Overview) -> str:
    """What is on its way."""
    if overview.moving == 0:
        return "File vide" if overview.outstanding == 0 else ""
    return f"{overview.moving} envoi{_s(overview.moving)} en cours"


def damaged(count: int) -> Notice | None:
    """Letters on this disk that can no longer be read; nothing while there are none."""
    if count == 0:
        return None
    which, gone = (
        ("ne peuvent plus être lues", "elles ne s’affichent plus et ne partiront pas")
        if count > 1
        else ("ne peut plus être lue", "elle ne s’affiche plus et ne partira pas")
    )
    return Notice(
        f"{count} lettre{_s(count)} de ce poste {which}",
        f"Rien n’a été effacé, mais {gone}. Prévenez votre service informatique.",
    )


def not_gone(leaving: int, waiting: int) -> Notice | None:
    """Closing while letters have still to leave, or wait for somebody; nothing when none does."""
    titles, advice = [], []
    if leaving:
        verb = "ne sont pas encore parties" if leaving > 1 else "n’est pas encore partie"
        titles.append(f"{leaving} lettre{_s(leaving)} {verb}")
        what = (
            "Elles sont en sûreté et partiront" if leaving > 1 else "Elle est en sûreté et partira"
        )
        advice.append(f"{what} à la prochaine ouverture de Navette.")
    if waiting:
        verb = "attendent" if waiting > 1 else "attend"
        titles.append(f"{waiting} lettre{_s(waiting)} {verb} une décision")
        which = "les" if waiting > 1 else "la"
        advice.append(
            f"Vous {which} trouverez dans «\u00a0Envois\u00a0», «\u00a0À\u00a0résoudre\u00a0»."
        )
    return Notice(", ".join(titles), " ".join(advice)) if titles else None


def hovering(count: int, others: int) -> tuple[str, str]:
    """What letting go will do; ``others`` are files whose names do not end in .pdf."""
    if count == others:
        only = "Seuls les PDF peuvent être envoyés\u00a0:"
        if count == 1:
            return "Ce fichier n’est pas un PDF", f"{only} il sera vérifié, puis refusé."
        return "Aucun de ces fichiers n’est un PDF", f"{only} ils seront vérifiés, puis refusés."
    if count == 1:
        return "Lâchez pour ajouter cette lettre", DROP_KEEPS
    if others == 0:
        return f"Lâchez pour ajouter ces {count} lettres", DROP_KEEPS
    said = (
        "n’est pas un PDF\u00a0: il sera signalé"
        if others == 1
        else "ne sont pas des PDF\u00a0: ils seront signalés"
    )
    return f"Lâchez pour ajouter {count - others} lettre{_s(count - others)}", (
        f"{others} fichier{_s(others)} {said} et laissé{_s(others)} de côté."
    )


def _s(count: int) -> str:
    """The plural, which begins at two."""
    return "s" if count > 1 else ""


COMMAND_LINE = {
    "about": "Le bureau du courrier sortant d’un secrétariat hospitalier.",
    "files": "lettres (PDF) à ajouter à la pile",
    "config": "fichier de réglages à lire au lieu de celui de l’utilisateur",
    "data_dir": "dossier où tout est écrit",
    "profile": "profil (hôpital et environnement) à ouvrir",
    "report_ready": "écrire « ready » quand la fenêtre est utilisable",
    "demo": "jouer une lettre d’exemple et laisser des images numérotées dans ce dossier",
}
