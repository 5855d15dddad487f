"""The one grammar for a result: typed, pasted, uploaded and imported texts are all read here, and nowhere else.

Nothing becomes zero or nothing in silence: a text is understood with its status, or refused with a note.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import NamedTuple

from lims.domain.numbers import units
from lims.domain.numbers.marks import NUMBER, SPACED, Marks, Note, Unreadable, read_digits
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.script import Script, in_plain_script
from lims.domain.numbers.vocabulary import DETECTED, READ_ANEW, STATUS_OF, key_of

LONGEST = 1000
MOST_MEMBERS = 200


class Entry(NamedTuple):
    """A text and what was understood of it; ``text`` is always exactly what came in. (A tuple, because it is fast.)"""

    text: str
    status: str
    """numeric, censored, qualitative, not_detected, below_loq, trace, over_range, not_measured, list or refused."""
    qualifier: str | None = None
    value: Decimal | None = None
    """The number with the digits it was typed with; ``2.0e3`` keeps two significant ones."""
    word: str | None = None
    """For qualitative results: DETECTED, or the outcome as typed."""
    unit: str | None = None
    expanded: Decimal | None = None
    expanded_percent: bool = False
    """``expanded`` is a share of the value in per cent."""
    values: tuple[Entry, ...] = ()
    """The results of a list, each read by itself; the common unit stands on the list."""
    note: Note | None = None
    lod: Decimal | None = None
    loq: Decimal | None = None
    coverage: Decimal | None = None
    """The coverage factor, where the text says ``(k=2)``."""

    @property
    def digits(self) -> int | None:
        """Significant digits of the number as it was typed."""
        return None if self.value is None else len(self.value.as_tuple().digits)


_SIMPLE = re.compile(
    r"\s*(<=|>=|<|>)?\s*(-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-5]?[0-9])?)\s*([^0-9\s.,<>=()±+-][^\s.,<>=()±+]*)?\s*",
    re.ASCII,
)
"""What most cells hold: a sign, digits with a point, a unit without spaces."""
_QUICK = 40
_NEEDS_CONTEXT = {unit: Note("KIND_NEEDS_CONTEXT", {"unit": unit}) for unit in units.RELATIVE}
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
        note = _NEEDS_CONTEXT.get(unit)
    status = "censored" if qualifier else "numeric"
    return Entry(text, status, qualifier, Decimal(number), None, unit, None, False, (), note)


@lru_cache(maxsize=512)
def _quick_word(text: str) -> Entry | None:
    """A word by itself, exactly as the vocabulary has it but for case and spaces at the ends."""
    status = STATUS_OF.get(text.strip(" \t\r\n\u00a0").casefold())
    if status == "detected":
        return Entry(text, "qualitative", word=DETECTED)
    return None if status is None or status == "outcome" else Entry(text, status)


def _read(text: str, marks: Marks) -> Entry:
    if len(text) > LONGEST:
        return Entry(text, "refused", note=Note("TOO_LONG", {"most": LONGEST}))
    script = in_plain_script(text)
    if script.trouble:
        return _damaged(text, script, marks)
    simple = _SIMPLE.fullmatch(script.text) if len(script.text) <= _QUICK else None
    entry = _simple(text, simple, *marks) if simple else None
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
        rest = _word(script.text.strip()) or _portion(script.text.strip())
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
            better = second if second.note.code in ("SEVERAL_UNITS", "AMBIGUOUS_NUMBER") else first
            return Entry(clean, "refused", note=better.note)


_STARTS_A_NUMBER = frozenset("0123456789<>+.(")


def _single(clean: str, marks: Marks) -> Entry:
    """One result. What starts like a number is tried as one first, because most texts are."""
    trouble: Unreadable | None = None
    if clean[:1] in _STARTS_A_NUMBER:
        try:
            return _number(clean, marks)
        except Unreadable as found:
            trouble = found
    word = _word(clean) or _portion(clean) or _with_limit(clean, marks) or _countless(clean, marks)
    if word is not None:
        return word
    grade = _BETWEEN_GRADES.fullmatch(clean)
    if grade is not None and int(grade[2]) == int(grade[1]) + 1:
        return Entry(clean, "numeric", None, Decimal(f"{grade[1]}.5"), unit="grade",
                     note=Note("READ_AS", {"read": f"{grade[1]}.5 grade"}))
    try:
        if trouble is not None:
            raise trouble
        return _number(clean, marks)
    except Unreadable as error:
        for pattern, code in _NOT_ONE:
            if error.note.code in ("NOT_A_RESULT", "UNKNOWN_UNIT") and pattern.fullmatch(clean):
                raise Unreadable(code, text=clean[:80]) from None
        raise


# ---- words -----------------------------------------------------------------------------------------------------------

_DASHES = re.compile(r"[-_*.]*[-_*][-_*. ]*")


def _word(clean: str) -> Entry | None:
    key = key_of(clean)
    status = STATUS_OF.get(key)
    if status == "detected":
        return Entry(clean, "qualitative", word=DETECTED)
    if status == "outcome":
        return Entry(clean, "qualitative", word=clean)
    if status is not None:
        return Entry(clean, status)
    if key in READ_ANEW:
        return Entry(clean, READ_ANEW[key], note=Note("READ_AS", {"read": READ_ANEW[key].replace("_", " ")}))
    if not clean or _DASHES.fullmatch(clean):
        return Entry(clean, "not_measured")
    return None


_PORTION = re.compile(
    r"(?P<word>[^0-9/]+?)\s*(?:/|\bin\b|\bper\b)\s*(?P<size>[0-9]+(?:\.[0-9]+)?)?\s*(?P<of>g|ml)\.?", re.IGNORECASE
)
_PORTION_FIRST = re.compile(
    r"(?:in|每)?\s*(?P<size>[0-9]+(?:\.[0-9]+)?)\s*(?P<of>g|ml)\s*(?:中|内)?\s*(?P<word>未检出|检出)", re.IGNORECASE
)


def _portion(clean: str) -> Entry | None:
    """``Detected/125g``, ``absent in 25 g``, ``未检出/25 g``: presence in a portion, which is no concentration."""
    found = _PORTION.fullmatch(clean) or _PORTION_FIRST.fullmatch(clean)
    if found is None:
        return None
    inner = _word(found["word"].strip(" ,:"))
    if inner is None or inner.status not in ("qualitative", "not_detected") or inner.word not in (None, DETECTED):
        return None
    return inner._replace(unit=units.known(f"/{found['size'] or ''}{found['of']}"))


@cache
def _limit_pattern(number: str) -> re.Pattern[str]:
    """A word for little or nothing, with the limit of the method behind it."""
    return re.compile(
        rf"(?P<word>[^0-9(]+?)\s*[,:;=@]?\s*(?P<open>\()?\s*(?P<label>m?lod|l?loq|mdl|ql|dl|rl|检出限|定量限)?\s*[:=为是]?\s*"
        rf"(?P<less><=?)?\s*(?P<number>{number})(?:[eE](?P<power>[+-]?[0-9]+))?\s*(?P<unit>[^()]*?)\s*\)?"
        rf"(?P<behind>\s*[^()]{{0,20}})",
        re.IGNORECASE,
    )


def _with_limit(clean: str, marks: Marks) -> Entry | None:
    """``ND (<0.03)``, ``未检出（检出限0.03 mg/kg）``, ``<LOQ (0.05)``: the method's limit stands in the text."""
    found = _limit_pattern(SPACED if marks.group == " " else NUMBER).fullmatch(clean)
    if found is None or not (found["open"] or found["label"] or found["less"]):
        inner = None
    else:
        inner = _word(found["word"].strip())
    if inner is None or found is None or inner.status not in ("not_detected", "below_loq", "trace"):
        return None
    names = [units.known(part.strip()) for part in (found["unit"], found["behind"]) if part.strip()]
    if None in names or len(set(names)) > 1:
        raise Unreadable("UNKNOWN_UNIT", unit=(found["unit"] or found["behind"]).strip()[:40])
    number = read_digits(found["number"], int(found["power"]) if found["power"] else None, marks)
    label = (found["label"] or "").casefold()
    of_detection = label in ("lod", "mlod", "mdl", "dl", "检出限") if label else inner.status == "not_detected"
    note = Note("READ_AS", {"read": plain(number.value)}) if number.reread else inner.note
    limit = {"lod" if of_detection else "loq": number.value}
    return inner._replace(unit=names[0] if names else None, note=note, **limit)


