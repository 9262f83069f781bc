"""What the command line says: its help, and its answers to a person."""

import re
from collections.abc import Sequence
from datetime import datetime

from desktop_app.domain.people import (
    Appointment,
    Correspondent,
    Coverage,
    Patient,
    PatientStay,
    Stay,
)
from desktop_app.domain.sending import RECORD_ADDRESSES, DeliveryState, Job
from desktop_app.wording import differences, people, progress, states, stays, targets
from desktop_app.wording.dates import day, hour
from desktop_app.wording.failures import Notice

DESCRIPTION = (
    "Envoie les lettres de l’hôpital sans fenêtre, avec le même code, la même file et les mêmes"
    " garanties que Navette."
)
EPILOG = """\
codes de sortie :
  0  c’est fait
  1  erreur inattendue (à signaler)
  2  commande mal formée
  3  configuration : réglage, secret, accès refusé par la plateforme, disque de ce poste
  4  pas pour l’instant : plateforme injoignable, envoi en attente ou bloqué, file tenue par un
     autre programme
  5  refusé : par la plateforme, ou parce que la lettre ou la demande ne convient pas
  6  une personne doit décider : issue inconnue, lettre non remise
  130 interrompu, 141 la réponse n’a pas pu être écrite (plus personne ne lit, ou disque plein) :
      rien n’est perdu ; « send » rend 0 dès que la lettre est dans la file, et le dit alors sur la
      sortie d’erreur

Là où l’établissement demande aux personnes de se connecter (SSO), la ligne de commande ne le fait
pas : elle travaille au nom de l’utilisateur du système, et le journal le note ainsi.

Avec --json, chaque réponse est un objet JSON par ligne ; un échec est un objet sur la sortie
d’erreur : {"error": "son_nom", "message": "…", "advice": "…"}. Son nom est un de :
  unreachable in_doubt throttled server_trouble stale_token not_allowed refused malformed
  not_offered incomplete file_trouble misconfigured store_trouble busy unknown stale_job
  illegal_move changed not_signed_in usage interrupted unheard unexpected
"""
USAGE = "utilisation : "
HEADINGS = {"positional arguments": "à donner", "options": "options"}
HELP = {
    "help": "afficher cette aide",
    "data_dir": "dossier où Navette écrit, au lieu de tous ses dossiers habituels",
    "config": "fichier de réglages à lire, au lieu du fichier habituel",
    "profile": "profil (hôpital et environnement) à utiliser",
    "json": "répondre en JSON, un objet par ligne",
    "sandbox": "la plateforme fictive",
    "sandbox serve": "la servir sur ce poste ; affiche ses adresses, s’arrête avec Ctrl+C",
    "host": "adresse d’écoute, de ce poste seulement",
    "port": "port d’écoute ; 0 en prend un libre",
    "faults": "fichier JSON de pannes à jouer",
    "record_tracking": "forme du lien de suivi d’une copie au dossier",
    "keep": "fichier où garder les envois acceptés d’un lancement à l’autre",
    "patients": "les patients de l’hôpital",
    "patients search": "chercher par nom, date de naissance, IPP ou INS",
    "patients show": "lire un dossier",
    "patients stays": "ses séjours, en cours d’abord",
    "patients current": "les séjours en cours, avec leurs patients",
    "patients coverages": "ses assurances (numéros de sécurité sociale compris)",
    "appointments": "les rendez-vous d’un jour",
    "day": "le jour, aujourd’hui par défaut",
    "practitioners": "les professionnels de l’annuaire",
    "practitioners search": "chercher par nom, ville, RPPS ou adresse",
    "organizations": "les structures de l’annuaire",
    "organizations search": "chercher par nom, ville, FINESS ou adresse",
    "text": "ce que l’on cherche",
    "send": "mettre une lettre dans la file (« queue run » la fait partir)",
    "files": "les PDF de la lettre, dans l’ordre",
    "patient": "identifiant du patient sur la plateforme",
    "identity": "identité du patient, en JSON, avec les membres de « patients show » ; pour les"
    " établissements qui n’ouvrent pas leurs patients",
    "stay": "identifiant de son séjour (« patients stays ») ; le dossier de l’hôpital le demande",
    "to": "adresses MSSanté des destinataires, telles que l’annuaire les connaît, autant qu’il"
    " faut ; sans objet quand la lettre ne fait l’objet que de copies",
    "sender": "numéro RPPS du praticien qui signe, au lieu de celui du profil",
    "type": "code LOINC du type de document",
    "title": "titre du document",
    "target": "où l’envoyer : mss (messageries, par défaut), ehr (dossier de l’hôpital), dmp (selon"
    " le contrat de l’établissement), ou plusieurs",
    "hold": "secondes pendant lesquelles rien ne part, 60 au plus",
    "queue": "la file et l’historique",
    "queue list": "lister les envois",
    "queue show": "un envoi, par son identifiant ou par celui d’un de ses jobs",
    "queue run": "faire partir ce qui attend et suivre ce qui est parti",
    "queue retry": "réessayer maintenant ; si elle n’est pas remise, renvoyer à ceux qui manquent",
    "queue cancel": "annuler un envoi dont rien n’est parti",
    "history": "l’historique des envois",
    "history export": "l’écrire dans un tableau CSV, une ligne par destinataire",
    "export_file": "fichier à écrire ; un fichier du même nom est remplacé",
    "journal": "le journal des décisions et des envois",
    "journal verify": "vérifier qu’aucune ligne n’a été changée, ajoutée ou retirée",
    "queue resolve": "dire ce qu’est devenu un envoi à l’issue inconnue",
    "state": "seulement dans cet état",
    "id": "identifiant d’un envoi ou d’un job",
    "until_idle": "s’arrêter quand rien ne peut bouger avant une minute sans une personne",
    "timeout": "s’arrêter au plus tard après tant de secondes ; la réponse à une lettre déjà"
    " partie est attendue jusqu’à 10 s de plus",
    "sent": "la lettre est bien partie",
    "not_sent": "la lettre n’est pas partie : elle repartira",
    "secrets": "les secrets d’un profil",
    "secrets set": "enregistrer un secret, lu sur la première ligne de l’entrée standard",
    "secrets forget": "oublier un secret",
    "secret_profile": "nom du profil",
    "secret_name": "nom du secret",
    "settings": "les réglages",
    "settings show": "chaque valeur et d’où elle vient",
    "doctor": "vérifier le profil pas à pas, du réglage à l’annuaire, et nommer ce qui est en"
    " défaut",
}
NOBODY_FOUND = "Personne ne correspond à cette recherche."
NO_STAYS = "Aucun séjour connu de la plateforme."
MORE_STAYS = "D’autres séjours existent, que la plateforme ne montre pas."
NO_CURRENT = "Aucun séjour en cours."
NO_COVERAGES = "Aucune assurance connue de la plateforme."
NO_APPOINTMENTS = "Aucun rendez-vous ce jour-là."
MORE_APPOINTMENTS = "D’autres rendez-vous existent, que la plateforme ne montre pas."
COPIES_ONLY = "Pour des copies seulement : rien ne part aux adresses données."
PATIENT_IS_THERE = "cet établissement ouvre ses patients : donnez --patient au lieu de --identity"
MORE_EXIST = "D’autres existent : précisez la recherche."
NOTHING_QUEUED = "Aucun envoi."
ANSWER_NOT_WRITTEN = Notice(
    "Une lettre est partie, mais le disque n’a pas pu noter ce qu’il en est",
    "Libérez de la place, puis relancez : elle sera « issue inconnue », et ne repartira pas"
    " toute seule.",
)
UNHEARD = Notice(
    "La réponse n’a pas pu être écrite",
    "La sortie est pleine ou fermée. Ce qui était demandé est fait ; regardez avec « queue list »"
    " avant de recommencer.",
)
NOTHING_GIVEN = "Aucun secret sur l’entrée standard."
INTERRUPTED = Notice("Interrompu", "Ce qui était accepté est en sûreté sur le disque.")
_USAGE_ERRORS = (
    (r"argument (\S+): (.+)", "{0} : {1}"),
    (r"the following arguments are required: (.+)", "Il manque {0}"),
    (r"one of the arguments (.+) is required", "Il manque l’un de {0}"),
    (r"unrecognized arguments: (.+)", "{0} n’est pas attendu ici"),
    (r"not allowed with argument (.+)", "incompatible avec {0}"),
    (r"invalid choice: (.+) \(choose from (.+)\)", "{0} n’est pas l’un de {1}"),
    (r"invalid \S+ value: (.+)", "la valeur {0} ne convient pas"),
    (r"expected one argument", "il manque sa valeur"),
    (r"expected at least one argument", "il manque au moins une valeur"),
    (r"ignored explicit argument (.+)", "la valeur {0} n’est pas attendue"),
)
"""What the parser of the standard library says, and how we say it."""
_SOURCES = {
    "built-in": "d’origine",
    "policy": "politique du poste",
    "user": "fichier de réglages",
    "environment": "environnement",
    "command-line": "ligne de commande",
}
_TRAITS = {
    "birth_family": "nom de naissance",
    "used_family": "nom utilisé",
    "given": "prénoms",
    "sex": "sexe",
    "birth_date": "date de naissance",
    "birth_place_code": "lieu de naissance (code INSEE)",
    "number": "IPP ou INS qualifiée",
}


