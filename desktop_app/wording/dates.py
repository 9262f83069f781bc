"""Days and hours as French readers write them."""

from datetime import date, datetime, timedelta

_MINUTE, _HOUR = 60, 3600
SHORT_WAIT = timedelta(minutes=2)
"""A wait that is told in seconds."""


def day(value: date) -> str:
    """JJ/MM/AAAA."""
    return value.strftime("%d/%m/%Y")


def hour(moment: datetime) -> str:
    """The hour on the wall here."""
    return moment.astimezone().strftime("%H:%M")


def when(moment: datetime, now: datetime) -> str:
    """The hour alone today, with its day before."""
    there, here = moment.astimezone(), now.astimezone()
    if there.date() == here.date():
        return hour(moment)
    if there.date() == here.date() - timedelta(days=1):
        return f"hier {hour(moment)}"
    return f"{day(there.date())} {hour(moment)}"


def at(moment: datetime, now: datetime) -> str:
    """When, inside a sentence."""
    there, here = moment.astimezone().date(), now.astimezone().date()
    if there == here:
        return f"à {hour(moment)}"
    if there == here - timedelta(days=1):
        return f"hier à {hour(moment)}"
    return f"le {day(there)} à {hour(moment)}"


def soon(moment: datetime, now: datetime) -> str:
    """When something will happen: a countdown when it is near, an hour when it is not."""
    left = moment - now
    if left <= timedelta(0):
        return "maintenant"
    return f"dans {wait(left)}" if left < SHORT_WAIT else at(moment, now)


def near_day(moment: datetime, now: datetime) -> str:
    """The day alone, by its name when it is near."""
    there, here = moment.astimezone().date(), now.astimezone().date()
    if there == here:
        return "aujourd’hui"
    return "hier" if there == here - timedelta(days=1) else day(there)


def wait(length: timedelta) -> str:
    """How long is left, in one unit."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < _MINUTE * 2:
        return f"{seconds}\u00a0s"
    if seconds < _HOUR * 2:
        return f"{round(seconds / _MINUTE)}\u00a0min"
    return f"{round(seconds / _HOUR)}\u00a0h"
