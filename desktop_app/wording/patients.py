"""Words of the patient pane."""

from datetime import date

from desktop_app.domain.people import Patient, SearchRules
from desktop_app.wording import people, typed
from desktop_app.wording.dates import day

PATIENT = "Patient"
FIELD_KEYS = "Ctrl+P"
RESULTS = "Patients trouvés"
CHANGE = "Changer"
CHANGE_TIP = "Choisir un autre patient (Ctrl+P)"
HOMONYM = "homonyme"
DECEASED = "décédé"
INS_QUALIFIED = "✓ INS qualifiée"
INS_NOT_QUALIFIED = "INS non qualifiée"
INS_ABSENT = "sans INS"
STRANGER = "autre nom"
STRANGERS = "Ce n’est pas le nom que dit l’agenda"
STRANGERS_ADVICE = "Vérifiez l’identité sur la lettre avant de choisir, ou cherchez par le nom."
NOBODY = "Aucun patient trouvé"
NOBODY_ADVICE = (
    "Vérifiez l’orthographe, essayez le nom de naissance ou la date de naissance. Un dossier"
    " créé il y a quelques secondes peut tarder à apparaître\u00a0: réessayez dans un instant."
)
NOBODY_YET = "Aucun patient parmi les premiers de la liste"
NOBODY_YET_ADVICE = "D’autres portent ce nom\u00a0: précisez-le ou ajoutez la date de naissance."
_USUAL_LENGTH = 2


def field(rules: SearchRules) -> str:
    """What stands in the empty box: only what this hospital can be asked."""
    if rules.has_identifier:
        return f"Nom{_least(rules)}, naissance, IPP ou INS…"
    return f"Nom{_least(rules)}, date de naissance…"


def field_name(rules: SearchRules) -> str:
    """The box, for those who listen."""
    by = (
        "nom, date de naissance, IPP ou INS" if rules.has_identifier else "nom ou date de naissance"
    )
    return f"Rechercher un patient par {by}"


def field_tip(rules: SearchRules) -> str:
    """How each thing is written."""
    least = rules.shortest_name
    lines = [
        f"Nom de naissance ou utilisé, prénom\u00a0: {least} lettres au moins, l’ordre est libre",
        "Date de naissance\u00a0: 14/07/1985, 14071985 ou 1985-07-14",
    ]
    if rules.has_identifier:
        lines.append("IPP, ou INS à 15 chiffres")
    else:
        lines.append("Pas d’IPP ni d’INS\u00a0: cet établissement ne cherche pas par numéro")
    return "\n".join(lines)


def help_line(rules: SearchRules) -> str:
    """What the patient box understands, for the sheet of shortcuts."""
    if not rules.has_patients:
        return "Identité à recopier de la lettre"
    name = f"Nom ({rules.shortest_name} lettres)"
    if rules.has_identifier:
        return f"{name}, naissance, IPP ou INS"
    return f"{name}, naissance\u00a0; pas de numéro"


def short(rules: SearchRules) -> str:
    """That there is not enough to ask yet."""
    return f"Tapez au moins {rules.shortest_name} lettres, ou la date de naissance"


def _least(rules: SearchRules) -> str:
    """The shortest name, where it is longer than people expect."""
    more = rules.shortest_name > _USUAL_LENGTH
    return f" ({rules.shortest_name} lettres au moins)" if more else ""


def heading(patient: Patient) -> str:
    """Birth name in capitals, first names, used name."""
    return people.patient_heading(patient)


def traits(patient: Patient) -> str:
    """What tells homonyms apart, on one line."""
    parts = [people.sex_initial(patient.sex)]
    if patient.birth_date is not None:
        parts.append(day(patient.birth_date))
    if patient.ipp:
        parts.append(f"IPP {patient.ipp}")
    if typed.is_typed(patient):
        parts.append(typed.MARK)
    else:
        parts.append("INS ✓" if patient.ins_qualified else "INS non qualifiée")
    if patient.birth_place:
        parts.append(people.town(patient.birth_place))
    return " · ".join(part for part in parts if part)


def used_name(patient: Patient) -> str:
    """The used name, never filled from the birth name (french_health.md A4)."""
    return f"nom utilisé\u00a0: {patient.used_family or 'non renseigné'}"


def birth(patient: Patient, today: date) -> tuple[str, ...]:
    """Sex, birth date, then age and birth place where they are known, for the identity band.

    Nobody grows older who is dead: the platform does not say when that was.
    """
    born = patient.birth_date
    known = "date de naissance inconnue" if born is None else day(born)
    age = "" if born is None or patient.deceased else f"({people.age(born, today)})"
    more = (age, people.birth_place(patient))
    return people.sex(patient.sex), known, *(part for part in more if part)


def found(shown: int, total: int | None, *, complete: bool, asked_as: str = "") -> str:
    """How many patients answer, and to which words where they are not those that were typed."""
    if shown == 0:
        return ""
    if asked_as:
        return (
            f"Trouvé avec «\u00a0{asked_as}\u00a0»\u00a0: {_found(shown, total, complete=complete)}"
        )
    return _found(shown, total, complete=complete)


def _found(shown: int, total: int | None, *, complete: bool) -> str:
    if not complete or (total is not None and total > shown):
        count = f" sur {total}" if total is not None and total > shown else ""
        return f"{shown} affichés{count}\u00a0: précisez le nom ou ajoutez la date de naissance"
    return "1 patient trouvé" if shown == 1 else f"{shown} patients trouvés"
