import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from desktop_app.domain.errors import FileTrouble
from desktop_app.intake.pdf import Opened, PdfReader
from desktop_app.intake.pdfium import MAX_PIXELS
from tests.intake.conftest import BAD, pdf, read_only


@pytest.fixture
async def reader() -> AsyncIterator[PdfReader]:
    reader = PdfReader()
    yield reader
    await reader.aclose()


def written(folder: Path, content: bytes) -> Opened:
    path = folder / "letter.pdf"
    path.write_bytes(content)
    return lambda: path.open("rb")


@pytest.mark.parametrize("pages", [1, 7])
async def test_pages_are_counted(reader: PdfReader, tmp_path: Path, pages: int) -> None:
    assert await reader.check(written(tmp_path, pdf(pages))) == pages


async def test_a_document_that_only_forbids_changes_is_welcome(
    reader: PdfReader, tmp_path: Path
) -> None:
    assert await reader.check(written(tmp_path, read_only())) == 1


@pytest.mark.parametrize("name", BAD)
async def test_what_is_wrong_is_told_by_the_content(
    reader: PdfReader, tmp_path: Path, name: str
) -> None:
    content, kind = BAD[name]
    with pytest.raises(FileTrouble) as caught:
        await reader.check(written(tmp_path, content))
    assert caught.value.kind == kind


async def test_a_document_that_cannot_be_opened_says_why(reader: PdfReader) -> None:
    def gone() -> BinaryIO:
        raise FileTrouble("missing")

    for question in (reader.check(gone), reader.page(gone, 0, 1.0)):
        with pytest.raises(FileTrouble) as caught:
            await question
        assert caught.value.kind == "missing"


async def test_a_page_comes_as_rows_of_pixels(reader: PdfReader, tmp_path: Path) -> None:
    def mark(canvas: Canvas) -> None:
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(0, 742, 100, 100, stroke=0, fill=1)

    path = written(tmp_path, pdf(2, draw=mark))
    image = await reader.page(path, 1, 2.0)
    assert (image.width, image.height, image.points) == (1190, 1684, (595, 842))
    assert len(image.pixels) == image.stride * image.height
    assert image.pixels[:3] == b"\x00\x00\xff"  # blue, green, red: the corner is red
    white = image.stride * (image.height // 2) + image.width * 2
    assert image.pixels[white : white + 3] == b"\xff\xff\xff"


async def test_a_huge_page_is_shown_coarser(reader: PdfReader, tmp_path: Path) -> None:
    path = written(tmp_path, pdf(size=(14000, 14000)))
    image = await reader.page(path, 0, 3.0)
    assert image.width * image.height <= MAX_PIXELS * 1.01
    assert image.points == (14000, 14000)


async def test_a_page_that_is_not_there_is_damage(reader: PdfReader, tmp_path: Path) -> None:
    with pytest.raises(FileTrouble):
        await reader.page(written(tmp_path, pdf()), 1, 1.0)


async def test_many_questions_at_once_are_answered_one_by_one(
    reader: PdfReader, tmp_path: Path
) -> None:
    path = written(tmp_path, pdf(3))
    answers = await asyncio.gather(
        *(reader.page(path, number % 3, 0.5) for number in range(12)),
        *(reader.check(path) for _ in range(4)),
    )
    assert answers[12:] == [3, 3, 3, 3]


WHOLE = pdf(2)


@examples(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=40))
def test_whatever_comes_in_is_counted_or_named(tmp_path: Path, place: int, noise: bytes) -> None:
    path = written(tmp_path, WHOLE[:place] + noise + WHOLE[place + len(noise) :])

    async def ask() -> int | str:
        reader = PdfReader()
        try:
            return await reader.check(path)
        except FileTrouble as error:
            return error.kind
        finally:
            await reader.aclose()

    assert asyncio.run(ask()) in {1, 2, "damaged", "not_pdf", "encrypted", "empty"}
