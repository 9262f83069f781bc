"""Words of signing in and out, in the window and on the page that the browser comes back to."""

from desktop_app.domain.errors import (
    AppError,
    Malformed,
    Misconfigured,
    NotOffered,
    ServerTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.domain.people import Author
from desktop_app.wording.failures import Notice, explain

SIGN_IN, SIGN_OUT = "Se connecter", "Se déconnecter"
SIGNING_IN = "Connexion…"
SIGN_IN_TIP = "Votre établissement demande qui envoie. La connexion se fait dans votre navigateur."
WORKS_HERE = "Les envois de ce poste sont au nom de"
GIVE_UP = "Annuler"
WANTED = Notice(
    "Identifiez-vous pour envoyer",
    "La lettre reste prête dans la pile\u00a0: envoyez-la ensuite.",
)
IN_BROWSER = Notice(
    "Terminez la connexion dans votre navigateur…",
    "La page de votre établissement s’y ouvre. Revenez ici ensuite\u00a0: Navette le saura toute"
    " seule.",
)
BACK = Notice(
    "Vous pouvez fermer cet onglet",
    "Revenez à Navette\u00a0: elle vérifie la réponse de votre établissement.",
)
BACK_REFUSED = Notice(
    "La connexion n’a pas abouti",
    "Vous pouvez fermer cet onglet, et recommencer depuis Navette.",
)
BACK_UNEXPECTED = Notice(
    "Navette n’attendait pas cette page",
    "Rien n’a été fait. Vous pouvez fermer cet onglet.",
)
_ADVICE = (
    "Vos lettres restent prêtes. Réessayez dans un instant\u00a0; si cela dure, prévenez votre"
    " service informatique."
)
_LONGEST = 28


def person(author: Author) -> str:
    """What somebody is called here; by their number where nobody said a name."""
    return author.name or author.key.partition(":")[2]


def short(text: str) -> str:
    """A name that leaves room in the bar."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def failed(error: AppError) -> Notice:
    """Why nobody is signed in, and what to do; the letters are never in danger."""
    match error:
        case Unreachable() | ServerTrouble() | Throttled():
            return Notice("Le service de connexion de l’établissement ne répond pas", _ADVICE)
        case Malformed() | NotOffered():
            return Notice("Le service de connexion de l’établissement répond autrement", _ADVICE)
        case Misconfigured():
            told = explain(error)
            return Notice(f"Connexion impossible. {told.title}", told.advice)
        case _:
            return explain(error)
