"""What can go wrong, stated as facts; the words are in ``wording``.

AppError
├── Unreachable      no answer, and no harm done by asking
├── InDoubt          a write left and its outcome is unknown
├── Throttled        the server asked us to wait
├── ServerTrouble    the server failed on a request we may repeat
├── StaleToken       the token was not accepted; nothing was processed, one new token is due
├── NotAllowed       our access does not open this door
├── Refused          the server understood and said no
├── Malformed        the answer breaks the platform's own contract
├── NotOffered       this platform has no such service
├── Incomplete       something the request needs is missing or out of bounds on our side
├── Changed          patient or stay are no longer what was checked
├── NotSignedIn      the hospital wants to know who is at the keyboard, and nobody has said
├── FileTrouble      the document is gone, changed, unreadable or too large
├── Misconfigured    a setting, profile or secret is missing or contradicts another
├── StoreTrouble     the local database or its disk cannot serve
├── Busy             another Navette holds what we need
├── Unknown          no job, letter or sending has this id
├── StaleJob         somebody else changed the row first
└── IllegalMove      this state does not meet this event
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class AppError(Exception):
    """Root of everything this program raises on purpose; ``str()`` is safe to log."""


class Unreachable(AppError):
    """No answer came, and nothing was executed: safe to try again."""

    def __init__(self, cause: str = "network") -> None:
        super().__init__(f"unreachable: {cause}")
        self.cause = cause


class InDoubt(AppError):
    """A write was sent and its outcome is unknown: never retried by itself."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"in doubt: {cause}")
        self.cause = cause


class Throttled(AppError):
    """429: refused before it was processed; ``wait`` is the server's own wish, if it said one."""

    def __init__(self, wait: timedelta | None = None) -> None:
        super().__init__("throttled")
        self.wait = wait


class ServerTrouble(AppError):
    """5xx on a request that may be repeated without harm."""

    def __init__(self, status: int) -> None:
        super().__init__(f"server trouble: {status}")
        self.status = status


class StaleToken(AppError):
    """401 before the one new token: authentication failed, so nothing was processed."""


class NotAllowed(AppError):
    """Our access is at fault; the whole platform is concerned, not one letter.

    ``cause`` is one of ``credentials`` (401), ``database_reference`` (400 from the token
    endpoint), ``audience`` (403 from the token endpoint), ``scope`` (403), ``setup`` (412
    from a send: the portal's support address is missing).
    """

    def __init__(self, cause: str, status: int = 0) -> None:
        super().__init__(f"not allowed: {cause}")
        self.cause = cause
        self.status = status


class Refused(AppError):
    """The server read the request and rejected it: nothing was executed."""

    def __init__(
        self, status: int, diagnostics: Sequence[str] = (), fields: Sequence[str] = ()
    ) -> None:
        super().__init__(f"refused with {status}: {len(diagnostics)} issue(s)")
        self.status = status
        self.diagnostics = tuple(diagnostics)  # may name a patient: shown, never logged
        self.fields = tuple(fields)


class Malformed(AppError):
    """The answer is not what the platform's own documentation promises."""

    def __init__(self, what: str) -> None:
        super().__init__(f"malformed answer: {what}")
        self.what = what


class NotOffered(AppError):
    """The platform of this profile has no such service."""

    def __init__(self, service: str) -> None:
        super().__init__(f"not offered: {service}")
        self.service = service


