import csv
import json
from contextlib import closing

from tests.cli.conftest import MAILBOX, Desk
from tests.sealed import look_into


def test_the_history_is_a_table_with_a_line_for_each_recipient(desk: Desk) -> None:
    desk.send("--title", "=1+1")
    path = desk.folder / "envois.csv"
    ran = desk.run("history", "export", path)
    assert (ran.code, ran.line) == (0, {"file": str(path), "lines": 1})
    with path.open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file, delimiter=";")
    assert (line["Nom de naissance"], line["Adresse"]) == ("ABRICOTIER", MAILBOX)
    assert line["Titre"] == "'=1+1"


def test_a_place_that_cannot_be_written_is_a_sentence(desk: Desk) -> None:
    ran = desk.run("history", "export", desk.folder / "none" / "envois.csv")
    assert ran.code == 5
    assert "écrit" in ran.error["message"]


def test_a_whole_journal_is_said_to_be_so(desk: Desk) -> None:
    job = desk.send()
    desk.run("queue", "cancel", job)
    ran = desk.run("journal", "verify")
    assert (ran.code, ran.line) == (0, {"lines": 2, "intact": True, "fault": None})
    assert "intact" in desk.run("journal", "verify", as_json=False).text


def test_a_line_that_was_changed_is_named_and_needs_a_person(desk: Desk) -> None:
    desk.send()
    with closing(look_into(desk.folder / "data")) as database:
        database.execute("UPDATE journal SET author = 'system:autre'")
    ran = desk.run("journal", "verify")
    assert ran.code == 6
    assert json.loads(ran.text)["fault"] == {"line": 1, "kind": "changed"}
    assert "ligne 1" in desk.run("journal", "verify", as_json=False).text