_COUNTLESS = re.compile(
    r"(?:(?:tntc|多不可计|ovrflw|over range)\s*[,:]?\s*\(?\s*(?P<a>>=?\s*[^()]+?)\s*\)?"
    r"|(?P<b>>=?[^()]+?)\s*\(?\s*(?:tntc|多不可计)\s*\)?)"
    r"(?P<unit>\s+[^()0-9]+)?", re.IGNORECASE,
)


def _countless(clean: str, marks: Marks) -> Entry | None:
    """``TNTC (>300)``: too many to count, but known to be more than a figure."""
    found = _COUNTLESS.fullmatch(clean)
    if found is None:
        return None
    return _number(f"{found['a'] or found['b']}{found['unit'] or ''}", marks)


# ---- numbers ---------------------------------------------------------------------------------------------------------

_FIGURE = r"[0-9][0-9.,]*"
_TO = r"\s*[^0-9\s]{0,12}\s*(?:-|~|to|至|到)\s*"
_BETWEEN_GRADES = re.compile(r"([1-4])\s*-\s*([2-5])\s*(?:grade|级|級)", re.IGNORECASE)
"""The grey scale of colour fastness has halves, printed as 3-4 (GB/T 250, ISO 105-A02)."""
_NOT_ONE = (
    (re.compile(rf"[<>]?\s*{_FIGURE}{_TO}{_FIGURE}\s*[^0-9]*", re.IGNORECASE), "A_RANGE"),
    (re.compile(rf"(?:~|≈|ca\.?|approx\.?|about|约|約|大约)\s*{_FIGURE}.*", re.IGNORECASE), "APPROXIMATE"),
)


