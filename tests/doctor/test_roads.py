import asyncio
import re
import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from desktop_app.domain.checkup import (
    BadCertificate,
    ClockRead,
    ClockUnsaid,
    Connected,
    Failed,
    Health,
    NamesKnown,
    NameUnknown,
    NoConnection,
    NoHandshake,
    ProxyOpen,
    ProxyTrouble,
    Step,
)
from desktop_app.sandbox.server import Served
from desktop_app.system.paths import Folders
from tests.doctor.conftest import (
    ASKING,
    LOCAL,
    NETWORK,
    Findings,
    answering,
    at,
    context_of,
    forwarding,
    listening,
    look,
    only_fault,
    port_of,
    resting_on,
    self_signed,
    settings,
    through,
)

pytestmark = pytest.mark.usefixtures("secret")


async def test_a_name_that_nobody_knows_is_named(folders: Folders) -> None:
    account = at("https://api.lifen.invalid")
    found, _ = await look(settings(account), folders)
    assert only_fault(found).fact == NameUnknown("api.lifen.invalid")
    assert resting_on(found, Step.NAMES) == [*NETWORK[1:], *ASKING]
    assert all(found[step].health is Health.OK for step in LOCAL)


async def test_one_dead_host_does_not_hide_what_the_other_answers(
    served: Served, folders: Folders
) -> None:
    account = replace(at(served.url), fhir_url="http://127.0.0.1:1/fhir/v3")
    found, _ = await look(settings(account), folders)
    assert only_fault(found).fact == NoConnection("127.0.0.1", "refused")
    assert found[Step.TOKEN].health is Health.OK
    assert resting_on(found, Step.TLS) == [Step.PATIENTS, Step.DIRECTORY]


async def test_a_dead_port_is_told_from_a_wrong_name(folders: Folders) -> None:
    found, _ = await look(settings(), folders)
    assert only_fault(found).step is Step.TLS
    assert resting_on(found, Step.TLS) == [Step.CLOCK, *ASKING]


# Certificates


async def secured(
    served: Served, folders: Folders, leaf: trustme.LeafCert, ca_file: str, ahead: timedelta
) -> Findings:
    async with listening(forwarding(port_of(served)), context_of(leaf)) as port:
        chosen = settings(at(f"https://localhost:{port}"), ca_file=ca_file)
        return (await look(chosen, folders, ahead))[0]


async def test_a_certificate_of_a_known_authority_is_shown_with_its_issuer(
    served: Served, folders: Folders, authority: trustme.CA, ca_file: str
) -> None:
    leaf = authority.issue_cert("localhost")
    found = await secured(served, folders, leaf, ca_file, timedelta(0))
    fact = found[Step.TLS].fact
    assert isinstance(fact, Connected)
    (certificate,) = fact.certificates
    assert "Autorité fictive" in certificate.issuer
    assert certificate.host == "localhost"
    assert "fail" not in {one.health.value for one in found.values()}


@pytest.mark.parametrize(
    ("names", "days", "known", "cause"),
    [
        (("localhost",), (-1, 30), False, "authority"),
        (("ailleurs.example",), (-1, 30), True, "host"),
        (("localhost",), (-30, -1), True, "expired"),
        (("localhost",), (1, 30), True, "not_yet"),
        (("ailleurs.example",), (-30, -1), False, "expired"),
    ],
)
async def test_the_exact_fault_of_a_certificate_is_named(
    served: Served,
    folders: Folders,
    authority: trustme.CA,
    ca_file: str,
    names: tuple[str, ...],
    days: tuple[int, int],
    known: bool,  # noqa: FBT001 - a row of the table
    cause: str,
) -> None:
    begins, ends = (datetime.now(UTC) + timedelta(days=one) for one in days)
    leaf = authority.issue_cert(*names, not_before=begins, not_after=ends)
    found = await secured(served, folders, leaf, ca_file if known else "", timedelta(0))
    fault = only_fault(found)
    assert fault.step is Step.TLS
    assert isinstance(fault.fact, BadCertificate)
    assert fault.fact.cause == cause
    assert "Autorité fictive" in fault.fact.certificate.issuer
    assert fault.fact.certificate.names == names
    assert resting_on(found, Step.TLS) == [Step.CLOCK, *ASKING]


async def test_a_certificate_that_looks_expired_to_a_wrong_clock_says_so(
    served: Served, folders: Folders, authority: trustme.CA, ca_file: str
) -> None:
    ended = datetime.now(UTC) - timedelta(days=1)
    leaf = authority.issue_cert("localhost", not_after=ended)
    found = await secured(served, folders, leaf, ca_file, timedelta(days=400))
    fact = only_fault(found).fact
    assert isinstance(fact, BadCertificate)
    assert fact.offset is not None
    assert fact.offset > timedelta(days=399)


async def test_a_certificate_that_vouches_for_itself_is_said_to(
    served: Served, folders: Folders, tmp_path: Path
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path, "localhost"))
    async with listening(forwarding(port_of(served)), context) as port:
        found, _ = await look(settings(at(f"https://localhost:{port}")), folders)
    fact = only_fault(found).fact
    assert isinstance(fact, BadCertificate)
    assert fact.cause == "self_signed"


async def test_what_does_not_speak_tls_is_no_certificate_trouble(
    served: Served, folders: Folders
) -> None:
    found, _ = await look(settings(at(f"https://localhost:{port_of(served)}")), folders)
    fault = only_fault(found)
    assert isinstance(fault.fact, NoHandshake)
    assert fault.fact.host == "localhost"


