"""Reads the command line; says what it did not understand instead of leaving."""

import argparse
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

from desktop_app.domain.letters import DOCUMENT_TYPES, Target
from desktop_app.domain.sending import JobState
from desktop_app.settings import LONGEST_UNDO
from desktop_app.system.secrets import NAMES
from desktop_app.wording.cli import DESCRIPTION, EPILOG, HEADINGS, HELP, USAGE

_LOINC = re.compile(r"\d{1,7}-\d", re.ASCII)
_RPPS = re.compile(r"\d{11}", re.ASCII)
_LAST_PORT = 65535
_LONGEST = 7 * 24 * 3600.0


class _Help(argparse.RawDescriptionHelpFormatter):
    """The frame of a help page in the language of what it frames."""

    def add_usage(
        self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, USAGE if prefix is None else prefix)

    def start_section(self, heading: str | None) -> None:
        super().start_section(HEADINGS.get(heading or "", heading))


class _Parser(argparse.ArgumentParser):
    def __init__(self, *, add_help: bool = True, **choices: Any) -> None:
        super().__init__(formatter_class=_Help, add_help=False, allow_abbrev=False, **choices)
        if add_help:
            self.add_argument("-h", "--help", action="help", help=HELP["help"])

    def error(self, message: str) -> NoReturn:
        raise argparse.ArgumentError(None, message)


