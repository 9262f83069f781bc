"""FHIR elements that several of Lifen's resources share."""

import re
from collections.abc import Iterable

from desktop_app.fhir.loose import Json, text, texts


def family(name: Json) -> str:
    """The family name of a HumanName."""
    return " ".join(texts(name.get("family")))


def in_use(elements: Iterable[Json]) -> list[Json]:
    """Those that were not put aside."""
    return [one for one in elements if text(one.get("use")).casefold() != "old"]


def is_address(value: str) -> bool:
    """Whether ``value`` is written like a mail address."""
    return re.fullmatch(r"[^\s@]+@[^\s@]+", value) is not None
