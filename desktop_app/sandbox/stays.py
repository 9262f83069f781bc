"""The stays of the invented hospital, the same for one seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

PARIS_WINTER, PARIS_SUMMER = timezone(timedelta(hours=1)), timezone(timedelta(hours=2))
UNITS = (
    ("4101", "CHIRURGIE IMAGINAIRE", "IMP"),
    ("4102", "MÉDECINE DES ESSAIS", "IMP"),
    ("4103", "CONSULTATIONS FICTIVES", "AMB"),
    ("4104", "URGENCES SIMULÉES", "EMER"),
)
STATUSES = ("planned", "in-progress", "finished")
_NOW = datetime(2024, 3, 4, 9, tzinfo=PARIS_WINTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldStay:
    """A stay; the letters before its ``number``'s figures decide what a record copy comes to."""

    id: str
    number: str
    patient: str
    status: str
    start: datetime
    end: datetime | None = None
    unit: tuple[str, str, str] = UNITS[0]


def paris(day: date) -> timezone:
    """The time zone of the hospital on ``day``; needs no table of zones on the machine."""

    def last_sunday(month: int) -> date:
        end = date(day.year, month, 31)
        return end - timedelta(days=(end.weekday() + 1) % 7)

    return PARIS_SUMMER if last_sunday(3) <= day < last_sunday(10) else PARIS_WINTER


def build_stays(patients: Sequence[str], seed: int) -> dict[str, WorldStay]:
    """Stays by id: those of the pictures and of each outcome, then some for most patients."""
    chance = random.Random(seed)  # noqa: S311 - a fixed world, not a secret
    stays = _known_stays()
    known = {stay.patient for stay in stays} | {"70005", "70016"}  # those two never stayed
    for patient in patients:
        if patient not in known:
            stays += _invented(chance, patient, len(stays))
    return {stay.id: stay for stay in stays}


def _known_stays() -> list[WorldStay]:
    def at(month: int, day: int, hour: int, year: int = 2024) -> datetime:
        return datetime(year, month, day, hour, tzinfo=paris(date(year, month, day)))

    rows: tuple[tuple[str, str, str, datetime, datetime | None, int], ...] = (
        ("70001", "SEJ2024000777", "in-progress", at(3, 1, 9), None, 0),
        ("70001", "SEJ2023000412", "finished", at(11, 6, 8, 2023), at(11, 9, 15, 2023), 1),
        ("70001", "SEJ2024000901", "planned", at(4, 15, 8), None, 2),
        ("70002", "SEJ2024000101", "finished", at(1, 10, 14), at(1, 10, 17), 3),
        ("70003", "SEJ2024000102", "in-progress", at(3, 2, 23), None, 3),
        ("70004", "SEJ2023000300", "finished", at(7, 3, 8, 2023), at(7, 12, 11, 2023), 0),
        ("70007", "SEJ2024000700", "in-progress", at(2, 27, 10), None, 1),
        ("70007", "REJET2024001", "finished", at(2, 1, 9), at(2, 3, 11), 0),
        ("70007", "LENT2024001", "finished", at(1, 15, 9), at(1, 16, 11), 1),
        ("70007", "INCONNU2024001", "finished", at(1, 2, 9), at(1, 4, 11), 2),
    )
    return [
        WorldStay(
            id=str(80001 + number),
            number=visit,
            patient=patient,
            status=status,
            start=start,
            end=end,
            unit=UNITS[unit],
        )
        for number, (patient, visit, status, start, end, unit) in enumerate(rows)
    ]


def _invented(chance: random.Random, patient: str, before: int) -> list[WorldStay]:
    stays = []
    for place in range(chance.choice((0, 1, 1, 2, 3))):
        status = "in-progress" if place == 0 and chance.random() < 0.25 else "finished"  # noqa: PLR2004
        begun = chance.randrange(20) if status == "in-progress" else chance.randrange(30, 900)
        start = _NOW - timedelta(days=begun, hours=chance.randrange(2))
        lasted = timedelta(days=chance.randrange(9), hours=chance.randrange(2, 9))
        number = before + place
        stays.append(
            WorldStay(
                id=str(80001 + number),
                number=f"SEJ{start.year}{100_000 + number}",
                patient=patient,
                status=status,
                start=start,
                end=None if status == "in-progress" else start + lasted,
                unit=chance.choice(UNITS),
            )
        )
    return stays
