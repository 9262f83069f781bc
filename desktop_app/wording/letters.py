"""Words of the documents pane and of the composer."""

from desktop_app.domain.letters import (
    MAX_BYTES,
    MAX_DOCUMENTS,
    MAX_RECIPIENTS,
    MAX_RECORD_BYTES,
    Check,
    Letter,
    Topic,
    Verdict,
    check,
)
from desktop_app.wording.documents import short_label, size
from desktop_app.wording.people import full_name, of
from desktop_app.wording.states import Tone

DROP_TITLE = "Déposez vos lettres ici"
DROP_WHERE = "ou n’importe où dans la fenêtre"
CHOOSE_FILE = "Choisir un fichier…"
CHOOSE_FILE_KEYS = "Ctrl+O"
CHOOSE_FILE_TIP = "Ctrl+O ; Ctrl+V colle des fichiers copiés"
CHOOSE_TITLE = "Choisir des lettres (PDF)"
PDF_FILTER = "Documents PDF (*.pdf);;Tous les fichiers (*)"
SAMPLES = "Essayer un exemple"
TAKE_SAMPLE = "Prendre une lettre d’exemple"
SAMPLES_MENU = "Lettres d’exemple (patients fictifs)"
ALL_SAMPLES = "Les ajouter toutes"
TRAY = "Lettres à envoyer"
EMPTY_TITLE = "Aucune lettre à envoyer"
EMPTY_ADVICE = (
    "Glissez un PDF dans la fenêtre, choisissez un fichier avec Ctrl+O, ou collez-le avec Ctrl+V."
)
EMPTY_PRACTICE = (
    "Vous êtes en entraînement : les patients et les médecins des lettres d’exemple sont"
    " fictifs, et rien ne part pour de vrai."
)
DROP_KEEPS = "Navette en garde une copie : votre fichier n’est ni déplacé ni modifié."
GUIDE = "Une lettre en quatre gestes"
STEPS = (
    "Déposez le PDF n’importe où dans la fenêtre, ou choisissez-le avec Ctrl+O.",
    "Trouvez le patient par son nom, sa date de naissance, son IPP ou son INS.",
    "Ajoutez un ou plusieurs destinataires de l’annuaire MSSanté.",
    "Ctrl+Entrée\u00a0: la lettre part après quelques secondes, le temps de l’annuler.",
)
DOCUMENT = "Document"
CHECKS = "Contrôles"
SEND = "Envoyer"
SEND_KEYS = "Ctrl+Entrée"
SENDING = "Mise en file…"
PUT_AWAY = "Retirer"
PUT_AWAY_TIP = "Retirer cette lettre de la pile (Suppr). Vous pourrez annuler."
ZOOM_IN, ZOOM_OUT, ZOOM_FIT = "Agrandir", "Réduire", "Largeur de la page"
PAGE_VIEW = "Aperçu de la lettre"
UNREADABLE_PAGE = "Cette page ne peut pas être affichée"
CLOSE = "Fermer ce message"


def taking(count: int) -> str:
    """Files on their way in."""
    return "Ajout d’un fichier…" if count == 1 else f"Ajout de {count} fichiers…"


def dropped(count: int) -> str:
    """What letting go will do."""
    if count == 1:
        return "Lâchez pour ajouter cette lettre"
    return f"Lâchez pour ajouter ces {count} fichiers"


def heading(letter: Letter) -> str:
    """The first line of a card."""
    if letter.title:
        return letter.title
    if letter.patient is not None or not letter.documents:
        return short_label(letter.type_code)
    return letter.documents[0].name.removesuffix(".pdf")


def about(letter: Letter) -> str:
    """The second line of a card: who, and how long."""
    who = "patient à choisir" if letter.patient is None else full_name(letter.patient)
    return f"{who} · {pages(letter.pages)}"


def pages(count: int) -> str:
    """A number of pages."""
    return "1 page" if count == 1 else f"{count} pages"


