import re
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from desktop_app.sandbox.faults import Rule
from tests.cli.conftest import (
    ENTRY_MEMBERS,
    MAILBOX,
    PATIENT,
    PATIENT_MEMBERS,
    STAY,
    Desk,
    Platform,
)

STAY_MEMBERS = {"id", "number", "status", "start", "end", "label"}
APPOINTMENT_MEMBERS = {
    "id", "start", "end", "status", "label", "patient_number", "patient_name", "practitioner",
}  # fmt: skip
COVERAGE_MEMBERS = {"number", "payer", "label", "status", "start", "end"}
"""Documented in the README."""


def test_a_patient_is_found_by_name_date_and_number(desk: Desk) -> None:
    for words in (["abricotier", "capucine"], ["14/07/1985", "abricotier"], ["000123"]):
        found = desk.run("patients", "search", *words)
        assert found.code == 0
        assert PATIENT in {line["id"] for line in found.lines}
        assert all(set(line) >= PATIENT_MEMBERS for line in found.lines)
    shown = desk.run("patients", "show", PATIENT).line
    assert (shown["ipp"], shown["birth_date"], shown["sex"]) == ("000123", "1985-07-14", "female")
    assert shown["given"] == ["CAPUCINE"]


def test_a_patient_s_stays_are_listed_those_under_way_first(desk: Desk) -> None:
    stays = desk.run("patients", "stays", PATIENT)
    assert stays.code == 0
    assert stays.lines[0] == {
        "id": STAY,
        "number": "SEJ2024000777",
        "status": "in-progress",
        "start": "2024-03-01T09:00:00+01:00",
        "end": None,
        "label": "IMP · CHIRURGIE IMAGINAIRE",
    }
    assert [line["status"] for line in stays.lines] == ["in-progress", "planned", "finished"]
    said = desk.run("patients", "stays", PATIENT, as_json=False).text
    assert "80001  SEJ2024000777 · en cours · 01/03/2024 · IMP" in said
    nobody = desk.run("patients", "stays", "70005")
    assert (nobody.code, nobody.text) == (0, "")
    assert "Aucun séjour" in desk.run("patients", "stays", "70005", as_json=False).text


def test_today_s_appointments_are_listed_and_another_day_s(desk: Desk) -> None:
    today = desk.run("appointments")
    assert today.code == 0
    assert today.lines
    assert all(set(line) == APPOINTMENT_MEMBERS for line in today.lines)
    here = datetime.now().astimezone().date()
    days = {datetime.fromisoformat(line["start"]).astimezone().date() for line in today.lines}
    assert days == {here}
    other = desk.run("appointments", "--day", (here + timedelta(days=7)).isoformat()).lines
    assert {line["id"] for line in other}.isdisjoint(line["id"] for line in today.lines)
    said = desk.run("appointments", as_json=False).text
    assert today.lines[0]["id"] in said
    far = desk.run("appointments", "--day", "1999-01-01", as_json=False)
    assert (far.code, far.text) == (0, "Aucun rendez-vous ce jour-là.\n")


def test_the_stays_under_way_are_listed_with_their_patients(desk: Desk) -> None:
    current = desk.run("patients", "current")
    assert current.code == 0
    assert current.lines
    for line in current.lines:
        assert set(line) == {*STAY_MEMBERS, "patient"}
        assert set(line["patient"]) >= PATIENT_MEMBERS
        assert line["status"] == "in-progress"
    said = desk.run("patients", "current", as_json=False).text
    assert all(line["number"] in said for line in current.lines)


def test_a_patient_s_insurances_are_listed(desk: Desk) -> None:
    found = desk.run("patients", "coverages", "70002")
    assert found.code == 0
    assert found.lines
    assert all(set(line) == COVERAGE_MEMBERS for line in found.lines)
    none = desk.run("patients", "coverages", "70008", as_json=False)
    assert (none.code, none.text.startswith("Aucune assurance")) == (0, True)


def test_every_page_of_a_search_is_printed_once(desk: Desk) -> None:
    ids = [line["id"] for line in desk.run("patients", "search", "sandbox").lines]
    assert len(ids) > 100
    assert len(ids) == len(set(ids))


def test_the_directory_is_searched_by_name_town_number_and_address(desk: Desk) -> None:
    by_address = desk.run("practitioners", "search", MAILBOX).line
    assert set(by_address) >= ENTRY_MEMBERS
    assert MAILBOX in by_address["addresses"]
    for text in (by_address["identifier"], "tessandier, villefictive", "tessandier"):
        found = desk.run("practitioners", "search", text)
        assert by_address["id"] in {line["id"] for line in found.lines}
    structures = desk.run("organizations", "search", "villefictive").lines
    assert structures
    assert all(set(line) >= ENTRY_MEMBERS and line["name"] for line in structures)


def test_nobody_found_is_no_failure(desk: Desk) -> None:
    assert desk.run("patients", "search", "zzyzx").text == ""
    nobody = desk.run("practitioners", "search", "zzyzx", as_json=False)
    assert (nobody.code, nobody.problem) == (0, "")
    assert nobody.text.startswith("Personne")


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (["patients", "search", "a"], "incomplete"),
        (["practitioners", "search", "é"], "incomplete"),
        (["patients", "search", "185079900100131"], "incomplete"),
        (["patients", "show", "nobody"], "refused"),
        (["queue", "show", "nothing"], "unknown"),
        (["queue", "retry", "nothing"], "unknown"),
        (["queue", "cancel", "nothing"], "unknown"),
        (["queue", "resolve", "nothing", "--sent"], "unknown"),
    ],
)
def test_what_cannot_be_asked_is_answered_in_words(desk: Desk, words: list[str], kind: str) -> None:
    ran = desk.run(*words)
    assert (ran.code, ran.text, ran.error["error"]) == (5, "", kind)
    assert ran.error["message"]


@pytest.mark.parametrize(
    ("rule", "code", "kind"),
    [
        (Rule(status=401), 3, "not_allowed"),
        (Rule(status=403), 3, "not_allowed"),
        (Rule(status=404), 5, "refused"),
        (Rule(status=412), 5, "refused"),
        (Rule(status=413), 5, "refused"),
        (Rule(status=422), 5, "refused"),
        (Rule(status=429), 4, "throttled"),
        (Rule(status=500), 4, "server_trouble"),
        (Rule(status=503, retry_after=1), 4, "server_trouble"),
        (Rule(status=500, body="html"), 4, "server_trouble"),
        (Rule(status=200, body="html"), 4, "malformed"),
        (Rule(body="truncated"), 4, "malformed"),
        (Rule(cut=True), 4, "unreachable"),
    ],
)
def test_whatever_the_platform_does_has_a_sentence_and_a_code(
    desk: Desk, lifen: Platform, rule: Rule, code: int, kind: str
) -> None:
    lifen.trouble(structs.replace(rule, path="/Patient/_search"))
    ran = desk.run("patients", "search", "abricotier")
    assert (ran.code, ran.error["error"]) == (code, kind)
    assert re.search(r"[a-zé]", ran.error["message"])


def test_a_next_link_to_another_host_is_asked_on_our_own(desk: Desk, lifen: Platform) -> None:
    lifen.trouble(Rule(path="/Patient/_search", links="https://elsewhere.example"))
    assert len(desk.run("patients", "search", "sandbox").lines) > 100
