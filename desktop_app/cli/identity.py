"""An identity from a file, for hospitals that have not opened their patients (lifen.md 4.6)."""

import argparse
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec

from desktop_app.domain.people import Patient, Sex
from desktop_app.domain.typed import NOBODY, Typed, lacking, read_identity
from desktop_app.wording import cli as words

_LARGEST = 100_000
_MEMBER = re.compile(r"(?:unknown field `|at `\$\.)(\w{1,40})")
"""Where msgspec names a member."""


class _Identity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The members that ``patients show`` prints."""

    id: str | None = None
    ipp: str | None = None
    birth_family: str | None = None
    used_family: str | None = None
    given: tuple[str, ...] = ()
    sex: Sex = Sex.UNKNOWN
    birth_date: date | None = None
    ins: str | None = None
    ins_qualified: bool = False
    deceased: bool = False
    ipp_system: str | None = None
    ins_system: str | None = None
    birth_place: str | None = None
    birth_place_code: str | None = None
    reliability: str | None = None


def read_identity_file(path: Path, today: date) -> Patient:
    """The identity in ``path``; raises ``ArgumentError`` that names the member at fault.

    Nothing is guessed: what the platform demands beside its strongest number has to be there, and
    an INS counts only where the file says that it is qualified.
    """
    said = _parsed(path)
    if said.id:  # it belongs to a platform that can be asked
        raise _fault("id")
    if any(not name.strip() for name in said.given):
        raise _fault("given")
    reading = read_identity(_typed(said), today)
    for trait in (*reading.wrong, *reading.unfinished):
        raise _fault(trait)
    patient = replace(
        reading.patient,
        id=NOBODY,
        given=tuple(" ".join(name.split()) for name in said.given),
        ins_qualified=bool(said.ins) and said.ins_qualified,
        deceased=said.deceased,
        ipp_system=said.ipp_system or None,
        ins_system=said.ins_system or None,
        birth_place=said.birth_place or None,
        reliability=said.reliability or None,
    )
    if missing := lacking(patient):
        raise argparse.ArgumentError(None, words.identity_lacks(missing))
    return patient


def _parsed(path: Path) -> _Identity:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise _fault("")
        return msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_Identity)
    except msgspec.ValidationError as error:
        found = _MEMBER.search(str(error))
        raise _fault(found[1] if found else "") from error
    except (OSError, ValueError) as error:  # what is not JSON is one of these
        raise _fault("") from error


def _typed(said: _Identity) -> Typed:
    born = "" if said.birth_date is None else f"{said.birth_date:%d/%m}/{said.birth_date.year:04}"
    return Typed(
        birth_family=said.birth_family or "",
        used_family=said.used_family or "",
        given=" ".join(said.given),
        birth_date=born,
        sex=said.sex,
        ipp=said.ipp or "",
        ins=said.ins or "",
        birth_place_code=said.birth_place_code or "",
    )


def _fault(member: str) -> argparse.ArgumentError:
    return argparse.ArgumentError(None, words.identity_fault(member))