def page_of(number: int, count: int) -> str:
    """Which page is in sight, from 1."""
    return f"page {number} sur {count}"


def meta(letter: Letter) -> str:
    """What the document is made of."""
    return f"{file_names(letter)} · {pages(letter.pages)}, {size(letter.size)}"


def file_names(letter: Letter) -> str:
    """What the files are called."""
    return ", ".join(document.name for document in letter.documents)


def standing(letter: Letter) -> tuple[str, Tone]:
    """Where a letter of the tray stands."""
    verdicts = check(letter)
    blocks = {line.topic for line in verdicts if line.verdict is Verdict.BLOCK}
    if not blocks:
        care = any(line.verdict is Verdict.CARE for line in verdicts)
        return ("prêt · à relire", Tone.CARE) if care else ("✓ prêt", Tone.GOOD)
    if Topic.PATIENT_MISSING in blocks:
        return "à compléter · patient", Tone.NEUTRAL
    if Topic.RECIPIENTS_MISSING in blocks:
        return "à compléter · destinataires", Tone.NEUTRAL
    return "à corriger", Tone.BAD


def card(letter: Letter) -> str:
    """A whole card, for those who listen to it."""
    return f"{heading(letter)}, {about(letter)}, {standing(letter)[0]}"


_CHECKS = {
    Topic.PATIENT_MISSING: "Choisissez le patient concerné",
    Topic.PATIENT_CHOSEN: "Patient choisi dans le fichier de l’hôpital",
    Topic.PATIENT_DECEASED: "Patient signalé décédé : vérifiez que la lettre doit partir",
    Topic.INS_NOT_QUALIFIED: "Identité non qualifiée : relisez nom, prénom et date de naissance",
    Topic.IDENTITY_DOUBTFUL: "Identité signalée douteuse ou fictive par l’hôpital",
    Topic.RECIPIENTS_MISSING: "Choisissez au moins un destinataire",
    Topic.RECIPIENTS_CHOSEN: "Adresses prises dans l’annuaire MSSanté",
    Topic.RECIPIENTS_TOO_MANY: f"{MAX_RECIPIENTS} destinataires au plus par envoi",
    Topic.PATIENT_MAILBOX: "Une messagerie de patient ne peut pas recevoir cette lettre",
    Topic.DOCUMENT_OK: "PDF lisible, copie protégée",
    Topic.DOCUMENT_MISSING: "Ajoutez un document",
    Topic.DOCUMENTS_TOO_MANY: f"{MAX_DOCUMENTS} documents au plus par envoi",
    Topic.DOCUMENT_HEAVY: "Document lourd : certaines messageries pourraient le refuser",
    Topic.DOCUMENT_TOO_LARGE: f"Documents trop lourds : {size(MAX_BYTES)} au plus par envoi",
    Topic.STAY_MISSING: "Choisissez le séjour : le dossier de l’hôpital le demande",
    Topic.RECORD_ONE_DOCUMENT: "Le dossier de l’hôpital ne prend qu’un document par envoi",
    Topic.RECORD_HEAVY: "Document lourd : le dossier de l’hôpital pourrait le refuser",
    Topic.RECORD_TOO_LARGE: (
        f"Document trop lourd pour le dossier de l’hôpital : {size(MAX_RECORD_BYTES)} au plus"
    ),
}


def check_line(line: Check) -> str:
    """One line of « Contrôles »."""
    return _CHECKS[line.topic]


def leaving(letter: Letter, seconds: int) -> str:
    """The undo bar of a letter about to leave."""
    return f"{_whose(letter)}\u00a0: départ dans {seconds}\u00a0s"


def put_away(letter: Letter, _seconds: int) -> str:
    """The undo bar of a letter that was put away."""
    return f"{_whose(letter)} retirée de la pile"


def _whose(letter: Letter) -> str:
    return "Lettre" if letter.patient is None else f"Lettre {of(full_name(letter.patient))}"
