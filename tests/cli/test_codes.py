from datetime import timedelta
from typing import Any

import pytest

from desktop_app.cli.codes import code_at, code_of, kind_of
from desktop_app.domain.checkup import (
    BadCertificate,
    Certificate,
    ClockRead,
    Failed,
    Finding,
    Health,
    NameUnknown,
    NoConnection,
    NoHandshake,
    ProxyTrouble,
    Step,
    StoreOpen,
)
from desktop_app.domain.errors import AppError, NotAllowed, StaleJob, Unreachable
from tests.wording.test_failures import ONE_OF_EACH


@pytest.mark.parametrize("error", ONE_OF_EACH, ids=str)
def test_every_failure_has_a_code_and_a_kind(error: AppError) -> None:
    assert code_of(error) in range(3, 7)
    assert kind_of(error).replace("_", "") == type(error).__name__.casefold()


def test_a_refusal_is_what_is_not_ours_to_repair() -> None:
    assert (code_of(NotAllowed("scope")), code_of(Unreachable()), code_of(StaleJob())) == (3, 4, 5)


@pytest.mark.parametrize(
    ("fact", "code"),
    [
        (NameUnknown("x.invalid"), 4),
        (ProxyTrouble("http://p", "x", "authentication", 407), 4),
        (NoConnection("x", "refused"), 4),
        (BadCertificate("expired", Certificate(host="x")), 4),
        (NoHandshake("x", ""), 4),
        (StoreOpen(1), 3),
        (ClockRead(timedelta(hours=1)), 3),
        *((Failed(error), 4 if code_of(error) == 4 else 3) for error in ONE_OF_EACH),
    ],
)
def test_a_check_up_ends_with_3_or_4(fact: Any, code: int) -> None:
    assert code_at(Finding(step=Step.TLS, health=Health.FAIL, fact=fact, seconds=0)) == code
