"""How results come in pages: cursors, links, bundles (lifen.md 5)."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from desktop_app.sandbox.outcomes import Json, Outcome, invalid_parameter

_KEPT_RESULTS = 200
"""Cursors older than this many searches are gone (410)."""
_KNOWN = ("_id", "_index", "_searchAfter", "_searchBefore", "_count")


@dataclass(frozen=True, slots=True)
class Search:
    """How its pages are asked for and made.

    ``scope`` is what it needs, ``size`` the rows of a page; ``show`` makes the resource of an id,
    ``None`` once it is gone.
    """

    scope: str
    size: int
    show: Callable[[str], Json | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one search found, kept for its pages; ``owner`` is the token's organisation."""

    owner: str
    ids: tuple[str, ...]
    search: Search


class Results:
    """The searches whose next pages can still be read."""

    def __init__(self) -> None:
        self._kept: dict[str, Result] = {}

    def keep(self, result: Result) -> str:
        """Remember ``result`` under the id of its bundle."""
        identifier = bundle_id()
        self._kept[identifier] = result
        while len(self._kept) > _KEPT_RESULTS:
            del self._kept[next(iter(self._kept))]
        return identifier

    def page(self, query: Mapping[str, str], owner: str) -> tuple[str, Result, int]:
        """The bundle, what it holds and where its page begins; raises ``Outcome``."""
        for name in query:
            if name not in _KNOWN:
                raise invalid_parameter(name)
        identifier = query.get("_id", "")
        result = self._kept.get(identifier)
        if result is None or result.owner != owner:
            raise Outcome(410, "Bundle is gone", code="NOTFOUND")
        cursor = query.get("_searchAfter") or query.get("_searchBefore") or "0-0"
        match = re.fullmatch(r"(\d+)-\d+", cursor)
        if match is None:
            raise Outcome(412, "Invalid cursor", code="VALUE", location="_searchAfter")
        place = int(match[1])
        start = place if "_searchBefore" not in query else max(0, place - result.search.size)
        return identifier, result, start


def links(base: str, identifier: str, result: Result, start: int) -> list[Json]:
    """``self``, and ``previous`` and ``next`` only where there is one."""

    def link(relation: str, index: int, **cursor: int) -> Json:
        tail = "".join(f"&_{name}={value}-{70000 + value}" for name, value in cursor.items())
        return {
            "relation": relation,
            "url": f"{base}/Bundle?_id={identifier}&_index={index}{tail}",
        }

    size = result.search.size
    index = start // size
    found = [{"relation": "self", "url": f"{base}/Bundle?_id={identifier}"}]
    if start > 0:
        found.append(link("previous", max(0, index - 1), searchBefore=start))
    if start + size < len(result.ids):
        found.append(link("next", index + 1, searchAfter=start + size))
    return found


def page(base: str, identifier: str, result: Result, start: int, *, paged: bool) -> Json:
    """The bundle of one page; where there is no paging only its own link is left."""
    ids = result.ids[start : start + result.search.size]
    shown = [result.search.show(one) for one in ids]
    entries = [resource for resource in shown if resource is not None]
    found = links(base, identifier, result, start)
    bundle = searchset(base, identifier, len(result.ids), entries)
    return {**bundle, "link": found if paged else found[:1]}


def searchset(base: str, identifier: str, total: int, resources: Sequence[Json]) -> Json:
    """A bundle of what a search found."""
    entries = [
        {
            "fullUrl": f"{base}/{resource['resourceType']}/{quote(resource['id'])}",
            "resource": resource,
            "search": {"mode": "match"},
        }
        for resource in resources
    ]
    return {
        "resourceType": "Bundle",
        "id": identifier,
        "type": "searchset",
        "total": total,
        "entry": entries,
    }


def bundle_id() -> str:
    """An id like those of the published examples."""
    return f"5f1d3f0e-{secrets.token_hex(2)}-4000-8000-{secrets.token_hex(6)}"