async def test_authorities_that_cannot_be_read_are_a_setting(
    served: Served, folders: Folders
) -> None:
    chosen = settings(at(served.url), ca_file=str(folders.data / "gone.pem"))
    found, _ = await look(chosen, folders)
    fault = only_fault(found)
    assert fault.step is Step.TLS
    assert isinstance(fault.fact, Failed)
    assert resting_on(found, Step.TLS) == [Step.CLOCK, *ASKING]


# Proxies


FAR = at("https://api.lifen.invalid")


@pytest.mark.parametrize(
    ("answer", "cause", "status"),
    [
        ("HTTP/1.1 407 Proxy Authentication Required\nProxy-Authenticate: NTLM\n\n",
         "authentication", 407),
        ("HTTP/1.1 403 Forbidden\nContent-Type: text/html\n\n<html>", "forbidden", 403),
        ("HTTP/1.1 502 Bad Gateway\n\n", "forbidden", 502),
        ("SSH-2.0-OpenSSH_9.2\n\n", "not_a_proxy", 0),
    ],
)  # fmt: skip
async def test_a_proxy_that_does_not_let_through_says_how(
    folders: Folders, answer: str, cause: str, status: int
) -> None:
    async with listening(answering(answer)) as port:
        proxy = f"http://127.0.0.1:{port}"
        found, _ = await look(settings(FAR, proxy=proxy), folders)
    fault = only_fault(found)
    assert fault.fact == ProxyTrouble(proxy, "api.lifen.invalid", cause, status)
    assert found[Step.NAMES].fact == NamesKnown(("127.0.0.1",))  # the far name is the proxy's work
    assert resting_on(found, Step.PROXY) == [Step.TLS, Step.CLOCK, *ASKING]


async def test_a_dead_proxy_and_one_whose_name_is_unknown_are_told_apart(folders: Folders) -> None:
    found, _ = await look(settings(FAR, proxy="http://127.0.0.1:1"), folders)
    assert only_fault(found).fact == ProxyTrouble(
        "http://127.0.0.1:1", "api.lifen.invalid", "refused"
    )
    found, _ = await look(settings(FAR, proxy="http://proxy.invalid:3128"), folders)
    assert only_fault(found).fact == NameUnknown("proxy.invalid", is_proxy=True)


async def test_a_proxy_s_password_is_shown_to_it_and_to_nobody_else(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 No\r\n\r\n")

    async with listening(listen) as port:
        monkeypatch.setenv("https_proxy", f"http://poste:mot%20dit@127.0.0.1:{port}")
        found, _ = await look(settings(FAR, proxy="system"), folders)
    assert b"Proxy-Authorization: Basic cG9zdGU6bW90IGRpdA==" in heard[0]
    assert isinstance(only_fault(found).fact, ProxyTrouble)
    assert not re.search(r"mot.*dit|poste", repr(found))


async def test_a_kind_of_proxy_that_we_do_not_speak_is_named(
    folders: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1080")
    found, _ = await look(settings(FAR, proxy="system"), folders)
    fact = only_fault(found).fact
    assert isinstance(fact, ProxyTrouble)
    assert fact.cause == "scheme"


async def test_behind_a_proxy_that_inspects_everything_works_with_its_authority(
    served: Served, folders: Folders, authority: trustme.CA, ca_file: str
) -> None:
    leaf = authority.issue_cert("api.lifen.invalid")
    async with (
        listening(forwarding(port_of(served)), context_of(leaf)) as inspector,
        listening(through(inspector)) as port,
    ):
        proxy = f"http://127.0.0.1:{port}"
        found, healths = await look(settings(FAR, proxy=proxy, ca_file=ca_file), folders)
        assert "fail" not in healths
        assert found[Step.PROXY].fact == ProxyOpen(proxy)
        found, _ = await look(settings(FAR, proxy=proxy), folders)
    fact = only_fault(found).fact
    assert isinstance(fact, BadCertificate)
    assert (fact.cause, "Autorité fictive" in fact.certificate.issuer) == ("authority", True)


# Clock


@pytest.mark.parametrize(
    ("ahead", "health"),
    [
        (timedelta(minutes=4), Health.OK),
        (timedelta(minutes=-4), Health.OK),
        (timedelta(minutes=7), Health.WARN),
        (timedelta(hours=-3), Health.WARN),
    ],
)
async def test_a_clock_is_compared_with_the_platform_s(
    served: Served, folders: Folders, ahead: timedelta, health: Health
) -> None:
    found, _ = await look(settings(at(served.url)), folders, ahead)
    fact = found[Step.CLOCK].fact
    assert isinstance(fact, ClockRead)
    assert abs(fact.offset - ahead) < timedelta(seconds=30)
    assert found[Step.CLOCK].health is health


@pytest.mark.parametrize("date", ["", "Date: demain\n", "Date: Wed, 99 Foo 2026 00:00:00 GMT\n"])
async def test_a_platform_that_does_not_say_the_time_is_no_fault(
    folders: Folders, date: str
) -> None:
    async with listening(answering(f"HTTP/1.1 404 Not Found\n{date}Content-Length: 0\n\n")) as port:
        found, _ = await look(settings(at(f"http://127.0.0.1:{port}")), folders)
    assert (found[Step.CLOCK].health, found[Step.CLOCK].fact) == (Health.WARN, ClockUnsaid())