def usage(said: str) -> Notice:
    """The command could not be understood; ``said`` names the argument."""
    told = _usage_error(said).removesuffix(".")
    return Notice("Commande mal formée", f"{told}. Voir --help.")


def _usage_error(said: str) -> str:
    for pattern, ours in _USAGE_ERRORS:
        if found := re.fullmatch(pattern, said, re.DOTALL):
            return ours.format(*(_usage_error(part) for part in found.groups()))
    return said


def patient(one: Patient) -> str:
    """A patient on one line."""
    traits = [people.sex_initial(one.sex)]
    if one.birth_date is not None:
        traits.append(day(one.birth_date))
    if one.ipp:
        traits.append(f"IPP {one.ipp}")
    if one.ins:
        traits.append(f"INS {one.ins} ({'' if one.ins_qualified else 'non '}qualifiée)")
    if one.deceased:
        traits.append("décédé" if one.sex.value == "male" else "décédée")
    return f"{one.id}  {people.patient_heading(one)}  {' · '.join(traits)}"


def stay(one: Stay) -> str:
    """A stay on one line."""
    days = [day(moment.astimezone()) for moment in (one.start, one.end) if moment is not None]
    said = (one.number, stays.status_word(one.status), " → ".join(days), one.label)
    return f"{one.id}  {_joined(said)}"


