"""Days and hours as French readers write them."""

from datetime import date, datetime, timedelta


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


def wait(length: timedelta) -> str:
    """How long is left, in one unit."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < _MINUTE * 2:
        return f"{seconds}\u00a0s"
    if seconds < _HOUR * 2:
        return f"{round(seconds / _MINUTE)}\u00a0min"
    return f"{round(seconds / _HOUR)}\u00a0h"


_MINUTE, _HOUR = 60, 3600
