"""The command line's composition root: settings, a session, one command, an exit code."""

import argparse
import asyncio
import getpass
import io
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TextIO

from desktop_app.cli import commands, queue, records
from desktop_app.cli.answers import Answers
from desktop_app.cli.arguments import read_arguments
from desktop_app.cli.checkup import run_doctor
from desktop_app.cli.codes import (
    INTERRUPTED,
    NOBODY_LISTENS,
    UNEXPECTED,
    USAGE,
    code_of,
    kind_of,
)
from desktop_app.cli.running import run_queue, serve_sandbox
from desktop_app.cli.sending import send
from desktop_app.domain.errors import AppError
from desktop_app.session import Session, open_session
from desktop_app.settings import Settings, load_settings
from desktop_app.system.logs import journal
from desktop_app.system.paths import Folders, find_folders
from desktop_app.system.secrets import open_secrets
from desktop_app.wording import cli as words
from desktop_app.wording import failures

log = logging.getLogger(__name__)

PROGRAM = "navette-cli"

Command = Callable[[Session, argparse.Namespace, Answers], Awaitable[int | None]]
_COMMANDS: Mapping[str, Command] = {
    "patients search": commands.find_patients,
    "patients show": commands.show_patient,
    "patients stays": commands.list_stays,
    "patients current": commands.list_current,
    "patients coverages": commands.list_coverages,
    "appointments": commands.list_appointments,
    "practitioners search": commands.find_practitioners,
    "organizations search": commands.find_organizations,
    "send": send,
    "queue list": queue.list_queue,
    "queue show": queue.show_sending,
    "queue run": run_queue,
    "queue retry": queue.retry,
    "queue cancel": queue.cancel,
    "queue resolve": queue.resolve,
    "history export": records.export_history,
    "journal verify": records.verify_journal,
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
    if args.command == "doctor":
        return await run_doctor(lambda: _settings(folders, args), folders, PROGRAM, answers)
    settings = _settings(folders, args)
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


def _settings(folders: Folders, args: argparse.Namespace) -> Settings:
    return load_settings(
        policy=folders.policy,
        user=folders.config,
        required=folders.config_named,
        environ=os.environ,
        profile=args.profile or getattr(args, "of_profile", None),
    )


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
        elif isinstance(cause, argparse.ArgumentError) or cause is answers.unheard:
            log.info("%s: %s", args.command, type(cause).__name__)
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
            return USAGE
        case AppError():
            answers.fail(kind_of(error), failures.explain(error))
            return code_of(error)
        case KeyboardInterrupt() | asyncio.CancelledError():
            answers.fail("interrupted", words.INTERRUPTED)
            return INTERRUPTED
        case OSError() if error is answers.unheard:
            if not isinstance(error, BrokenPipeError):  # with a pipe, silence is the custom
                answers.fail("unheard", words.UNHEARD)
            return NOBODY_LISTENS
        case _:
            answers.fail("unexpected", failures.UNEXPECTED)
            return UNEXPECTED
