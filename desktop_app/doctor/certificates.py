"""What a certificate says of itself, and what is wrong with one that was not believed."""

import contextlib
import ipaddress
import ssl
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from desktop_app.domain.checkup import Certificate

_LONGEST = 120
"""Characters of a name that somebody else chose."""
_CAUSES = {
    9: "not_yet",
    10: "expired",
    18: "self_signed",
    19: "authority",
    20: "authority",
    21: "authority",
    62: "host",
    64: "host",
}
"""OpenSSL's codes (X509_V_ERR_…)."""


def read_certificate(host: str, der: bytes) -> Certificate:
    """The certificate that ``host`` showed; only its host where it cannot be read."""
    try:
        read = x509.load_der_x509_certificate(der)
        return Certificate(
            host=host,
            issuer=_name(read.issuer),
            names=_names(read),
            begins=read.not_valid_before_utc,
            ends=read.not_valid_after_utc,
        )
    except ValueError:
        return Certificate(host=host)


def fault(error: ssl.SSLCertVerificationError, certificate: Certificate, now: datetime) -> str:
    """Why ``certificate`` was not believed; see ``BadCertificate.cause``.

    Where the operating system decides (Windows, macOS) the code says little: what is plain to see
    comes first.
    """
    if certificate.begins is not None and now < certificate.begins:
        return "not_yet"
    if certificate.ends is not None and now > certificate.ends:
        return "expired"
    known = _CAUSES.get(getattr(error, "verify_code", 0))
    if known is not None:
        return known
    if certificate.names and not covers(certificate.names, certificate.host):
        return "host"
    return "authority" if certificate.issuer else "other"


def covers(names: tuple[str, ...], host: str) -> bool:
    """Whether one of a certificate's ``names`` is ``host``; a star stands for the first label."""
    wanted = host.casefold()
    rest = wanted.partition(".")[2]
    return any(name.casefold() in (wanted, f"*.{rest}" if rest else wanted) for name in names)


def _names(read: x509.Certificate) -> tuple[str, ...]:
    with contextlib.suppress(x509.ExtensionNotFound):
        found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        named = found.get_values_for_type(x509.DNSName)
        numbered = found.get_values_for_type(x509.IPAddress)
        addresses = [str(one) for one in numbered if _is_address(one)]
        return tuple(one[:_LONGEST] for one in (*named, *addresses))
    return ()


def _is_address(one: object) -> bool:
    return isinstance(one, ipaddress.IPv4Address | ipaddress.IPv6Address)


def _name(name: x509.Name) -> str:
    """What people call an authority: its common name, and whose it is where that says more."""
    parts = []
    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        parts += [str(one.value) for one in name.get_attributes_for_oid(kind)[:1]]
    said = ", ".join(dict.fromkeys(parts)) or name.rfc4514_string()
    return "".join(char for char in said if char.isprintable())[:_LONGEST]