@cache
def _body_pattern(number: str) -> re.Pattern[str]:
    power = r"(?:(?:[eE]|\s*[x×*]\s*10\s*\^\s*)(?P<power>[+-]?[0-9]{1,9})|\s*(?P<lost>[x×*]\s*10[+-]?[0-9]*))?"
    return re.compile(
        rf"(?P<q><=|>=|=<|=>|<|>)?\s*(?P<open>\()?\s*(?:10\^(?P<bare>[+-]?[0-9]{{1,9}})|(?P<number>{number})(?![0-9]){power})"
        rf"\s*(?P<rest>.*)", re.DOTALL,
    )


_THREE_MORE, _UP_TO_THREE = re.compile(r"[0-9]{3}(?![0-9])"), re.compile("[0-9]{1,3}")
_QUALIFIERS = {"=<": "<=", "=>": ">="}


def _number(clean: str, marks: Marks) -> Entry:
    found = _body_pattern(SPACED if marks.group == " " else NUMBER).fullmatch(clean)
    if found is None:
        raise Unreadable("NOT_A_RESULT", text=clean[:80])
    if found["lost"]:
        raise Unreadable("LOST_EXPONENT", text=clean[:80])
    power = found["power"] or found["bare"]
    if power and len(power) > 4:
        raise Unreadable("OUT_OF_BOUNDS", text=clean[:80])
    rest = found["rest"].strip()
    if marks.group != " " and _THREE_MORE.match(rest) and _UP_TO_THREE.fullmatch(found["number"] or ""):
        raise _spaced(found["number"], rest)
    mantissa = "1" if found["bare"] else found["number"]
    read = read_digits(mantissa, int(power) if power else None, marks)
    tail = _tail(rest, bool(found["open"]), read.value, marks)
    qualifier = _QUALIFIERS.get(found["q"], found["q"])
    if qualifier and tail.expanded is not None:
        raise Unreadable("NOT_A_RESULT", text=clean[:80])
    note = tail.note or _NEEDS_CONTEXT.get(tail.unit or "")
    if read.reread or tail.reread:
        unit = f" {tail.unit}" if tail.unit else ""
        note = Note("READ_AS", {"read": f"{qualifier or ''}{plain(read.value)}{tail.shown}{unit}"})
    return Entry(
        clean, "censored" if qualifier else "numeric", qualifier, read.value, None, tail.unit, tail.expanded,
        tail.percent, (), note, None, None, tail.coverage,
    )


def _spaced(number: str, rest: str) -> Unreadable:
    """``2 400``: one number with a space in it, or two results."""
    digits = re.match(r"[0-9]{3}(?: [0-9]{3})*", rest)
    behind = digits[0] if digits else ""
    return Unreadable(
        "AMBIGUOUS_NUMBER", text=f"{number} {behind}", one=number + behind.replace(" ", ""),
        two="; ".join([number, *behind.split()]),
    )


