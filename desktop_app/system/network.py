"""How this machine reaches others: whom it trusts and through which proxy it goes."""

import ssl
import urllib.request
from urllib.parse import urlsplit

import truststore

from desktop_app.domain.errors import Misconfigured


def trusted(ca_file: str) -> ssl.SSLContext:
    """The operating system's authorities, and those of ``ca_file`` if it is not empty.

    Slow the first time on some systems: keep it off the loop.
    """
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # a bad certificate is one too
            raise Misconfigured("network.ca_file", "unreadable", ca_file) from error
    return context


def proxy_for(url: str, choice: str) -> str | None:
    """The proxy between this machine and ``url``, which is not on this machine.

    ``choice`` is ``system``, ``none`` or a URL (settings, ``network.proxy``).
    """
    if choice == "none":
        return None
    if choice != "system":
        return choice
    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    known = urllib.request.getproxies()
    found = known.get(parts.scheme) or known.get("all")
    return found if not found or "://" in found else f"http://{found}"
