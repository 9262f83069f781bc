"""What is read of the platform: one resource, or every row of a search (lifen.md 5)."""

import logging
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

import httpx

from desktop_app.domain.errors import Malformed, Refused
from desktop_app.fhir.http import FhirHttp, Pairs
from desktop_app.fhir.loose import Json, bundle, objects, resources, text
from desktop_app.fhir.pace import Urgency
from desktop_app.settings import is_loopback

log = logging.getLogger(__name__)

MAX_PAGES = 20
"""Pages of one search that are followed."""
GONE = frozenset({404, 410})
"""What a page answers whose cursor the platform has forgotten (U22)."""
_ROOT = "/fhir/v3/"
_PAGE_KEYS = frozenset({"_id", "_index", "_searchAfter", "_searchBefore", "_count"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The resources that were found, each id once; ``complete`` unless some may be hidden."""

    resources: tuple[Json, ...]
    total: int | None
    complete: bool


async def read_one(http: FhirHttp, kind: str, identity: str, urgency: Urgency) -> Json:
    """Read one resource by its id; ``Refused`` with 404 for what cannot be one.

    Whatever an id holds, a colon or a slash, it stays one step of the path (T27).
    """
    if not identity.strip("."):
        raise Refused(404)
    return await http.read(f"{kind}/{quote(identity, safe='')}", (), urgency)


async def read_rows(http: FhirHttp, kind: str, form: Pairs, pages: int) -> Rows:
    """Every row of ``kind`` that ``form`` finds, over ``pages`` pages at the most.

    The platform may show fewer rows than it was asked for (U8), so its links are followed. A
    cursor that it has forgotten is replaced by asking anew, once; after that, and at a link that
    leads elsewhere, what was found so far is all there is.
    """
    found: dict[str, Json] = {}
    for _time in range(2):
        try:
            return await _followed(http, kind, form, pages, found)
        except Refused as error:
            if error.status not in GONE or not found:
                raise
    return Rows(resources=tuple(found.values()), total=None, complete=False)


async def _followed(
    http: FhirHttp, kind: str, form: Pairs, pages: int, found: dict[str, Json]
) -> Rows:
    """Fill ``found`` page after page."""
    answer = bundle(await http.search(f"{kind}/_search", form))
    total, entries, link, seen = total_of(answer), 0, "", set[str]()
    for number in range(1, pages + 1):
        entries += len(objects(answer.get("entry")))
        page = {text(one.get("id")): one for one in resources(answer, kind)}
        news = page.keys() - seen
        seen |= news
        found |= page
        link = next_link(answer)
        if not link or not news or number == pages:
            break
        try:
            query = page_query(http.home, link)
        except Malformed:
            break
        answer = bundle(await http.read("Bundle", query))
    complete = not link and (total is None or total <= entries)
    return Rows(resources=tuple(found.values()), total=total, complete=complete)


def next_link(answer: Json) -> str:
    """The link to the next page, empty where there is none."""
    for link in objects(answer.get("link")):
        if text(link.get("relation")).casefold() == "next":
            return text(link.get("url"))
    return ""


def total_of(answer: Json) -> int | None:
    """What the platform claims to hold."""
    total = answer.get("total")
    return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None


def page_query(home: httpx.URL, link: str) -> Pairs:
    """What to ask on our own base for the page that ``link`` names (T1).

    Only the query is taken from it, and only the keys of a page. Raises ``Malformed``.
    """
    try:
        url = httpx.URL(f"{home}/").join(link)
    except (httpx.InvalidURL, ValueError) as error:
        raise Malformed("link") from error
    secure = url.scheme in ("https", home.scheme) or is_loopback(url.host)
    own = url.path == f"{home.path.rstrip('/')}/Bundle"
    pairs = parse_qsl(url.query.decode("ascii", "replace"), keep_blank_values=True)
    if (
        not secure
        or not (own or url.path.partition(_ROOT)[2] == "Bundle")
        or not pairs
        or any(key not in _PAGE_KEYS for key, _value in pairs)
    ):
        raise Malformed("link")
    if url.host != home.host:
        log.info("lifen: a page link names another host; asked on our own")
    return pairs