class Incomplete(AppError):
    """A letter or a question lacks something, or has too much of it.

    ``what`` is one of ``patient``, ``recipients``, ``documents``, ``targets``,
    ``too_many_recipients``, ``too_many_documents`` (for one request: a letter is split before),
    ``documents_too_large``, ``address`` (not from the directory, or a patient's), ``query_short``,
    ``query_empty``, ``birth_year`` (two digits of it), ``ins_key`` (fifteen digits whose key is
    wrong), ``one_number`` (two were given), ``number_only`` (numbers are not looked up here),
    ``stay`` (a copy for the hospital's record needs one), ``one_document`` (the record takes no
    more in one request), ``record_too_large`` (for the record), ``identity`` (a typed identity
    lacks a trait that the platform demands), ``ins`` (the shared record needs a qualified one),
    ``organization`` (nobody says which hospital issues the letter), ``sender`` (not an RPPS
    number). ``limit`` is the bound, where there is one.
    """

    def __init__(self, what: str, limit: int = 0) -> None:
        super().__init__(f"incomplete: {what}")
        self.what = what
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Difference:
    """One trait, as it was checked and as the platform holds it now; empty where it is not there.

    ``trait`` is a code for ``wording``: ``birth_family``, ``used_family``, ``given``, ``sex``,
    ``birth_date``, ``ipp``, ``deceased`` and ``merged`` of a patient; ``number``, ``start``,
    ``end``, ``status``, ``label`` and ``patient`` of a stay. Dates and times are ISO texts,
    ``sex`` is a code, ``deceased`` and ``merged`` are ``yes`` or empty.
    """

    trait: str
    before: str = ""
    now: str = ""


class Changed(AppError):
    """Read again just before the sending, ``what`` is not what was checked (lifen.md T18).

    ``what`` is ``patient`` or ``stay``. ``differences`` name a patient: shown, never logged.
    """

    def __init__(self, what: str, differences: Sequence[Difference]) -> None:
        super().__init__(f"changed: {what}: {len(differences)} difference(s)")
        self.what = what
        self.differences = tuple(differences)


class NotSignedIn(AppError):
    """The hospital's sign-in is needed and did not happen.

    ``cause`` is one of ``needed`` (nobody has signed in), ``ended`` (the session is over),
    ``cancelled``, ``late`` (nobody came back from the browser), ``refused`` (the provider said
    no), ``forged`` (the answer is not for us, or not the provider's: state, nonce, issuer,
    audience, signature or time are wrong), ``browser`` (none could be opened).
    """

    def __init__(self, cause: str = "needed") -> None:
        super().__init__(f"not signed in: {cause}")
        self.cause = cause


class FileTrouble(AppError):
    """A document cannot be taken or sent, or a file cannot be made.

    ``kind`` is one of ``missing``, ``unreadable``, ``empty``, ``not_pdf``, ``encrypted``,
    ``damaged``, ``too_large``, ``changed``, ``folder``, ``unwritable`` (where one was to be made).
    ``name`` is what the person calls the file: shown, never logged.
    """

    def __init__(self, kind: str, name: str = "", size: int = 0, limit: int = 0) -> None:
        super().__init__(f"file trouble: {kind}")
        self.kind = kind
        self.name = name
        self.size = size
        self.limit = limit


class Misconfigured(AppError):
    """A setting, a profile or a secret; ``where`` is its dotted name, ``what`` the fault.

    ``what`` is one of ``missing``, ``unknown``, ``invalid``, ``locked``, ``not_https``,
    ``host``, ``mixed``, ``tenant`` (not that of its host), ``secret`` (not kept here),
    ``secret_in_file``, ``key_store``, ``exposed`` (others can read it), ``not_offered`` (not by
    this version), ``unreadable``, ``not_toml`` (the value is the line).
    """

    def __init__(self, where: str, what: str, value: str = "") -> None:
        super().__init__(f"misconfigured: {where}: {what}")
        self.where = where
        self.what = what
        self.value = value


class StoreTrouble(AppError):
    """The local database and the letters' copies.

    ``kind`` is one of ``future``, ``damaged``, ``full``, ``read_only``, ``key_lost`` (what is here
    was sealed with a key that is not), ``other``.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(f"store trouble: {kind}")
        self.kind = kind


class Busy(AppError):
    """Another process of this person does the sending; ``holder`` says which."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"busy: held by {holder}")
        self.holder = holder


class Unknown(AppError):
    """No such thing in this profile's store."""

    def __init__(self, what: str) -> None:
        super().__init__(f"unknown: {what}")
        self.what = what


class StaleJob(AppError):
    """The row has changed since it was read; read it again."""


class IllegalMove(AppError):
    """The table in ``sending`` has no line for this state and this event."""

    def __init__(self, event: str, state: str) -> None:
        super().__init__(f"{event} while {state}")
        self.event = event
        self.state = state
