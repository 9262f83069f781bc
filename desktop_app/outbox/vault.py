"""Documents sealed on disk, in pieces: none is ever whole in memory or in clear.

A sealed file is a head (``MAGIC`` and a salt of its own) and pieces of ``PIECE`` bytes, the last
one shorter, each with its AES-256-GCM tag. The key of a file comes from the vault's key and the
salt; a nonce is the number of the piece and whether it is the last one, so that pieces cannot be
swapped, dropped or added, and any of them can be read alone. The construction is the one known as
STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015).
"""

import io
import os
import secrets
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from desktop_app.domain.errors import FileTrouble

MAGIC = b"NVT1"
PIECE = 393_216
"""Bytes in clear of a piece: what an upload reads at a time (``fhir.lifen.body``)."""
KEY_BYTES = 32
_SALT, _TAG = 16, 16
_HEAD = len(MAGIC) + _SALT
_SEALED = PIECE + _TAG


class Vault:
    """One key, and what is derived from it."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        self._key = key

    def derived(self, purpose: str) -> bytes:
        """A key for one ``purpose``; it says nothing of the vault's own or of another's."""
        return self._derived(b"", purpose.encode())

    def seal(self, file: BinaryIO) -> "Sealing":
        """Begin a sealed document in an empty ``file``."""
        salt = secrets.token_bytes(_SALT)
        return Sealing(file, MAGIC + salt, AESGCM(self._of(salt)))

    def unseal(self, file: BinaryIO) -> "Unsealed":
        """Read a sealed document; raises ``FileTrouble`` ``changed`` for anything else."""
        head = file.read(_HEAD)
        if len(head) != _HEAD or not head.startswith(MAGIC):
            raise FileTrouble("changed")
        return Unsealed(file, head, AESGCM(self._of(head[len(MAGIC) :])))

    def _of(self, salt: bytes) -> bytes:
        return self._derived(salt, b"document")

    def _derived(self, salt: bytes, purpose: bytes) -> bytes:
        kdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=b"navette " + purpose)
        return kdf.derive(self._key)


class Sealing:
    """A document on its way into a file."""

    def __init__(self, file: BinaryIO, head: bytes, cipher: AESGCM) -> None:
        self._file, self._head, self._cipher = file, head, cipher
        self._number = 0
        self._held = bytearray()
        file.write(head)

    def write(self, data: bytes) -> None:
        """Take bytes in clear; at most a piece of them is held back."""
        self._held += data
        while len(self._held) > PIECE:  # a full piece may still turn out to be the last one
            self._put(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]

    def finish(self) -> None:
        """Write what is left; without this the document cannot be read."""
        self._put(bytes(self._held), last=True)

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), piece, self._head))
        self._number += 1


class Unsealed(io.RawIOBase):
    """A sealed document as a file in clear: any part of it can be read, none is trusted unread.

    Raises ``FileTrouble`` ``changed`` when a piece that is asked for is not what was sealed: it was
    changed, cut, moved, or sealed under another key.
    """

    def __init__(self, file: BinaryIO, head: bytes, cipher: AESGCM) -> None:
        super().__init__()
        self._file, self._head, self._cipher = file, head, cipher
        body = file.seek(0, os.SEEK_END) - _HEAD
        self._pieces = -(-body // _SEALED)
        if body < _TAG or body - (self._pieces - 1) * _SEALED < _TAG:
            raise FileTrouble("changed")
        self.size = body - self._pieces * _TAG
        self._place = 0
        self._open = (-1, b"")

    def close(self) -> None:
        """Release the file underneath."""
        self._file.close()
        super().close()

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte comes from."""
        return self._place

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go somewhere else, in bytes in clear."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self.size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: "memoryview | bytearray") -> int:  # type: ignore[override]
        """Fill ``buffer`` as far as the piece at hand goes."""
        if self._place >= self.size:
            self._piece(self._pieces - 1)  # only the true last piece makes an end
            return 0
        number, skip = divmod(self._place, PIECE)
        part = memoryview(self._piece(number))[skip : skip + len(buffer)]
        buffer[: len(part)] = part
        self._place += len(part)
        return len(part)

    def _piece(self, number: int) -> bytes:
        if self._open[0] != number:
            self._file.seek(_HEAD + number * _SEALED)
            sealed = self._file.read(_SEALED)
            nonce = _nonce(number, last=number == self._pieces - 1)
            try:
                self._open = (number, self._cipher.decrypt(nonce, sealed, self._head))
            except (InvalidTag, ValueError) as error:
                raise FileTrouble("changed") from error
        return self._open[1]


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
