"""The one grammar for a result: typed, pasted, uploaded and imported texts are all read here, and nowhere else.

Nothing becomes zero or nothing in silence: a text is understood with its status or refused with a note.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lims.domain.numbers import units
from lims.domain.numbers.rounding import plain

LONGEST = 400
MOST_DIGITS = 60


@dataclass(frozen=True)
class Note:
    """What the reader should know about the reading: a code with parameters."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """One of several results in one text."""

    status: str
    qualifier: str | None
    value: Decimal | None


@dataclass(frozen=True)
class Entry:
    """A text and what was understood of it; ``text`` is always exactly what came in."""

    text: str
    status: str
    """numeric, censored, qualitative, not_detected, below_loq, trace, over_range, not_measured, list or refused."""
    qualifier: str | None = None
    value: Decimal | None = None
    word: str | None = None
    """For qualitative results: DETECTED, or the outcome as typed."""
    unit: str | None = None
    expanded: Decimal | None = None
    expanded_percent: bool = False
    values: tuple[Member, ...] = ()
    note: Note | None = None
    lod: Decimal | None = None
    digits: int | None = None
    """Significant digits of a number that was written with an exponent."""


_WIDE = str.maketrans(
    "０１２３４５６７８９．，＜＞≤≥＝±－＋％／（）　−–—‐‑＋　", "0123456789.,<>≤≥=±-+%/() ----" + "-" + "+ "
)
_QUALIFIERS = {"≤": "<=", "≥": ">=", "=<": "<=", "=>": ">=", "⩽": "<=", "⩾": ">="}
_NOT_DETECTED = frozenset(
    {"nd", "n.d.", "n.d", "not detected", "none detected", "none found", "not found", "absent", "negative", "未检出",
     "未檢出", "不得检出", "阴性", "陰性", "no detectado", "nondetect", "non-detect", "not present"}
)
_BELOW_LOQ = frozenset(
    {"bql", "<loq", "< loq", "below loq", "bloq", "<mql", "< mql", "<rl", "< rl", "<lloq", "<定量限", "低于定量限"}
)
_BELOW_LOD = frozenset({"<lod", "< lod", "<mdl", "< mdl", "bdl", "below lod", "<检出限", "低于检出限"})
_TRACE = frozenset({"tr", "tr.", "trace", "traces", "痕量", "detected below loq", "detected, below loq", "detected <loq"})
_OVER = frozenset({"ovrflw", "overflow", "over range", "over-range", "out of range", "tntc", "多不可计", "o.r.", ">max"})
_NOT_MEASURED = frozenset(
    {"", "n/a", "na", "n.a.", "ns", "n.s.", "not analysed", "not analyzed", "not tested", "not measured", "nt", "未测", "未检测",
     "not sampled", "/", "none", "null"}
)
_DETECTED = frozenset({"detected", "positive", "present", "pos", "检出", "檢出", "阳性", "陽性", "positif"})
_OUTCOME = frozenset(
    {"pass", "fail", "conform", "conforms", "complies", "does not comply", "yes", "no", "合格", "不合格", "符合", "不符合",
     "normal", "abnormal", "正常", "异常"}
)
_DASHES = re.compile(r"^[-*.•\s]*[-*][-*\s]*$")
_NUMBER = r"[-+]?(?:\d[\d.,' \u00a0\u202f]*\d|\d|[.,]\d+)"
_BODY = re.compile(
    rf"^(?P<q><=|>=|<|>)?\s*(?P<num>{_NUMBER})\s*(?P<exp>(?:[eE]|[x×*]\s*10\s*\^?)\s*[-+]?\d{{1,3}})?(?P<rest>.*)$",
    re.DOTALL,
)
_PLUS_MINUS = re.compile(
    r"^\s*(?:±|\+/-|\+-)\s*(?P<num>\d[\d.,]*|[.,]\d+)(?P<exp>[eE][-+]?\d{1,3})?\s*(?P<pct>%)?\s*(?P<rest>.*)$", re.DOTALL
)
_CARRIES_LOD = re.compile(r"^(?P<head>.*?)\s*\(\s*(?:lod\s*[:=]?\s*)?(?P<lod><\s*[\d.,]+|lod\s*[:=]?\s*[\d.,]+)\s*(?P<unit>[^)\d]*)\)\s*$", re.I)
_PORTION = re.compile(r"^(?P<word>.+?)\s*(?P<unit>(?:/|in\s+)\s*\d+\s*(?:g|mL|ml))\s*$", re.I)
_SPLIT = re.compile(r"\s*[;；、|]\s*|\s*,\s+|\s*\n\s*")
_RANGE = re.compile(r"^\s*\d[\d.,]*\s*(?:-|~|to|至)\s*\d[\d.,]*\s*\D*$", re.I)


def read_entry(
    text: str, decimal: str | None = ".", group: str = "", minus_one_is_nd: bool = False
) -> Entry:
    """Read one text. ``decimal`` declares the decimal mark (None: by evidence, refused where ambiguous)."""
    if len(text) > LONGEST:
        return Entry(text, "refused", note=Note("TOO_LONG", {"longest": LONGEST}))
    if _hidden(text):
        return Entry(text, "refused", note=Note("HIDDEN_CHARACTERS"))
    clean = _clean(text)
    note = Note("READ_AS", {"read": clean}) if clean != text.strip() and _wide(text) else None
    entry = _single(text, clean, decimal, group)
    if entry.status == "refused":
        entry = _listed(text, clean, decimal, group) or entry
    if minus_one_is_nd and entry.status == "numeric" and entry.value == -1:
        return Entry(text, "not_detected", note=Note("MINUS_ONE_IS_ND"))
    if note is not None and entry.note is None:
        return Entry(**{**entry.__dict__, "note": note})
    return entry


def _hidden(text: str) -> bool:
    """Control and bidirectional marks that would make a text look other than it is."""
    return any(
        (unicodedata.category(c) == "Cc" and c not in "\t\n\r") or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
        for c in text
    )


def _wide(text: str) -> bool:
    return any(unicodedata.east_asian_width(c) == "F" for c in text)


def _clean(text: str) -> str:
    out = text.translate(_WIDE).replace("\ufeff", "").replace("\u200b", "").replace("\u00a0", " ").strip()
    out = re.sub(r"[ \t\r]+", " ", out)
    for sign, plain_sign in _QUALIFIERS.items():
        if out.startswith(sign):
            out = plain_sign + out[len(sign):]
    return out


def _single(text: str, clean: str, decimal: str | None, group: str) -> Entry:
    words = _word(text, clean)
    if words is not None:
        return words
    carried = _CARRIES_LOD.match(clean)
    if carried:
        return _with_lod(text, carried, decimal, group)
    if _RANGE.match(clean):
        return Entry(text, "refused", note=Note("A_RANGE"))
    found = _BODY.match(clean)
    if found is None:
        return _portion(text, clean) or Entry(text, "refused", note=Note("NOT_A_RESULT"))
    return _number(text, found, decimal, group)


def _word(text: str, clean: str) -> Entry | None:
    key = clean.casefold().rstrip(" .") if len(clean) > 4 else clean.casefold()
    if key in _NOT_MEASURED or _DASHES.match(clean):
        return Entry(text, "not_measured")
    if key in _NOT_DETECTED:
        return Entry(text, "not_detected")
    if key in _BELOW_LOQ:
        return Entry(text, "below_loq")
    if key in _BELOW_LOD:
        return Entry(text, "not_detected")
    if key in _TRACE:
        return Entry(text, "trace")
    if key in _OVER:
        return Entry(text, "over_range")
    if key in _DETECTED:
        return Entry(text, "qualitative", word="DETECTED")
    if key in _OUTCOME:
        return Entry(text, "qualitative", word=clean)
    return None


def _portion(text: str, clean: str) -> Entry | None:
    """``Detected/125g``, ``ND in 25 g``, ``未检出/25 g``."""
    found = _PORTION.match(clean)
    if not found:
        return None
    inner = _word(text, found["word"].strip())
    if inner is None or inner.status not in ("qualitative", "not_detected"):
        return None
    size = re.sub(r"^(?:/|in)\s*", "", found["unit"], flags=re.I)
    amount = re.sub(r"(\d)\s*(g|ml)$", lambda m: f"{m[1]} {'g' if m[2].lower() == 'g' else 'mL'}", size, flags=re.I)
    return Entry(text, inner.status, word=inner.word, unit=f"/{amount}")


def _with_lod(text: str, found: re.Match[str], decimal: str | None, group: str) -> Entry:
    """``ND (<0.03)``: the limit of detection stands in the text."""
    inner = _single(text, found["head"].strip(), decimal, group)
    number = re.search(r"[\d.,]+", found["lod"])
    value = _decimal(number[0], decimal, group) if number else None
    if inner.status != "not_detected" or not isinstance(value, Decimal):
        return Entry(text, "refused", note=Note("NOT_A_RESULT"))
    return Entry(**{**inner.__dict__, "lod": value, "unit": inner.unit or units.known(found["unit"].strip())})


def _number(text: str, found: re.Match[str], decimal: str | None, group: str) -> Entry:
    exponent = re.search(r"[-+]?\d+$", found["exp"]) if found["exp"] else None
    value = _decimal(found["num"].strip(), decimal, group, bool(exponent))
    if isinstance(value, Note):
        return Entry(text, "refused", note=value)
    note = None
    if "," in found["num"] and decimal is None and value is not None:
        note = Note("READ_AS", {"read": plain(value)})
    digits = None
    if exponent:
        digits = len(value.as_tuple().digits)
        value = value.scaleb(int(exponent[0]))
        if abs(value.adjusted()) > MOST_DIGITS if value else False:
            return Entry(text, "refused", note=Note("OUT_OF_BOUNDS"))
        value = Decimal(plain(value))
    tail = _tail(found["rest"], decimal, group)
    if isinstance(tail, Note):
        return Entry(text, "refused", note=tail)
    unit, expanded, percent = tail
    qualifier = found["q"] or None
    if qualifier and expanded is not None:
        return Entry(text, "refused", note=Note("NOT_A_RESULT"))
    return Entry(
        text, "censored" if qualifier else "numeric", qualifier, value, None, unit, expanded, percent,
        note=note or (Note("KIND_NEEDS_CONTEXT", {"unit": unit}) if unit in units.RELATIVE else None), digits=digits,
    )


def _tail(rest: str, decimal: str | None, group: str) -> tuple[str | None, Decimal | None, bool] | Note:
    """What follows the number: nothing, a unit, ``± U``, or ``± U`` with a unit before or behind."""
    rest = rest.strip()
    if not rest:
        return None, None, False
    sign = re.search(r"±|\+/-|\+-", rest)
    if sign is None:
        unit = units.known(rest)
        return (unit, None, False) if unit else Note("UNKNOWN_UNIT", {"unit": rest[:40]})
    before = rest[: sign.start()].strip()
    found = _PLUS_MINUS.match(rest[sign.start():])
    if not found:
        return Note("NOT_A_RESULT")
    expanded = _decimal(found["num"] + (found["exp"] or ""), decimal, group, bool(found["exp"]))
    if isinstance(expanded, Note):
        return expanded
    named = [units.known(part) for part in (before, found["rest"].strip()) if part]
    if None in named:
        return Note("UNKNOWN_UNIT", {"unit": (found["rest"] or before).strip()[:40]})
    if found["pct"] and before == "" and not found["rest"].strip() and not named:
        return None, expanded, True
    return (named[0] if named else None), expanded, bool(found["pct"])


def _decimal(raw: str, decimal: str | None, group: str, exact: bool = False) -> Decimal | Note:
    """The digits of a number under the declared marks; a Note says why they cannot be read."""
    number = raw.replace("\u202f", " ").replace("\u00a0", " ")
    if len(number) > MOST_DIGITS + 8:
        return Note("TOO_MANY_DIGITS", {"most": MOST_DIGITS})
    mark = decimal
    if "e" in number.lower():
        number = number.replace(",", ".") if decimal == "," else number
    elif mark is None:
        settled = _by_evidence(number, exact)
        if isinstance(settled, Note):
            return settled
        number = settled
    else:
        settled = _declared(number, mark, group)
        if isinstance(settled, Note):
            return settled
        number = settled
    if not re.fullmatch(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?", number):
        return Note("NOT_A_RESULT")
    return Decimal(number)


def _declared(number: str, mark: str, group: str) -> str | Note:
    other = "," if mark == "." else "."
    sign = number[:1] if number[:1] in "+-" else ""
    body = number[len(sign):]
    whole, _, fraction = body.partition(mark)
    if mark in fraction or other in fraction:
        return Note("NOT_A_RESULT") if group != other else Note("NOT_A_RESULT")
    separator = {"space": " "}.get(group, group)
    if separator and separator in whole:
        parts = whole.split(separator)
        if not (1 <= len(parts[0]) <= 3 and all(len(p) == 3 for p in parts[1:])):
            return Note("BAD_GROUPING", {"text": number})
        whole = "".join(parts)
    if other in whole or " " in whole or "'" in whole:
        return _comma_note(number, mark)
    return f"{sign}{whole or '0'}.{fraction}" if fraction or mark in body else f"{sign}{whole}"


def _comma_note(number: str, mark: str) -> Note:
    """Both readings of a number whose mark was not declared, so that one key can choose."""
    other = "," if mark == "." else "."
    if number.count(other) == 1 and mark not in number and " " not in number:
        return Note(
            "AMBIGUOUS_NUMBER", {"one": number.replace(other, "."), "two": number.replace(other, ""), "text": number}
        )
    return Note("NOT_A_RESULT")


_THREE = re.compile(r"^[-+]?[1-9]\d{0,2}[.,]\d{3}$")


def _by_evidence(number: str, exact: bool) -> str | Note:
    """No mark declared: both marks settle each other, one mark and three digits are ambiguous, else it is decimal."""
    points, commas = number.count("."), number.count(",")
    if " " in number or "'" in number:
        number = re.sub(r"(?<=\d)[ '](?=\d{3}(?:\D|$))", "", number)
        if " " in number or "'" in number:
            return Note("NOT_A_RESULT")
        points, commas = number.count("."), number.count(",")
    if points and commas:
        last = max(number.rfind("."), number.rfind(","))
        mark = number[last]
        return _declared(number, mark, "," if mark == "." else ".")
    if points + commas == 0:
        return number
    if points > 1 or commas > 1:
        grouped = re.fullmatch(r"[-+]?\d{1,3}(?:[.,]\d{3})+", number)
        return re.sub("[.,]", "", number) if grouped else Note("NOT_A_RESULT")
    if _THREE.match(number) and not exact:
        return Note(
            "AMBIGUOUS_NUMBER",
            {"one": re.sub("[.,]", ".", number), "two": re.sub("[.,]", "", number), "text": number},
        )
    return number.replace(",", ".")


def _listed(text: str, clean: str, decimal: str | None, group: str) -> Entry | None:
    """Several results in one text, the common unit once: ``<10, 240, <10, 93, <10 MPN/g``."""
    parts = [part for part in _SPLIT.split(clean.strip("[]() ")) if part]
    if len(parts) < 2:
        return None
    read = [_single(part, part, decimal, group) for part in parts]
    good = ("numeric", "censored", "not_detected", "below_loq", "trace", "qualitative", "over_range")
    if any(entry.status not in good for entry in read):
        return None
    named = {entry.unit for entry in read if entry.unit}
    if len(named) > 1:
        return Entry(text, "refused", note=Note("SEVERAL_UNITS", {"units": ", ".join(sorted(named))}))
    members = tuple(Member(entry.status, entry.qualifier, entry.value) for entry in read)
    return Entry(text, "list", unit=next(iter(named), None), values=members)
