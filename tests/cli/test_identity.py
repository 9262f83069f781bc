import argparse
import contextlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.cli.identity import read_identity_file
from desktop_app.cli.lines import patient_line
from desktop_app.domain.people import Patient, PatientId
from tests.cli.conftest import MAILBOX, PATIENT_MEMBERS, Desk, Platform

TODAY = date(2026, 11, 25)
WITH_IPP: dict[str, Any] = {
    "ipp": "000123",
    "used_family": "DELORMEAU",
    "given": ["CAPUCINE"],
    "sex": "female",
    "birth_date": "1985-07-14",
}
WITH_INS: dict[str, Any] = {
    "ins": "285079900100130",
    "ins_qualified": True,
    "birth_family": "ABRICOTIER",
    "given": ["CAPUCINE", "MARIE ROSE"],
    "sex": "female",
    "birth_date": "1985-07-14",
    "birth_place_code": "99001",
}


@pytest.fixture
def typed(desk: Desk) -> Desk:
    """A desk of a hospital that has not opened its patients."""
    desk.settle('patients = "typed"\norganization = "60001"')
    return desk


def written(folder: Path, content: object) -> Path:
    path = folder / "identite.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


@pytest.mark.parametrize("members", [WITH_IPP, WITH_INS])
def test_an_identity_from_a_file_leaves_with_the_letter(
    typed: Desk, lifen: Platform, members: dict[str, Any]
) -> None:
    identity = written(typed.folder, members)
    sent = typed.run("send", typed.file(), "--identity", identity, "--to", MAILBOX)
    assert sent.code == 0
    assert typed.run("queue", "run", "--timeout", "1").code == 0
    (accepted,) = lifen.ledger
    assert (accepted.patient, accepted.organization) == ("detailed", "Organization/60001")


def test_what_patients_show_prints_is_what_is_read(tmp_path: Path) -> None:
    whole = read_identity_file(written(tmp_path, WITH_INS), TODAY)
    assert whole.given == ("CAPUCINE", "MARIE ROSE")
    assert read_identity_file(written(tmp_path, dict(patient_line(whole))), TODAY) == whole
    assert set(patient_line(whole)) >= PATIENT_MEMBERS


@pytest.mark.parametrize(
    ("change", "member"),
    [
        ({"id": "70001"}, "id"),
        ({"colour": "blue"}, "colour"),
        ({"birth_date": "14/07/1985"}, "birth_date"),
        ({"birth_date": "2085-07-14"}, "birth_date"),
        ({"sex": "F"}, "sex"),
        ({"given": "CAPUCINE"}, "given"),
        ({"given": ["CAPUCINE", ""]}, "given"),
        ({"given": ["CAPUCINE", 2]}, "given"),
        ({"used_family": "D3LORMEAU"}, "used_family"),
        ({"ins": "285079900100131"}, "ins"),
        ({"ins": "12"}, "ins"),
        ({"ipp": 123}, "ipp"),
        ({"birth_place_code": "PARIS"}, "birth_place_code"),
        ({"ins_qualified": "yes"}, "ins_qualified"),
    ],
)
def test_the_member_at_fault_is_named(tmp_path: Path, change: dict[str, Any], member: str) -> None:
    with pytest.raises(argparse.ArgumentError, match=f"« {member} »"):
        read_identity_file(written(tmp_path, WITH_IPP | change), TODAY)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({}, "IPP ou INS"),
        (WITH_IPP | {"ipp": ""}, "IPP ou INS"),
        (WITH_IPP | {"sex": "unknown"}, "sexe"),
        (WITH_INS | {"birth_place_code": None}, "lieu de naissance"),
        (WITH_INS | {"ins_qualified": False}, "IPP ou INS"),
    ],
)
def test_what_the_platform_demands_is_named(
    tmp_path: Path, members: dict[str, Any], said: str
) -> None:
    with pytest.raises(argparse.ArgumentError, match=said):
        read_identity_file(written(tmp_path, members), TODAY)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\xe9", " " * 200_000])
def test_a_file_that_is_no_identity_is_said_to_be_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "identite.json"
    path.write_bytes(content.encode("latin-1"))
    for one in (path, tmp_path / "gone.json", tmp_path):
        with pytest.raises(argparse.ArgumentError, match="JSON"):
            read_identity_file(one, TODAY)


def test_a_faulty_identity_sends_nothing(typed: Desk) -> None:
    identity = written(typed.folder, WITH_IPP | {"sex": "F"})
    ran = typed.run("send", typed.file(), "--identity", identity, "--to", MAILBOX)
    assert (ran.code, ran.error["error"]) == (2, "usage")
    assert "« sex »" in ran.error["advice"]
    assert typed.spooled() == []


def test_where_patients_can_be_asked_for_nobody_writes_one(desk: Desk) -> None:
    identity = written(desk.folder, WITH_IPP)
    ran = desk.run("send", desk.file(), "--identity", identity, "--to", MAILBOX)
    assert (ran.code, ran.error["error"]) == (2, "usage")
    assert "--patient" in ran.error["advice"]


def test_where_patients_cannot_be_asked_for_an_id_means_nothing(typed: Desk) -> None:
    ran = typed.run("send", typed.file(), "--patient", "70001", "--to", MAILBOX)
    assert (ran.code, ran.error["error"]) == (5, "not_offered")


members = st.dictionaries(
    st.sampled_from([*patient_line(Patient(id=PatientId(""))), "x"]),
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.lists(st.text(max_size=5)),
    max_size=6,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("identities")


@given(found=members | st.text(max_size=40))
def test_whatever_a_file_holds_is_an_identity_or_a_named_fault(folder: Path, found: Any) -> None:
    path = folder / "identite.json"
    path.write_bytes(
        found.encode("utf-8", "replace") if isinstance(found, str) else json.dumps(found).encode()
    )
    with contextlib.suppress(argparse.ArgumentError):
        assert read_identity_file(path, TODAY).id == ""
