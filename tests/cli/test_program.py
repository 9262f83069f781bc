import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from desktop_app.cli import main
from desktop_app.domain import errors
from desktop_app.wording.cli import EPILOG
from tests.cli.conftest import CLI, MAILBOX, PATIENT, Desk, Platform


def test_without_settings_it_works_in_practice(practice: Desk) -> None:
    assert practice.run("patients", "show", PATIENT).line["birth_family"] == "ABRICOTIER"
    practice.send()
    assert practice.run("queue", "run", "--timeout", "1").code == 0
    assert (practice.folder / "data" / "practice" / "navette.db").exists()
    assert not (practice.folder / "data" / "letters").exists()


def test_settings_are_shown_with_the_layer_they_come_from(
    practice: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = practice.folder / "s.toml"
    config.write_text('[network]\nproxy = "none"\n', "utf-8")
    monkeypatch.setenv("NAVETTE_SENDING_UNDO_SECONDS", "5")
    shown = practice.run("--config", config, "settings", "show").lines
    by_key = {line["key"]: (line["value"], line["source"]) for line in shown}
    assert by_key["network.proxy"] == ("none", "user")
    assert by_key["sending.undo_seconds"] == (5, "environment")
    assert by_key["profile"] == ("practice", "built-in")
    said = practice.run("--config", config, "settings", "show", as_json=False)
    assert "network.proxy = none" in said.text
    assert str(config) in said.text


def test_a_contract_and_the_limits_are_shown_too(desk: Desk) -> None:
    desk.settle('sender = "10999999971"', "[sending]\nrecord_bytes = 12000000")
    shown = {line["key"]: line["value"] for line in desk.run("settings", "show").lines}
    assert shown["profiles.essai.lifen.sender"] == "10999999971"
    assert shown["sending.record_bytes"] == 12_000_000
    assert shown["sending.mailbox_bytes"] == 50_000_000
    desk.settle('record = "sometimes"')
    ran = desk.run("settings", "show")
    assert (ran.code, ran.error["error"]) == (3, "misconfigured")
    assert "never" in ran.error["advice"]


@pytest.mark.parametrize(
    ("text", "where"),
    [("colour = 1", "colour"), ("[", "s.toml"), ("profile = 'x'", "profile"), (None, "s.toml")],
)
def test_settings_that_make_no_sense_stop_everything_with_a_sentence(
    practice: Desk, text: str | None, where: str
) -> None:
    config = practice.folder / "s.toml"
    if text is not None:
        config.write_text(text, "utf-8")
    ran = practice.run("--config", config, "queue", "list")
    assert (ran.code, ran.error["error"]) == (3, "misconfigured")
    assert where in ran.error["advice"]


def test_a_missing_secret_is_configuration_and_the_queue_can_be_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.send()
    assert desk.run("secrets", "forget", "essai", "lifen.client_secret").code == 0
    for words in (["patients", "show", PATIENT], ["queue", "run", "--until-idle"]):
        ran = desk.run(*words)
        assert (ran.code, ran.error["error"]) == (3, "misconfigured")
    assert len(desk.run("queue", "list").lines) == 1
    monkeypatch.setattr("sys.stdin", io.StringIO("mauvais-secret\n"))
    desk.run("secrets", "set", "essai", "lifen.client_secret")
    ran = desk.run("patients", "show", PATIENT)
    assert (ran.code, ran.error["error"]) == (3, "not_allowed")


def test_a_secret_is_never_printed_nor_kept_in_the_clear_elsewhere(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("tres-secret\nreste\n"))
    ran = desk.run("secrets", "set", "essai", "lifen.client_secret")
    assert ran.code == 0
    assert "tres-secret" not in ran.text + ran.problem
    holding = [
        path for path in desk.folder.rglob("*")
        if path.is_file() and b"tres-secret" in path.read_bytes()
    ]  # fmt: skip
    assert [path.name for path in holding] == ["secrets.json"]


def test_an_empty_secret_and_an_unknown_profile_are_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert desk.run("secrets", "set", "essai", "lifen.client_secret").code == 2
    monkeypatch.setattr("sys.stdin", None)  # as Python has it where it was closed
    assert desk.run("secrets", "set", "essai", "lifen.client_secret").code == 2
    assert desk.run("secrets", "set", "ailleurs", "lifen.client_secret").code == 3


def test_a_passphrase_is_not_offered_yet_and_nothing_stands_in(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAVETTE_SECURITY_KEY_STORE", "passphrase")
    ran = desk.run("patients", "show", PATIENT)
    assert ran.code == 3
    assert "security.key_store" in ran.error["advice"]


def test_a_failure_is_said_once_and_in_french(desk: Desk) -> None:
    ran = desk.run("patients", "search", "a", as_json=False)
    assert (ran.code, ran.text) == (5, "")
    assert ran.problem.startswith("Tapez au moins")
    usage = desk.run("queue", "frob")
    assert (usage.code, usage.error["error"]) == (2, "usage")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Il manque COMMAND"),
        ("send a.pdf --patient 1", "Il manque --to"),
        ("send a.pdf --patient 1 --to", "--to : il manque au moins une valeur"),
        ("send a.pdf --patient 1 --to x --hold", "--hold : il manque sa valeur"),
        ("send a.pdf --patient 1 --to x --hold nan", "--hold : la valeur 'nan' ne convient pas"),
        ("send a.pdf --to x", "Il manque l’un de --patient --identity"),
        ("send a.pdf --patient 1 --to x --hold 61", "--hold : la valeur '61' ne convient pas"),
        (
            "send a.pdf --identity f --to x --stay 1",
            "--stay : incompatible avec --identity",
        ),
        ("queue resolve 1", "Il manque l’un de --sent --not-sent"),
        ("queue resolve 1 --sent --not-sent", "--not-sent : incompatible avec --sent"),
        ("queue list here", "here n’est pas attendu ici"),
        ("queue list --json=1", "--json : la valeur '1' n’est pas attendue"),
        ("queue list --state lost", "--state : 'lost' n’est pas l’un de "),
        ("queue frob", "ACTION : 'frob' n’est pas l’un de "),
    ],
)
def test_what_is_wrong_with_a_command_is_said_in_french(
    practice: Desk, words: str, said: str
) -> None:
    ran = practice.run(*words.split())
    assert (ran.code, ran.error["error"]) == (2, "usage")
    assert ran.error["advice"].startswith(said)


