"""Words of the queue-and-history view."""

from desktop_app.domain.ports import Overview
from desktop_app.wording.failures import Notice

DEPARTURE, LETTER, RECIPIENTS = "Départ", "Lettre", "Destinataires"
STANDING, TO_DO = "Où elle en est", "À faire"
TABLE = "Envois"
SEARCH = "Patient, destinataire, numéro…"
SEARCH_NAME = "Chercher un envoi par patient, destinataire ou numéro"
SEARCH_KEYS = "Ctrl+F"
ANY_STATE = "tous"
TO_RESOLVE, UNDER_WAY, TODAY, HISTORY = "À résoudre", "En cours", "Aujourd’hui", "Historique"
GROUPS = "Groupes d’envois"
LAST_WEEK, LAST_MONTH, ALL_TIME = "7 jours", "30 jours", "tout"
SEARCHING = "Lecture des envois…"
SEARCH_EVERYWHERE = "Chercher dans tous les envois"
VERIFY = "Vérifier…"
VERIFY_NAME = "Vérifier si la lettre est partie"
COMPARE = "Comparer…"
COMPARE_NAME = "Comparer ce qui avait été vérifié avec ce que dit la plateforme maintenant"
DETAIL = "Détail de l’envoi"
CLOSE_DETAIL_TIP = "Fermer le détail (Échap)"
WHAT_HAPPENED, FOLLOW_UP = "Ce qui s’est passé", "Suivi"
TRANSACTION = "N° de transaction"
COPY = "Copier"


def state_filter(chosen: str) -> str:
    """The button that filters by state."""
    return f"État\u00a0: {chosen}  ▾"


def period_filter(chosen: str) -> str:
    """The button that filters by date."""
    return f"Période\u00a0: {chosen}  ▾"


def to_resolve(overview: Overview) -> str:
    """How many letters wait for somebody."""
    match overview.need_person:
        case 0:
            return "rien ne vous attend"
        case 1:
            return "1 lettre vous attend"
        case count:
            return f"{number(count)} lettres vous attendent"


def under_way(overview: Overview) -> str:
    """How many letters are on their way, and how many will try again."""
    parts = []
    if overview.moving:
        parts.append(f"{number(overview.moving)} en route")
    if overview.waiting:
        parts.append(f"{number(overview.waiting)} en attente")
    return ", ".join(parts) or "rien en route"


def today(overview: Overview) -> str:
    """How many letters arrived today."""
    match overview.delivered_today:
        case 0:
            return "aucune remise"
        case 1:
            return "1 remise"
        case count:
            return f"{number(count)} remises"


def history(overview: Overview) -> str:
    """How many there are in all."""
    match overview.total:
        case 0:
            return "aucun envoi"
        case 1:
            return "1 envoi"
        case count:
            return f"{number(count)} envois"


def number(value: int) -> str:
    """A count, its thousands apart."""
    return f"{value:,}".replace(",", "\u202f")


def shortened(shown: int) -> str:
    """The list goes on."""
    return f"Les {number(shown)} plus récents sont affichés\u00a0: précisez la recherche."


NOTHING_TO_RESOLVE = Notice("Rien à résoudre", "Aucune lettre n’attend de décision.")
NOTHING_UNDER_WAY = Notice("Rien en cours", "Aucune lettre n’est en route ni en attente.")
NOTHING_TODAY = Notice("Aucun envoi aujourd’hui", "Les lettres envoyées apparaîtront ici.")
NOTHING_EVER = Notice("Aucun envoi", "Les lettres envoyées apparaîtront ici, avec leur suivi.")


def no_match(text: str) -> Notice:
    """Nothing answers the filters."""
    if text:
        return Notice(
            f"Aucun envoi pour «\u00a0{text}\u00a0»", "Rien n’y correspond dans ce groupe."
        )
    return Notice("Aucun envoi ne répond à ces filtres")
