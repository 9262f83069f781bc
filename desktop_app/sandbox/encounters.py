"""How the platform searches stays (lifen.md 2.1, 4.3)."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime

from desktop_app.sandbox.outcomes import Outcome
from desktop_app.sandbox.search import Form, Tenant, bare, check_known
from desktop_app.sandbox.stays import STATUSES, WorldStay

_KNOWN = frozenset({
    "patient", "date", "identifier", "status", "service-provider._extension", "_id",
})  # fmt: skip
_CRITERIA = ("patient", "date", "identifier", "status", "service-provider._extension")
_NOTHING_ASKED = (
    "At least one of patient, date, identifier, service-provider._extension or status fields"
    " must be filled"
)
_DATE = re.compile(
    r"(?P<prefix>eq|ne|gt|lt|ge|le)?(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?P<time>T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?"
)


def find_stays(stays: Iterable[WorldStay], form: Form, tenant: Tenant) -> list[WorldStay]:
    """The stays that ``form`` asks for, newest first; raises ``Outcome``."""
    check_known(form, _KNOWN)
    asked = [(name, value.strip()) for name, value in form if value.strip()]
    if not any(name in _CRITERIA for name, _value in asked):
        raise Outcome(422, _NOTHING_ASKED, location="allValueNull")
    tests = [_test(name, value, tenant) for name, value in asked]
    found = [stay for stay in stays if all(test(stay) for test in tests)]
    return sorted(found, key=lambda stay: stay.start, reverse=True)


def _test(  # noqa: PLR0911 - one line a parameter
    name: str, value: str, tenant: Tenant
) -> Callable[[WorldStay], bool]:
    match name:
        case "patient":
            patient = value.removeprefix("Patient/")
            if patient == value or not patient:
                raise _bad(name, value)
            return lambda stay: stay.patient == patient
        case "date":
            return _date_test(value, tenant)
        case "identifier":
            wanted = bare(value.split(","))
            return lambda stay: stay.number in wanted
        case "status":
            statuses = set(value.split(","))
            if not statuses <= set(STATUSES):
                raise _bad(name, value)
            return lambda stay: stay.status in statuses
        case "service-provider._extension":
            codes = bare(value.split(","))
            return lambda stay: stay.unit[0] in codes
        case "_id":
            ids = set(value.split(","))
            return lambda stay: stay.id in ids
        case _:
            return lambda _stay: True


def _date_test(value: str, tenant: Tenant) -> Callable[[WorldStay], bool]:
    """Against the start of a stay (U31); prefixes are for standard tenants (lifen.md 2.1)."""
    read = _DATE.fullmatch(value)
    if read is None or (read["prefix"] and tenant is not Tenant.STANDARD):
        raise _bad("date", value)
    try:
        day = date.fromisoformat(read["day"])
        moment = datetime.fromisoformat(f"{read['day']}{read['time']}") if read["time"] else None
    except ValueError:
        raise _bad("date", value) from None

    def compared(stay: WorldStay) -> int:
        """Where the stay begins: before (-1), within (0) or after (1) what was said."""
        if moment is None:
            begun = stay.start.date()
            return (begun > day) - (begun < day)
        start = stay.start if moment.tzinfo else stay.start.replace(tzinfo=None)
        return (start > moment) - (start < moment)

    accepted = {
        "eq": {0}, "ne": {-1, 1}, "gt": {1}, "lt": {-1}, "ge": {0, 1}, "le": {-1, 0},
    }[read["prefix"] or "eq"]  # fmt: skip
    return lambda stay: compared(stay) in accepted


def _bad(name: str, value: str) -> Outcome:
    return Outcome(412, f"Invalid {name} {value}", code="VALUE", location=name)
