"""Documents as they come in at the door: good ones, and every kind of bad one."""

from collections.abc import Callable
from io import BytesIO

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

PASSWORD = "mot-de-passe"


def pdf(
    pages: int = 1,
    *,
    size: tuple[float, float] = (595, 842),
    encrypt: StandardEncryption | None = None,
    draw: Callable[[Canvas], None] | None = None,
) -> bytes:
    """A letter about nobody."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=size, encrypt=encrypt)
    for number in range(pages):
        canvas.drawString(72, 700, f"Page {number + 1}")
        if draw is not None:
            draw(canvas)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def locked() -> bytes:
    """A document that asks for a password."""
    return pdf(encrypt=StandardEncryption(PASSWORD, ownerPassword="autre"))


def read_only() -> bytes:
    """A document that anybody may open and nobody change."""
    return pdf(encrypt=StandardEncryption("", ownerPassword="autre", canModify=0))


NO_PAGE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R/Size 3>>\n%%EOF\n"
)
BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "text": (b"Bonjour, ceci est une lettre.\n" * 50, "not_pdf"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(2000), "not_pdf"),
    "late header": (bytes(2000) + pdf(), "not_pdf"),
    "junk before": (b"junk\n" + pdf(), "damaged"),
    "cut short": (pdf(3)[:-600], "damaged"),
    "header only": (b"%PDF-1.7\n%%EOF\n", "damaged"),
    "no page": (NO_PAGE, "damaged"),
    "password": (locked(), "encrypted"),
}
"""What is wrong with a file, its bytes, and what it is called."""
