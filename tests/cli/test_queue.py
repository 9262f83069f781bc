from datetime import datetime

from desktop_app.sandbox.faults import Rule
from tests.cli.conftest import MAILBOX, PATIENT, SEND, Desk, Platform


def test_the_queue_is_listed_in_order_and_by_state(desk: Desk) -> None:
    first, second = desk.send(), desk.send("--hold", 60)
    jobs = desk.run("queue", "list").lines
    assert [job["job"] for job in jobs] == [first, second]
    assert [job["state"] for job in jobs] == ["queued", "held"]
    assert datetime.fromisoformat(jobs[1]["not_before"]).tzinfo is not None
    assert [job["job"] for job in desk.run("queue", "list", "--state", "held").lines] == [second]


def test_what_has_not_left_can_be_cancelled_once(desk: Desk, lifen: Platform) -> None:
    job = desk.send()
    assert desk.run("queue", "cancel", job).line["state"] == "cancelled"
    again = desk.run("queue", "cancel", job)
    assert (again.code, again.error["error"]) == (5, "illegal_move")
    assert desk.run("queue", "run", "--until-idle").code == 0
    assert lifen.ledger == []


def test_what_is_in_doubt_is_settled_by_a_person(desk: Desk, lifen: Platform) -> None:
    lifen.trouble(Rule(path=SEND, cut=True, after=True, times=1))
    job = desk.send()
    assert desk.run("queue", "run", "--until-idle").code == 6
    assert desk.run("queue", "show", job).line["state"] == "in_doubt"
    assert desk.run("queue", "retry", job).code == 5
    assert desk.run("queue", "resolve", job, "--sent").line["state"] == "delivered"
    assert desk.run("queue", "resolve", job, "--not-sent").code == 5
    assert len(lifen.ledger) == 1


def test_a_person_who_knows_it_did_not_leave_makes_it_leave(desk: Desk, lifen: Platform) -> None:
    lifen.trouble(Rule(path=SEND, status=500, times=1))
    job = desk.send()
    assert desk.run("queue", "run", "--until-idle").code == 6
    assert lifen.ledger == []
    assert desk.run("queue", "resolve", job, "--not-sent").line["state"] == "queued"
    assert desk.run("queue", "run", "--timeout", "1").code == 0
    assert len(lifen.ledger) == 1


def test_sentences_for_people_name_the_letter_its_state_and_its_recipient(desk: Desk) -> None:
    job = desk.send()
    listed = desk.run("queue", "list", as_json=False)
    assert job in listed.text
    assert "prête à partir" in listed.text
    assert MAILBOX in listed.text
    assert "ABRICOTIER Capucine" in desk.run("patients", "show", PATIENT, as_json=False).text
    assert MAILBOX in desk.run("practitioners", "search", "tessandier", as_json=False).text