def current(one: PatientStay) -> str:
    """A stay under way, below its patient."""
    return f"{patient(one.patient)}\n    {stay(one.stay)}"


def appointment(one: Appointment) -> str:
    """An appointment on one line."""
    at = "" if one.start is None else hour(one.start)
    number = f"n° {one.patient_number}" if one.patient_number else ""
    said = (at, one.patient_name, number, one.practitioner, one.label, one.status)
    return f"{one.id}  {_joined(said)}"


def coverage(one: Coverage) -> str:
    """An insurance on one line."""
    days = [day(moment) for moment in (one.start, one.end) if moment is not None]
    return _joined((one.number, one.payer, one.label, one.status, " → ".join(days)))


def _joined(parts: Sequence[str]) -> str:
    return " · ".join(part for part in parts if part)


def correspondent(entry: Correspondent) -> str:
    """A directory entry and its addresses, one below the other."""
    first = [people.correspondent(entry)]
    first += [people.place(place) for place in entry.places[:1]]
    first += [entry.identifier] if entry.identifier else []
    lines = [f"{entry.id}  {' · '.join(part for part in first if part)}"]
    lines += [f"    {mailbox.address}" for mailbox in entry.mailboxes]
    return "\n".join(lines)


def queued(sending: str, jobs: Sequence[Job]) -> str:
    """A letter has joined the queue, in one or several jobs."""
    count = len(jobs)
    lines = [f"Envoi {sending} dans la file ({count} job{'s' if count > 1 else ''})."]
    if count > 1:
        lines += [f"    {one.id}  {_where(one, jobs)}" for one in jobs]
    return "\n".join(lines)


