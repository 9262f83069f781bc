"""What a token opens, compared with what the profile counts on; and two questions about nobody."""

from collections.abc import Collection
from typing import Protocol

from desktop_app.domain.checkup import Answered, Fact, Health, ScopesGranted
from desktop_app.domain.people import Correspondent, Page, Patient
from desktop_app.domain.ports import CorrespondentQuery, PatientQuery
from desktop_app.settings import LifenAccount

_NOBODY = "Zzqxnavette"
"""A name that nobody bears; long enough for every tenant."""
_EXPANSIONS = {
    "PATIENT_GAM_SEARCH": "ORGANIZATION_READ PATIENT_READ PATIENT_SEARCH ENCOUNTER_READ"
    " ENCOUNTER_SEARCH",
    "APPOINTMENT_GAM_SEARCH": "APPOINTMENT_READ APPOINTMENT_SEARCH",
    "SEND_TO_EHR": "ORGANIZATION_READ BINARY_CREATE COMMUNICATIONREQUEST_CREATE"
    " DOCUMENTREFERENCE_CREATE",
    "SEND_TO_MSS": "",
}
"""What the functional scopes stand for; the last one's is not published (lifen.md 1.3)."""


class Asks(Protocol):
    """The two questions."""

    async def find_patients(self, query: PatientQuery) -> Page[Patient]:
        """One page of the patients that match."""

    async def find_practitioners(self, query: CorrespondentQuery) -> Page[Correspondent]:
        """The practitioners that match."""


async def ask_patients(client: Asks) -> tuple[Health, Fact]:
    """Search a patient who does not exist; raises what a search raises."""
    await client.find_patients(PatientQuery(name=f"{_NOBODY} Personne"))
    return Health.OK, Answered()


async def ask_directory(client: Asks) -> tuple[Health, Fact]:
    """Search a practitioner who does not exist; raises what a search raises."""
    await client.find_practitioners(CorrespondentQuery(name=_NOBODY))
    return Health.OK, Answered()


def judge_scopes(names: Collection[str], account: LifenAccount | None) -> tuple[Health, Fact]:
    """A missing scope is a warning: nobody says which names a token lists (lifen.md U2)."""
    missing = tuple(scope for scope in _wanted(account) if not _granted(scope, names))
    health = Health.WARN if missing or not names else Health.OK
    return health, ScopesGranted(tuple(names), missing)


def _wanted(account: LifenAccount | None) -> tuple[str, ...]:
    searches = account is None or account.patients == "search"
    records = searches and (account is None or account.record != "never" or bool(account.dmp))
    return (
        *(("PATIENT_GAM_SEARCH", "APPOINTMENT_GAM_SEARCH") if searches else ()),
        "SEND_TO_MSS",
        *(("SEND_TO_EHR",) if records else ()),
    )


def _granted(scope: str, names: Collection[str]) -> bool:
    """Whether the token names ``scope`` or all that it stands for.

    A token that lists technical names only cannot say a scope whose expansion nobody knows.
    """
    if scope in names:
        return True
    parts = _EXPANSIONS[scope].split()
    if parts:
        return all(part in names for part in parts)
    return not any(name in _EXPANSIONS for name in names)
