"""The layers of settings, one dotted name at a time: who says what, and what is locked."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from desktop_app.domain.errors import Misconfigured
from desktop_app.domain.letters import LIMITS

Value = str | int


class Source(StrEnum):
    """The layer that a value comes from."""

    BUILT_IN = "built-in"
    POLICY = "policy"
    USER = "user"
    ENVIRONMENT = "environment"
    COMMAND_LINE = "command-line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One value, its dotted name, who gave it, and whether the machine policy locks it."""

    key: str
    value: Value
    source: Source
    locked: bool = False


BUILT_IN: Mapping[str, Value] = {
    "profile": "",
    "network.proxy": "system",
    "network.ca_file": "",
    "security.key_store": "keychain",
    "sending.undo_seconds": 10,
    "sending.mailbox_bytes": LIMITS.mailbox,
    "sending.mailbox_heavy_bytes": LIMITS.mailbox_heavy,
    "sending.record_bytes": LIMITS.record,
    "sending.record_heavy_bytes": LIMITS.record_heavy,
    "appearance.theme": "system",
}
LIFEN_MEMBERS = ("tenant", "token_url", "audience", "fhir_url", "client_id", "database_reference")
LIFEN_CHOICES = ("patients", "organization", "sender", "record", "dmp")
SSO_MEMBERS = ("metadata_url", "client_id", "acr_values")
_OF_PROFILE = (
    "label",
    "environment",
    *(f"lifen.{member}" for member in (*LIFEN_MEMBERS, *LIFEN_CHOICES)),
    *(f"sso.{member}" for member in SSO_MEMBERS),
    *(f"codoc.{member}" for member in ("fhir_url", "auth", "user")),
)
_NAME = r"[A-Za-z0-9_-]{1,40}"
PROFILE_KEY = re.compile(
    rf"profiles\.({_NAME})\.({'|'.join(re.escape(key) for key in _OF_PROFILE)})"
)
_SECTION_NAMES = tuple(dict.fromkeys(key.partition(".")[0] for key in BUILT_IN))
_LOCKABLE = re.compile(
    rf"{'|'.join(re.escape(name) for name in (*BUILT_IN, *_SECTION_NAMES))}"
    rf"|profiles(\.{_NAME}(\.lifen|\.sso|\.codoc)?)?|{PROFILE_KEY.pattern}"
)
"""A key, or the beginning of some: what a policy may lock."""
_SECRETS = frozenset({"client_secret", "secret", "token", "api_key", "password", "passphrase"})
_SECTIONS = ("NETWORK", "SECURITY", "SENDING", "APPEARANCE", "PROFILES")

Found = Mapping[str, Setting]


def read(path: Path, *, required: bool = False) -> dict[str, object]:
    """The tables of a file, none for one that is not there unless it is ``required``."""
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))  # some editors write the mark
    except (FileNotFoundError, NotADirectoryError) as error:
        if required:
            raise Misconfigured(str(path), "unreadable") from error
        return {}
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(str(path), "not_toml", _place(error)) from error
    except (OSError, ValueError) as error:
        raise Misconfigured(str(path), "unreadable") from error


def _place(error: tomllib.TOMLDecodeError) -> str:
    """The line where the file stops making sense; never its words, which may be a secret."""
    found = re.search(r"\(at line (\d+), column \d+\)", str(error))
    return found[1] if found else ""


def flat(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Dotted names instead of tables inside tables."""
    found: dict[str, object] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


def read_policy(
    table: Mapping[str, object],
) -> tuple[dict[str, Value], tuple[str, ...], dict[str, tuple[str, ...]]]:
    """What the machine policy imposes, what it locks, the further hosts it allows."""
    given = flat(table)
    locks = _texts("locked", given.pop("locked", []))
    for lock in locks:
        if not _LOCKABLE.fullmatch(lock):
            raise Misconfigured("locked", "unknown", lock)
    hosts = {
        environment: _texts(f"hosts.{environment}", given.pop(f"hosts.{environment}", []))
        for environment in ("test", "production")
    }
    return known_only(given), locks, hosts


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Misconfigured(key, "invalid")
    return tuple(value)


def known_only(given: Mapping[str, object]) -> dict[str, Value]:
    """What is understood; raises ``Misconfigured`` for anything else, and for a secret."""
    known: dict[str, Value] = {}
    for key, value in given.items():
        if key.rpartition(".")[2] in _SECRETS:
            raise Misconfigured(key, "secret_in_file")
        if key not in BUILT_IN and not PROFILE_KEY.fullmatch(key):
            raise Misconfigured(key, "unknown")
        if type(value) is not type(BUILT_IN.get(key, "")):
            raise Misconfigured(key, "invalid", str(value))
        known[key] = value
    return known


def read_environment(environ: Mapping[str, str], keys: Iterable[str]) -> dict[str, Value]:
    """``NAVETTE_<SECTION>_<KEY>``, and the members of the profiles that the files name."""
    names = {match[1] for key in keys if (match := PROFILE_KEY.fullmatch(key))}
    of_profiles = (f"profiles.{name}.{member}" for name in names for member in _OF_PROFILE)
    known = {_variable(key): key for key in (*BUILT_IN, *of_profiles)}
    sections = tuple(f"NAVETTE_{section}_" for section in _SECTIONS)
    found: dict[str, Value] = {}
    for variable, said in environ.items():
        if variable in known and said:
            key = known[variable]
            whole = isinstance(BUILT_IN.get(key), int) and said.isdecimal()
            found[key] = int(said) if whole else said
        elif variable.startswith(sections) and variable not in known:
            raise Misconfigured(variable, "unknown")
    return found


def _variable(key: str) -> str:
    return "NAVETTE_" + re.sub(r"[^A-Z0-9]", "_", key.upper())


def merged(
    layers: Mapping[Source, Mapping[str, Value]], locks: Iterable[str]
) -> dict[str, Setting]:
    """The last layer's word on each key, or the policy's where it has locked it.

    Somebody who asks for a locked value on the command line is told instead of being ignored.
    """
    locks = tuple(locks)
    found: dict[str, Setting] = {}
    for source, values in layers.items():
        for key, value in values.items():
            locked = any(key == lock or key.startswith(f"{lock}.") for lock in locks)
            if locked and source not in (Source.BUILT_IN, Source.POLICY):
                if source is Source.COMMAND_LINE and found[key].value != value:
                    raise Misconfigured(key, "locked", str(found[key].value))
                continue
            found[key] = Setting(key=key, value=value, source=source, locked=locked)
    return found


def text(found: Found, key: str) -> str:
    """A value, empty where nobody gave one."""
    return str(found[key].value) if key in found else ""


def one_of(found: Found, key: str, choices: Iterable[str]) -> str:
    """A value among ``choices``; raises ``Misconfigured``."""
    value = text(found, key)
    if value not in choices:
        raise Misconfigured(key, "invalid" if value else "missing", value)
    return value


def read_url(key: str, value: str) -> SplitResult:
    """An address in its parts; raises ``Misconfigured`` for anything else."""
    try:
        url = urlsplit(value)
        _ = url.port  # read here because a bad one raises late
    except ValueError as error:
        raise Misconfigured(key, "invalid") from error
    if not url.hostname or not url.scheme or url.query or url.fragment:
        raise Misconfigured(key, "invalid" if value else "missing", value)
    return url
