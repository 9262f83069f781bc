import asyncio
import hashlib
import re
import sys
from datetime import datetime
from typing import Any

import pytest
from msgspec import structs

from desktop_app.domain.letters import MAX_BYTES
from desktop_app.outbox.service import Outbox
from desktop_app.sandbox.faults import Rule
from tests.cli.conftest import MAILBOX, PATIENT, RECORD, SEND, STAY, Desk, Platform
from tests.intake.conftest import BAD, pdf

PATIENT_MEMBERS = {
    "id", "ipp", "birth_family", "used_family", "given", "sex", "birth_date", "ins",
    "ins_qualified", "deceased",
}  # fmt: skip
ENTRY_MEMBERS = {"id", "identifier", "family", "given", "name", "city", "addresses"}
JOB_MEMBERS = {
    "job", "sending", "target", "state", "attempts", "not_before", "transaction_id", "reason",
    "recipients",
}  # fmt: skip


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


def test_a_letter_is_queued_with_its_copy_and_nothing_leaves(desk: Desk, lifen: Platform) -> None:
    path = desk.file()
    sent = desk.run(
        "send", path, "--patient", PATIENT, "--to", MAILBOX.upper(),
        "--type", "11490-0", "--title", "Lettre de liaison",
    )  # fmt: skip
    assert sent.code == 0
    (job,) = sent.line["jobs"]
    assert (job["target"], job["state"]) == ("mss", "queued")
    (copy,) = desk.spooled()
    assert copy.read_bytes() == path.read_bytes()
    for wanted in (sent.line["sending"], job["job"]):
        shown = desk.run("queue", "show", wanted).line
        assert set(shown) >= JOB_MEMBERS
        assert shown["recipients"] == [{"address": MAILBOX, "state": "pending", "reason": None}]
    assert lifen.ledger == []


def test_several_files_are_one_letter(desk: Desk, lifen: Platform) -> None:
    contents = [pdf(1), pdf(2)]
    files = [desk.file(content, f"{number}.pdf") for number, content in enumerate(contents)]
    assert desk.run("send", *files, "--patient", PATIENT, "--to", MAILBOX).code == 0
    assert desk.run("queue", "run", "--timeout", "1").code == 0
    (accepted,) = lifen.ledger
    assert [document.sha256 for document in accepted.documents] == [
        hashlib.sha256(content).hexdigest() for content in contents
    ]


def test_a_letter_goes_to_the_mailbox_and_to_the_record(desk: Desk, lifen: Platform) -> None:
    sent = desk.run(
        "send", desk.file(), "--patient", PATIENT, "--stay", STAY, "--to", MAILBOX,
        "--target", "mss", "ehr",
    )  # fmt: skip
    assert [job["target"] for job in sent.line["jobs"]] == ["mss", "ehr"]
    assert desk.run("queue", "run", "--until-idle").code == 0
    mailbox, record = desk.run("queue", "show", sent.line["sending"]).lines
    assert mailbox["recipients"] == [{"address": MAILBOX, "state": "delivered", "reason": None}]
    assert record["recipients"] == [{"address": "ehr", "state": "delivered", "reason": None}]
    assert (mailbox["state"], record["state"]) == ("delivered", "delivered")
    assert record["transaction_id"]
    mailed, copied = lifen.ledger
    assert (mailed.target, copied.target) == ("mss", "ehr")
    assert (mailed.stay, copied.stay) == (STAY, STAY)
    assert mailed.documents[0].sha256 == copied.documents[0].sha256


def test_one_target_may_fail_without_the_other(desk: Desk, lifen: Platform) -> None:
    lifen.trouble(Rule(path=RECORD, cut=True, after=True, times=1))
    sent = desk.run(
        "send", desk.file(), "--patient", PATIENT, "--stay", STAY, "--to", MAILBOX,
        "--target", "ehr", "mss",
    )  # fmt: skip
    assert desk.run("queue", "run", "--until-idle").code == 6
    record, mailbox = desk.run("queue", "show", sent.line["sending"]).lines
    assert (record["state"], mailbox["state"]) == ("in_doubt", "delivered")
    assert desk.run("queue", "resolve", record["job"], "--sent").line["state"] == "delivered"
    assert len(lifen.ledger) == 2


def test_the_record_alone_is_written_to_nobody(desk: Desk, lifen: Platform) -> None:
    said = desk.run(
        "send", desk.file(), "--patient", PATIENT, "--stay", STAY, "--target", "ehr",
        "--to", MAILBOX, as_json=False,
    )  # fmt: skip
    assert "rien ne part aux adresses" in said.text
    assert desk.run("queue", "run", "--until-idle").code == 0
    (accepted,) = lifen.ledger
    assert (accepted.target, accepted.recipients) == ("ehr", ())
    listed = desk.run("queue", "list", as_json=False).text
    assert "Versée au dossier de l’hôpital" in listed
    assert MAILBOX not in listed


