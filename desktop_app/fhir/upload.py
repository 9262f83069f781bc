"""A body that is held back before its last piece, and what its loss means."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Protocol

from desktop_app.domain.errors import AppError, InDoubt, Malformed, Unreachable

Passing = Callable[[], Awaitable[None]]


class Body(Protocol):
    """Something to send whose size is known before it is read."""

    @property
    def length(self) -> int:
        """Bytes of all pieces."""

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """The bytes, in order; raises before the last piece if they are not the promised ones."""


class Upload:
    """A body on its way, and whether its last piece may have left.

    Without ``passing`` it has no point of no return: it may be sent again whatever became of it.
    """

    def __init__(self, body: Body, passing: Passing | None, answer: float) -> None:
        self.ended = False
        self.deadline: asyncio.Timeout | None = None
        self.pieces = self._held_back(body.pieces(), passing, answer)
        self._once = passing is not None

    @property
    def passed(self) -> bool:
        """Whether it may have been executed and must not be sent again."""
        return self.ended and self._once

    def lost(self, cause: str) -> AppError:
        """What a failure without an answer means by now."""
        return InDoubt(cause) if self.passed else Unreachable(cause)

    def unclear(self, cause: str) -> AppError:
        """What a success means that cannot be made out."""
        return InDoubt(cause) if self._once else Malformed(cause)

    async def aclose(self) -> None:
        """Let go of the body's source, wherever its reading stopped."""
        await self.pieces.aclose()

    async def _held_back(
        self, pieces: AsyncGenerator[bytes, None], passing: Passing | None, answer: float
    ) -> AsyncGenerator[bytes, None]:
        held = b""
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                if held:
                    yield held
                held = piece
        if passing is not None:
            await passing()
        self.ended = True
        if self.deadline is not None:
            self.deadline.reschedule(asyncio.get_running_loop().time() + answer)
        yield held