def read_arguments(words: Sequence[str]) -> argparse.Namespace:
    """What ``words`` ask for, with ``command`` as « queue list »; raises ``ArgumentError``."""
    # Accepted after the command too; absent there, they must not undo what stood before it.
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    _add_common(common)
    parser = _Parser(
        prog="navette-cli",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.set_defaults(data_dir=None, config=None, profile=None, json=False)
    _add_common(parser)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_sandbox(_group(commands, "sandbox"), common)
    _add_searches(commands, common)
    appointments = _leaf(commands, common, "appointments")
    appointments.add_argument("--day", metavar="AAAA-MM-JJ", type=_day, help=HELP["day"])
    _add_send(commands, common)
    _add_queue(_group(commands, "queue"), common)
    export = _leaf(_group(commands, "history"), common, "history export")
    export.add_argument("file", metavar="FILE.csv", type=Path, help=HELP["export_file"])
    _leaf(_group(commands, "journal"), common, "journal verify")
    _add_secrets(_group(commands, "secrets"), common)
    _leaf(_group(commands, "settings"), common, "settings show")
    _leaf(commands, common, "doctor")
    args = parser.parse_args(words)
    if args.command == "send" and not args.to and Target.MSS in (args.target or [Target.MSS]):
        parser.error("the following arguments are required: --to")
    if args.command == "send" and args.identity is not None and args.stay is not None:
        parser.error("argument --stay: not allowed with argument --identity")
    return args


def _add_common(parser: argparse.ArgumentParser) -> None:
    absent = argparse.SUPPRESS  # the defaults are set once, on the program's own parser
    for option, metavar, kind in (
        ("--data-dir", "DIR", Path),
        ("--config", "FILE", Path),
        ("--profile", "P", _legible),
    ):
        name = option.removeprefix("--").replace("-", "_")
        parser.add_argument(option, metavar=metavar, type=kind, default=absent, help=HELP[name])
    parser.add_argument("--json", action="store_true", default=absent, help=HELP["json"])


def _group(commands: Any, name: str) -> Any:
    parser = commands.add_parser(name, help=HELP[name])
    return parser.add_subparsers(metavar="ACTION", required=True)


def _leaf(commands: Any, common: argparse.ArgumentParser, name: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name.rpartition(" ")[2], help=HELP[name], parents=[common]
    )
    parser.set_defaults(command=name)
    return parser


def _add_sandbox(actions: Any, common: argparse.ArgumentParser) -> None:
    serve = _leaf(actions, common, "sandbox serve")
    serve.add_argument("--host", default="127.0.0.1", help=HELP["host"])
    serve.add_argument("--port", type=_port, default=0, help=HELP["port"])
    serve.add_argument("--faults", metavar="FILE", type=Path, help=HELP["faults"])
    serve.add_argument("--keep", metavar="FILE", type=Path, help=HELP["keep"])
    serve.add_argument(
        "--record-tracking",
        choices=("communication", "transaction"),
        default="communication",
        help=HELP["record_tracking"],
    )


def _add_searches(commands: Any, common: argparse.ArgumentParser) -> None:
    for kind in ("patients", "practitioners", "organizations"):
        actions = _group(commands, kind)
        search = _leaf(actions, common, f"{kind} search")
        search.add_argument("text", metavar="TEXT", type=_legible, nargs="+", help=HELP["text"])
        if kind == "patients":
            for name in ("show", "stays", "coverages"):
                one = _leaf(actions, common, f"patients {name}")
                one.add_argument("id", metavar="ID", type=_legible, help=HELP["patient"])
            _leaf(actions, common, "patients current")


def _add_send(commands: Any, common: argparse.ArgumentParser) -> None:
    send = _leaf(commands, common, "send")
    send.add_argument("files", metavar="FILE", nargs="+", type=Path, help=HELP["files"])
    about = send.add_mutually_exclusive_group(required=True)
    about.add_argument("--patient", metavar="ID", type=_legible, help=HELP["patient"])
    about.add_argument("--identity", metavar="FILE", type=Path, help=HELP["identity"])
    send.add_argument("--stay", metavar="ID", type=_legible, help=HELP["stay"])
    send.add_argument(
        "--to",
        metavar="ADDRESS",
        type=_legible,
        nargs="+",
        action="extend",
        default=[],
        help=HELP["to"],
    )
    send.add_argument(
        "--type", metavar="LOINC", type=_loinc, default=DOCUMENT_TYPES[0], help=HELP["type"]
    )
    send.add_argument("--title", metavar="T", type=_legible, default="", help=HELP["title"])
    send.add_argument(
        "--target",
        nargs="+",
        action="extend",
        choices=[target.value for target in Target],
        help=HELP["target"],
    )
    send.add_argument("--sender", metavar="RPPS", type=_rpps, help=HELP["sender"])
    send.add_argument("--hold", metavar="S", type=_hold, default=0.0, help=HELP["hold"])


def _add_queue(actions: Any, common: argparse.ArgumentParser) -> None:
    listing = _leaf(actions, common, "queue list")
    listing.add_argument(
        "--state",
        metavar="S",
        nargs="+",
        action="extend",
        choices=[state.value for state in JobState],
        help=HELP["state"],
    )
    run = _leaf(actions, common, "queue run")
    run.add_argument("--until-idle", action="store_true", help=HELP["until_idle"])
    run.add_argument("--timeout", metavar="S", type=_seconds, help=HELP["timeout"])
    for name in ("show", "retry", "cancel", "resolve"):
        one = _leaf(actions, common, f"queue {name}")
        one.add_argument("id", metavar="ID", type=_legible, help=HELP["id"])
        if name == "resolve":
            fate = one.add_mutually_exclusive_group(required=True)
            fate.add_argument("--sent", dest="sent", action="store_true", help=HELP["sent"])
            fate.add_argument(
                "--not-sent", dest="sent", action="store_false", help=HELP["not_sent"]
            )


def _add_secrets(actions: Any, common: argparse.ArgumentParser) -> None:
    for name in ("secrets set", "secrets forget"):
        one = _leaf(actions, common, name)
        one.add_argument(
            "of_profile", metavar="PROFILE", type=_legible, help=HELP["secret_profile"]
        )
        one.add_argument("name", metavar="NAME", choices=NAMES, help=HELP["secret_name"])


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= _LAST_PORT:
        raise ValueError
    return port


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= _LONGEST:
        raise ValueError
    return seconds


def _hold(text: str) -> float:
    """The undo window, which nobody needs longer than the settings allow."""
    seconds = float(text)
    if not 0 <= seconds <= LONGEST_UNDO:
        raise ValueError
    return seconds


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _rpps(text: str) -> str:
    if not _RPPS.fullmatch(text):
        raise ValueError
    return text


def _loinc(text: str) -> str:
    if not _LOINC.fullmatch(text):
        raise ValueError
    return text


def _legible(text: str) -> str:
    """What is asked, sent or kept is UTF-8; raises ``ValueError`` for a word that is not."""
    text.encode()
    return text
