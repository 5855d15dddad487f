"""Plain text into lines: Chinese breaks between characters, Latin between words, anything if it must.

There is no markup here on purpose: what a person typed is only ever drawn, never parsed.
"""

from __future__ import annotations

import re
from functools import lru_cache

from reports import fonts

# Chinese punctuation that may not begin, and that may not end, a line.
NO_START = set("，。、；：！？）】》〉」』”’％‰℃·,.;:!?)]}%")
NO_END = set("（【《〈「『“‘([{$")
# A piece is one wide sign, or a run of Latin text with the blanks after it. Slashes and dashes may end a
# piece, a hyphen only between small letters: numbers such as HK-55012 stay whole.
WIDE = r"\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
PIECES = re.compile(rf"[{WIDE}]|(?:[^\s{WIDE}/–—-]|(?<![a-z])-|-(?![a-z]))*(?:[/–—]+|-(?=[a-z]))? *|\s")


@lru_cache(maxsize=8192)
def wrap(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    """Lines no wider than ``width``; at least one, even for empty text. Line breaks in it are kept."""
    lines: list[str] = []
    for paragraph in fonts.plain(text).replace("\r\n", "\n").split("\n"):
        lines.extend(_wrap_paragraph(paragraph.replace("\t", " "), font, size, width))
    return tuple(lines)


def _wrap_paragraph(text: str, font: str, size: float, width: float) -> list[str]:
    if fonts.width(text, font, size) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for piece in _pieces(text):
        if not line or fonts.width((line + piece).rstrip(), font, size) <= width:
            line += piece
        else:
            lines.append(line.rstrip())
            line = piece.lstrip(" ")
        if fonts.width(line.rstrip(), font, size) > width:
            *full, line = _chop(line, font, size, width)
            lines.extend(full)
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """Breakable pieces, with punctuation tied to the neighbour it may not be parted from."""
    pieces: list[str] = []
    for piece in filter(None, PIECES.findall(text)):
        tied = pieces and (piece[0] in NO_START or pieces[-1].rstrip()[-1:] in NO_END)
        if tied:
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _chop(text: str, font: str, size: float, width: float) -> list[str]:
    """Cut a piece that fits no line wherever the line is full."""
    parts, part = [], ""
    for sign in text:
        if part and fonts.width(part + sign, font, size) > width:
            parts.append(part)
            part = ""
        part += sign
    return [*parts, part]


def fit(text: str, font: str, size: float, width: float, smallest: float) -> float:
    """The largest size, down to ``smallest``, at which the text stands on one line."""
    wide = fonts.width(fonts.plain(text), font, size)
    return size if wide <= width else max(smallest, size * width / wide)
