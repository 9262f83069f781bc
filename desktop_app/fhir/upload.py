"""A body that is held back before its last piece, and what its loss means."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

from desktop_app.domain.errors import AppError, InDoubt, Unreachable

Passing = Callable[[], Awaitable[None]]


class Body(Protocol):
    """Something to send whose size is known before it is read."""

    @property
    def length(self) -> int:
        """Bytes of all pieces."""

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """The bytes, in order; raises before the last piece if they are not the promised ones."""


class Upload:
    """A body on its way, and whether its last piece may have left."""

    def __init__(self, body: Body, passing: Passing, answer: float) -> None:
        self.passed = False
        self.deadline: asyncio.Timeout | None = None
        self.pieces = self._held_back(body.pieces(), passing, answer)

    def lost(self, cause: str) -> AppError:
        """What a failure without an answer means by now."""
        return InDoubt(cause) if self.passed else Unreachable(cause)

    async def aclose(self) -> None:
        """Let go of the body's source, wherever its reading stopped."""
        await self.pieces.aclose()

    async def _held_back(
        self, pieces: AsyncGenerator[bytes, None], passing: Passing, answer: float
    ) -> AsyncGenerator[bytes, None]:
        held = b""
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                if held:
                    yield held
                held = piece
        await passing()
        self.passed = True
        if self.deadline is not None:
            self.deadline.reschedule(asyncio.get_running_loop().time() + answer)
        yield held
