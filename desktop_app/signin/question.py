"""What is asked of the provider, and of the person's browser."""

import base64
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desktop_app.settings import SsoAccount
from desktop_app.signin.browser import OpensBrowser
from desktop_app.signin.pages import Pages
from desktop_app.signin.provider import Provider, with_members

SCOPE = "openid email profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one sign-in needs from outside; ``login_hint`` may be empty."""

    account: SsoAccount
    pages: Pages
    open_browser: OpensBrowser
    now: Callable[[], datetime]
    patience: timedelta
    login_hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What binds an answer to its question; new for each sign-in, and never on disk."""

    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48), repr=False)

    @property
    def challenge(self) -> str:
        """The verifier's fingerprint, S256 (RFC 7636)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def question(provider: Provider, asked: Asked, chosen: Secrets, redirect_uri: str) -> str:
    """Where the browser goes (lifen.md 1.4); nothing in it is a secret of the program's."""
    members = {
        "response_type": "code",
        "client_id": asked.account.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "acr_values": asked.account.acr_values,
        "state": chosen.state,
        "nonce": chosen.nonce,
        "code_challenge": chosen.challenge,
        "code_challenge_method": "S256",
    }
    if asked.login_hint:
        members["login_hint"] = asked.login_hint
    return with_members(provider.authorization_endpoint, members)
