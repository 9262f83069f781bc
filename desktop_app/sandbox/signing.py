"""ID tokens of the practice provider: honest ones, and each way to forge one.

Imported at the first sign-in: the signatures' library would cost practice mode its quick start.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from desktop_app.sandbox.twists import Twist

Json = dict[str, Any]
_KID = "sandbox-1"
_DAY = 86_400


class Signer:
    """One key pair, made when it is first needed."""

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256", {"kid": _KID, "use": "sig", "alg": "ES256"})

    def public_keys(self) -> Json:
        """The key set, as ``jwks_uri`` shows it."""
        return dict(KeySet([self._key]).as_dict(private=False))

    def id_token(self, claims: Json, twist: Twist | None) -> str:
        """``claims``, signed, with one thing wrong when ``twist`` says so."""
        told = _twisted(claims, twist)
        if twist is Twist.UNSIGNED:
            return _compact({"alg": "none"}, told, lambda _text: b"")
        if twist is Twist.SYMMETRIC:
            secret = self._key.as_pem(private=False)
            return _compact(
                {"alg": "HS256", "kid": _KID},
                told,
                lambda text: hmac.digest(secret, text, hashlib.sha256),
            )
        key = ECKey.generate_key("P-256") if twist is Twist.STRANGER else self._key
        return jwt.encode({"alg": "ES256", "kid": _KID}, told, key)


def _twisted(claims: Json, twist: Twist | None) -> Json:  # noqa: PLR0911 - the whole table
    match twist:
        case Twist.NONCE:
            return {**claims, "nonce": "of-another-question"}
        case Twist.ISSUER:
            return {**claims, "iss": "https://another.example/"}
        case Twist.AUDIENCE:
            return {**claims, "aud": "another", "azp": "another"}
        case Twist.PARTY:
            return {**claims, "aud": [claims["aud"], "another"], "azp": "another"}
        case Twist.EXPIRED:
            return {**claims, **{name: claims[name] - _DAY for name in ("iat", "exp")}}
        case Twist.FUTURE:
            return {**claims, **{name: claims[name] + _DAY for name in ("iat", "exp")}}
        case Twist.NAMELESS:
            return {name: claims[name] for name in ("iss", "sub", "aud", "exp", "iat", "nonce")}
        case _:
            return claims


def _compact(header: Json, claims: Json, sign: Callable[[bytes], bytes]) -> str:
    """By hand, because no library helps to make what no library should accept."""
    text = b".".join(_letters(orjson.dumps(part)) for part in (header, claims))
    return b".".join((text, _letters(sign(text)))).decode("ascii")


def _letters(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")