def queued_unheard(sending: str) -> Notice:
    """A letter has joined the queue, and the answer that says so could not be written."""
    return Notice(
        f"La lettre est bien dans la file (envoi {sending}), mais la réponse n’a pas pu être"
        " écrite",
        f"Ne la renvoyez pas : voyez « queue show {sending} ».",
    )


def identity_fault(member: str) -> str:
    """An identity from a file is not understood; ``member`` is empty for the file as a whole."""
    if not member:
        return "--identity : ce fichier n’est pas un objet JSON lisible"
    return f"--identity : le membre « {member} » ne convient pas"


def identity_lacks(traits: Sequence[str]) -> str:
    """What the platform demands of an identity and a file does not hold."""
    return f"--identity : il manque {', '.join(_TRAITS.get(one, one) for one in traits)}"


def job(value: Job, now: datetime, siblings: Sequence[Job] = ()) -> str:
    """A job, what comes next, what had changed, and each recipient."""
    word = states.job(value)[0].removeprefix("✓ ")
    head = f"{value.id}  envoi {value.sending}  {_where(value, siblings)}  {word}"
    lines = [head, f"    {progress.sentence(value, now)}"]
    lines += [f"    {line.spoken}" for line in differences.changed(value.differences)]
    for delivery in value.deliveries:
        said = states.recipient(value, delivery.state)[0].removeprefix("✓ ")
        why = f" : {delivery.reason}" if delivery.state is DeliveryState.FAILED else ""
        where = "copie" if delivery.address in RECORD_ADDRESSES else delivery.address
        lines.append(f"    {where}  {said}{why if delivery.reason else ''}")
    return "\n".join(line for line in lines if line.strip())


def _where(value: Job, siblings: Sequence[Job]) -> str:
    """Where a job goes, and which part of its letter it is where there are several."""
    name = targets.short(value.target)
    parts = [one.id for one in siblings if one.target is value.target]
    if len(parts) < 2 or value.id not in parts:  # noqa: PLR2004 - a part is one of several
        return name
    return f"{name} (partie {parts.index(value.id) + 1} sur {len(parts)})"


def setting(key: str, value: str, source: str, *, locked: bool) -> str:
    """A value and where it comes from."""
    lock = ", verrouillé" if locked else ""
    return f"{key} = {value or '(vide)'}  ({_SOURCES[source]}{lock})"


def files(config: str, policy: str, data: str) -> str:
    """Which files speak, and where Navette writes."""
    return f"# réglages : {config}\n# politique : {policy}\n# données : {data}"


def secret_kept(profile: str, name: str, store: str) -> str:
    """A secret was recorded."""
    where = {"keychain": "dans le trousseau", "file": "dans le fichier de secrets"}[store]
    return f"Secret {name} du profil {profile} enregistré {where}."


def secret_forgotten(profile: str, name: str) -> str:
    """A secret was removed."""
    return f"Secret {name} du profil {profile} oublié."


def exported(lines: int) -> str:
    """What an export has written."""
    return "1 ligne écrite" if lines == 1 else f"{lines} lignes écrites"


def journal_whole(lines: int) -> str:
    """A journal in which every line is what was written."""
    return "Journal intact : 1 ligne" if lines == 1 else f"Journal intact : {lines} lignes"


def journal_broken(number: int, kind: str) -> Notice:
    """The first line of the journal that is not what was written."""
    what = "manque" if kind == "missing" else "a été modifiée"
    return Notice(
        f"Le journal n’est plus intact : la ligne {number} {what}",
        "Gardez ce poste en l’état et prévenez votre service informatique : ce qui suit cette ligne"
        " ne peut plus servir de preuve.",
    )
