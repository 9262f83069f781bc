"""Words of the form for an identity."""

from collections.abc import Mapping

from desktop_app.domain.people import Patient, Sex

INTRO = "Cet hôpital n’ouvre pas son fichier de patients\u00a0: recopiez l’identité de la lettre."
REREAD = "Identité saisie\u00a0: relisez-la sur la lettre"
MARK = "identité saisie, non vérifiée"
INS_MARK = "INS saisie"
TAKE = "Prendre cette identité"
TAKE_KEYS = "Entrée"
CORRECT = "Corriger"
CORRECT_TIP = "Corriger l’identité saisie (Ctrl+P)"
CANCEL = "Ne rien changer"
FORM = "Identité du patient"
NO_BIRTH_NAME = "nom de naissance\u00a0: non renseigné"
LABELS: Mapping[str, str] = {
    "birth_family": "Nom de naissance",
    "used_family": "Nom utilisé",
    "given": "Prénoms de naissance",
    "birth_date": "Né(e) le",
    "sex": "Sexe",
    "ipp": "IPP",
    "ins": "INS qualifiée",
    "birth_place_code": "Code INSEE de naissance",
}
TIPS: Mapping[str, str] = {
    "used_family": "À saisir avec un IPP, même s’il est identique au nom de naissance.",
    "given": "Tous, dans l’ordre, séparés par une espace.",
    "birth_date": "14/07/1985, 14071985 ou 1985-07-14",
    "ipp": "Le numéro du patient dans cet hôpital.",
    "ins": "Seulement si votre dossier dit l’identité qualifiée\u00a0; sinon, donnez l’IPP.",
    "birth_place_code": "Commune ou pays de naissance, 5 caractères\u00a0; demandé avec une INS.",
}
HINTS: Mapping[str, str] = {
    "birth_family": "demandé avec une INS",
    "used_family": "demandé avec un IPP",
    "birth_date": "JJ/MM/AAAA",
    "ins": "15 caractères",
    "birth_place_code": "5 caractères",
}
SEXES = (
    (Sex.UNKNOWN, "—"),
    (Sex.FEMALE, "Femme"),
    (Sex.MALE, "Homme"),
    (Sex.OTHER, "Autre"),
)
_NAMES = {
    "birth_family": "le nom de naissance",
    "used_family": "le nom utilisé",
    "given": "les prénoms",
    "birth_date": "la date de naissance",
    "sex": "le sexe",
    "birth_place_code": "le code INSEE de naissance",
    "number": "l’IPP ou l’INS",
}
_WRONG = {
    "name": "Un nom ne contient pas de chiffre.",
    "date": "Date impossible à lire\u00a0: par exemple 14/07/1985.",
    "birth_year": "Tapez l’année sur quatre chiffres.",
    "future": "Cette date est dans l’avenir.",
    "old": "Cette date est trop ancienne.",
    "ins_form": "Une INS a 15 caractères, sans autre lettre que 2A ou 2B.",
    "ins_key": "La clé ne correspond pas\u00a0: relisez les 15 chiffres.",
    "ins": "C’est une INS\u00a0: tapez-la à sa place, si elle est qualifiée.",
    "place": "5 chiffres, ou 2A ou 2B et 3 chiffres.",
}
_DOUBTS = {
    "sex": "le sexe",
    "birth_date": "la date de naissance",
    "birth_place_code": "le code INSEE de naissance",
}


def wrong(code: str) -> str:
    """Why a field is not understood."""
    return _WRONG[code]


def unfinished(code: str, text: str) -> str:
    """What a field still waits for."""
    if code == "ins_short":
        count = sum(char.isalnum() for char in text)
        return f"{count} caractère{'s' if count > 1 else ''} sur 15."
    return _WRONG[code]


def lacking(traits: tuple[str, ...]) -> str:
    """What the platform still wants to know, after « il manque »."""
    if not traits:
        return ""
    *first, last = (_NAMES[trait] for trait in traits)
    return f"Il manque {', '.join(first)} et {last}." if first else f"Il manque {last}."


def doubts(traits: tuple[str, ...]) -> str:
    """What the INS says otherwise; both are shown, neither is changed."""
    if not traits:
        return ""
    *first, last = (_DOUBTS[trait] for trait in traits)
    what = f"{', '.join(first)} et {last}" if first else last
    return f"L’INS ne s’accorde pas avec {what}\u00a0: relisez."


def is_typed(patient: Patient) -> bool:
    """Whether a person typed this identity."""
    return not patient.id
