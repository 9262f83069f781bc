"""The invented hospital: patients, practitioners and structures, the same for one seed."""

# ruff: noqa: E501, PLR2004 - a table of people is read by its columns; odds are odds

import functools
import random
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from desktop_app.sandbox import names
from desktop_app.sandbox.stays import WorldStay, build_stays

SEED = 20240304
STRUCTURE_ID = "60001"
_DOUBLED = {str(digit): digit * 2 - 9 * (digit > 4) for digit in range(10)}
"""Twice a digit, the figures of it added up."""
PATIENTS, PRACTITIONERS, ORGANIZATIONS = 560, 2040, 160


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldPatient:
    """An invented patient; ``ins`` is there whether or not it may be shown."""

    id: str
    ipp: str
    birth_family: str
    used_family: str | None
    given: tuple[str, ...]
    sex: str
    birth_date: date
    town: str
    insee: str
    ins: str | None
    reliability: str | None
    deceased: date | None = None
    birth_rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldAddress:
    """Where somebody works, and the secure mailbox there."""

    lines: tuple[str, ...]
    city: str
    postal_code: str
    mailbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldEntry:
    """An invented practitioner or, with a ``name``, a structure."""

    id: str
    identifier: str
    family: str = ""
    given: str = ""
    prefix: str = ""
    name: str = ""
    addresses: tuple[WorldAddress, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everybody, and every stay, by id."""

    patients: dict[str, WorldPatient]
    practitioners: dict[str, WorldEntry]
    organizations: dict[str, WorldEntry]
    stays: dict[str, WorldStay]


def build_world(seed: int = SEED) -> World:
    """The world of ``seed``: hand-made people first, invented ones after them."""
    chance = random.Random(seed)  # noqa: S311 - a fixed world, not a secret
    patients = [*_known_patients(), *_invented_patients(chance)]
    practitioners = [*_known_practitioners(), *_invented_practitioners(chance)]
    organizations = [_organization(chance, number) for number in range(ORGANIZATIONS)]
    return World(
        patients={patient.id: patient for patient in patients},
        practitioners={entry.id: entry for entry in practitioners},
        organizations={entry.id: entry for entry in organizations},
        stays=build_stays([patient.id for patient in patients if _may_have_stayed(patient)], seed),
    )


def _may_have_stayed(patient: WorldPatient) -> bool:
    """Whether a stay of the last years would not be before a birth or after a death."""
    return patient.deceased is None and patient.birth_date.year < 2021


def luhn(digits: str) -> str:
    """``digits`` with the check digit that RPPS and FINESS numbers end with."""
    doubled = sum(map(_DOUBLED.__getitem__, digits[::-2]))
    return f"{digits}{-(doubled + sum(map(int, digits[-2::-2]))) % 10}"


def nir(sex: str, born: date, place: str, order: int) -> str:
    """A social-security number of no living person: ``place`` is no municipality."""
    body = f"{1 if sex == 'male' else 2}{born:%y%m}{place}{order:03d}"
    number = int(body.replace("2A", "19").replace("2B", "18"))
    return f"{body}{97 - number % 97:02d}"


def _patient(  # noqa: PLR0913, PLR0917 - one line of the table
    number: int,
    birth: str,
    used: str | None,
    given: str,
    sex: str,
    born: date,
    *,
    reliability: str | None = "QUALI",
    has_ins: bool = True,
    insee: str = "99001",
    deceased: date | None = None,
    ipp: str | None = None,
    rank: int | None = None,
) -> WorldPatient:
    town = next((town for town, code in names.TOWNS if code == insee), "VILLEFICTIVE")
    return WorldPatient(
        id=str(70000 + number),
        ipp=ipp or f"{700000 + number:06d}",
        birth_family=birth,
        used_family=used,
        given=tuple(given.split()),
        sex=sex,
        birth_date=born,
        town=town,
        insee=insee,
        ins=nir(sex, born, insee, number % 1000) if has_ins else None,
        reliability=reliability,
        deceased=deceased,
        birth_rank=rank,
    )


def _known_patients() -> list[WorldPatient]:
    """The people of the pictures, the sample letters and the user guide, and hard cases."""
    f, m = "female", "male"
    return [
        _patient(1, "ABRICOTIER", "DELORMEAU-SANDBOX", "Capucine", f, date(1985, 7, 14), ipp="000123"),
        _patient(2, "LE GOFF-N’DIAYE", None, "Awa", f, date(1990, 3, 21), ipp="000207"),
        _patient(3, "LE GOFF-N’DIAYE", None, "Awa", f, date(1962, 11, 2), reliability="VALI", ipp="000208"),
        _patient(4, "D’ORVAL", None, "Théodore Anatole", m, date(1958, 11, 20), ipp="000315"),
        _patient(5, "MARRONNIER", None, "Jules", m, date(1972, 5, 5), ipp="000416"),
        _patient(6, "CHÊNE-LIÈGE", None, "Aurore", f, date(2001, 12, 12), ipp="000517"),
        _patient(7, "ROSIER", "POMMIER-SANDBOX", "Zoé Rose-Marie", f, date(1944, 6, 30), ipp="000618"),
        _patient(8, "BA", None, "Ô", m, date(1979, 1, 1), has_ins=False, reliability="PROV", ipp="000719"),
        _patient(9, "POMMIER", None, "Luc", m, date(1960, 9, 9), deceased=date(2024, 1, 17), ipp="000820"),
        _patient(10, "TILLEUL-SANDBOX", None, "Léa Marie", f, date(2019, 4, 2), rank=1),
        _patient(11, "TILLEUL-SANDBOX", None, "Léo Paul", m, date(2019, 4, 2), rank=2),
        _patient(12, "TILLEUL-SANDBOX", None, "Léana Jeanne", f, date(2019, 4, 2), rank=3),
        _patient(13, "DE LA TOURNELLE-SANDBOX DU VAL D’INVENTION ET DES ESSAIS PERPÉTUELS", None, "Hippolyte", m, date(1951, 8, 15)),
        _patient(14, "CORSE-FICTIVE", None, "Lisandra", f, date(1983, 2, 27), insee="2A999"),
        _patient(15, "CORSE-FICTIF", None, "Ghjuvanni", m, date(1977, 10, 8), insee="2B999"),
        _patient(16, "INCONNU-SANDBOX", None, "Fictif", m, date(1970, 12, 31), has_ins=False, reliability="FICT"),
        _patient(17, "DOUTEUX-FICTIF", None, "Octave", m, date(1948, 1, 1), has_ins=False, reliability="DOUT"),
    ]  # fmt: skip


def _invented_patients(chance: random.Random) -> list[WorldPatient]:
    people: list[WorldPatient] = []
    number = 100
    while len(people) < PATIENTS:
        number += 1
        sex = chance.choice(("female", "male"))
        given = chance.choice(names.FEMALE_GIVEN if sex == "female" else names.MALE_GIVEN)
        suffix = chance.choice(("SANDBOX", "FICTIVE" if sex == "female" else "FICTIF"))
        birth = f"{chance.choice(names.PATIENT_FAMILIES)}-{suffix}"
        married = sex == "female" and chance.random() < 0.4
        used = f"{chance.choice(names.PATIENT_FAMILIES)}-SANDBOX" if married else None
        born = date(1928, 1, 1) + timedelta(days=chance.randrange(35000))
        reliability = chance.choices(("QUALI", "VALI", "PROV", None), (70, 15, 10, 5))[0]
        insee = chance.choice(names.TOWNS)[1]
        first = _patient(
            number,
            birth,
            used,
            given,
            sex,
            born,
            reliability=reliability,
            has_ins=chance.random() > 0.08,
            insee=insee,
            deceased=born + timedelta(days=30000) if born.year < 1940 and number % 4 == 0 else None,
        )
        people.append(first)
        if number % 25 == 0:  # a homonym, born on another day
            number += 1
            other = born + timedelta(days=chance.randrange(200, 9000))
            people.append(_patient(number, birth, used, given, sex, other, insee=insee))
        elif number % 40 == 0:  # a twin, told apart by the first name only
            number += 1
            twin = chance.choice(names.FEMALE_GIVEN if sex == "female" else names.MALE_GIVEN)
            people.append(_patient(number, birth, None, twin, sex, born, insee=insee, rank=2))
    return people


def _known_practitioners() -> list[WorldEntry]:
    """The doctors of the pictures and the sample letters, and one for each outcome."""
    town, code = names.TOWNS[0]
    bac = ("CABINET MÉDICAL IMAGINAIRE", "1 RUE DU BAC À SABLE")
    place = ("CABINET DE LA PLACE", "3 PLACE DE L’EXEMPLE")

    def at(mailbox: str, lines: tuple[str, ...] = bac, where: int = 0) -> WorldAddress:
        city, postal_code = names.TOWNS[where]
        return WorldAddress(
            lines=lines, city=city, postal_code=postal_code, mailbox=f"{mailbox}.mssante.example"
        )

    clinic = WorldAddress(
        lines=("CLINIQUE DES EXEMPLES", "12 AVENUE DES ESSAIS"),
        city=town,
        postal_code=code,
        mailbox="marc.tessandier@clinique.mssante.example",
    )
    people = (
        ("Tessandier-Fictif", "Marc", (at("marc.tessandier@cabinet"), clinic)),
        ("Coudrier-Fictive", "Inès", (at("ines.coudrier@cabinet", place, 1),)),
        ("Ormeau-Fictif", "Paul", (at("paul.ormeau@place", place),)),
        ("Ormeau-Fictif", "Paul", (at("paul.ormeau@bourg", place, 1),)),
        ("Ormeau-Fictive", "Pauline", (at("pauline.ormeau@place", place),)),
        ("Boîtepleine-Fictif", "Octave", (at("plein.octave@cabinet"),)),
        ("Adresseperdue-Fictive", "Léonie", (at("invalide.leonie@cabinet"),)),
        ("Tortue-Fictif", "Barnabé", (at("lent.barnabe@cabinet"),)),
        ("Mystère-Fictive", "Céleste", (at("inconnu.celeste@cabinet"),)),
    )
    return [
        WorldEntry(
            id=str(90001 + number),
            identifier=luhn(f"1099999{number + 600:03d}"),
            family=family,
            given=given,
            prefix="DR",
            addresses=addresses,
        )
        for number, (family, given, addresses) in enumerate(people)
    ]


def _invented_practitioners(chance: random.Random) -> list[WorldEntry]:
    people: list[WorldEntry] = []
    for number in range(PRACTITIONERS):
        female = chance.random() < 0.5
        given = chance.choice(names.FEMALE_GIVEN if female else names.MALE_GIVEN)
        family = f"{chance.choice(names.DOCTOR_FAMILIES)}-{'Fictive' if female else 'Fictif'}"
        if number % 50 == 1:  # a homonym of the one before, elsewhere
            family, given = people[-1].family, people[-1].given
        outcome = f"{names.OUTCOMES[number % 4]}." if number % 100 < 4 else ""
        count = 1 + (number % 6 == 0) + (number % 30 == 0)
        people.append(
            WorldEntry(
                id=str(91000 + number),
                identifier=luhn(f"9999{number:06d}"),
                family=family,
                given=given,
                prefix=chance.choices(("DR", "PR", ""), (85, 5, 10))[0],
                addresses=tuple(
                    _address(chance, f"{outcome}{_plain(given)}.{_plain(family)}{number}", place)
                    for place in range(count)
                ),
            )
        )
    return people


def _organization(chance: random.Random, number: int) -> WorldEntry:
    name = f"{names.STRUCTURES[number % len(names.STRUCTURES)]} {number + 1}"
    return WorldEntry(
        id=STRUCTURE_ID if number == 0 else str(60100 + number),
        identifier=luhn(f"99{number + 1:06d}"),
        name="Centre hospitalier de Villefictive" if number == 0 else name,
        addresses=(_address(chance, f"secretariat{number}", number % 4),),
    )


def _address(chance: random.Random, local: str, place: int) -> WorldAddress:
    practice, domain = names.PRACTICES[place % len(names.PRACTICES)]
    city, postal_code = chance.choice(names.TOWNS)
    return WorldAddress(
        lines=(practice, f"{chance.randrange(1, 90)} {chance.choice(names.STREETS)}"),
        city=city,
        postal_code=postal_code,
        mailbox=f"{local}@{domain}.mssante.example",
    )


@functools.cache
def _plain(text: str) -> str:
    """``text`` as a mailbox writes it."""
    bare = unicodedata.normalize("NFD", text.casefold().replace("œ", "oe"))
    return re.sub(r"[^a-z]+", "-", "".join(c for c in bare if not unicodedata.combining(c)))
