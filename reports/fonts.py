"""The two document fonts, loaded once a process, and the width of text set in them.

A character the fonts lack is drawn as a box and keeps its code point in the text layer: it is never
silently blank. Knows nothing of what is printed.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import SUBSETN, TTFont

FOLDER = Path(__file__).resolve().parent / "fonts"
REGULAR, BOLD = "LabRegular", "LabBold"
FILES = {REGULAR: "NotoSansSC-Regular.ttf", BOLD: "NotoSansSC-Bold.ttf"}
SUBSTITUTE = ord("□")


class _Glyphs(dict[int, int]):
    """Character to glyph, answering the substitute box for every character the font lacks."""

    def __contains__(self, code: object) -> bool:
        return True

    def __missing__(self, code: int) -> int:
        return self[SUBSTITUTE]


class _Widths(dict[int, float]):
    def __missing__(self, code: int) -> float:
        return self[SUBSTITUTE]

    def get(self, code: int, default: Any = None) -> Any:
        return self[code]


class DocumentFont(TTFont):
    """A TrueType font that shows a box for what it cannot show."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, str(path), asciiReadable=False, shapable=False)
        self.face.charToGlyph = _Glyphs(self.face.charToGlyph)
        self.face.charWidths = _Widths(self.face.charWidths)

    def addObjects(self, doc: Any) -> None:
        subsets = list(self.state[doc].subsets)
        super().addObjects(doc)
        for number, subset in enumerate(subsets):
            if max(subset) > 0xFFFF:
                name = (SUBSETN(number) + b"+" + self.face.name + self.face.subfontNameX).decode("ascii")
                stream = doc.idToObject[f"toUnicodeCMap:{name}"]
                stream.content = _with_surrogates(stream.content, subset)


def _with_surrogates(cmap: str, subset: list[int]) -> str:
    """The text map wants UTF-16: beyond the basic plane the plain hexadecimal number is wrong."""
    for code in sorted({code for code in subset if code > 0xFFFF}):
        cmap = cmap.replace(f"> <{code:04X}>", f"> <{chr(code).encode('utf-16-be').hex().upper()}>")
    return cmap


@cache
def load() -> dict[str, DocumentFont]:
    """Load and register both fonts (some 0.3 s, once a process)."""
    loaded = {name: DocumentFont(name, FOLDER / file) for name, file in FILES.items()}
    for font in loaded.values():
        pdfmetrics.registerFont(font)
    return loaded


def plain(text: str) -> str:
    """Composed characters, so that a letter and its accent are one glyph; tabs become spaces."""
    return text if text.isascii() else normalize("NFC", text)


def width(text: str, font: str, size: float) -> float:
    widths: _Widths = load()[font].face.charWidths
    return sum([widths[code] for code in map(ord, text)]) * size / 1000
