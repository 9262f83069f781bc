"""What an ID token vouches for, once everything about it has been checked (OIDC Core 3.1.3.7)."""

import base64
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

from desktop_app.domain.errors import NotSignedIn
from desktop_app.domain.people import Author

SKEW = timedelta(minutes=5)
"""How far this machine's clock and the provider's may be apart."""
_SMALLEST_RSA = 2048
_MAX_KEYS, _MAX_NAME, _MAX_SUBJECT = 20, 120, 255
_KEY_TYPES: dict[str, type[RSAKey] | type[ECKey]] = {"RSA": RSAKey, "EC": ECKey}
_KEY_MEMBERS = ("kty", "kid", "alg", "use", "n", "e", "crv", "x", "y")
"""Public members only: what else a key set holds is nothing to us."""
_NONSENSE = (JoseError, ValueError, TypeError, KeyError, ArithmeticError)
"""What the library makes of what no honest provider writes."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """Whose token it must be, and for what question."""

    issuer: str
    client_id: str
    nonce: str
    algorithms: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """Somebody, for as long as their session lasts."""

    author: Author
    lasts: timedelta


def vouched(id_token: str, keys: Json, expected: Expected, now: datetime) -> Vouched:
    """Who ``id_token`` is about; raises ``NotSignedIn`` for whatever is not as it must be."""
    try:
        token = jwt.decode(id_token, _key_set(keys), algorithms=list(expected.algorithms))
        claims = token.claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(SKEW.total_seconds()),
            iss={"essential": True, "value": expected.issuer},
            aud={"essential": True, "value": expected.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True},
        ).validate(claims)
        _check_parties(claims, expected)
        _check_nonce(claims, expected)
        return Vouched(author=_author(claims), lasts=_lasts(claims, now))
    except _NONSENSE as error:
        raise NotSignedIn("forged") from error


def _key_set(keys: Json) -> KeySet:
    """The provider's keys that we can use; raises ``ValueError`` when there is none."""
    listed = keys.get("keys")
    usable = list(_usable(listed[:_MAX_KEYS])) if isinstance(listed, list) else []
    if not usable:
        raise ValueError("keys")
    return KeySet(usable)


def _usable(listed: Sequence[object]) -> Iterator[Key]:
    for key in listed:
        if not isinstance(key, dict) or key.get("use", "sig") != "sig":
            continue
        kind = _KEY_TYPES.get(str(key.get("kty")))
        members = {name: key[name] for name in _KEY_MEMBERS if isinstance(key.get(name), str)}
        try:
            if kind is None or (kind is RSAKey and _bits(members["n"]) < _SMALLEST_RSA):
                continue
            yield kind.import_key(members)
        except _NONSENSE:
            continue  # one key that makes no sense takes nothing from the others


def _bits(modulus: str) -> int:
    """How long a modulus is: RFC 7518, 3.3 wants 2048 bits at least."""
    return int.from_bytes(base64.urlsafe_b64decode(f"{modulus}==")).bit_length()


def _check_parties(claims: Json, expected: Expected) -> None:
    """A token that others may use too must say that it was made for us."""
    audience, party = claims["aud"], claims.get("azp")
    shared = isinstance(audience, list) and len(audience) > 1
    if (shared or party is not None) and party != expected.client_id:
        raise NotSignedIn("forged")


def _check_nonce(claims: Json, expected: Expected) -> None:
    nonce = claims["nonce"]
    if not isinstance(nonce, str):
        raise NotSignedIn("forged")
    if not hmac.compare_digest(nonce.encode("utf-8", "replace"), expected.nonce.encode()):
        raise NotSignedIn("forged")


def _lasts(claims: Json, now: datetime) -> timedelta:
    """From now on, and never longer than the provider meant it to last from beginning to end.

    The clocks may differ: what is left by ours is not taken for more than the token's own life.
    """
    left = claims["exp"] - now.timestamp() + SKEW.total_seconds()
    life = claims["exp"] - claims["iat"]
    if life <= 0:
        raise NotSignedIn("forged")
    return timedelta(seconds=min(left, life, timedelta(days=1).total_seconds()))


def _author(claims: Json) -> Author:
    subject = claims["sub"]
    if not subject.isprintable() or len(subject) > _MAX_SUBJECT:
        raise NotSignedIn("forged")
    return Author(key=f"sso:{subject}", name=_name(claims))


def _name(claims: Json) -> str:
    """What people call the person; nothing where the token does not say."""

    def said(member: str) -> str:
        value = claims.get(member)
        words = value.split() if isinstance(value, str) else []
        return "".join(one for one in " ".join(words) if one.isprintable())[:_MAX_NAME].strip()

    both = " ".join(part for part in (said("given_name"), said("family_name")) if part)
    return said("name") or both or said("preferred_username") or said("email")
