"""What Navette is told to do and by whom: layers, locks, profiles; never a secret.

Later layers win: built-in, machine policy, user file, ``NAVETTE_*`` environment, command line;
what the policy locks stays as it says (design.md section 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import MappingProxyType

from desktop_app.domain.errors import Misconfigured
from desktop_app.domain.letters import LIMITS, MAX_FILE_BYTES, Limits
from desktop_app.settings.layers import (
    BUILT_IN,
    Found,
    Setting,
    Source,
    flat,
    known_only,
    merged,
    one_of,
    read,
    read_environment,
    read_policy,
    read_url,
    text,
)
from desktop_app.settings.profiles import (
    PRACTICE,
    LifenAccount,
    Profile,
    SsoAccount,
    is_loopback,
    only_profile,
    read_profiles,
)

__all__ = [
    "PRACTICE",
    "LifenAccount",
    "Network",
    "Profile",
    "Security",
    "Setting",
    "Settings",
    "Source",
    "SsoAccount",
    "is_loopback",
    "load_settings",
]

LONGEST_UNDO = 60
"""Seconds that a letter may be held back for the undo bar."""
KEY_STORES = ("keychain", "passphrase", "file")
THEMES = ("system", "light", "dark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """``proxy`` is ``system``, ``none`` or a URL; ``ca_file`` adds to the system's authorities."""

    proxy: str = "system"
    ca_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """``key_store`` is ``keychain``, ``passphrase`` or ``file``."""

    key_store: str = "keychain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every value in force; ``shown`` says of each where it comes from."""

    profiles: Mapping[str, Profile]
    profile: Profile
    network: Network = Network()
    security: Security = Security()
    undo_seconds: int = 10
    limits: Limits = LIMITS
    theme: str = "system"
    shown: tuple[Setting, ...] = ()


def load_settings(
    *,
    policy: Path,
    user: Path,
    environ: Mapping[str, str],
    required: bool = False,
    profile: str | None = None,
) -> Settings:
    """Read every layer; ``required`` says that ``user`` was asked for by name.

    Raises ``Misconfigured`` for anything that is not understood: nothing is skipped.
    """
    imposed, locks, hosts = read_policy(read(policy))
    own = known_only(flat(read(user, required=required)))
    layers = {
        Source.BUILT_IN: BUILT_IN,
        Source.POLICY: imposed,
        Source.USER: own,
        Source.ENVIRONMENT: read_environment(environ, (*imposed, *own)),
        Source.COMMAND_LINE: {} if profile is None else {"profile": profile},
    }
    found = merged(layers, locks)
    profiles = read_profiles(found, hosts)
    chosen = text(found, "profile") or only_profile(profiles)
    if chosen not in profiles:
        raise Misconfigured("profile", "unknown", chosen)
    found["profile"] = replace(found["profile"], value=chosen)
    return Settings(
        profiles=MappingProxyType(profiles),
        profile=profiles[chosen],
        network=Network(proxy=_proxy(found), ca_file=text(found, "network.ca_file")),
        security=Security(key_store=one_of(found, "security.key_store", KEY_STORES)),
        undo_seconds=_whole(found, "sending.undo_seconds", LONGEST_UNDO),
        limits=_limits(found),
        theme=one_of(found, "appearance.theme", THEMES),
        shown=tuple(found.values()),
    )


def _whole(found: Found, key: str, most: int, least: int = 0) -> int:
    value = found[key].value
    if not isinstance(value, int) or not least <= value <= most:
        raise Misconfigured(key, "invalid", str(value))
    return value


def _limits(found: Found) -> Limits:
    names = (field.name for field in fields(Limits))
    figures = {name: _whole(found, f"sending.{name}_bytes", MAX_FILE_BYTES, 1) for name in names}
    return Limits(**figures)


def _proxy(found: Found) -> str:
    key = "network.proxy"
    value = text(found, key)
    if value in ("system", "none"):
        return value
    url = read_url(key, value)
    if url.password is not None:
        raise Misconfigured(key, "secret_in_file")
    if url.scheme not in ("http", "https"):
        raise Misconfigured(key, "invalid", value)
    return value
