"""Reading finished papers back with other people's tools: text, pictures, barcodes, fonts."""

from __future__ import annotations

import re
import subprocess
from io import BytesIO

import pypdf
import pypdfium2
import zxingcpp


def pages(pdf: bytes) -> list[str]:
    """The text of each page as a PDF library sees it."""
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages]


def squeezed(text: str) -> str:
    """Without blanks and line ends: wrapping may put those anywhere."""
    return re.sub(r"\s+", "", text)


def pdftotext(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode("utf-8")


def barcodes(pdf: bytes, page: int = 0, scale: float = 3.0) -> list[str]:
    """Every barcode on the rendered page, top to bottom."""
    image = pypdfium2.PdfDocument(pdf)[page].render(scale=scale, grayscale=True).to_pil()
    found = zxingcpp.read_barcodes(image)
    return [code.text for code in sorted(found, key=lambda code: (code.position.top_left.y, code.position.top_left.x))]


def ink(pdf: bytes, page: int = 0, scale: float = 2.0) -> int:
    """How many dark pixels the rendered page has."""
    image = pypdfium2.PdfDocument(pdf)[page].render(scale=scale, grayscale=True).to_pil()
    return sum(image.histogram()[:128])


def fonts(pdf: bytes) -> list[tuple[str, bool]]:
    """Every font of every page and whether its program is in the file."""
    found = []
    for page in pypdf.PdfReader(BytesIO(pdf)).pages:
        for reference in page["/Resources"].get("/Font", {}).values():
            font = reference.get_object()
            found.append((font["/BaseFont"], "/FontFile2" in font["/FontDescriptor"]))
    return found
