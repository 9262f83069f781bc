"""The page that the browser shows when it comes back: a few words, and no data."""

import html
import secrets
from dataclasses import dataclass

_FORM = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="{nonce}">
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 17px/1.5 system-ui, sans-serif; color: #1d2733; background: #f4f6f8; }}
main {{ max-width: 30em; margin: 2em; padding: 2em 2.5em; border-radius: 12px;
  background: #fff; box-shadow: 0 1px 4px #0002; }}
h1 {{ margin: 0 0 .5em; font-size: 1.3em; }} p {{ margin: 0; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #e6ebf0; background: #14191f; }} main {{ background: #1e252d; }} }}
</style></head>
<body><main><h1>{title}</h1><p>{text}</p></main>
<script nonce="{nonce}">history.replaceState(null, "", "/")</script></body></html>
"""
# The script takes the spent code out of the address bar; a browser without it shows the same page.


@dataclass(frozen=True, slots=True)
class Page:
    """A head and a sentence, in the person's language."""

    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What is said to whoever comes back; these words are the face's (``wording``).

    ``done`` when the provider sends the person back, ``refused`` when it says no, ``unexpected``
    to whatever was not asked for.
    """

    done: Page
    refused: Page
    unexpected: Page


def answer(status: str, page: Page) -> bytes:
    """A whole HTTP answer, after which the connection ends."""
    nonce = secrets.token_urlsafe(12)
    body = _FORM.format(
        title=html.escape(page.title), text=html.escape(page.text), nonce=nonce
    ).encode()
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'"
    head = (
        f"HTTP/1.1 {status}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(body)}",
        f"Content-Security-Policy: {policy}; frame-ancestors 'none'; base-uri 'none'",
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode("ascii") + body
