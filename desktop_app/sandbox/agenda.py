"""What goes on at the hospital these days: appointments and stays that follow the clock.

The same for the whole of a day, and a stay or an appointment stays what it was the next day: an id
holds its day. Nothing is made before it is asked for.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from desktop_app.sandbox.stays import UNITS, WorldStay, paris
from desktop_app.sandbox.world import STRUCTURE_ID, World, WorldPatient

AROUND = timedelta(days=30)
"""How far from today the agenda is known, either way."""
_AHEAD = timedelta(days=7)
"""How long before it begins a stay is planned."""
_A_DAY = 3
"""Stays that begin in a day."""
_LASTING = (1, 2, 3, 5, 8)
"""Days that a stay lasts."""
_SLOTS = ("0830", "0900", "0930", "1000", "1030", "1100", "1130",
          "1400", "1430", "1500", "1530", "1600", "1630", "1700")  # fmt: skip
_ALWAYS = ("70001", "70002", "70003", "70004", "70006", "70007")
"""Whoever is asked for in tests and pictures is there every day, in the first places."""
STRANGER_SLOT, NOBODY_SLOT, OPEN_SLOT, CANCELLED_SLOT, ABSENT_SLOT, INTERNAL_SLOT = (
    6,
    7,
    8,
    9,
    10,
    11,
)
_KNOWN = "70099"
"""The last id of the hand-made people, who have their own stays."""
_TODAY = ("fulfilled", "fulfilled", "arrived", "arrived")
_LABELS = ("Consultation de contrôle", "Première consultation", "Consultation d’anesthésie")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldAppointment:
    """One line of the agenda; it names people by their business identifiers (lifen.md 4.4).

    Numbers are empty where the agenda has no more than a name, or nobody at all.
    """

    id: str
    placer: str
    filler: str
    status: str
    start: datetime
    end: datetime | None
    label: str
    patient_number: str
    patient_name: str
    practitioner_number: str
    practitioner_name: str
    visit: str | None
    unit: tuple[str, str, str]


class Agenda:
    """What is known around a day; worked out once for each day on which somebody asks.

    A world without invented patients has an empty one.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._guests = _guests(world)
        self._doctors = list(islice(world.practitioners.values(), 3))
        self._visits = {
            stay.patient: stay.number
            for stay in world.stays.values()
            if stay.status == "in-progress"
        }
        self._stays: tuple[date, dict[str, WorldStay]] = (date.min, {})
        self._appointments: tuple[date, dict[str, WorldAppointment]] = (date.min, {})

    def stays(self, now: datetime) -> dict[str, WorldStay]:
        """Stays that began around today, or are about to, by id."""
        today = _day(now)
        if self._stays[0] != today:
            days = self._days(today - AROUND, today + _AHEAD)
            stays = [self._stay(day, place, today) for day in days for place in range(_A_DAY)]
            self._stays = today, {stay.id: stay for stay in stays}
        return self._stays[1]

    def appointments(self, now: datetime) -> dict[str, WorldAppointment]:
        """The agenda around today, by id."""
        today = _day(now)
        if self._appointments[0] != today:
            lines = [
                self._appointment(day, slot, today)
                for day in self._days(today - AROUND, today + AROUND)
                for slot in range(len(_SLOTS))
            ]
            self._appointments = today, {line.id: line for line in lines}
        return self._appointments[1]

    def _days(self, first: date, last: date) -> list[date]:
        if not self._guests:
            return []
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def _stay(self, day: date, place: int, today: date) -> WorldStay:
        turn = day.toordinal() * _A_DAY + place
        leaves = day + timedelta(days=_LASTING[turn % len(_LASTING)])
        over = leaves <= today
        guest = self._guests[turn % len(self._guests)]
        status = "planned" if day > today else "finished" if over else "in-progress"
        return WorldStay(
            id=f"8{day:%Y%m%d}{place}",
            number=f"SEJ{day:%Y%m%d}{place}",
            patient=guest.id,
            status=status,
            start=_at(day, f"{7 + turn % 11:02d}00"),
            end=_at(leaves, "1400") if over else None,
            unit=UNITS[turn % len(UNITS)],
        )

    def _appointment(self, day: date, slot: int, today: date) -> WorldAppointment:
        person = self._guests[(day.toordinal() * len(_SLOTS) + slot) % len(self._guests)]
        if slot < len(_ALWAYS):
            person = self._world.patients.get(_ALWAYS[slot], person)
        number, name = _named(slot, person)
        doctor_number, doctor_name = self._doctor(slot)
        start = _at(day, _SLOTS[slot])
        return WorldAppointment(
            id=f"{STRUCTURE_ID}:APT-{int(f'{day:%Y%m%d}{slot:02d}'):x}",
            placer=f"RDV{day:%Y%m%d}{slot:02d}",
            filler=f"AGD{day:%Y%m%d}{slot:02d}",
            status=_status(day, slot, today),
            start=start,
            end=None if slot == OPEN_SLOT else start + timedelta(minutes=30),
            label=_LABELS[slot % len(_LABELS)],
            patient_number=number,
            patient_name=name,
            practitioner_number=doctor_number,
            practitioner_name=doctor_name,
            visit=self._visits.get(person.id),
            unit=UNITS[2],
        )

    def _doctor(self, slot: int) -> tuple[str, str]:
        if slot == INTERNAL_SLOT:
            return "", "INTERNE-FICTIF Camille"
        if not self._doctors:
            return "", ""
        doctor = self._doctors[slot % len(self._doctors)]
        return doctor.identifier, f"{doctor.family.upper()} {doctor.given}"


def _guests(world: World) -> list[WorldPatient]:
    """Invented patients who are alive, not newly born and in no stay of the world's own."""
    busy = {stay.patient for stay in world.stays.values() if stay.status != "finished"}
    return [
        person
        for person in world.patients.values()
        if person.id > _KNOWN
        and person.deceased is None
        and person.reliability == "QUALI"
        and person.birth_date.year < 2020  # noqa: PLR2004 - none is born after a visit
        and person.id not in busy
    ]


def _named(slot: int, person: WorldPatient) -> tuple[str, str]:
    if slot == STRANGER_SLOT:  # known to the agenda only
        return "EXT000042", "EXTERNE-FICTIF Ada"
    if slot == NOBODY_SLOT:
        return "", ""
    return person.ipp, f"{person.used_family or person.birth_family} {person.given[0]}"


def _status(day: date, slot: int, today: date) -> str:
    if slot == CANCELLED_SLOT:
        return "cancelled"
    if slot == ABSENT_SLOT and day < today:
        return "noshow"
    if day != today:
        return "fulfilled" if day < today else "booked"
    return _TODAY[slot] if slot < len(_TODAY) else "booked"


def _day(now: datetime) -> date:
    return now.astimezone(paris(now.date())).date()


def _at(day: date, hour: str) -> datetime:
    return datetime(day.year, day.month, day.day, int(hour[:2]), int(hour[2:]), tzinfo=paris(day))
