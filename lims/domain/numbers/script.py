"""A text in plain script: full-width forms, superscripts and look-alike signs rewritten, what cannot be trusted named.

It rewrites only what has one reading: ``½`` and ``①`` stay as they are, and are then refused by the grammar.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_HARMLESS = {
    "\u00a0": " ", "\u2007": " ", "\u2009": " ", "\u200a": " ", "\u202f": " ", "\u2002": " ", "\u2003": " ", "\r": "\n",
    "\ufeff": "", "\u200b": "", "\u2060": "",
    "≤": "<=", "≥": ">=", "⩽": "<=", "⩾": ">=", "≦": "<=", "≧": ">=", "−": "-", "×": "×", "‐": "-", "‑": "-",
}
"""The same sign in another dress: no reader would hesitate, so no note is made."""
_TOLD = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    "\u3000": " ", "。": ".", "〈": "<", "〉": ">", "《": "<", "》": ">", "﹤": "<", "﹥": ">",
    "﹣": "-", "﹢": "+", "–": "-", "—": "-", "―": "-",
    "「": "(", "」": ")", "【": "(", "】": ")", "〔": "(", "〕": ")",
}
"""Forms of an input method; the reader is told how they were read."""
_TABLE = str.maketrans({**_HARMLESS, **_TOLD})
_TOLD_SIGNS = frozenset(_TOLD)
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_POWER = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_PLAIN_ALREADY = re.compile("[\x20-\x7e±µμ°\u4e00-\u9fff]*")
"""What most texts are made of: there is nothing to rewrite in them."""
_LOST = "\ufffd"
_SPACES = re.compile(r"[ \t]+")
_BREAKS = re.compile(r"\s*\n\s*")
_DASHES_ONLY = re.compile(r"[-–—―\s]*")


class Script(NamedTuple):
    text: str
    rewritten: bool
    """The reader is told how the text was read."""
    trouble: str = ""


def in_plain_script(text: str) -> Script:
    """The text to be read, and whether it was written in forms that the reader should see rewritten."""
    if _PLAIN_ALREADY.fullmatch(text) and "  " not in text:
        return Script(text.strip(), False)
    if not text.isascii():
        plain = text.translate(_TABLE)
        if _PLAIN_ALREADY.fullmatch(plain) and "  " not in plain:  # nothing raised, hidden or lost can be left in it
            return Script(plain.strip(), _is_told(text))
    if _HIDDEN.search(text):
        return Script("", False, "HIDDEN_CHARACTERS")
    plain = text
    if not text.isascii():
        plain = _POWER.sub(lambda found: "^" + found[0].translate(_RAISED), text).translate(_TABLE)
    plain = _BREAKS.sub("\n", _SPACES.sub(" ", plain)).strip()
    if _LOST in text:
        return Script(plain.replace(_LOST, ""), False, "UNREADABLE_CHARACTER")
    return Script(plain, not text.isascii() and _is_told(text))


def _is_told(text: str) -> bool:
    return not _TOLD_SIGNS.isdisjoint(text) and not _DASHES_ONLY.fullmatch(text)
