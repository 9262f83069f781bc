"""Which platform an account names, and how to open it."""

import contextlib
import ssl
from collections.abc import AsyncIterator

import httpx

from desktop_app.domain.errors import Misconfigured
from desktop_app.domain.letters import LIMITS, Limits
from desktop_app.fhir.auth import Credentials, Tokens
from desktop_app.fhir.http import FhirHttp
from desktop_app.fhir.lifen.client import LifenClient
from desktop_app.fhir.lifen.search import TENANTS
from desktop_app.fhir.pace import PacedTransport
from desktop_app.fhir.watchful import WatchfulTransport
from desktop_app.settings import LifenAccount, is_loopback

MAX_CONNECTIONS = 4
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)


@contextlib.asynccontextmanager
async def open_lifen(  # noqa: PLR0913 - the hospital's part, then the machine's
    account: LifenAccount,
    secret: str,
    *,
    limits: Limits = LIMITS,
    transport: httpx.AsyncBaseTransport | None = None,
    verify: ssl.SSLContext | None = None,
    proxy: str | None = None,
) -> AsyncIterator[LifenClient]:
    """Lifen as ``account`` describes it, until the block ends.

    ``limits`` bound what it sends. ``transport`` stands in for the network (practice mode);
    without it ``verify`` says whom to trust and ``proxy`` is a URL, not used for this machine's
    own addresses. Nothing is taken from the process's environment. Raises ``Misconfigured``.
    """
    if account.tenant not in TENANTS:
        raise Misconfigured("lifen.tenant", "invalid", account.tenant)
    way = transport or network(account.fhir_url, verify, proxy)
    async with httpx.AsyncClient(
        transport=PacedTransport(way),
        timeout=_TIMEOUT,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "Navette"},
    ) as client:
        tokens = Tokens(
            client,
            Credentials(
                token_url=account.token_url,
                client_id=account.client_id,
                secret=secret,
                audience=account.audience,
                database_reference=account.database_reference,
            ),
        )
        yield LifenClient(FhirHttp(client, account.fhir_url, tokens), account, limits)


def network(url: str, verify: ssl.SSLContext | None, proxy: str | None) -> httpx.AsyncBaseTransport:
    """This machine's network on the way to ``url``; raises ``Misconfigured``."""
    local = is_loopback(httpx.URL(url).host)
    limits = httpx.Limits(
        max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS
    )
    try:
        return WatchfulTransport(
            verify=True if verify is None else verify,
            trust_env=False,
            limits=limits,
            proxy=None if local else proxy,
        )
    except (ValueError, httpx.InvalidURL) as error:
        raise Misconfigured("network.proxy", "invalid") from error
    except ImportError as error:  # httpx speaks SOCKS with the help of a package we do without
        raise Misconfigured("network.proxy", "not_offered", "socks") from error
