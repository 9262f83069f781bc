"""A machine, hosts that really listen, and what is found on the way to them."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from desktop_app.doctor import examine
from desktop_app.domain.checkup import Finding, Health, NotReached, Step
from desktop_app.sandbox import access
from desktop_app.sandbox.server import Served, serve
from desktop_app.settings import LifenAccount, Network, Profile, Security, Settings, SsoAccount
from desktop_app.system.paths import Folders
from desktop_app.system.secrets import SecretFile

ACCOUNT = LifenAccount(
    tenant="standard",
    token_url="http://127.0.0.1:1/v1/token",
    audience=access.AUDIENCE,
    fhir_url="http://127.0.0.1:1/fhir/v3",
    client_id=access.CLIENT_ID,
    database_reference=access.DATABASE_REFERENCE,
)
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Findings = dict[Step, Finding]


NETWORK = (Step.NAMES, Step.PROXY, Step.TLS, Step.CLOCK)
ASKING = (Step.TOKEN, Step.SCOPES, Step.PATIENTS, Step.DIRECTORY)
LOCAL = (Step.STORE, Step.SENDER)


def only_fault(found: Findings) -> Finding:
    (fault,) = [one for one in found.values() if one.health is Health.FAIL]
    return fault


def resting_on(found: Findings, step: Step) -> list[Step]:
    return [one.step for one in found.values() if one.fact == NotReached(step)]


def settings(
    account: LifenAccount = ACCOUNT,
    *,
    proxy: str = "none",
    ca_file: str = "",
    sso: SsoAccount | None = None,
) -> Settings:
    profile = Profile(name="essai", label="CH", environment="test", lifen=account, sso=sso)
    return Settings(
        profiles={"essai": profile},
        profile=profile,
        network=Network(proxy=proxy, ca_file=ca_file),
        security=Security(key_store="file"),
    )


def at(base: str, account: LifenAccount = ACCOUNT) -> LifenAccount:
    """``account`` on a server at ``base``."""
    return replace(account, token_url=f"{base}/v1/token", fhir_url=f"{base}/fhir/v3")


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    return Folders(
        data=tmp_path / "data", config=tmp_path / "settings.toml", policy=tmp_path / "policy.toml"
    )


@pytest.fixture
async def secret(folders: Folders) -> None:
    keeper = SecretFile(folders.keys / "secrets.json")
    await keeper.put("essai", "lifen.client_secret", access.CLIENT_SECRET)


async def look(
    chosen: Settings, folders: Folders, ahead: timedelta = timedelta(0)
) -> tuple[Findings, list[str]]:
    """Every finding by its step, and how each step went, shortly."""
    found = [
        one async for one in examine(lambda: chosen, folders, lambda: datetime.now(UTC) + ahead)
    ]
    assert [one.step for one in found] == list(Step)
    assert all(one.seconds >= 0 for one in found)
    return {one.step: one for one in found}, [one.health.value for one in found]


@contextlib.asynccontextmanager
async def listening(handler: Handler, context: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A server on a loopback port until the block ends."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await handler(reader, writer)
        with contextlib.suppress(OSError):
            writer.close()
            await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=context)
    async with server:
        yield server.sockets[0].getsockname()[1]


def forwarding(port: int) -> Handler:
    """What it is sent goes to ``port`` of this machine, and back."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_pour(reader, onward))
                group.create_task(_pour(there, writer))
        finally:
            onward.transport.abort()

    return handle


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
        writer.close()


def answering(text: str) -> Handler:
    """One answer to whatever is asked."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(text.replace("\n", "\r\n").encode())
        await writer.drain()

    return handle


def through(port: int) -> Handler:
    """A proxy that knows one way: whatever host is asked for is ``port`` of this machine."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        assert asked.startswith(b"CONNECT ")
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await forwarding(port)(reader, writer)

    return handle


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA(organization_name="Autorité fictive")


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return str(path)


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def self_signed(folder: Path, name: str) -> Path:
    """A key and the certificate that it gave itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(own)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "alone.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(pem)
    )
    return path


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    async with serve(calls_per_second=0) as platform:
        yield platform


def port_of(platform: Served) -> int:
    return int(platform.url.rpartition(":")[2])


@pytest.fixture(autouse=True)
def no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
