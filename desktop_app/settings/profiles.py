"""Profiles: one hospital in one environment, and the platform it may reach from there."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from desktop_app.domain.errors import Misconfigured
from desktop_app.settings.layers import LIFEN_MEMBERS, PROFILE_KEY, Found, one_of, read_url, text

ENVIRONMENTS = ("practice", "test", "production")
TENANTS = ("standard", "ramsay", "vivalto")


@dataclass(frozen=True, slots=True, kw_only=True)
class LifenAccount:
    """How a profile reaches Lifen; ``tenant`` is ``standard``, ``ramsay`` or ``vivalto``."""

    tenant: str
    token_url: str
    audience: str
    fhir_url: str
    client_id: str
    database_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One hospital in one environment: ``practice``, ``test`` or ``production``.

    Without ``lifen`` (practice only) the platform is the embedded sandbox.
    """

    name: str
    label: str
    environment: str
    lifen: LifenAccount | None = None

    @property
    def account(self) -> str:
        """What its letters are sealed to: the environment, the platform and the hospital there.

        A loopback port is left out: a sandbox that is served again has another one.
        """
        if self.lifen is None:
            return f"{self.environment}|{self.name}"
        url = urlsplit(self.lifen.fhir_url)
        where = f"{url.hostname}{url.path.rstrip('/')}"
        return f"{self.environment}|{where}|{self.lifen.database_reference}"


PRACTICE = Profile(name="practice", label="CH de Villefictive", environment="practice")
"""Where Navette starts without a profile; always there, for trainees."""

_HOSTS: Mapping[str, frozenset[str]] = {
    "test": frozenset(
        {
            "authentication.post-prod.lifen.fr",
            "api.post-prod.lifen.fr",
            "api-ramsay.post-prod.lifen.fr",
            "api.post-prod.lifen.ramsaygds.fr",
        }
    ),
    "production": frozenset(
        {
            "authentication.lifen.fr",
            "api.lifen.fr",
            "api.ramsay.lifen.fr",
            "api.lifen.ramsaygds.fr",
        }
    ),
}
"""lifen.md section 2 and U4."""
_AUDIENCES: Mapping[str, str] = {
    "test": "https://post-prod.platform-apis/",
    "production": "https://production.platform-apis/",
}
_LOOPBACK = "loopback"
_CODOC_AUTH = ("bearer", "api-key", "basic", "none")


def is_loopback(host: str | None) -> bool:
    """Whether ``host`` is this machine."""
    if host is None:
        return False
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def only_profile(profiles: Mapping[str, Profile]) -> str:
    """The profile that needs no choosing: the only one configured, else practice."""
    configured = [name for name in profiles if name != PRACTICE.name]
    if len(configured) > 1:
        raise Misconfigured("profile", "missing")
    return configured[0] if configured else PRACTICE.name


def read_profiles(found: Found, hosts: Mapping[str, tuple[str, ...]]) -> dict[str, Profile]:
    """Every profile, practice included; ``hosts`` are those the policy allows as well."""
    names = {match[1]: None for key in found if (match := PROFILE_KEY.fullmatch(key))}
    profiles = {PRACTICE.name: PRACTICE}
    for name in names:
        profiles[name] = _profile(found, name, hosts)
    return profiles


def _profile(found: Found, name: str, hosts: Mapping[str, tuple[str, ...]]) -> Profile:
    at = f"profiles.{name}"
    environment = one_of(found, f"{at}.environment", ENVIRONMENTS)
    if any(key.startswith(f"{at}.codoc.") for key in found):
        read_url(f"{at}.codoc.fhir_url", text(found, f"{at}.codoc.fhir_url"))
        one_of(found, f"{at}.codoc.auth", _CODOC_AUTH)
    lifen = None
    if any(key.startswith(f"{at}.lifen.") for key in found):
        lifen = _lifen(found, f"{at}.lifen", environment, hosts.get(environment, ()))
    elif environment != "practice":
        raise Misconfigured(f"{at}.lifen", "missing")
    label = text(found, f"{at}.label") or name
    return Profile(name=name, label=label, environment=environment, lifen=lifen)


def _lifen(found: Found, at: str, environment: str, more: tuple[str, ...]) -> LifenAccount:
    members = {member: text(found, f"{at}.{member}") for member in LIFEN_MEMBERS}
    members["tenant"] = members["tenant"] or TENANTS[0]
    if members["tenant"] not in TENANTS:
        raise Misconfigured(f"{at}.tenant", "invalid", members["tenant"])
    for member, value in members.items():
        if not value:
            raise Misconfigured(f"{at}.{member}", "missing")
    token = _home(f"{at}.token_url", members["token_url"], environment, more)
    fhir = _home(f"{at}.fhir_url", members["fhir_url"], environment, more)
    if (token == _LOOPBACK) != (fhir == _LOOPBACK):
        raise Misconfigured(f"{at}.fhir_url", "mixed", members["fhir_url"])
    _check_audience(f"{at}.audience", members["audience"], environment, fhir)
    return LifenAccount(**members)


def _home(key: str, value: str, environment: str, more: tuple[str, ...]) -> str:
    """What ``value`` belongs to; raises ``Misconfigured`` unless that suits ``environment``."""
    url = read_url(key, value)
    host = url.hostname or ""
    if url.username is not None or url.password is not None:
        raise Misconfigured(key, "secret_in_file")
    if is_loopback(host) and environment != "production":
        return _LOOPBACK
    if url.scheme != "https":
        raise Misconfigured(key, "not_https", value)
    if host in _HOSTS.get(environment, ()):
        return environment
    if host in more:
        return host
    if any(host in known for known in _HOSTS.values()):
        raise Misconfigured(key, "mixed", value)
    raise Misconfigured(key, "host", value)


def _check_audience(key: str, value: str, environment: str, home: str) -> None:
    """An opaque word that must be the environment's own, to the last slash (lifen.md 1.2)."""
    expected = _AUDIENCES.get(environment)
    if value == expected:
        return
    if value in _AUDIENCES.values():
        raise Misconfigured(key, "mixed", value)
    if home == environment:
        raise Misconfigured(key, "invalid", value)