class _Tail(NamedTuple):
    """What follows the digits: a unit, an expanded uncertainty, its coverage factor."""

    unit: str | None = None
    expanded: Decimal | None = None
    percent: bool = False
    coverage: Decimal | None = None
    reread: bool = False
    note: Note | None = None

    @property
    def shown(self) -> str:
        return "" if self.expanded is None else f" ± {plain(self.expanded)}{' %' if self.percent else ''}"


_PLUS_MINUS = re.compile(
    rf"(?P<before>.*?)\s*(?:±|\+/-|\+-)\s*(?P<number>{NUMBER})(?:[eE](?P<power>[+-]?[0-9]{{1,3}}))?\s*(?P<behind>.*?)"
    r"\s*(?:[(,;]\s*k\s*=\s*(?P<k>[0-9]+(?:\.[0-9]+)?)\s*\)?(?:\s*(?P<last>[^()]*))?)?", re.IGNORECASE | re.DOTALL,
)


def _tail(rest: str, opened: bool, value: Decimal, marks: Marks) -> _Tail:
    if not rest and not opened:
        return _Tail()
    found = _PLUS_MINUS.fullmatch(rest)
    if found is None:
        if opened:
            raise Unreadable("NOT_A_RESULT", text=rest[:80])
        return _Tail(_unit(rest))
    read = read_digits(found["number"], int(found["power"]) if found["power"] else None, marks)
    if read.value < 0:
        raise Unreadable("NOT_A_RESULT", text=rest[:80])
    coverage = Decimal(found["k"]) if found["k"] else None
    before, behind = found["before"].strip(), " ".join(filter(None, (found["behind"], (found["last"] or "").strip())))
    if opened:
        inside, closed, outside = behind.partition(")")
        if not closed or (inside.strip() and outside.strip()):
            raise Unreadable("NOT_A_RESULT", text=rest[:80])
        return _Tail(_unit(inside + outside), read.value, False, coverage, read.reread)
    return _unbracketed(before, behind.strip(), read.value, coverage, read.reread)


def _unbracketed(before: str, behind: str, expanded: Decimal, coverage: Decimal | None, reread: bool) -> _Tail:
    """``0.62 ± 0.05 mg/kg``, ``0.62 mg/kg ± 8 %``: a per cent sign right behind U is a share of the value.

    With per cent as the unit of the value itself (``58 % ± 2 %``) it is that unit.
    """
    share = behind.startswith("%") and units.known(before) != "%" if before else behind.startswith("%")
    if not share:
        named = {_unit(part) for part in (before, behind) if part}
        if len(named) > 1:
            raise Unreadable("SEVERAL_UNITS", units=", ".join(sorted(str(name) for name in named)))
        return _Tail(next(iter(named), None), expanded, False, coverage, reread)
    unit = _unit(before or behind[1:].strip()) if before or behind[1:].strip() else None
    said = Note("SHARE_OF_VALUE", {"percent": plain(expanded)}) if unit is None else None
    return _Tail(unit, expanded, True, coverage, reread, said)


def _unit(text: str) -> str | None:
    if not text.strip():
        return None
    name = units.known(text.strip())
    if name is None:
        raise Unreadable("UNKNOWN_UNIT" if not text[:1].isdigit() else "NOT_A_RESULT", unit=text.strip()[:40])
    return name


# ---- several results in one text -------------------------------------------------------------------------------------

_BETWEEN = re.compile(r"\s*[;、|\n\t]\s*|\s*,\s+|\s*,(?=\s*[<>])|\s+(?:and|&|和|及|以及)\s+|\s*(?:和|及|以及)\s*")
_BEFORE_NEXT = re.compile(r"\s+(?=[<>0-9])")
_GOOD = frozenset(
    {"numeric", "censored", "not_detected", "below_loq", "trace", "qualitative", "over_range", "not_measured"}
)


def _several(clean: str, marks: Marks) -> Entry:
    """Several results in one text, the common unit once: ``<10, 240, <10, 93, <10 MPN/g``."""
    body = clean.strip("[] ")
    ended = body.rstrip(",;、 ")
    parts = _BETWEEN.split(ended)
    if len(parts) == 1 and ended != body:
        return _ended(ended, marks)
    if len(parts) == 1 and marks.group != " " and ended[:1] in "<>0123456789":
        parts = _BEFORE_NEXT.split(ended)
    if not 1 < len(parts) <= MOST_MEMBERS or not all(parts):
        raise Unreadable("NOT_A_RESULT", text=clean[:80])
    members = tuple(_single(part, marks) for part in parts)
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
