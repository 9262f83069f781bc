"""The command line's composition root: settings, a session, one command, an exit code."""

import argparse
import asyncio
import getpass
import io
import logging
import os
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TextIO

from desktop_app.cli import commands
from desktop_app.cli.answers import Answers
from desktop_app.cli.arguments import read_arguments
from desktop_app.cli.running import run_queue, serve_sandbox
from desktop_app.domain.errors import (
    AppError,
    Busy,
    InDoubt,
    Malformed,
    Misconfigured,
    NotAllowed,
    ServerTrouble,
    StaleToken,
    StoreTrouble,
    Throttled,
    Unreachable,
)
from desktop_app.session import Session, open_session
from desktop_app.settings import Settings, load_settings
from desktop_app.system.logs import journal
from desktop_app.system.paths import Folders, find_folders
from desktop_app.system.secrets import open_secrets
from desktop_app.wording import cli as words
from desktop_app.wording.failures import UNEXPECTED, explain

log = logging.getLogger(__name__)

PROGRAM = "navette-cli"
_UNEXPECTED, _USAGE, _REFUSED = 1, 2, 5
_INTERRUPTED, _NOBODY_LISTENS = 130, 141
_CODES: Mapping[type[AppError], int] = {
    Misconfigured: 3,
    NotAllowed: 3,
    StoreTrouble: 3,
    Busy: 4,
    Malformed: 4,
    ServerTrouble: 4,
    StaleToken: 4,
    Throttled: 4,
    Unreachable: 4,
    InDoubt: 6,
}
"""What is not here is a refusal, by the platform or by our own checks."""

Command = Callable[[Session, argparse.Namespace, Answers], Awaitable[int | None]]
_COMMANDS: Mapping[str, Command] = {
    "patients search": commands.find_patients,
    "patients show": commands.show_patient,
    "patients stays": commands.list_stays,
    "practitioners search": commands.find_practitioners,
    "organizations search": commands.find_organizations,
    "send": commands.send,
    "queue list": commands.list_queue,
    "queue show": commands.show_sending,
    "queue run": run_queue,
    "queue retry": commands.retry,
    "queue cancel": commands.cancel,
    "queue resolve": commands.resolve,
}


def main(words_given: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (design.md section 6, and ``--help``)."""
    given = sys.argv[1:] if words_given is None else words_given
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name must not fail on an old code page
            stream.reconfigure(encoding="utf-8", errors="replace")
    answers = Answers(as_json="--json" in given)
    try:
        return asyncio.run(_run(read_arguments(given), answers))
    except SystemExit:
        raise  # --help has said everything
    except BaseException as error:  # noqa: BLE001 - the program's last line of defence
        return _failed(_leaf(error), answers)


async def _run(args: argparse.Namespace, answers: Answers) -> int:
    if args.command == "sandbox serve":
        await serve_sandbox(args, answers)
        return 0
    folders = find_folders(os.environ, data_dir=args.data_dir, config=args.config)
    settings = load_settings(
        policy=folders.policy,
        user=folders.config,
        required=folders.config_named,
        environ=os.environ,
        profile=args.profile or getattr(args, "of_profile", None),
    )
    match args.command:
        case "settings show":
            _show_settings(settings, folders, answers)
        case "secrets set":
            await _set_secret(settings, folders, args, answers)
        case "secrets forget":
            await _forget_secret(settings, folders, args, answers)
        case _:
            with journal(folders.logs, PROGRAM):
                return await _work(settings, folders, args, answers) or 0
    return 0


async def _work(
    settings: Settings, folders: Folders, args: argparse.Namespace, answers: Answers
) -> int | None:
    try:
        async with open_session(settings, folders, program=PROGRAM) as session:
            return await _COMMANDS[args.command](session, args, answers)
    except BaseException as error:
        cause = _leaf(error)
        if isinstance(cause, AppError):
            log.info("%s: %s", args.command, cause)
        else:
            log.exception("%s failed", args.command)
        raise


def _show_settings(settings: Settings, folders: Folders, answers: Answers) -> None:
    answers.remark(words.files(str(folders.config), str(folders.policy), str(folders.data)))
    for one in settings.shown:
        line = {
            "key": one.key,
            "value": one.value,
            "source": one.source.value,
            "locked": one.locked,
        }
        value = str(one.value)
        answers.tell(line, words.setting(one.key, value, one.source.value, locked=one.locked))


async def _set_secret(
    settings: Settings, folders: Folders, args: argparse.Namespace, answers: Answers
) -> None:
    store = settings.security.key_store
    keeper = open_secrets(store, folders.keys)
    value = _secret_given(args.name)
    if not value:
        raise argparse.ArgumentError(None, words.NOTHING_GIVEN)
    await keeper.put(args.of_profile, args.name, value)
    line = {"profile": args.of_profile, "name": args.name, "key_store": store}
    answers.tell(line, words.secret_kept(args.of_profile, args.name, store))


def _secret_given(name: str) -> str:
    """What is typed unseen, or the first line of standard input; nothing where that is closed."""
    given: TextIO | None = sys.stdin
    if given is None:
        return ""
    if given.isatty():
        return getpass.getpass(f"{name}: ")
    return given.readline().rstrip("\r\n")


async def _forget_secret(
    settings: Settings, folders: Folders, args: argparse.Namespace, answers: Answers
) -> None:
    store = settings.security.key_store
    await open_secrets(store, folders.keys).forget(args.of_profile, args.name)
    line = {"profile": args.of_profile, "name": args.name, "key_store": store}
    answers.tell(line, words.secret_forgotten(args.of_profile, args.name))


def _leaf(error: BaseException) -> BaseException:
    """The first thing that went wrong inside task groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _failed(error: BaseException, answers: Answers) -> int:
    """Say it once, in words; nobody is shown a traceback."""
    match error:
        case argparse.ArgumentError():
            answers.fail("usage", words.usage(error.message))
            return _USAGE
        case AppError():
            answers.fail(_kind(error), explain(error))
            return _CODES.get(type(error), _REFUSED)
        case KeyboardInterrupt() | asyncio.CancelledError():
            answers.fail("interrupted", words.INTERRUPTED)
            return _INTERRUPTED
        case BrokenPipeError():
            # Nobody listens any more: Python must not try to flush at exit either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _NOBODY_LISTENS
        case _:
            answers.fail("unexpected", UNEXPECTED)
            return _UNEXPECTED


def _kind(error: AppError) -> str:
    """Its name as the JSON says it: ``not_allowed`` for ``NotAllowed``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
