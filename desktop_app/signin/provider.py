"""The hospital's identity provider, as its metadata document describes it (RFC 8414)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from desktop_app.domain.errors import Malformed, Misconfigured, NotOffered
from desktop_app.settings import SsoAccount, is_loopback

ALGORITHMS = ("ES256", "RS256", "PS256", "ES384", "RS384", "PS384", "ES512", "RS512", "PS512")
"""What an ID token may be signed with: with a key that only the provider has, or not at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Where a person signs in, where codes are exchanged, and what vouches for the answer.

    ``says_issuer`` means that an answer without ``iss`` is not this provider's (RFC 9207).
    ``end_session_endpoint`` is empty where there is none.
    """

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""
    algorithms: tuple[str, ...] = ALGORITHMS
    says_issuer: bool = False

    def farewell(self, client_id: str) -> str:
        """Where a person signs out, or nothing.

        The ID token is not shown there as a hint: addresses stay in the browser's history.
        """
        if not self.end_session_endpoint:
            return ""
        return with_members(self.end_session_endpoint, {"client_id": client_id})


def with_members(address: str, members: Mapping[str, str]) -> str:
    """``address`` with ``members`` added to its query, which stays (RFC 6749, 3.1)."""
    parts = urlsplit(address)
    kept = parse_qsl(parts.query, keep_blank_values=True)
    return urlunsplit(parts._replace(query=urlencode([*kept, *members.items()])))


def read_provider(document: Mapping[str, Any], account: SsoAccount) -> Provider:
    """The provider of ``account``.

    Raises ``Malformed`` for a document that lacks something, ``Misconfigured`` for an address
    outside ``account.hosts``, ``NotOffered`` for a provider that cannot do what we ask of it.
    """
    _check_offer(document)
    signed = document.get("id_token_signing_alg_values_supported")
    algorithms = tuple(one for one in ALGORITHMS if not isinstance(signed, list) or one in signed)
    if not algorithms:
        raise NotOffered("sso.signature")
    ends = "end_session_endpoint"
    return Provider(
        issuer=_issuer(document, account),
        authorization_endpoint=_endpoint(document, "authorization_endpoint", account),
        token_endpoint=_endpoint(document, "token_endpoint", account),
        jwks_uri=_endpoint(document, "jwks_uri", account),
        end_session_endpoint=_endpoint(document, ends, account) if document.get(ends) else "",
        algorithms=algorithms,
        says_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _check_offer(document: Mapping[str, Any]) -> None:
    """What the document lists must hold what we need; what it does not list is tried."""
    needs = {
        "response_types_supported": "code",
        "grant_types_supported": "authorization_code",
        "code_challenge_methods_supported": "S256",
        "token_endpoint_auth_methods_supported": "none",
    }
    for member, needed in needs.items():
        offered = document.get(member)
        if isinstance(offered, list) and needed not in offered:
            raise NotOffered(f"sso.{needed}")


def _issuer(document: Mapping[str, Any], account: SsoAccount) -> str:
    """Who the provider says it is: a name that is compared and never called.

    It need not be on the host of the metadata (Lifen's is not), but on one of the hospital's. A
    provider of this machine, which only practice and tests may use, may bear any name.
    """
    name = _text(document, "issuer")
    if is_loopback(urlsplit(account.metadata_url).hostname):
        parts = urlsplit(name)
        if parts.scheme == "https" and parts.hostname:
            return name
    _check_address("issuer", name, account)
    return name


def _endpoint(document: Mapping[str, Any], member: str, account: SsoAccount) -> str:
    address = _text(document, member)
    _check_address(member, address, account)
    return address


def _check_address(member: str, address: str, account: SsoAccount) -> None:
    """Refuse what is not ``https`` on a host of the hospital, or not of this machine like all."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Malformed(f"metadata.{member}") from error
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Malformed(f"metadata.{member}")
    if is_loopback(urlsplit(account.metadata_url).hostname):
        known, secure = is_loopback(host), parts.scheme in ("http", "https")
    else:
        known, secure = host in account.hosts, parts.scheme == "https"
    if not known:
        raise Misconfigured(f"sso.{member}", "host", host)
    if not secure:
        raise Misconfigured(f"sso.{member}", "not_https", host)


def _text(document: Mapping[str, Any], member: str) -> str:
    value = document.get(member)
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]{1,2000}", value, re.ASCII):
        raise Malformed(f"metadata.{member}")
    return value
