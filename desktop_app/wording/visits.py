"""Words of the pick list: today's appointments and the stays under way."""

from datetime import datetime

from desktop_app.domain.people import Appointment, PatientStay
from desktop_app.wording import people
from desktop_app.wording.dates import day, hour, near_day
from desktop_app.wording.failures import Notice
from desktop_app.wording.states import Tone

APPOINTMENTS = "Rendez-vous du jour"
STAYS = "Séjours en cours"
REFRESH = "Actualiser"
NO_APPOINTMENT = "Aucun rendez-vous aujourd’hui"
NO_STAY = "Aucun séjour en cours"
READING = "Lecture de l’agenda et des séjours…"
_NO_SHOW = {"noshow": ("absent", Tone.NEUTRAL)}


def count(shown: int, *, complete: bool) -> str:
    """How many there are; at least, where not all of them are shown."""
    return f"{shown}" if complete else f"{shown} ou plus"


def refresh_tip(at: datetime | None, now: datetime) -> str:
    """What refreshing is for."""
    if at is None:
        return REFRESH
    today = at.astimezone().date() == now.astimezone().date()
    return f"{REFRESH} (lu à {hour(at)})" if today else f"{REFRESH} (lu {near_day(at, now)})"


def failed(notice: Notice) -> str:
    """That there is nothing to pick from, on one line; the search works without."""
    return f"Agenda et séjours non lus\u00a0: {notice.title[0].lower()}{notice.title[1:]}."


def appointment_title(visit: Appointment) -> str:
    """When, and whom the agenda says."""
    who = visit.patient_name or number(visit) or "patient non précisé"
    at = "" if visit.start is None else hour(visit.start)
    return "\u2002".join(part for part in (at, who) if part)


def number(visit: Appointment) -> str:
    """The patient's number; the agenda does not say of which kind it is."""
    return f"n°\u00a0{visit.patient_number}" if visit.patient_number else ""


def appointment_detail(visit: Appointment) -> str:
    """With whom and what for."""
    return " · ".join(part for part in (visit.practitioner, visit.label) if part)


def appointment_marks(visit: Appointment) -> tuple[tuple[str, Tone], ...]:
    """What is unusual about it."""
    return (_NO_SHOW[visit.status],) if visit.status in _NO_SHOW else ()


def stay_kept(one: PatientStay) -> str:
    """Since when, and what tells the patient from another: never shortened."""
    start, born = one.stay.start, one.patient.birth_date
    since = "" if start is None else f"depuis le {day(start.astimezone().date())[:5]}"
    known = (since, people.sex_initial(one.patient.sex), "" if born is None else day(born))
    return " · ".join(part for part in known if part)


def from_agenda(visit: Appointment) -> str:
    """Above the answers: whose appointment they are for."""
    at = "" if visit.start is None else f" de {hour(visit.start)}"
    who = visit.patient_name or "sans nom de patient"
    return f"Rendez-vous{at}, {who}\u00a0: vérifiez l’identité, puis choisissez-la"
