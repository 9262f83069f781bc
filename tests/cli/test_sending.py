import asyncio
import hashlib
import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from desktop_app.domain.letters import MAX_FILE_BYTES
from desktop_app.outbox.service import Outbox
from desktop_app.sandbox.faults import Rule
from tests.cli.conftest import (
    CLI,
    JOB_MEMBERS,
    MAILBOX,
    PATIENT,
    RECORD,
    STAY,
    Desk,
    Platform,
)
from tests.intake.conftest import BAD, pdf
from tests.sealed import look_into


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
    assert b"%PDF-" not in copy.read_bytes()
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


@pytest.mark.parametrize("stay", ["80004", "nothing"])
def test_a_stay_that_is_not_the_patient_s_stops_the_letter(desk: Desk, stay: str) -> None:
    ran = desk.run("send", desk.file(), "--patient", PATIENT, "--stay", stay, "--target", "ehr")
    assert (ran.code, ran.error["error"]) == (5, "unknown")
    assert "séjour" in ran.error["message"]
    assert desk.run("queue", "list").text == ""
    assert desk.spooled() == []


def test_what_changed_since_is_listed_trait_by_trait(desk: Desk, lifen: Platform) -> None:
    job = desk.send()
    lifen.trouble(Rule(path=f"/Patient/{PATIENT}", set={"birthDate": "1985-07-15"}))
    assert desk.run("queue", "run", "--until-idle").code == 5
    line = desk.run("queue", "show", job).line
    assert (line["state"], line["reason"]) == ("refused", "changed_patient")
    assert line["differences"] == [
        {"trait": "birth_date", "before": "1985-07-14", "now": "1985-07-15"}
    ]
    said = desk.run("queue", "show", job, as_json=False).text
    assert "14/07/1985" in said
    assert "15/07/1985" in said
    assert lifen.ledger == []


def mailboxes(desk: Desk, count: int) -> list[str]:
    found = desk.run("practitioners", "search", "villefictive").lines
    addresses = list(dict.fromkeys(one for line in found for one in line["addresses"]))
    assert len(addresses) >= count
    return addresses[:count]


def test_a_dozen_recipients_are_two_jobs_of_one_sending(desk: Desk, lifen: Platform) -> None:
    to = mailboxes(desk, 12)
    sent = desk.run("send", desk.file(), "--patient", PATIENT, "--to", *to)
    assert sent.code == 0
    assert [job["target"] for job in sent.line["jobs"]] == ["mss", "mss"]
    jobs = desk.run("queue", "show", sent.line["sending"]).lines
    assert [len(job["recipients"]) for job in jobs] == [10, 2]
    said = desk.run("queue", "list", as_json=False).text
    assert "Messageries (partie 1 sur 2)" in said
    assert "Messageries (partie 2 sur 2)" in said
    assert "(partie 2 sur 2)" in desk.run("queue", "show", jobs[1]["job"], as_json=False).text
    desk.run("queue", "run", "--timeout", "2")
    assert [len(one.recipients) for one in lifen.ledger] == [10, 2]


def test_each_document_is_a_copy_of_its_own_for_the_record(desk: Desk, lifen: Platform) -> None:
    files = [desk.file(pdf(number), f"{number}.pdf") for number in (1, 2, 3)]
    sent = desk.run(
        "send", *files, "--patient", PATIENT, "--stay", STAY, "--to", MAILBOX,
        "--target", "mss", "ehr",
    )  # fmt: skip
    assert [job["target"] for job in sent.line["jobs"]] == ["mss", "ehr", "ehr", "ehr"]
    jobs = desk.run("queue", "show", sent.line["sending"]).lines
    assert [len(job["documents"]) for job in jobs[1:]] == [1, 1, 1]
    assert len({job["documents"][0] for job in jobs[1:]}) == 3
    assert desk.run("queue", "run", "--timeout", "3").code == 0
    assert sorted(one.target for one in lifen.ledger) == ["ehr", "ehr", "ehr", "mss"]


def test_eleven_documents_are_two_requests(desk: Desk) -> None:
    files = [desk.file(name=f"{number}.pdf") for number in range(11)]
    sent = desk.run("send", *files, "--patient", PATIENT, "--to", MAILBOX)
    jobs = desk.run("queue", "show", sent.line["sending"]).lines
    assert [len(job["documents"]) for job in jobs] == [10, 1]


def test_the_national_record_is_offered_by_a_contract_only(desk: Desk, lifen: Platform) -> None:
    words = ("send", desk.file(), "--patient", PATIENT, "--target", "dmp")
    ran = desk.run(*words)
    assert (ran.code, ran.error["error"]) == (5, "not_offered")
    desk.settle('dmp = "Organization/60099"')
    assert [job["target"] for job in desk.run(*words).line["jobs"]] == ["dmp"]
    assert desk.run("queue", "run", "--timeout", "3").code == 0
    (accepted,) = lifen.ledger
    assert accepted.target == "dmp"


def test_a_letter_leaves_under_the_practitioner_who_is_named(desk: Desk, lifen: Platform) -> None:
    desk.settle('sender = "10999999971"')
    desk.send()
    desk.send("--sender", "10999999989")
    assert desk.run("queue", "run", "--timeout", "2").code == 0
    assert [one.sender for one in lifen.ledger] == ["10999999971", "10999999989"]


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
        file.truncate(MAX_FILE_BYTES + 1)
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


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such device")
@pytest.mark.parametrize("as_json", [True, False])
def test_a_full_output_does_not_make_a_queued_letter_look_unsent(
    desk: Desk, *, as_json: bool
) -> None:
    command = [*CLI, *desk.options, *(["--json"] if as_json else []), "send", str(desk.file())]
    with Path("/dev/full").open("wb") as full:
        ran = subprocess.run(
            [*command, "--patient", PATIENT, "--to", MAILBOX],
            stdout=full, stderr=subprocess.PIPE, text=True, encoding="utf-8", check=False,
        )  # fmt: skip
    assert ran.returncode == 0
    (job,) = desk.run("queue", "list").lines
    assert "est bien dans la file" in ran.stderr
    assert job["sending"] in ran.stderr
    if as_json:
        assert json.loads(ran.stderr)["error"] == "unheard"


def test_a_queued_letter_is_said_even_when_nobody_reads_the_answer(desk: Desk) -> None:
    with desk.start("send", desk.file(), "--patient", PATIENT, "--to", MAILBOX) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = json.loads(process.stderr.read())
    assert process.returncode == 0
    (job,) = desk.run("queue", "list").lines
    assert (said["error"], job["sending"] in said["message"]) == ("unheard", True)


def test_where_people_sign_in_the_command_line_is_the_system_s_user(desk: Desk) -> None:
    sso = desk.described["sso"]
    desk.settle(
        "",
        f"""
        [profiles.essai.sso]
        metadata_url = "{sso["metadata_url"]}"
        client_id = "{sso["client_id"]}"
        acr_values = "{sso["acr_values"]}"
    """,
    )
    desk.send()
    with closing(look_into(desk.folder / "data")) as opened:
        authors = opened.execute("SELECT author FROM journal").fetchall()
    assert [author.partition(":")[0] for (author,) in authors] == ["system"]