def test_help_is_french_down_to_its_frame(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["send"], ["queue"], ["queue", "resolve"]):
        with pytest.raises(SystemExit) as caught:
            main([*words, "--help"])
        assert caught.value.code == 0
        page = capsys.readouterr().out
        assert page.startswith("utilisation : navette-cli")
        assert "-h, --help" in page
        for english in ("usage: ", "positional arguments", "show this help"):
            assert english not in page


def test_help_names_every_kind_of_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    assert EPILOG.splitlines()[0] in capsys.readouterr().out
    kinds = {
        re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
        for name, kind in vars(errors).items()
        if isinstance(kind, type) and issubclass(kind, errors.AppError)
    } - {"app_error"}
    assert kinds <= set(EPILOG.split())


def test_no_patient_is_named_in_the_journal(desk: Desk) -> None:
    desk.run("patients", "search", "abricotier", "capucine")
    desk.run("patients", "show", "ABRICOTIER")
    desk.send("--title", "Lettre de Capucine")
    desk.run("queue", "run", "--timeout", "1")
    journal = (desk.folder / "data" / "logs" / "navette-cli.log").read_text("utf-8").casefold()
    assert "accepted" in journal
    for word in ("abricotier", "capucine", "delormeau", "000123", "1985", MAILBOX, "lettre.pdf"):
        assert word not in journal


def test_nobody_is_shown_a_bug_but_it_is_noted(
    practice: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(text: str, _rules: object) -> None:
        raise KeyError(text)

    monkeypatch.setattr("desktop_app.cli.commands.read_patient_query", bug)
    ran = practice.run("patients", "search", "abricotier")
    assert (ran.code, ran.error["error"]) == (1, "unexpected")
    journal = (practice.folder / "data" / "logs" / "navette-cli.log").read_text("utf-8")
    assert "KeyError" in journal
    assert "abricotier" not in journal


def test_a_data_folder_that_cannot_be_written_is_a_sentence(practice: Desk) -> None:
    practice.file(b"", "data")
    ran = practice.run("queue", "list")
    assert (ran.code, ran.error["error"]) == (3, "store_trouble")


def test_a_reader_that_stops_reading_sees_no_traceback(practice: Desk) -> None:
    with subprocess.Popen(
        [*CLI, *practice.options, "--json", "patients", "search", "sandbox"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_a_server_that_is_down_is_unreachable(desk: Desk, lifen: Platform, tmp_path: Path) -> None:
    text = (tmp_path / "reglages.toml").read_text("utf-8")
    (tmp_path / "reglages.toml").write_text(text.replace(lifen.served.url, "http://127.0.0.1:1"))
    ran = desk.run("patients", "search", "abricotier")
    assert (ran.code, ran.error["error"]) == (4, "unreachable")
    assert json.loads(ran.problem) == ran.error
