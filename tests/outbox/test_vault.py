import io
import os
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop_app.domain.errors import FileTrouble
from desktop_app.outbox.vault import KEY_BYTES, MAGIC, PIECE, Vault

KEY = bytes(range(KEY_BYTES))
HEAD = len(MAGIC) + 16
SEALED = PIECE + 16
SIZES = (0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 7)


def sealed(clear: bytes, *, key: bytes = KEY, step: int = PIECE) -> bytes:
    file = io.BytesIO()
    sealing = Vault(key).seal(file)
    for start in range(0, len(clear), step):
        sealing.write(clear[start : start + step])
    sealing.finish()
    return file.getvalue()


def read(content: bytes, *, key: bytes = KEY) -> bytes:
    with Vault(key).unseal(io.BytesIO(content)) as file:
        return file.readall() or b""


def letter(size: int) -> bytes:
    return (b"ABRICOTIER Capucine 14/07/1985 " * (size // 31 + 1))[:size]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [1000, PIECE, PIECE + 5])
def test_what_was_sealed_is_read_again(size: int, step: int) -> None:
    clear = letter(size)

    assert read(sealed(clear, step=step)) == clear


@pytest.mark.parametrize("size", SIZES)
def test_the_size_in_clear_is_known_at_once(size: int) -> None:
    with Vault(KEY).unseal(io.BytesIO(sealed(letter(size)))) as file:
        assert file.size == size


def test_nothing_in_clear_is_on_disk() -> None:
    content = sealed(letter(PIECE + 100))

    assert b"ABRICOTIER" not in content
    assert b"1985" not in content


def test_the_same_letter_is_never_sealed_twice_alike() -> None:
    assert sealed(letter(100)) != sealed(letter(100))


@given(places=st.lists(st.tuples(st.integers(0, 3 * PIECE), st.integers(0, 2000)), max_size=8))
def test_any_part_can_be_read_alone(places: list[tuple[int, int]]) -> None:
    clear = letter(2 * PIECE + 11)
    with Vault(KEY).unseal(io.BytesIO(CONTENT)) as raw, io.BufferedReader(raw) as file:
        for place, size in places:
            file.seek(place)
            assert file.read(size) == clear[place : place + size]


CONTENT = sealed(letter(2 * PIECE + 11))


@given(place=st.integers(0, len(CONTENT) - 1), bit=st.integers(0, 7))
def test_no_bit_of_it_can_be_changed(place: int, bit: int) -> None:
    content = bytearray(CONTENT)
    content[place] ^= 1 << bit

    with pytest.raises(FileTrouble) as found:
        read(bytes(content))
    assert found.value.kind == "changed"


@example(end=HEAD)
@example(end=HEAD + 16)
@example(end=HEAD + SEALED)
@given(end=st.integers(0, len(CONTENT) - 1))
def test_it_cannot_be_cut_short(end: int) -> None:
    with pytest.raises(FileTrouble):
        read(CONTENT[:end])


@pytest.mark.parametrize(
    "mix",
    [
        lambda head, one, two, three: head + two + one + three,
        lambda head, one, two, three: head + one + three,
        lambda head, one, two, _three: head + one + two,
        lambda head, one, two, three: head + one + two + two + three,
        lambda head, one, two, three: head + one + two + three + three,
    ],
    ids=["swapped", "one left out", "cut between pieces", "one twice", "one more"],
)
def test_its_pieces_cannot_be_mixed(mix: Callable[[bytes, bytes, bytes, bytes], bytes]) -> None:
    head, body = CONTENT[:HEAD], CONTENT[HEAD:]
    pieces = body[:SEALED], body[SEALED : 2 * SEALED], body[2 * SEALED :]

    with pytest.raises(FileTrouble):
        read(mix(head, *pieces))


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(FileTrouble):
        read(sealed(letter(10)), key=os.urandom(KEY_BYTES))


def test_pieces_of_two_documents_cannot_be_mixed() -> None:
    one, other = sealed(letter(10)), sealed(letter(10))

    with pytest.raises(FileTrouble):
        read(one[:HEAD] + other[HEAD:])


@pytest.mark.parametrize("content", [b"", b"NVT1", b"%PDF-1.7 not sealed at all, and long enough"])
def test_what_was_never_sealed_is_not_read(content: bytes) -> None:
    with pytest.raises(FileTrouble):
        read(content)


def test_a_purpose_has_a_key_of_its_own() -> None:
    vault = Vault(KEY)

    assert len({KEY, vault.derived("database"), vault.derived("index")}) == 3
    assert vault.derived("database") == Vault(KEY).derived("database")


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_key_has_its_length(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(bytes(size))
