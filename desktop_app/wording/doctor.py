"""What a check-up found, each time in one sentence, and what to do about it: for IT mostly."""

from desktop_app.domain.checkup import (
    Answered,
    BadCertificate,
    ClockRead,
    ClockUnsaid,
    Connected,
    Direct,
    Failed,
    Finding,
    Health,
    NamesKnown,
    NameUnknown,
    NobodySends,
    NoConnection,
    NoHandshake,
    NotNeeded,
    NotReached,
    ProxyOpen,
    ProxyTrouble,
    ScopesGranted,
    SecretKept,
    SettingsRead,
    SignInReady,
    SomebodySends,
    Step,
    StoreOpen,
    TokenGiven,
)
from desktop_app.domain.errors import (
    AppError,
    Malformed,
    Misconfigured,
    NotAllowed,
    NotOffered,
    Refused,
    ServerTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.wording import wire
from desktop_app.wording.documents import size
from desktop_app.wording.failures import Notice, explain

STEPS = {
    Step.SETTINGS: "Réglages",
    Step.SECRET: "Secret",
    Step.NAMES: "Noms des serveurs",
    Step.PROXY: "Proxy",
    Step.TLS: "Connexion et certificat",
    Step.CLOCK: "Horloge",
    Step.TOKEN: "Jeton d’accès",
    Step.SCOPES: "Droits",
    Step.PATIENTS: "Recherche de patient",
    Step.DIRECTORY: "Annuaire",
    Step.SIGN_IN: "Connexion des personnes",
    Step.STORE: "Dossier des lettres",
    Step.SENDER: "Programme qui envoie",
}
MARKS = {Health.OK: "✓", Health.WARN: "!", Health.FAIL: "✗", Health.SKIPPED: "–"}
_HEALTHS = {
    Health.OK: "bon",
    Health.WARN: "à savoir",
    Health.FAIL: "en défaut",
    Health.SKIPPED: "non vérifié",
}
ALL_WELL = "Tout est en ordre."
_ENVIRONMENTS = {"practice": "entraînement", "test": "test", "production": "production"}
_NOT_NEEDED = {
    Step.SECRET: "L’entraînement se passe de secret",
    Step.NAMES: "L’entraînement se joue sur ce poste, sans réseau",
    Step.PROXY: "L’entraînement se joue sur ce poste, sans réseau",
    Step.TLS: "L’entraînement se joue sur ce poste, sans réseau",
    Step.CLOCK: "L’entraînement se joue sur ce poste, à sa propre heure",
    Step.PATIENTS: "Cet établissement n’ouvre pas ses patients à la recherche\u00a0: les identités"
    " se tapent",
    Step.SIGN_IN: "Ce profil ne demande pas aux personnes de se connecter",
}
_STORES = {
    "keychain": Notice("Le secret est dans le trousseau du système"),
    "passphrase": Notice("Le secret est protégé par une phrase de passe"),
    "file": Notice(
        "Le secret est dans un fichier que seul cet utilisateur peut lire, non dans un trousseau",
        "C’est prévu pour l’entraînement et l’automatisation\u00a0; pour un poste de soins, mettez"
        " security.key_store à «\u00a0keychain\u00a0» et enregistrez de nouveau le secret.",
    ),
}
_TOKEN = {
    "credentials": Notice(
        "Lifen ne reconnaît pas l’identifiant ou le secret de l’hôpital",
        "Vérifiez client_id, et enregistrez de nouveau le secret (navette-cli secrets set).",
    ),
    "database_reference": Notice(
        "Lifen ne reconnaît pas la référence de l’établissement",
        "Corrigez database_reference dans le profil.",
    ),
    "audience": Notice(
        "Cet accès n’est pas ouvert pour cet environnement",
        "Vérifiez audience et token_url (test ou production), ou faites ouvrir l’accès par Lifen.",
    ),
}
_SCOPES = {
    "PATIENT_GAM_SEARCH": "chercher les patients et leurs séjours",
    "APPOINTMENT_GAM_SEARCH": "lister les rendez-vous du jour",
    "SEND_TO_EHR": "verser au dossier de l’hôpital",
    "SEND_TO_MSS": "envoyer aux messageries MSSanté",
}

_NOT_THERE = frozenset({404, 410})


def heading(found: Finding) -> str:
    """A step and how it went, by a sign and in words."""
    how = "sans objet" if isinstance(found.fact, NotNeeded) else _HEALTHS[found.health]
    return f"{MARKS[found.health]} {STEPS[found.step]} ({how})"


def verdict(found: Finding) -> str:
    """The step at fault, why, and what to do, in one sentence."""
    said = notice(found)
    step = f"L’étape «\u00a0{STEPS[found.step].lower()}\u00a0»"
    why = f"{step} est en défaut\u00a0: {_inside(said.title)}"
    return f"{why}\u00a0; {_inside(said.advice)}" if said.advice else f"{why}."


def _inside(text: str) -> str:
    """A sentence after a colon: small, unless it begins with a name."""
    return text if text.startswith("Lifen") else f"{text[:1].lower()}{text[1:]}"


def notice(found: Finding) -> Notice:  # noqa: C901, PLR0911, PLR0912 - one line a fact
    """What a step found, in one sentence, and what to do."""
    match found.fact:
        case Failed(error):
            return _failed(found.step, error)
        case NotReached(because):
            return Notice(f"Non vérifié, car «\u00a0{STEPS[because].lower()}\u00a0» est en défaut")
        case NotNeeded():
            return Notice(_NOT_NEEDED.get(found.step, "Sans objet pour ce profil"))
        case SettingsRead(profile, environment):
            said = _ENVIRONMENTS.get(environment, environment)
            return Notice(f"Les réglages sont lisibles\u00a0: profil {profile}, {said}")
        case SecretKept(key_store):
            return _STORES[key_store]
        case NamesKnown() | NameUnknown() as fact:
            return wire.names(fact)
        case Direct() | ProxyOpen() | ProxyTrouble() as fact:
            return wire.proxy(fact)
        case Connected() | NoConnection() | BadCertificate() | NoHandshake() as fact:
            return wire.host(fact)
        case ClockRead() | ClockUnsaid() as fact:
            return wire.clock(fact)
        case TokenGiven():
            return Notice("La plateforme reconnaît l’hôpital et lui donne un jeton")
        case ScopesGranted(names, missing):
            return _scopes(names, missing)
        case Answered():
            return Notice("La recherche d’un inconnu a été comprise, et n’a trouvé personne")
        case SignInReady(issuer):
            return Notice(f"Le fournisseur d’identité {issuer} se présente comme attendu")
        case StoreOpen(free):
            return _store(free, found.health)
        case NobodySends():
            return Notice("Aucun programme n’envoie en ce moment depuis ce dossier")
        case SomebodySends(holder):
            return Notice(f"Un programme envoie déjà depuis ce dossier ({holder})")


def _scopes(names: tuple[str, ...], missing: tuple[str, ...]) -> Notice:
    if not names:
        return Notice(
            "Le jeton ne dit pas quels droits il ouvre",
            "Rien à faire si les recherches ci-dessous répondent.",
        )
    listed = ", ".join(names)
    if not missing:
        return Notice(f"Le jeton ouvre tout ce que ce profil demande\u00a0: {listed}")
    lost = ", ".join(f"{_SCOPES[one]} ({one})" for one in missing)
    return Notice(
        f"D’après le jeton, ceci ne marchera sans doute pas\u00a0: {lost}\u00a0; il ouvre {listed}",
        "Si l’hôpital en a besoin, demandez ce droit à Lifen.",
    )


def _store(free: int, health: Health) -> Notice:
    left = f"il reste {size(free)} sur le disque"
    if health is Health.OK:
        return Notice(f"La base des lettres s’ouvre, son dossier s’écrit, {left}")
    title = f"La base des lettres s’ouvre, mais le disque est presque plein\u00a0: {left}"
    return Notice(title, "Libérez de la place sur ce disque.")


def _failed(step: Step, error: AppError) -> Notice:  # noqa: C901, PLR0911 - one line a failure
    match step, error:
        case Step.TOKEN, NotAllowed(cause=cause, status=status) if cause in _TOKEN:
            said = _TOKEN[cause]
            return Notice(f"{said.title} (erreur {status})", said.advice)
        case Step.TOKEN, Malformed():
            return Notice(
                "La réponse à la demande de jeton n’en est pas une (page d’un proxy ou d’un"
                " portail\u00a0?)",
                "Vérifiez token_url, et qu’aucun équipement du réseau ne répond à sa place.",
            )
        case Step.SIGN_IN, Malformed() | NotOffered():
            return Notice(
                "La description du fournisseur d’identité est illisible ou ne convient pas",
                "Vérifiez sso.metadata_url avec Lifen.",
            )
        case (
            (Step.PATIENTS | Step.DIRECTORY),
            NotAllowed(cause="scope") | NotOffered() | Refused(),
        ):
            return _search_refused(error)
        case _, Malformed():
            return Notice(
                "La réponse n’est pas celle de la plateforme",
                "Vérifiez fhir_url, et qu’aucun équipement du réseau ne répond à sa place.",
            )
        case _, Throttled():
            return Notice(
                "La plateforme demande de patienter (trop d’appels)", "Recommencez dans un instant."
            )
        case _, ServerTrouble():
            return Notice(
                f"La plateforme est en panne (erreur {error.status})",
                "Recommencez plus tard, et si cela dure, prévenez Lifen.",
            )
        case _, Unreachable():
            return Notice(
                "La plateforme n’a pas répondu à la question",
                "Recommencez, puis regardez si un équipement coupe les échanges.",
            )
        case _, Misconfigured(what="secret"):
            return Notice(
                explain(error).title,
                f"Enregistrez-le\u00a0: navette-cli secrets set {_profile(error.where)}"
                " lifen.client_secret.",
            )
        case _, Misconfigured():
            said = explain(error)
            return Notice(f"{said.title}\u00a0: {said.advice}", "Corrigez ce réglage.")
        case _:
            return explain(error)


def _search_refused(error: AppError) -> Notice:
    """A search about nobody was turned down: the profile or the contract is at fault."""
    match error:
        case NotAllowed(status=status):
            return Notice(
                f"La plateforme n’ouvre pas ce service à l’hôpital (erreur {status})",
                "Demandez ce droit à Lifen.",
            )
        case Refused(status=status) if status not in _NOT_THERE:
            return Notice(
                f"La plateforme ne comprend pas une recherche ordinaire (erreur {status})",
                "Vérifiez fhir_url et tenant dans le profil, puis signalez-le à Lifen.",
            )
        case _:
            return Notice(
                "Cette recherche n’existe pas à l’adresse de la plateforme",
                "Vérifiez fhir_url (elle finit par /fhir/v3), puis avec Lifen que l’hôpital a ce"
                " service.",
            )


def _profile(where: str) -> str:
    """The profile that a setting of it names."""
    return where.removeprefix("profiles.").partition(".")[0]
