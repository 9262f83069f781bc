"""Which exit code a failure has (design.md section 6)."""

import re
from collections.abc import Mapping

from desktop_app.domain.checkup import Failed, Finding, Trouble
from desktop_app.domain.errors import (
    AppError,
    Busy,
    InDoubt,
    Malformed,
    Misconfigured,
    NotAllowed,
    NotSignedIn,
    ServerTrouble,
    StaleToken,
    StoreTrouble,
    Throttled,
    Unreachable,
)

UNEXPECTED, USAGE, CONFIGURATION, UNREACHABLE, REFUSED = 1, 2, 3, 4, 5
INTERRUPTED, NOBODY_LISTENS = 130, 141
_CODES: Mapping[type[AppError], int] = {
    Misconfigured: CONFIGURATION,
    NotAllowed: CONFIGURATION,
    NotSignedIn: CONFIGURATION,
    StoreTrouble: CONFIGURATION,
    Busy: UNREACHABLE,
    Malformed: UNREACHABLE,
    ServerTrouble: UNREACHABLE,
    StaleToken: UNREACHABLE,
    Throttled: UNREACHABLE,
    Unreachable: UNREACHABLE,
    InDoubt: 6,
}
"""What is not here is a refusal, by the platform or by our own checks."""


def code_of(error: AppError) -> int:
    """The exit code of a command that ended with ``error``."""
    return _CODES.get(type(error), REFUSED)


def code_at(found: Finding) -> int:
    """The exit code of a check-up whose first fault is ``found``: 3 or 4, nothing else."""
    match found.fact:
        case Failed(error):
            return UNREACHABLE if code_of(error) == UNREACHABLE else CONFIGURATION
        case fact:
            return UNREACHABLE if isinstance(fact, Trouble) else CONFIGURATION


def kind_of(error: AppError) -> str:
    """Its name as the JSON says it: ``not_allowed`` for ``NotAllowed``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).lower()
