import argparse
from datetime import date

import pytest

from desktop_app.cli.arguments import read_arguments

SEND = ["send", "a.pdf", "--patient", "1", "--to", "x@y.example"]


def test_options_stand_before_the_command_and_may_stand_after_it() -> None:
    before = read_arguments(["--json", "--profile", "p", "--data-dir", "d", "queue", "list"])
    after = read_arguments(["queue", "list", "--json", "--profile", "p", "--data-dir", "d"])
    assert vars(before) == vars(after)
    assert before.command == "queue list"
    assert read_arguments(["queue", "list"]).json is False


def test_lists_may_be_given_at_once_or_again() -> None:
    args = read_arguments([*SEND, "z@y.example", "--to", "t@y.example", "--target", "mss", "ehr"])
    assert args.to == ["x@y.example", "z@y.example", "t@y.example"]
    assert args.target == ["mss", "ehr"]
    assert args.hold == 0


def test_only_mailboxes_need_an_address() -> None:
    args = read_arguments(["send", "a.pdf", "--patient", "1", "--stay", "2", "--target", "ehr"])
    assert args.to == []


def test_a_day_and_an_undo_window_are_read() -> None:
    assert read_arguments(["appointments", "--day", "2026-11-25"]).day == date(2026, 11, 25)
    assert read_arguments(["appointments"]).day is None
    assert read_arguments([*SEND, "--hold", "60"]).hold == 60
    assert read_arguments(["doctor"]).command == "doctor"


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["queue"],
        ["queue", "frob"],
        ["queue", "list", "--state", "nowhere"],
        ["queue", "resolve", "1"],
        ["queue", "resolve", "1", "--sent", "--not-sent"],
        ["queue", "run", "--timeout", "soon"],
        ["queue", "run", "--timeout", "-1"],
        ["queue", "run", "--until"],
        ["send", "a.pdf", "--patient", "1"],
        ["send", "a.pdf", "--patient", "1", "--target", "ehr", "mss"],
        ["send", "a.pdf", "--to", "x@y.example"],
        ["send", "--patient", "1", "--to", "x@y.example"],
        [*SEND, "--type", "letter"],
        [*SEND, "--target", "fax"],
        [*SEND, "--hold", "nan"],
        [*SEND, "--hold", "61"],
        [*SEND, "--hold", "-1"],
        [*SEND, "--sender", "123"],
        [*SEND, "--identity", "a.json"],
        ["send", "a.pdf", "--identity", "a.json", "--to", "x@y.example", "--stay", "1"],
        ["appointments", "--day", "14/07/2026"],
        ["appointments", "1"],
        ["patients", "coverages"],
        ["patients", "current", "1"],
        ["doctor", "essai"],
        [*SEND, "--title", "caf\udce9"],
        ["patients", "search", "caf\udce9"],
        ["sandbox", "serve", "--port", "65536"],
        ["sandbox", "serve", "--record-tracking", "pigeon"],
        ["patients", "stays"],
        ["secrets", "set", "p", "lifen.other"],
        ["patients", "search"],
    ],
)
def test_what_makes_no_sense_is_said_not_guessed(words: list[str]) -> None:
    with pytest.raises(argparse.ArgumentError):
        read_arguments(words)
