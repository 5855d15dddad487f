"""Letters and signs the source font lacks, drawn from its own parts: š, ő, ł, ⁵, ₂.

Names of European producers and powers of ten need them. Part of the build; knows fontTools only.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.transformPen import TransformPen
from fontTools.pens.ttGlyphPen import TTGlyphPen

# Where each mark above is taken from: a small and a capital letter that carry it.
ABOVE = {
    0x300: "èÈ",
    0x301: "éÉ",
    0x302: "êÊ",
    0x303: "ñÑ",
    0x304: "āĀ",
    0x306: "ăĂ",
    0x307: "ii",
    0x308: "ëË",
    0x30A: "åÅ",
    0x30B: "éÉ",
    0x30C: "ěĚ",
}
BELOW = {0x326: ",", 0x327: "¸", 0x328: "¸"}
APOSTROPHE_CARONS = "ďťľĽ"
STROKED = {
    "ł": ("l", 0.52),
    "Ł": ("L", 0.46),
    "ħ": ("h", 0.80),
    "Ħ": ("H", 0.72),
    "ŧ": ("t", 0.45),
    "Ŧ": ("T", 0.50),
}
RAISED = dict(zip("⁰⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", "056789+−=()n", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+−=()", strict=True))
SUBSCRIPT_DROP = -130
LETTERS = [chr(code) for code in (*range(0x100, 0x180), *range(0x218, 0x21C), 0x1E30, 0x1E31)]

Shape = list[tuple[str, Any]]  # pen operations


@dataclass(frozen=True)
class Box:
    left: float
    bottom: float
    right: float
    top: float


class Letters:
    """Reads shapes out of a static font and adds new ones to it."""

    def __init__(self, font: Any) -> None:
        self.font = font
        self.glyphs = font.getGlyphSet()
        self.names = font.getBestCmap()
        self.stem = self.box(self.shape("l")).right - self.box(self.shape("l")).left

    def has(self, sign: str) -> bool:
        return ord(sign) in self.names

    def shape(self, sign: str) -> Shape:
        pen = DecomposingRecordingPen(self.glyphs)
        self.glyphs[self.names[ord(sign)]].draw(pen)
        return list(pen.value)

    def advance(self, sign: str) -> int:
        return int(self.font["hmtx"][self.names[ord(sign)]][0])

    def box(self, shape: Shape) -> Box:
        pen = BoundsPen(None)
        _replay(shape, pen)
        return Box(*pen.bounds)

    def above(self, sign: str, line: float) -> Shape:
        """The contours of a letter that lie wholly above ``line``: its accent."""
        return [step for contour in _contours(self.shape(sign)) if self.box(contour).bottom > line for step in contour]

    def dotless(self, sign: str) -> Shape:
        contours = _contours(self.shape(sign))
        return min(contours, key=lambda contour: self.box(contour).bottom) if len(contours) > 1 else contours[0]

    def add(self, sign: str, shape: Shape, advance: float) -> None:
        name = f"uni{ord(sign):04X}"
        pen = TTGlyphPen(None)
        _replay(shape, pen)
        self.font["glyf"][name] = glyph = pen.glyph()
        glyph.recalcBounds(self.font["glyf"])
        self.font["hmtx"][name] = (round(advance), glyph.xMin)
        for table in self.font["cmap"].tables:
            if table.isUnicode():
                table.cmap[ord(sign)] = name


def add_missing(font: Any) -> None:
    """Add every letter and script sign of the tables above that ``font`` does not have."""
    letters = Letters(font)
    for sign in LETTERS:
        if not letters.has(sign):
            _add_letter(letters, sign)
    small, full = letters.box(letters.shape("⁴")), letters.box(letters.shape("4"))
    scale = (small.top - small.bottom) / (full.top - full.bottom)
    for table, drop in ((RAISED, small.bottom), (LOWERED, SUBSCRIPT_DROP)):
        for sign, source in table.items():
            if not letters.has(sign):
                shape = _moved(letters.shape(source), 0, drop - full.bottom * scale, scale)
                letters.add(sign, shape, letters.advance(source) * scale)


def _add_letter(letters: Letters, sign: str) -> None:
    if sign == "ı":
        letters.add(sign, letters.dotless("i"), letters.advance("i"))
    elif sign in STROKED:
        base, height = STROKED[sign]
        letters.add(sign, letters.shape(base) + _stroke(letters, base, height), letters.advance(base))
    elif len(unicodedata.normalize("NFD", sign)) == 2:
        base, mark = tuple(unicodedata.normalize("NFD", sign))
        if sign in APOSTROPHE_CARONS:
            _add_with_apostrophe(letters, sign, base)
        elif ord(mark) in ABOVE:
            _add_above(letters, sign, base, ord(mark))
        elif ord(mark) in BELOW:
            _add_below(letters, sign, base, ord(mark))


def _add_above(letters: Letters, sign: str, base: str, mark: int) -> None:
    shape = letters.dotless(base) if base in "ij" else letters.shape(base)
    carrier = ABOVE[mark][base.isupper()]
    bare = unicodedata.normalize("NFD", carrier)[0]
    plain = letters.dotless("i") if carrier == "i" else letters.shape(bare)
    accent = letters.above(carrier, letters.box(plain).top - 5)
    if mark == 0x30B:
        wide = letters.box(accent).right - letters.box(accent).left
        accent = accent + _moved(accent, wide * 0.85, 0)
    box, own = letters.box(accent), letters.box(shape)
    lift = own.top - letters.box(plain).top
    middle = (own.left + own.right) / 2 - (box.left + box.right) / 2
    letters.add(sign, shape + _moved(accent, middle, lift), letters.advance(base))


def _add_below(letters: Letters, sign: str, base: str, mark: int) -> None:
    shape, tail = letters.shape(base), letters.shape(BELOW[mark])
    own, box = letters.box(shape), letters.box(tail)
    if mark == 0x328:  # an ogonek is close to a cedilla turned round, hanging at the right foot
        tail = _mirrored(tail)
        box = letters.box(tail)
        move = own.right - box.right - 10
    else:
        move = (own.left + own.right) / 2 - (box.left + box.right) / 2
    fall = -60 - box.top if mark == 0x326 else 0
    letters.add(sign, shape + _moved(tail, move, fall), letters.advance(base))


def _add_with_apostrophe(letters: Letters, sign: str, base: str) -> None:
    shape, tick = letters.shape(base), letters.shape("’")
    own, box = letters.box(shape), letters.box(tick)
    right = own.left + letters.stem if base == "L" else own.right
    move = right + letters.stem * 0.35 - box.left
    letters.add(sign, shape + _moved(tick, move, 0), max(letters.advance(base), box.right + move + 20))


def _stroke(letters: Letters, base: str, height: float) -> Shape:
    """A bar through the stem; slanted for l and L."""
    box = letters.box(letters.shape(base))
    middle, half = box.bottom + (box.top - box.bottom) * height, letters.stem * 0.36
    left, right = box.left - letters.stem * 0.7, box.left + letters.stem * 1.7
    if base in "tT":
        left, right = box.left, box.right
    slant = letters.stem * 0.55 if base in "lL" else 0.0
    corners = [
        (left, middle - half - slant),
        (left, middle + half - slant),
        (right, middle + half + slant),
        (right, middle - half + slant),
    ]
    return [("moveTo", (corners[0],)), *(("lineTo", (corner,)) for corner in corners[1:]), ("closePath", ())]


def _contours(shape: Shape) -> list[Shape]:
    contours: list[Shape] = []
    for step in shape:
        if step[0] in ("moveTo",) or not contours or contours[-1][-1][0] == "closePath":
            contours.append([])
        contours[-1].append(step)
    return contours


def _moved(shape: Shape, right: float, up: float, scale: float = 1.0) -> Shape:
    return _transformed(shape, (scale, 0, 0, scale, right, up))


def _mirrored(shape: Shape) -> Shape:
    """Left to right; contours then run the other way, which a non-zero fill does not mind."""
    return _transformed(shape, (-1, 0, 0, 1, 0, 0))


def _transformed(shape: Shape, matrix: tuple[float, ...]) -> Shape:
    pen = DecomposingRecordingPen({})
    _replay(shape, TransformPen(pen, matrix))
    return list(pen.value)


def _replay(shape: Shape, pen: Any) -> None:
    for operation, points in shape:
        getattr(pen, operation)(*points)
