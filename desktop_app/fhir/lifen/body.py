"""A JSON body around documents, which are read, encoded and sent piece by piece.

None is ever whole in memory: the frame is written first, with an empty member where each document
goes, and cut there.
"""

from binascii import b2a_base64
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

import orjson

from desktop_app.domain.errors import FileTrouble
from desktop_app.domain.letters import Document
from desktop_app.domain.ports import ReadsDocuments
from desktop_app.fhir.loose import Json

PIECE = 393_216
"""Bytes of a document at a time: the fastest size measured, a third of a millisecond to encode.

It divides by 3, so that base64 needs no padding in between."""


class LetterBody:
    """One letter as a body to stream.

    ``resource`` holds the empty text ``member`` once for each of ``documents``, and nowhere else.
    """

    def __init__(
        self, resource: Json, member: str, documents: Sequence[Document], source: ReadsDocuments
    ) -> None:
        self._documents = documents
        self._source = source
        gap = f'"{member}":""'.encode()
        # A quote inside a JSON text is escaped, so only our own empty members look like this.
        first, *rest = orjson.dumps(resource).split(gap)
        self._frame = [first + gap[:-1], *(gap[-1:] + part + gap[:-1] for part in rest[:-1])]
        self._end = gap[-1:] + rest[-1]

    @property
    def length(self) -> int:
        """Bytes of the whole body, known before a document is opened."""
        encoded = sum(4 * ((document.size + 2) // 3) for document in self._documents)
        return sum(map(len, self._frame)) + encoded + len(self._end)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body in order; raises ``FileTrouble`` before its end when a document differs."""
        for frame, document in zip(self._frame, self._documents, strict=True):
            yield frame
            async with aclosing(self._encoded(document)) as encoded:
                async for piece in encoded:
                    yield piece
        yield self._end

    async def _encoded(self, document: Document) -> AsyncGenerator[bytes, None]:
        chunks = self._source.chunks(document, PIECE)
        seen, odd = 0, b""
        try:
            async for chunk in chunks:
                seen += len(chunk)
                if seen > document.size:
                    raise FileTrouble("changed", document.name)
                raw = odd + chunk if odd else chunk
                whole = len(raw) - len(raw) % 3
                odd = raw[whole:]
                if whole:
                    yield b2a_base64(memoryview(raw)[:whole], newline=False)
        finally:
            await _close(chunks)
        if seen != document.size:
            raise FileTrouble("changed", document.name)
        if odd:
            yield b2a_base64(odd, newline=False)


class JsonBody:
    """A small resource as a body, in one piece."""

    def __init__(self, resource: Json) -> None:
        self._whole = orjson.dumps(resource)

    @property
    def length(self) -> int:
        """Bytes of the one piece."""
        return len(self._whole)

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The one piece."""
        yield self._whole


async def _close(chunks: AsyncIterator[bytes]) -> None:
    """Let the source close its file now, not when the collector comes by."""
    if isinstance(chunks, AsyncGenerator):
        await chunks.aclose()
