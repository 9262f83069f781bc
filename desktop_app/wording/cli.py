"""What the command line says: its help, and its answers to a person."""

import re
from datetime import datetime

from desktop_app.domain.people import Correspondent, Patient, Stay
from desktop_app.domain.sending import RECORD_ADDRESS, DeliveryState, Job, Target
from desktop_app.wording import people, progress, states
from desktop_app.wording.dates import day
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
  130 interrompu, 141 plus personne ne lit la réponse : rien n’est perdu

Avec --json, chaque réponse est un objet JSON par ligne ; un échec est un objet sur la sortie
d’erreur : {"error": "son_nom", "message": "…", "advice": "…"}. Son nom est un de :
  unreachable in_doubt throttled server_trouble stale_token not_allowed refused malformed
  not_offered incomplete file_trouble misconfigured store_trouble busy unknown stale_job
  illegal_move usage interrupted unexpected
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
    "practitioners": "les professionnels de l’annuaire",
    "practitioners search": "chercher par nom, ville, RPPS ou adresse",
    "organizations": "les structures de l’annuaire",
    "organizations search": "chercher par nom, ville, FINESS ou adresse",
    "text": "ce que l’on cherche",
    "send": "mettre une lettre dans la file (« queue run » la fait partir)",
    "files": "les PDF de la lettre, dans l’ordre",
    "patient": "identifiant du patient sur la plateforme",
    "stay": "identifiant de son séjour (« patients stays ») ; le dossier de l’hôpital le demande",
    "to": "adresse MSSanté d’un destinataire, telle que l’annuaire la connaît ; sans objet quand la"
    " lettre ne va qu’au dossier",
    "type": "code LOINC du type de document",
    "title": "titre du document",
    "target": "où l’envoyer : mss (messageries, par défaut), ehr (dossier de l’hôpital) ou les"
    " deux",
    "hold": "secondes pendant lesquelles rien ne part",
    "queue": "la file et l’historique",
    "queue list": "lister les envois",
    "queue show": "un envoi, par son identifiant ou par celui d’un de ses jobs",
    "queue run": "faire partir ce qui attend et suivre ce qui est parti",
    "queue retry": "réessayer maintenant ; si elle n’est pas remise, renvoyer à ceux qui manquent",
    "queue cancel": "annuler un envoi dont rien n’est parti",
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
}
NOBODY_FOUND = "Personne ne correspond à cette recherche."
NO_STAYS = "Aucun séjour connu de la plateforme."
MORE_STAYS = "D’autres séjours existent, que la plateforme ne montre pas."
RECORD_ONLY = "Pour le dossier de l’hôpital seulement : rien ne part aux adresses données."
MORE_EXIST = "D’autres existent : précisez la recherche."
NOTHING_QUEUED = "Aucun envoi."
ANSWER_NOT_WRITTEN = Notice(
    "Une lettre est partie, mais le disque n’a pas pu noter ce qu’il en est",
    "Libérez de la place, puis relancez : elle sera « issue inconnue », et ne repartira pas"
    " toute seule.",
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
_STAYS = {"planned": "prévu", "in-progress": "en cours", "finished": "terminé"}
_TARGETS = {Target.MSS: "MSSanté", Target.EHR: "dossier de l’hôpital", Target.CODOC: "Codoc"}


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
    said = (one.number, _STAYS.get(one.status, one.status), " → ".join(days), one.label)
    return f"{one.id}  {' · '.join(part for part in said if part)}"


def correspondent(entry: Correspondent) -> str:
    """A directory entry and its addresses, one below the other."""
    first = [people.correspondent(entry)]
    first += [people.place(place) for place in entry.places[:1]]
    first += [entry.identifier] if entry.identifier else []
    lines = [f"{entry.id}  {' · '.join(part for part in first if part)}"]
    lines += [f"    {mailbox.address}" for mailbox in entry.mailboxes]
    return "\n".join(lines)


def queued(sending: str, jobs: int) -> str:
    """A letter has joined the queue."""
    return f"Envoi {sending} dans la file ({jobs} job{'s' if jobs > 1 else ''})."


def job(value: Job, now: datetime) -> str:
    """A job, what comes next, and each recipient."""
    word = states.job(value)[0].removeprefix("✓ ")
    head = f"{value.id}  envoi {value.sending}  {_TARGETS[value.target]}  {word}"
    lines = [head, f"    {progress.sentence(value, now)}"]
    for delivery in value.deliveries:
        said = states.recipient(value, delivery.state)[0].removeprefix("✓ ")
        why = f" : {delivery.reason}" if delivery.state is DeliveryState.FAILED else ""
        where = "dossier" if delivery.address == RECORD_ADDRESS else delivery.address
        lines.append(f"    {where}  {said}{why if delivery.reason else ''}")
    return "\n".join(line for line in lines if line.strip())


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
