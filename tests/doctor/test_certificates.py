import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.doctor.certificates import covers, fault, read_certificate
from desktop_app.domain.checkup import Certificate

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = Certificate(
    host="api.lifen.example",
    issuer="Autorité fictive",
    names=("api.lifen.example",),
    begins=NOW - DAY,
    ends=NOW + DAY,
)


def refusal(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError()
    error.verify_code = code
    return error


def test_names_addresses_dates_and_issuer_are_read(authority: trustme.CA) -> None:
    leaf = authority.issue_cert("api.lifen.example", "127.0.0.1", not_after=NOW)
    pem = leaf.cert_chain_pems[0].bytes()
    der = load_pem_x509_certificate(pem).public_bytes(Encoding.DER)
    read = read_certificate("api.lifen.example", der)
    assert read.names == ("api.lifen.example", "127.0.0.1")
    assert "Autorité fictive" in read.issuer
    assert read.ends == NOW


@given(der=st.binary(max_size=200))
def test_whatever_was_shown_is_read_or_left(der: bytes) -> None:
    assert read_certificate("x", der).host == "x"


@pytest.mark.parametrize(
    ("name", "host", "suits"),
    [
        ("api.lifen.example", "API.lifen.example", True),
        ("*.lifen.example", "api.lifen.example", True),
        ("*.lifen.example", "lifen.example", False),
        ("*.lifen.example", "a.b.lifen.example", False),
        ("lifen.example", "api.lifen.example", False),
        ("*.", "localhost", False),
    ],
)
def test_a_star_stands_for_one_label(name: str, host: str, *, suits: bool) -> None:
    assert covers((name,), host) is suits


@pytest.mark.parametrize(
    ("code", "cause"),
    [(9, "not_yet"), (10, "expired"), (18, "self_signed"), (19, "authority"), (20, "authority"),
     (21, "authority"), (62, "host"), (64, "host")],
)  # fmt: skip
def test_each_code_of_the_system_s_library_has_its_cause(code: int, cause: str) -> None:
    assert fault(refusal(code), GOOD, NOW) == cause


def test_what_is_plain_to_see_comes_before_a_code_that_says_little() -> None:
    assert fault(refusal(0), GOOD, NOW + 2 * DAY) == "expired"
    assert fault(refusal(20), GOOD, NOW - 2 * DAY) == "not_yet"
    elsewhere = Certificate(host="other.example", issuer="x", names=GOOD.names)
    assert fault(refusal(0), elsewhere, NOW) == "host"
    assert fault(refusal(0), GOOD, NOW) == "authority"
    assert fault(refusal(0), Certificate(host="x"), NOW) == "other"
