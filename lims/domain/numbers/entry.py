"""The one grammar for a result: typed, pasted, uploaded and imported texts are all read here, and nowhere else.

Nothing becomes zero or nothing in silence: a text is understood with its status, or refused with a note.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from lims.domain.numbers import units
from lims.domain.numbers.entered import Entry
from lims.domain.numbers.figure import NEEDS_CONTEXT, number
from lims.domain.numbers.marks import Marks, Note, Unreadable
from lims.domain.numbers.script import Script, in_plain_script
from lims.domain.numbers.vocabulary import DETECTED, STATUS_OF
from lims.domain.numbers.wording import countless, portion, spoken, with_limit, with_unit, word

LONGEST = 1000
MOST_MEMBERS = 200

__all__ = ["LONGEST", "MOST_MEMBERS", "Entry", "read_entry"]

_FIGURE = r"[0-9][0-9.,]*"
_TO = r"\s*[^0-9\s]{0,12}\s*(?:-|~|to|至|到)\s*"
_BETWEEN_GRADES = re.compile(r"(grade\s*)?([1-4])\s*-\s*([2-5])\s*(?(1)|(?:grade|级|級))", re.IGNORECASE)
"""The grey scale of colour fastness has halves, printed as 3-4 (GB/T 250, ISO 105-A02)."""
_NOT_ONE = (
    (re.compile(rf"[<>]?\s*{_FIGURE}{_TO}{_FIGURE}\s*[^0-9]*", re.IGNORECASE), "A_RANGE"),
    (re.compile(rf"(?:~|≈|ca\.?|approx\.?|about|约|約|大约)\s*{_FIGURE}.*", re.IGNORECASE), "APPROXIMATE"),
)

_SIMPLE = re.compile(
    r"\s*(<=|>=|<|>)?\s*(-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-5]?[0-9])?)"
    r"\s*([^0-9\s.,<>=()±+-][^\s.,<>=()±+]*)?\s*",
    re.ASCII,
)
"""What most cells hold: a sign, digits with a point, a unit without spaces."""
_QUICK = 40
_THREE_BEHIND = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")


def read_entry(text: str, decimal: str | None = ".", group: str = "", minus_one_is_nd: bool = False) -> Entry:
    """Read one text. ``decimal`` declares the decimal mark (None: by evidence, refused where ambiguous).

    ``group`` is the declared mark of groups: ``,``, ``.`` or ``space``.
    """
    simple = _SIMPLE.fullmatch(text)
    if simple is not None and not minus_one_is_nd and len(text) <= _QUICK:
        entry = _simple(text, simple, decimal, group)
        if entry is not None:
            return entry
    elif len(text) <= _QUICK:
        entry = _quick_word(text)
        if entry is not None:
            return entry
    entry = _read(text, Marks(decimal, " " if group == "space" else group))
    return _without_minus_one(entry) if minus_one_is_nd else entry


def _without_minus_one(entry: Entry) -> Entry:
    """Data files that write -1 for "not detected" say so by declaration, never by guess."""
    if entry.status == "numeric" and entry.value == -1:
        return Entry(entry.text, "not_detected", unit=entry.unit, note=Note("MINUS_ONE_IS_ND"))
    if entry.status == "list":
        return entry._replace(values=tuple(_without_minus_one(member) for member in entry.values))
    return entry


def _simple(text: str, found: re.Match[str], decimal: str | None, group: str) -> Entry | None:
    """The quick way for a text that can only be read one way; None where the whole grammar must look."""
    qualifier, number, unit = found.groups()
    if (decimal != "." or group) and (decimal == "," or group or _THREE_BEHIND.fullmatch(number.lstrip("-"))):
        return None
    note = None
    if unit is not None:
        unit = units.known(unit)
        if unit is None:
            return None
        note = NEEDS_CONTEXT.get(unit)
    status = "censored" if qualifier else "numeric"
    return Entry(text, status, qualifier, Decimal(number), None, unit, None, False, (), note)


@lru_cache(maxsize=512)
def _quick_word(text: str) -> Entry | None:
    """A word by itself as the vocabulary has it but for case and spaces at the ends, or with a portion."""
    status = STATUS_OF.get(text.strip(" \t\r\n\u00a0").casefold())
    if status == "detected":
        return Entry(text, "qualitative", word=DETECTED)
    if status is not None:
        return None if status == "outcome" else Entry(text, status)
    if not text.isascii() or not text[:1].isalpha() or "  " in text or not text.isprintable():
        return None
    said = word(text.strip()) or portion(text.strip())
    return None if said is None else said._replace(text=text)


def _read(text: str, marks: Marks) -> Entry:
    if len(text) > LONGEST:
        return Entry(text, "refused", note=Note("TOO_LONG", {"most": LONGEST}))
    script = in_plain_script(text)
    if script.trouble:
        return _damaged(text, script, marks)
    simple = _SIMPLE.fullmatch(script.text) if len(script.text) <= _QUICK else None
    entry = _simple(text, simple, *marks) if simple else _simple_list(text, script.text, marks)
    if entry is None:
        entry = _understood(script.text, marks)
        if entry.text != text:
            entry = entry._replace(text=text)
    if script.rewritten and entry.note is None:
        return entry._replace(note=Note("READ_AS", {"read": script.text}))
    return entry


def _damaged(text: str, script: Script, marks: Marks) -> Entry:
    """Before a word a lost character changes nothing; before a number it may have been ``<``, so that is refused."""
    if script.trouble == "UNREADABLE_CHARACTER":
        rest = word(script.text.strip()) or portion(script.text.strip())
        if rest is not None:
            return rest._replace(text=text, note=Note("READ_AS", {"read": script.text.strip()}))
    return Entry(text, "refused", note=Note(script.trouble, {"read": script.text.strip()[:80]}))


def _understood(clean: str, marks: Marks) -> Entry:
    """One result, else several, else the note of the first reading."""
    try:
        return _single(clean, marks)
    except Unreadable as first:
        if first.note.code == "AMBIGUOUS_NUMBER" and " " in str(first.note.params["text"]):
            return Entry(clean, "refused", note=first.note)
        try:
            return _several(clean, marks)
        except Unreadable as second:
            tells_more = second.note.code in ("SEVERAL_UNITS", "AMBIGUOUS_NUMBER")
            better = second if tells_more and first.note.code != "LOST_EXPONENT" else first
            return Entry(clean, "refused", note=better.note)


_STARTS_A_NUMBER = frozenset("0123456789<>+.(")


def _single(clean: str, marks: Marks) -> Entry:
    """One result. What starts like a number is tried as one first, because most texts are."""
    trouble: Unreadable | None = None
    if clean[:1] in _STARTS_A_NUMBER:
        try:
            return number(clean, marks)
        except Unreadable as found:
            trouble = found
    said = word(clean) or portion(clean) or with_unit(clean) or with_limit(clean, marks) or countless(clean, marks)
    if said is not None:
        return said
    grade = _BETWEEN_GRADES.fullmatch(clean)
    if grade is not None and int(grade[3]) == int(grade[2]) + 1:
        return Entry(clean, "numeric", None, Decimal(f"{grade[2]}.5"), unit="grade",
                     note=Note("READ_AS", {"read": f"{grade[2]}.5 grade"}))
    said = spoken(clean, marks)
    if said is not None:
        return said
    try:
        if trouble is not None:
            raise trouble
        return number(clean, marks)
    except Unreadable as error:
        for pattern, code in _NOT_ONE:
            if error.note.code in ("NOT_A_RESULT", "UNKNOWN_UNIT") and pattern.fullmatch(clean):
                raise Unreadable(code, text=clean[:80]) from None
        raise


# ---- several results in one text -------------------------------------------------------------------------------------

_BETWEEN = re.compile(
    r"\s*[;、|\n\t]\s*|\s*,\s+|\s*,(?=\s*[^0-9\s.,])|(?<=[^0-9\s.,]),|\s+(?:and|&|et|und|y)\s+|\s*(?:和|及|以及)\s*"
)
_BEFORE_NEXT = re.compile(r"\s+(?=[<>0-9])")
_GOOD = frozenset(
    {"numeric", "censored", "not_detected", "below_loq", "trace", "qualitative", "over_range", "not_measured"}
)


def _several(clean: str, marks: Marks) -> Entry:
    """Several results in one text, the common unit once: ``<10, 240, <10, 93, <10 MPN/g``."""
    body = clean.strip("[] ")
    ended = body.rstrip(",;、 ")
    if ended[-1:] == "." and not ended[-2:-1].isdigit():
        ended = ended[:-1]
    parts = _BETWEEN.split(ended)
    if len(parts) == 1 and ended != body:
        return _ended(ended, marks)
    by_space = len(parts) == 1 and marks.group != " " and ended[:1] in "<>0123456789"
    if by_space:
        parts = _BEFORE_NEXT.split(ended)
    if not 1 < len(parts) <= MOST_MEMBERS or not all(parts):
        raise Unreadable("NOT_A_RESULT", text=clean[:80])
    if by_space:
        _stand_apart(parts)
    elif marks.decimal is None:
        _agree_on_commas(parts)
    members = tuple(_single(part, marks) for part in parts)
    return _listed(clean, members)


_DECIMAL_COMMA, _WHOLE = re.compile("[0-9],[0-9]"), re.compile("[<>= ]*[0-9]+[^0-9,]*")


def _agree_on_commas(parts: list[str]) -> None:
    """``10, 20,30``: beside whole numbers, a comma may as well be one more that divides; ``1,5, 2,5`` is clear."""
    doubtful = next((part for part in parts if _DECIMAL_COMMA.search(part)), None)
    if doubtful is not None and any(_WHOLE.fullmatch(part) for part in parts):
        raise Unreadable(
            "AMBIGUOUS_NUMBER", text=doubtful, one=doubtful.replace(",", "."), two=doubtful.replace(",", "; ")
        )


_OWN_MARK = re.compile(r"[.,][0-9]|[eE]|10\^")


def _stand_apart(parts: list[str]) -> None:
    """Only a space between two figures may be a slip in one (``12 34``, ``0. 21``, ``1 10^3``, ``1.234 567``).

    Two results stand apart where a unit ends the first, a sign begins the second, or both have a decimal mark.
    """
    for first, second in zip(parts, parts[1:], strict=False):
        marked = _OWN_MARK.search(first) is not None, _OWN_MARK.search(second) is not None
        if first[-1] in "xX×*·⋅±":
            raise Unreadable("NOT_A_RESULT", text=" ".join(parts)[:80])
        broken = first[-1] in ".," or (second.startswith("10^") and first[-1].isdigit())
        if not broken and (not first[-1].isdigit() or second[0] in "<>" or all(marked)):
            continue
        if broken or marked[0] or len(parts) == 2:
            raise Unreadable("AMBIGUOUS_NUMBER", text=" ".join(parts), one="".join(parts), two="; ".join(parts))


_BETWEEN_SIMPLE = re.compile(r" ?; ?| ?, ")


def _simple_list(text: str, clean: str, marks: Marks) -> Entry | None:
    """The quick way for results that can each be read one way only; None where the whole grammar must look."""
    if marks != _POINT or "\n" in clean or (", " not in clean and ";" not in clean):
        return None
    members = []
    for part in _BETWEEN_SIMPLE.split(clean):
        found = _SIMPLE.fullmatch(part)
        member = _simple(part, found, *marks) if found and len(part) <= _QUICK else None
        if member is None:
            return None
        members.append(member)
    if not 1 < len(members) <= MOST_MEMBERS:
        return None
    try:
        return _listed(text, tuple(members))
    except Unreadable:
        return None


_POINT = Marks(".", "")


def _listed(clean: str, members: tuple[Entry, ...]) -> Entry:
    if any(member.status not in _GOOD or member.word not in (None, DETECTED) for member in members):
        raise Unreadable("NOT_A_RESULT", text=clean[:80])
    named = {member.unit for member in members if member.unit}
    if len(named) > 1:
        raise Unreadable("SEVERAL_UNITS", units=", ".join(sorted(named)))
    if all(member.status == "not_measured" for member in members):
        return Entry(clean, "not_measured")
    unit = next(iter(named), None)
    notes = [member.note for member in members if member.note is not None]
    return Entry(clean, "list", unit=unit, values=members, note=_joined(notes))


def _joined(notes: list[Note]) -> Note | None:
    read = [str(note.params["read"]) for note in notes if note.code == "READ_AS"]
    return Note("READ_AS", {"read": "; ".join(read)}) if read else notes[0] if notes else None


def _ended(ended: str, marks: Marks) -> Entry:
    """``3300 mg/kg,``: a comma at the end ends nothing, unless the number itself may go on behind it."""
    if not ended or re.fullmatch(r"[<>=]*\s*[+-]?[0-9 ]+", ended):
        raise Unreadable("NOT_A_RESULT", text=ended[:80])
    entry = _single(ended, marks)
    return entry if entry.note else entry._replace(note=Note("READ_AS", {"read": ended}))
