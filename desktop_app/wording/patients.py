"""Words of the patient pane."""

from datetime import date

from desktop_app.domain.people import Patient
from desktop_app.wording import people
from desktop_app.wording.dates import day

PATIENT = "Patient"
FIELD = "Nom, naissance, IPP ou INS…"
FIELD_KEYS = "Ctrl+P"
FIELD_NAME = "Rechercher un patient par nom, date de naissance, IPP ou INS"
RESULTS = "Patients trouvés"
CHANGE = "Changer"
CHANGE_TIP = "Choisir un autre patient (Ctrl+P)"
HOMONYM = "homonyme"
DECEASED = "décédé"
INS_QUALIFIED = "✓ INS qualifiée"
INS_NOT_QUALIFIED = "INS non qualifiée"
INS_ABSENT = "sans INS"
NOBODY = "Aucun patient trouvé"
NOBODY_ADVICE = (
    "Vérifiez l’orthographe, essayez le nom de naissance ou la date de naissance. Un dossier"
    " créé il y a quelques secondes peut tarder à apparaître\u00a0: réessayez dans un instant."
)


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


def found(shown: int, total: int | None, *, complete: bool) -> str:
    """How many patients answer."""
    if shown == 0:
        return ""
    if not complete or (total is not None and total > shown):
        count = f" sur {total}" if total is not None and total > shown else ""
        return f"{shown} affichés{count}\u00a0: précisez le nom ou ajoutez la date de naissance"
    return "1 patient trouvé" if shown == 1 else f"{shown} patients trouvés"