def test_a_stay_of_somebody_else_stops_the_letter(desk: Desk, lifen: Platform) -> None:
    desk.run("send", desk.file(), "--patient", PATIENT, "--stay", "80004", "--target", "ehr")
    assert desk.run("queue", "run", "--until-idle").code == 5
    job = desk.run("queue", "list").line
    assert (job["state"], job["reason"]) == ("refused", "incomplete_stay_changed")
    assert lifen.ledger == []


def test_two_documents_are_too_many_for_the_record(desk: Desk) -> None:
    files = [desk.file(name=name) for name in ("a.pdf", "b.pdf")]
    ran = desk.run("send", *files, "--patient", PATIENT, "--stay", STAY, "--target", "ehr")
    assert (ran.code, ran.error["error"]) == (5, "incomplete")
    assert "un document" in ran.error["message"]
    assert desk.run("queue", "list").text == ""


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_and_nothing_is_kept(desk: Desk, name: str) -> None:
    content, _kind = BAD[name]
    ran = desk.run("send", desk.file(content), "--patient", PATIENT, "--to", MAILBOX)
    assert (ran.code, ran.error["error"]) == (5, "file_trouble")
    assert "lettre.pdf" in ran.error["message"]
    assert desk.spooled() == []
    assert desk.run("queue", "list").text == ""


def test_a_file_over_the_limit_or_gone_is_refused(desk: Desk) -> None:
    heavy = desk.file()
    with heavy.open("ab") as file:
        file.truncate(MAX_BYTES + 1)
    for path in (heavy, desk.folder / "parti.pdf", desk.folder):
        ran = desk.run("send", path, "--patient", PATIENT, "--to", MAILBOX)
        assert (ran.code, ran.error["error"]) == (5, "file_trouble")


def test_a_title_that_is_not_utf_8_is_a_command_badly_written(desk: Desk) -> None:
    ran = desk.run(
        "send", desk.file(), "--patient", PATIENT, "--to", MAILBOX, "--title", "caf\udce9"
    )
    assert (ran.code, ran.error["error"]) == (2, "usage")
    assert desk.spooled() == []


@pytest.mark.parametrize("written", [False, True])
def test_an_interrupted_sending_is_in_the_queue_and_said_so_or_is_not(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, *, written: bool
) -> None:
    whole = Outbox.send

    async def interrupted(*args: Any) -> None:
        if written:
            await whole(*args)
        raise asyncio.CancelledError

    monkeypatch.setattr(Outbox, "send", interrupted)
    ran = desk.run("send", desk.file(), "--patient", PATIENT, "--to", MAILBOX)
    assert (ran.code, ran.error["error"]) == (130, "interrupted")
    queued = {job["job"] for job in desk.run("queue", "list").lines}
    assert {job["job"] for line in ran.lines for job in line["jobs"]} == queued
    assert len(queued) == written


@pytest.mark.skipif(sys.platform != "linux", reason="other systems know no such names")
def test_a_file_whose_name_is_not_utf_8_is_sent_like_any_other(desk: Desk) -> None:
    path = desk.file(name="r\udce9sum\udce9.pdf")
    assert desk.run("send", path, "--patient", PATIENT, "--to", MAILBOX).code == 0
    path.write_bytes(b"")
    ran = desk.run("send", path, "--patient", PATIENT, "--to", MAILBOX)
    assert (ran.code, ran.error["error"]) == (5, "file_trouble")
    assert "r?sum?.pdf" in ran.error["message"]


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        (["--to", "nobody@nowhere.mssante.example"], "incomplete"),
        (["--to", "285079900100130@patient.mssante.fr"], "incomplete"),
        (["--to", MAILBOX, "--target", "ehr"], "incomplete"),
        (["--to", MAILBOX, "--target", "mss", "ehr"], "incomplete"),
        (["--to", "nobody@nowhere.mssante.example", "--target", "mss", "ehr"], "incomplete"),
        (["--to", MAILBOX, "--target", "mss", "codoc"], "not_offered"),
    ],
)
def test_a_letter_that_could_not_arrive_is_not_queued(
    desk: Desk, more: list[str], kind: str
) -> None:
    ran = desk.run("send", desk.file(), "--patient", PATIENT, *more)
    assert (ran.code, ran.error["error"]) == (5, kind)
    assert desk.run("queue", "list").text == ""


def test_a_patients_own_mailbox_is_not_even_asked_about(desk: Desk, lifen: Platform) -> None:
    lifen.trouble(Rule(path="$search-for-mss", status=500))
    ran = desk.run(
        "send", desk.file(), "--patient", PATIENT, "--to", "285079900100130@patient.mssante.fr"
    )
    assert ran.error["error"] == "incomplete"


def test_the_queue_is_listed_in_order_and_by_state(desk: Desk) -> None:
    first, second = desk.send(), desk.send("--hold", 600)
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
