"""What a check-up of a profile looks at and what it finds; the words are in ``wording.doctor``.

Nothing here names a patient, a secret or a token: hosts, codes, counts and moments only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from desktop_app.domain.errors import AppError


class Step(StrEnum):
    """What is looked at, in this order; the stored values are those of the JSON."""

    SETTINGS = "settings"
    SECRET = "secret"  # noqa: S105 - a step's name
    NAMES = "names"  # of the machines, in numbers
    PROXY = "proxy"
    TLS = "tls"  # the connection and the certificate
    CLOCK = "clock"
    TOKEN = "token"  # noqa: S105 - a step's name
    SCOPES = "scopes"
    PATIENTS = "patients"
    DIRECTORY = "directory"
    SIGN_IN = "sign_in"
    STORE = "store"
    SENDER = "sender"  # which program sends from this store


class Health(StrEnum):
    """How a step went."""

    OK = "ok"
    WARN = "warn"  # works, and somebody should know
    FAIL = "fail"
    SKIPPED = "skipped"  # does not apply, or rests on a step that failed


@dataclass(frozen=True, slots=True)
class Failed:
    """One of our own errors says it all."""

    error: AppError


@dataclass(frozen=True, slots=True)
class NotReached:
    """An earlier step failed that this one rests on: the first of those."""

    because: Step


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """The profile has no such thing."""


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """The profile that will be used."""

    profile: str
    environment: str


@dataclass(frozen=True, slots=True)
class SecretKept:
    """The secret is there; ``key_store`` is ``keychain``, ``passphrase`` or ``file``."""

    key_store: str


@dataclass(frozen=True, slots=True)
class NamesKnown:
    """Every name was found, the proxy's own in the place of those that it finds itself."""

    hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameUnknown:
    """No address for ``host``, which may be the proxy's."""

    host: str
    is_proxy: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class Direct:
    """Nothing stands between this machine and the platform."""


@dataclass(frozen=True, slots=True)
class ProxyOpen:
    """The proxy lets us through."""

    proxy: str


@dataclass(frozen=True, slots=True)
class ProxyTrouble:
    """The proxy does not let us through to ``host``.

    ``cause`` is one of ``refused`` (nobody listens at its port), ``silent``, ``network``,
    ``handshake`` (with the proxy itself), ``authentication`` (407), ``forbidden`` (another answer:
    ``status``), ``not_a_proxy`` (an answer that is not one), ``scheme`` (not of a kind that
    Navette speaks).
    """

    proxy: str
    host: str
    cause: str
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The certificate that ``host`` showed, as far as it is legible."""

    host: str
    issuer: str = ""
    names: tuple[str, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """Every host answers and proves who it is; none of this machine's own has a certificate."""

    certificates: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class NoConnection:
    """``host`` cannot be reached without a proxy: ``refused``, ``silent`` or ``network``."""

    host: str
    cause: str


@dataclass(frozen=True, slots=True)
class BadCertificate:
    """The certificate does not prove that this is the host.

    ``cause`` is one of ``authority`` (not known here, or the way to it is missing),
    ``self_signed``, ``host``, ``expired``, ``not_yet``, ``other``. ``offset`` is how far this
    machine's clock is ahead of what the host says, where it says it: a wrong clock makes good
    certificates look bad.
    """

    cause: str
    certificate: Certificate
    offset: timedelta | None = None


@dataclass(frozen=True, slots=True)
class NoHandshake:
    """Something listens at ``host`` that does not come to an understanding; a code of OpenSSL's."""

    host: str
    reason: str


@dataclass(frozen=True, slots=True)
class ClockRead:
    """How far this machine's clock is ahead of the platform's (negative: behind)."""

    offset: timedelta


@dataclass(frozen=True, slots=True)
class ClockUnsaid:
    """The platform did not say what time it is."""


@dataclass(frozen=True, slots=True)
class TokenGiven:
    """The platform knows us."""


@dataclass(frozen=True, slots=True)
class ScopesGranted:
    """The names in the token, and the functional scopes that this profile would want besides."""

    names: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answered:
    """A search that finds nobody was answered."""


@dataclass(frozen=True, slots=True)
class SignInReady:
    """The identity provider describes itself as we need it."""

    issuer: str


@dataclass(frozen=True, slots=True)
class StoreOpen:
    """The letters' database opens and their folder can be written; ``free`` bytes are left."""

    free: int


@dataclass(frozen=True, slots=True)
class NobodySends:
    """No program sends from this store right now."""


@dataclass(frozen=True, slots=True)
class SomebodySends:
    """A program does: the letters leave by it."""

    holder: str


Trouble = NameUnknown | ProxyTrouble | NoConnection | BadCertificate | NoHandshake
"""Where the way to a host may end."""
Fact = (
    Failed
    | NotReached
    | NotNeeded
    | SettingsRead
    | SecretKept
    | NamesKnown
    | NameUnknown
    | Direct
    | ProxyOpen
    | ProxyTrouble
    | Connected
    | NoConnection
    | BadCertificate
    | NoHandshake
    | ClockRead
    | ClockUnsaid
    | TokenGiven
    | ScopesGranted
    | Answered
    | SignInReady
    | StoreOpen
    | NobodySends
    | SomebodySends
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one step found, and how long it took."""

    step: Step
    health: Health
    fact: Fact
    seconds: float
