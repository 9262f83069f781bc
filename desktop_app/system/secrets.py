"""The platforms' secrets, kept where ``[security] key_store`` says and nowhere else."""

import asyncio
import contextlib
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from filelock import FileLock, Timeout

from desktop_app.domain.errors import Misconfigured, StoreTrouble

if TYPE_CHECKING:
    import keyring.backend

T = TypeVar("T")

NAMES = ("lifen.client_secret", "codoc.token", "codoc.api_key", "codoc.password")
_KEY_STORE = "security.key_store"
_SERVICE = "navette"
_PATIENCE = 60.0
"""Seconds for the keychain to answer, which may be asking the person to unlock it, and for another
program to finish with the file."""
_RECOMMENDED = 1
"""The priority from which ``keyring`` calls a backend fit for secrets; below it are the ones
that fail, forget, or write in the clear."""


class KeepsSecrets(Protocol):
    """Keeps the secrets of profiles, by name."""

    async def find(self, profile: str, name: str) -> str | None:
        """The secret, or ``None``; raises ``Misconfigured`` when the store cannot answer."""

    async def put(self, profile: str, name: str, value: str) -> None:
        """Keep a secret in the place of a former one."""

    async def forget(self, profile: str, name: str) -> None:
        """Remove a secret; one that is not there is no trouble."""


def open_secrets(key_store: str, folder: Path) -> KeepsSecrets:
    """The store that the settings name; raises ``Misconfigured`` for one not offered yet."""
    match key_store:
        case "keychain":
            return Keychain()
        case "file":
            return SecretFile(folder / "secrets.json")
        case _:
            raise Misconfigured(_KEY_STORE, "not_offered", key_store)


class Keychain:
    """The operating system's own store, asked on a thread that nobody has to wait for."""

    def __init__(
        self,
        backend: "Callable[[], keyring.backend.KeyringBackend] | None" = None,
        patience: float = _PATIENCE,
    ) -> None:
        self._backend = backend or _system_keys
        self._patience = patience

    async def find(self, profile: str, name: str) -> str | None:
        """As ``KeepsSecrets.find``."""
        return await self._ask(lambda keys: keys.get_password(_SERVICE, f"{profile}/{name}"))

    async def put(self, profile: str, name: str, value: str) -> None:
        """As ``KeepsSecrets.put``."""
        await self._ask(lambda keys: keys.set_password(_SERVICE, f"{profile}/{name}", value))

    async def forget(self, profile: str, name: str) -> None:
        """As ``KeepsSecrets.forget``."""
        if await self.find(profile, name) is not None:
            await self._ask(lambda keys: keys.delete_password(_SERVICE, f"{profile}/{name}"))

    async def _ask(self, question: "Callable[[keyring.backend.KeyringBackend], T]") -> T:
        """Ask off the loop; a keychain that hangs is left to itself, its thread is a daemon."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()

        def settle(value: T | None, error: Exception | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(value)  # type: ignore[arg-type]

        def work() -> None:
            value, trouble = None, None
            try:
                value = question(_fit(self._backend()))
            except Exception as error:  # noqa: BLE001 - backends raise what their system raises
                trouble = error
            with contextlib.suppress(RuntimeError):  # nobody waits any more, the loop is closed
                loop.call_soon_threadsafe(settle, value, trouble)

        threading.Thread(target=work, name="keychain", daemon=True).start()
        try:
            async with asyncio.timeout(self._patience):
                return await answer
        except Exception as error:
            raise Misconfigured(_KEY_STORE, "key_store") from error


def _system_keys() -> "keyring.backend.KeyringBackend":
    import keyring  # noqa: PLC0415 - start-up (architecture.md section 6): a file needs none of it

    return keyring.get_keyring()


def _fit(keys: "keyring.backend.KeyringBackend") -> "keyring.backend.KeyringBackend":
    if keys.priority < _RECOMMENDED:
        raise Misconfigured(_KEY_STORE, "key_store")
    return keys


class SecretFile:
    """A file that only its owner can read: for practice and automation."""

    def __init__(self, path: Path, patience: float = _PATIENCE) -> None:
        self._path = path
        self._patience = patience

    async def find(self, profile: str, name: str) -> str | None:
        """As ``KeepsSecrets.find``."""
        return (await asyncio.to_thread(self._read)).get(f"{profile}/{name}")

    async def put(self, profile: str, name: str, value: str) -> None:
        """As ``KeepsSecrets.put``."""
        await asyncio.to_thread(self._change, f"{profile}/{name}", value)

    async def forget(self, profile: str, name: str) -> None:
        """As ``KeepsSecrets.forget``."""
        await asyncio.to_thread(self._change, f"{profile}/{name}", None)

    def _read(self) -> dict[str, str]:
        try:
            if os.name == "posix" and self._path.stat().st_mode & 0o077:
                raise Misconfigured(str(self._path), "exposed")
            kept = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise Misconfigured(str(self._path), "unreadable") from error
        if not isinstance(kept, dict):
            raise Misconfigured(str(self._path), "unreadable")
        return {str(name): str(value) for name, value in kept.items()}

    def _change(self, name: str, value: str | None) -> None:
        with self._locked():
            kept = self._read()
            kept.pop(name, None)
            if value is not None:
                kept[name] = value
            self._write(json.dumps(kept).encode())

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        lock = FileLock(self._path.with_suffix(".lock"), timeout=self._patience)
        try:
            lock.acquire()
        except Timeout as error:
            raise Misconfigured(str(self._path), "key_store") from error
        except OSError as error:
            raise StoreTrouble("read_only") from error
        try:
            yield
        finally:
            lock.release()

    def _write(self, content: bytes) -> None:
        """Replace the file in one step; its bytes are never open to others."""
        part = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(self._path)
        except OSError as error:
            raise StoreTrouble("read_only") from error
        finally:
            part.unlink(missing_ok=True)
