"""Profiles: one hospital in one environment, and the platform it may reach from there."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from desktop_app.domain.errors import Misconfigured
from desktop_app.settings.layers import (
    LIFEN_MEMBERS,
    PROFILE_KEY,
    SSO_MEMBERS,
    Found,
    one_of,
    read_url,
    text,
)

ENVIRONMENTS = ("practice", "test", "production")
TENANTS = ("standard", "ramsay", "vivalto")


@dataclass(frozen=True, slots=True, kw_only=True)
class LifenAccount:
    """How a profile reaches Lifen, and what the hospital's contract opens there.

    ``tenant`` is ``standard``, ``ramsay`` or ``vivalto``. ``patients`` is ``search``, or
    ``typed`` where the hospital has no Patient API; ``organization`` is then its id, which the
    developer portal shows. ``sender`` is the RPPS number that letters leave under unless they
    say another. ``record`` says of a copy for the hospital's record that it is ``never`` made,
    ``offered`` or ``always`` proposed. ``dmp`` is the reference that the contract names as the
    recipient of a deposit in the DMP, empty where there is none.
    """

    tenant: str
    token_url: str
    audience: str
    fhir_url: str
    client_id: str
    database_reference: str
    patients: str = "search"
    organization: str = ""
    sender: str = ""
    record: str = "offered"
    dmp: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SsoAccount:
    """The hospital's sign-in; ``acr_values`` names its identity provider (lifen.md 1.4).

    ``hosts`` are those that the metadata may send anybody to.
    """

    metadata_url: str
    client_id: str
    acr_values: str
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One hospital in one environment: ``practice``, ``test`` or ``production``.

    Without ``lifen`` (practice only) the platform is the embedded sandbox.
    """

    name: str
    label: str
    environment: str
    lifen: LifenAccount | None = None
    sso: SsoAccount | None = None

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
_RAMSAY = frozenset(
    {
        "api-ramsay.post-prod.lifen.fr",
        "api.post-prod.lifen.ramsaygds.fr",
        "api.ramsay.lifen.fr",
        "api.lifen.ramsaygds.fr",
    }
)
"""Those that serve one tenant, which no other host serves."""
_SSO_HOSTS: Mapping[str, frozenset[str]] = {
    "test": frozenset(
        {
            "authentication.post-prod.lifen.fr",
            "api.post-prod.lifen.fr",
            "login.public.post-prod.lifen.fr",
        }
    ),
    "production": frozenset({"authentication.lifen.fr", "api.lifen.fr", "login.lifen.fr"}),
}
"""lifen.md 1.4; the test environment's (U3) by likeness, with the names of its section 2."""
_AUDIENCES: Mapping[str, str] = {
    "test": "https://post-prod.platform-apis/",
    "production": "https://production.platform-apis/",
}
_LOOPBACK = "loopback"
_CODOC_AUTH = ("bearer", "api-key", "basic", "none")
_PATIENTS = ("search", "typed")
_RECORD = ("offered", "never", "always")
_RPPS = re.compile(r"\d{11}", re.ASCII)
_REFERENCE = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}", re.ASCII)


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
    sso = None
    if any(key.startswith(f"{at}.sso.") for key in found):
        sso = _sso(found, f"{at}.sso", environment, hosts.get(environment, ()))
    return Profile(name=name, label=label, environment=environment, lifen=lifen, sso=sso)


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
    host = read_url(f"{at}.fhir_url", members["fhir_url"]).hostname
    if fhir == environment and (host in _RAMSAY) != (members["tenant"] == "ramsay"):
        raise Misconfigured(f"{at}.tenant", "tenant", members["tenant"])
    _check_audience(f"{at}.audience", members["audience"], environment, fhir)
    return LifenAccount(**members, **_contract(found, at))


def _contract(found: Found, at: str) -> dict[str, str]:
    """What the hospital's contract opens; raises ``Misconfigured``."""
    chosen = {
        "patients": _choice(found, f"{at}.patients", _PATIENTS),
        "record": _choice(found, f"{at}.record", _RECORD),
        "organization": _written(found, f"{at}.organization", _ID),
        "sender": _written(found, f"{at}.sender", _RPPS),
        "dmp": _written(found, f"{at}.dmp", _REFERENCE),
    }
    if chosen["patients"] == "typed" and not chosen["organization"]:
        raise Misconfigured(f"{at}.organization", "missing")
    return chosen


def _choice(found: Found, key: str, choices: tuple[str, ...]) -> str:
    """One of ``choices``, the first where nobody chose."""
    return one_of(found, key, choices) if text(found, key) else choices[0]


def _written(found: Found, key: str, form: re.Pattern[str]) -> str:
    """A value of that form, or none; raises ``Misconfigured``."""
    value = text(found, key)
    if value and not form.fullmatch(value):
        raise Misconfigured(key, "invalid", value)
    return value


def _sso(found: Found, at: str, environment: str, more: tuple[str, ...]) -> SsoAccount:
    members = {member: text(found, f"{at}.{member}") for member in SSO_MEMBERS}
    for member, value in members.items():
        if not value:
            raise Misconfigured(f"{at}.{member}", "missing")
    key, url = f"{at}.metadata_url", members["metadata_url"]
    home = _home(key, url, environment, more, _SSO_HOSTS)
    known = (*_SSO_HOSTS.get(environment, ()), *more)
    hosts = (read_url(key, url).hostname or "",) if home == _LOOPBACK else known
    return SsoAccount(**members, hosts=frozenset(hosts))


def _home(
    key: str,
    value: str,
    environment: str,
    more: tuple[str, ...],
    hosts: Mapping[str, frozenset[str]] = _HOSTS,
) -> str:
    """What ``value`` belongs to; raises ``Misconfigured`` unless that suits ``environment``."""
    url = read_url(key, value)
    host = url.hostname or ""
    if url.username is not None or url.password is not None:
        raise Misconfigured(key, "secret_in_file")
    if is_loopback(host) and environment != "production":
        return _LOOPBACK
    if url.scheme != "https":
        raise Misconfigured(key, "not_https", value)
    if host in hosts.get(environment, ()):
        return environment
    if host in more:
        return host
    if any(host in known for known in hosts.values()):
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
