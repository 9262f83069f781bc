from dataclasses import replace

import pytest

from desktop_app.doctor.platform import judge_scopes
from desktop_app.domain.checkup import Health, ScopesGranted
from desktop_app.settings import LifenAccount
from tests.doctor.conftest import ACCOUNT

PATIENTS = "ORGANIZATION_READ PATIENT_READ PATIENT_SEARCH ENCOUNTER_READ ENCOUNTER_SEARCH"
AGENDA = "APPOINTMENT_READ APPOINTMENT_SEARCH"
RECORD = "BINARY_CREATE COMMUNICATIONREQUEST_CREATE DOCUMENTREFERENCE_CREATE"
FUNCTIONAL = "PATIENT_GAM_SEARCH APPOINTMENT_GAM_SEARCH SEND_TO_MSS SEND_TO_EHR"
TYPED = replace(ACCOUNT, patients="typed", organization="60001")
NO_RECORD = replace(ACCOUNT, record="never")


@pytest.mark.parametrize(
    ("names", "account", "missing"),
    [
        (FUNCTIONAL, ACCOUNT, ()),
        (FUNCTIONAL, None, ()),
        (f"{PATIENTS} {AGENDA} {RECORD}", ACCOUNT, ()),  # technical names only: U2
        (PATIENTS, ACCOUNT, ("APPOINTMENT_GAM_SEARCH", "SEND_TO_EHR")),
        (PATIENTS, NO_RECORD, ("APPOINTMENT_GAM_SEARCH",)),
        ("SEND_TO_EHR", NO_RECORD, ("PATIENT_GAM_SEARCH", "APPOINTMENT_GAM_SEARCH", "SEND_TO_MSS")),
        ("SEND_TO_MSS", TYPED, ()),
        ("SEND_TO_EHR", TYPED, ("SEND_TO_MSS",)),
        (
            f"{PATIENTS} {AGENDA} SEND_TO_MSS",
            replace(NO_RECORD, dmp="Organization/60099"),
            ("SEND_TO_EHR",),
        ),
    ],
)
def test_only_what_the_profile_counts_on_is_missed(
    names: str, account: LifenAccount | None, missing: tuple[str, ...]
) -> None:
    given = tuple(names.split())
    health = Health.WARN if missing else Health.OK
    assert judge_scopes(given, account) == (health, ScopesGranted(given, missing))


def test_a_token_that_says_nothing_is_a_warning() -> None:
    assert judge_scopes((), TYPED)[0] is Health.WARN
