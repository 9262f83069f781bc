"""The invented hospital's secretaries, and the pages on which they sign in and out."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import HTMLResponse

_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 17px/1.5 system-ui, sans-serif; color: #1d2733; background: #eef2f0; }}
main {{ width: 24em; max-width: 90vw; padding: 2em; border-radius: 12px; background: #fff; }}
h1 {{ margin: 0 0 .3em; font-size: 1.3em; }} p {{ margin: 0 0 1em; color: #52606d; }}
a {{ display: block; margin: .5em 0; padding: .7em 1em; border-radius: 8px; color: #1d2733;
  border: 1px solid #cdd5dc; text-decoration: none; }}
a:hover, a:focus {{ border-color: #2f6f62; }} a.no {{ border-color: transparent; color: #52606d; }}
</style></head><body><main><h1>{title}</h1><p>{text}</p>{choices}</main></body></html>
"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Secretary:
    """Somebody who works in the invented hospital; ``login`` is what ``login_hint`` names."""

    subject: str
    login: str
    given: str
    family: str

    @property
    def name(self) -> str:
        """As people say it."""
        return f"{self.given} {self.family}"

    @property
    def email(self) -> str:
        """Under the domain that leads nowhere."""
        return f"{self.login}@ch-villefictive.example"


SECRETARIES = (
    Secretary(subject="sbx-90001", login="claire.fictif", given="Claire", family="Fictif"),
    Secretary(subject="sbx-90002", login="remi.sandbox", given="Rémi", family="Sandbox"),
    Secretary(subject="sbx-90003", login="odile.exemple", given="Odile", family="Exemple-Fictif"),
)


def found(login: str) -> Secretary | None:
    """Who signs in under ``login``, or under the address that it begins."""
    named = login.casefold().partition("@")[0]
    return next((one for one in SECRETARIES if one.login == named), None)


def choosing(asked: Mapping[str, str]) -> HTMLResponse:
    """The page that offers everybody, and to give up; ``asked`` comes back with the choice."""

    def link(text: str, more: Mapping[str, str], kind: str = "") -> str:
        address = html.escape(f"/authorize?{urlencode({**asked, **more})}")
        return f'<a{kind} href="{address}">{html.escape(text)}</a>'

    people = [link(one.name, {"login_hint": one.login}) for one in SECRETARIES]
    return page(
        "Connexion au CH de Villefictive",
        "Établissement d’entraînement\u00a0: choisissez qui vous êtes.",
        "".join((*people, link("Annuler", {"sandbox_refuse": "1"}, ' class="no"'))),
    )


def page(title: str, text: str, choices: str = "", status: int = 200) -> HTMLResponse:
    """A calm page; ``choices`` is markup already."""
    body = _PAGE.format(title=html.escape(title), text=html.escape(text), choices=choices)
    return HTMLResponse(body, status, headers=_HEADERS)
