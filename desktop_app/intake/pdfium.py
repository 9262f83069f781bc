"""What pdfium answers: whether a document opens, how many pages it has, how a page looks.

Not to be called from two threads: ``pdf.PdfReader`` sees to that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import pypdfium2
import pypdfium2.raw

from desktop_app.domain.errors import FileTrouble
from desktop_app.domain.letters import PageImage

MAX_PIXELS = 12_000_000
"""Of one rendered page (48 MB): a plan as large as a wall is shown coarser, not refused."""
_HEAD, _TAIL = 1024, 4096
"""Where a PDF's header may stand, and its end mark, in bytes from either end."""
_LOCKED = (pypdfium2.raw.FPDF_ERR_PASSWORD, pypdfium2.raw.FPDF_ERR_SECURITY)
_MAGIC, _END = b"%PDF-", b"%%EOF"


def check(opened: Callable[[], BinaryIO]) -> int:
    """How many pages a document has; raises as ``PdfReader.check``."""
    _check_ends(opened)
    with _document(opened) as document:
        for number in range(len(document)):
            document.get_page_size(number)
        if len(document) == 0:
            raise FileTrouble("damaged")
        document[0].close()
        return len(document)


def _check_ends(opened: Callable[[], BinaryIO]) -> None:
    """What the first and last bytes say, before pdfium tries to mend anything.

    The platform takes a document whose very first bytes are ``%PDF-`` (lifen.md section 12),
    and a file without its end was cut short on its way: pages may be missing.
    """
    try:
        with opened() as file:
            head = file.read(_HEAD)
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL))
            tail = file.read()
    except OSError as error:
        raise FileTrouble("unreadable") from error
    if not head:
        raise FileTrouble("empty")
    if _MAGIC not in head:
        raise FileTrouble("not_pdf")
    if not head.startswith(_MAGIC) or _END not in tail:
        raise FileTrouble("damaged")


@contextmanager
def _document(opened: Callable[[], BinaryIO]) -> Iterator[Any]:
    try:
        with opened() as file:
            document = pypdfium2.PdfDocument(file)
            try:
                yield document
            finally:
                document.close()
    except pypdfium2.PdfiumError as error:
        kind = "encrypted" if error.err_code in _LOCKED else "damaged"
        raise FileTrouble(kind) from error


def render(opened: Callable[[], BinaryIO], number: int, scale: float) -> PageImage:
    """One page as pixels; raises ``FileTrouble``."""
    with _document(opened) as document:
        if not 0 <= number < len(document):
            raise FileTrouble("damaged")
        document.init_forms()  # what was typed into a form belongs to the letter
        page = document[number]
        width, height = page.get_size()
        bitmap = page.render(scale=_bounded(scale, width, height), prefer_bgrx=True)
        image = PageImage(
            width=bitmap.width,
            height=bitmap.height,
            stride=bitmap.stride,
            pixels=bytes(bitmap.buffer),
            points=(width, height),
        )
        bitmap.close()
        page.close()
        return image


def _bounded(scale: float, width: float, height: float) -> float:
    """``scale``, or the largest that keeps the page within ``MAX_PIXELS``."""
    pixels = width * height * scale * scale
    return scale if pixels <= MAX_PIXELS else scale * (MAX_PIXELS / pixels) ** 0.5
