"""One sign-in from its first question to its end: authorization code with PKCE (RFC 8252, 7636).

The client is a public one: it has no secret to show, and shows none. Of what the provider answers
only the ID token is looked at; the access token is not even read (lifen.md U1).
"""

import hmac
from collections.abc import Callable

import httpx

from desktop_app.domain.errors import Malformed, NotSignedIn
from desktop_app.signin.asking import Json, ask, open_client
from desktop_app.signin.browser import show
from desktop_app.signin.provider import Provider, read_provider
from desktop_app.signin.question import Asked, Secrets, question
from desktop_app.signin.receiver import Receiver, Redirect, receive
from desktop_app.signin.vouching import Expected, Vouched, vouched


async def sign_in(
    asked: Asked, transport: httpx.AsyncBaseTransport, waiting: Callable[[Receiver], None]
) -> tuple[Vouched, Provider]:
    """Who the person is, and who vouches for it; ``waiting`` is told of the receiver.

    Raises ``NotSignedIn``; ``Unreachable``, ``Throttled``, ``ServerTrouble``, ``Malformed``,
    ``Misconfigured`` or ``NotOffered`` when the provider is at fault.
    """
    account, chosen = asked.account, Secrets()
    async with open_client(transport) as client:
        provider = read_provider(await ask(client, account.metadata_url) or {}, account)
        async with receive(chosen.state, asked.pages) as receiver:
            waiting(receiver)
            if not receiver.heard_somebody:  # it may have been given up meanwhile
                url = question(provider, asked, chosen, receiver.address)
                show(asked.open_browser, url, lambda: receiver.give_up(NotSignedIn("browser")))
            redirect = await receiver.wait(asked.patience)
            address = receiver.address
        _check(redirect, provider)
        form = {
            "grant_type": "authorization_code",
            "code": redirect.code,
            "redirect_uri": address,
            "client_id": account.client_id,
            "code_verifier": chosen.verifier,
        }
        token = _id_token(await ask(client, provider.token_endpoint, form))
        keys = await ask(client, provider.jwks_uri)
    if keys is None:
        raise Malformed("jwks")
    expected = Expected(
        issuer=provider.issuer,
        client_id=account.client_id,
        nonce=chosen.nonce,
        algorithms=provider.algorithms,
    )
    return vouched(token, keys, expected, asked.now()), provider


def _check(redirect: Redirect, provider: Provider) -> None:
    """Whether this provider said it (RFC 9207), and that it said yes."""
    named = redirect.issuer or ("" if provider.says_issuer else provider.issuer)
    if not hmac.compare_digest(named.encode(), provider.issuer.encode()):
        raise NotSignedIn("forged")
    if redirect.error:
        raise NotSignedIn("refused")
    if not redirect.code:
        raise NotSignedIn("forged")


def _id_token(answer: Json | None) -> str:
    if answer is None:
        raise NotSignedIn("refused")
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise Malformed("id_token")
    return token
