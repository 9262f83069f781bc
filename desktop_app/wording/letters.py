"""Words of the documents pane and of the composer."""

from collections.abc import Sequence

from desktop_app.domain.letters import (
    COPIES,
    LIMITS,
    MAX_DOCUMENTS,
    MAX_FILE_BYTES,
    MAX_RECIPIENTS,
    Check,
    Letter,
    Limits,
    Target,
    Topic,
    Verdict,
    check,
    shares,
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
LEAD = "Choisir"
LEAD_PATIENT, LEAD_RECIPIENTS = "Chercher le patient", "Chercher un destinataire"
LEAD_STAY = "Choisir le séjour"
TYPE_KEYS = "Ctrl+T"
TYPE_NAME = "Type de document"
TYPE_HINT = "Chercher un type\u00a0: liaison, anesth…"
TYPES = "Types de document"
SEND = "Envoyer"
FILE = "Verser au dossier"
DEPOSIT = "Déposer au DMP"
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


def sender(letter: Letter) -> str:
    """Who answers for it, where somebody said so."""
    return "" if letter.sender is None else f"Signataire\u00a0: RPPS\u00a0{letter.sender}"


def action(letter: Letter) -> str:
    """What sending this letter comes to, on the one button that does it."""
    if Target.MSS in letter.targets or not letter.targets:
        return SEND
    return FILE if Target.EHR in letter.targets else DEPOSIT


def standing(letter: Letter, limits: Limits = LIMITS) -> tuple[str, Tone]:
    """Where a letter of the tray stands."""
    verdicts = check(letter, limits)
    blocks = {line.topic for line in verdicts if line.verdict is Verdict.BLOCK}
    if not blocks:
        care = any(line.verdict is Verdict.CARE for line in verdicts)
        return ("prêt · à relire", Tone.CARE) if care else ("✓ prêt", Tone.GOOD)
    for topic, what in _LACKING.items():
        if topic in blocks:
            return f"à compléter · {what}", Tone.NEUTRAL
    return "à corriger", Tone.BAD


_LACKING = {
    Topic.PATIENT_MISSING: "patient",
    Topic.RECIPIENTS_MISSING: "destinataires",
    Topic.STAY_MISSING: "séjour",
    Topic.TARGET_MISSING: "destination",
}


def card(letter: Letter, limits: Limits = LIMITS) -> str:
    """A whole card, for those who listen to it."""
    return f"{heading(letter)}, {about(letter)}, {standing(letter, limits)[0]}"


_CHECKS = {
    Topic.PATIENT_MISSING: "Choisissez le patient concerné",
    Topic.PATIENT_CHOSEN: "Patient choisi dans le fichier de l’hôpital",
    Topic.IDENTITY_TYPED: "Identité saisie\u00a0: relisez-la sur la lettre",
    Topic.PATIENT_DECEASED: "Patient signalé décédé\u00a0: vérifiez que la lettre doit partir",
    Topic.INS_NOT_QUALIFIED: (
        "Identité non qualifiée\u00a0: relisez nom, prénom et date de naissance"
    ),
    Topic.IDENTITY_DOUBTFUL: "Identité signalée douteuse ou fictive par l’hôpital",
    Topic.RECIPIENTS_MISSING: "Choisissez au moins un destinataire",
    Topic.RECIPIENTS_CHOSEN: "Adresses prises dans l’annuaire MSSanté",
    Topic.PATIENT_MAILBOX: "Une messagerie de patient ne peut pas recevoir cette lettre",
    Topic.TARGET_MISSING: "Dites où la lettre doit aller\u00a0: un destinataire ou une copie",
    Topic.DOCUMENT_OK: "PDF lisible, copie protégée",
    Topic.DOCUMENT_MISSING: "Ajoutez un document",
    Topic.DOCUMENT_HEAVY: "Document lourd\u00a0: certaines messageries pourraient le refuser",
    Topic.STAY_MISSING: "Choisissez le séjour\u00a0: le dossier patient est rangé par séjour",
    Topic.DMP_NEEDS_INS: "Le DMP demande une INS qualifiée\u00a0: ce patient n’en a pas",
}


def check_line(line: Check, letter: Letter, limits: Limits = LIMITS) -> str:
    """One line of « Contrôles », with the figures of ``letter``."""
    match line.topic:
        case Topic.IN_PARTS:
            return _in_parts(letter, limits)
        case Topic.COPIES_ONLY:
            return f"Aucun destinataire\u00a0: la lettre ira {_copies(letter)} seulement"
        case Topic.DOCUMENT_TOO_LARGE:
            most = limits.mailbox if Target.MSS in letter.targets else MAX_FILE_BYTES
            return f"Document trop lourd\u00a0: {size(most)} au plus par envoi"
        case Topic.RECORD_HEAVY:
            return f"Document lourd\u00a0: {_whom(letter)} pourrait le refuser"
        case Topic.RECORD_TOO_LARGE:
            most = limits.record
            return f"Document trop lourd pour {_whom(letter)}\u00a0: {size(most)} au plus"
        case topic:
            return _CHECKS[topic]


_RIGHT = {
    Topic.PATIENT_CHOSEN: "patient",
    Topic.RECIPIENTS_CHOSEN: "adresses",
    Topic.DOCUMENT_OK: "PDF",
}


def all_right(lines: Sequence[Check], letter: Letter) -> str:
    """The checks that found nothing to say, on one line, and the copies that go with the letter."""
    named = [_RIGHT[line.topic] for line in lines if line.topic in _RIGHT]
    said = f"Contrôlé{'s' if len(named) > 1 else ''}\u00a0: {', '.join(named)}"
    copied = Target.MSS in letter.targets and any(one in letter.targets for one in COPIES)
    return f"{said} · copie {_copies(letter)}" if copied else said


def _copies(letter: Letter) -> str:
    """Where the copies go, after « ira »."""
    if Target.DMP not in letter.targets:
        return "au dossier patient"
    return "au DMP" if Target.EHR not in letter.targets else "au dossier patient et au DMP"


def _whom(letter: Letter) -> str:
    return "le DMP" if Target.EHR not in letter.targets else "le dossier patient"


def _in_parts(letter: Letter, limits: Limits) -> str:
    """How often it leaves, and why: « 12 destinataires, 10 par envoi »."""
    mailboxes = Target.MSS in letter.targets
    times = len(shares(letter, Target.MSS, limits)) if mailboxes else 0
    copies = len(letter.documents) if any(one in letter.targets for one in COPIES) else 0
    copied = f"en {copies}\u00a0fois (un document à la fois)"
    if times <= 1:
        return f"La copie partira {copied} et sera suivie comme une seule"
    left = f"Cet envoi partira en {times}\u00a0fois ({_why_in_parts(letter, limits)})"
    if copies > 1:
        left += f", sa copie {copied},"
    return f"{left} et sera suivi comme un seul"


def _why_in_parts(letter: Letter, limits: Limits) -> str:
    recipients, documents = len(letter.recipients), len(letter.documents)
    reasons = []
    if recipients > MAX_RECIPIENTS:
        reasons.append(f"{recipients} destinataires, {MAX_RECIPIENTS} par envoi")
    if documents > MAX_DOCUMENTS:
        reasons.append(f"{documents} documents, {MAX_DOCUMENTS} par envoi")
    if letter.size > limits.mailbox:
        reasons.append(f"{size(letter.size)} en tout, {size(limits.mailbox)} par envoi")
    return "\u00a0; ".join(reasons)


def leaving(letter: Letter, seconds: int) -> str:
    """The undo bar of a letter about to leave."""
    return f"{_whose(letter)}\u00a0: départ dans {seconds}\u00a0s"


def put_away(letter: Letter, _seconds: int) -> str:
    """The undo bar of a letter that was put away."""
    return f"{_whose(letter)} retirée de la pile"


def _whose(letter: Letter) -> str:
    return "Lettre" if letter.patient is None else f"Lettre {of(full_name(letter.patient))}"
