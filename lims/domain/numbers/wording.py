"""A result that a word gives: nothing found, presence in a portion, a word with the limit of its method, no count."""

from __future__ import annotations

import re
from functools import cache

from lims.domain.numbers import units
from lims.domain.numbers.entered import Entry
from lims.domain.numbers.figure import NEEDS_CONTEXT, number
from lims.domain.numbers.marks import NUMBER, SPACED, Marks, Note, Unreadable, read_digits
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.vocabulary import DETECTED, READ_ANEW, SIGNS_BEFORE, SIGNS_BEHIND, STATUS_OF, key_of

_DASHES = re.compile(r"[-_*.]*[-_*][-_*. ]*")
_DRESSED = re.compile(r"(?P<open>[(\[])?\s*(?P<word>[^()\[\]]*[^()\[\]\s.*!])\s*(?(open)[)\]])[.*]*")
"""A word in brackets, with the full stop of a sentence or the mark of a footnote."""
_TWICE = re.compile(r"(?P<one>[^()]+?)\s*\((?P<other>[^()]+)\)")


def word(clean: str) -> Entry | None:
    """A word of the vocabulary; one in brackets, with a full stop or said twice is told as it was read."""
    said = _bare(clean)
    if said is not None:
        return said
    dressed = _DRESSED.fullmatch(clean)
    if dressed is not None and dressed["word"] != clean:
        said = _bare(dressed["word"])
    elif (twice := _TWICE.fullmatch(clean)) is not None:
        said, other = _bare(twice["one"]), _bare(twice["other"])
        if said is None or other is None or (said.status, said.word) != (other.status, other.word):
            return None
    if said is None or said.status == "not_measured":
        return None
    return said._replace(text=clean, note=Note("READ_AS", {"read": said.text}))


def _bare(clean: str) -> Entry | None:
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


def with_unit(clean: str) -> Entry | None:
    """``ND mg/kg``, ``<LOD ppb``, ``未检出 mg/kg``: a word in the place of the figure, its unit kept.

    Only words for little or nothing and for too much stand where a figure would; ``detected ppm`` says nothing.
    """
    for cut in _joints(clean):
        unit = units.known(clean[cut:].strip())
        said = word(clean[:cut].strip(" ,:")) if unit is not None and clean[:cut].strip(" ,:") else None
        if said is not None and said.status in _IN_PLACE_OF_A_FIGURE:
            return said._replace(text=clean, unit=unit, note=said.note or NEEDS_CONTEXT.get(unit or ""))
    return None


_IN_PLACE_OF_A_FIGURE = frozenset({"not_detected", "below_loq", "trace", "over_range"})
_LONGEST_UNIT = 24


def _joints(clean: str) -> list[int]:
    """Where a word may end and a unit begin: at a space, or behind a Chinese character."""
    first = max(1, len(clean) - _LONGEST_UNIT)
    return [
        at
        for at in range(first, len(clean))
        if clean[at].isspace() or not clean[at - 1].isascii()
    ]


_OF = r"(?P<size>[0-9]+(?:\.[0-9]+)?)"
_PORTION = re.compile(
    rf"(?P<word>[^0-9/]+?)\s*(?:/|\b(?:in|per|dans|par|en|em|por|je)\b)\s*(?:{_OF})?\s*(?P<of>g|ml)\.?", re.IGNORECASE
)
_PORTION_BEHIND = re.compile(rf"(?P<word>[^0-9/(]+?)\s*\(\s*(?:in|per|/)?\s*{_OF}\s*(?P<of>g|ml)\s*\)", re.IGNORECASE)
_PORTION_FIRST = re.compile(
    rf"(?:in|每)?\s*{_OF}\s*(?P<of>g|ml)\s*(?:中に?|内|あたり|当たり|당|중)?\s*(?P<word>[^0-9/\s].*)", re.IGNORECASE
)


def portion(clean: str) -> Entry | None:
    """``Detected/125g``, ``absent in 25 g``, ``未检出/25 g``: presence in a portion, which is no concentration."""
    found = _PORTION.fullmatch(clean) or _PORTION_BEHIND.fullmatch(clean) or _PORTION_FIRST.fullmatch(clean)
    if found is None:
        return None
    inner = _bare(found["word"].strip(" ,:"))
    if inner is None or inner.status not in ("qualitative", "not_detected") or inner.word not in (None, DETECTED):
        return None
    return inner._replace(unit=units.known(f"/{found['size'] or ''}{found['of']}"))


_OF_DETECTION = r"m?lod|mdl|dl|ld|nwg|ng|检出限|檢出限|検出限界|検出下限|검출한계"
_OF_QUANTITY = r"l?loq|pql|mql|ql|rl|lq|bg|定量限|定量下限|定量限界|정량한계"
_LABEL = rf"{_OF_DETECTION}|{_OF_QUANTITY}"
_SAYS_DETECTION = re.compile(_OF_DETECTION, re.IGNORECASE)
_BRACKETS = str.maketrans("[]", "()")


@cache
def _limit_pattern(number: str) -> re.Pattern[str]:
    """A word for little or nothing, with the limit of the method behind it, or both its limits."""
    figure = rf"{number}(?<![ ,])(?:[eE][+-]?[0-9]+)?"
    return re.compile(
        rf"(?P<word>[^0-9(]+?)\s*(?P<mark>[,:;=@]|\bat\b)?\s*(?P<open>\()?\s*(?P<label>{_LABEL})?\s*[:=为是]?\s*"
        rf"(?P<less><=?)?\s*(?P<number>{figure})\s*(?P<unit>[^(),;0-9]*?(?:/100 ?[^(),;0-9]+?)?)\s*(?:未満|미만|未满)?"
        rf"(?:\s*[,;/]?\s*(?P<label2>{_LABEL})\s*[:=]?\s*<?\s*(?P<number2>{figure})\s*(?P<unit2>[^(),;]*?))?\s*\)?"
        rf"(?P<behind>\s*[^()]{{0,20}})",
        re.IGNORECASE,
    )


def with_limit(clean: str, marks: Marks) -> Entry | None:
    """``ND (<0.03)``, ``未检出（检出限0.03 mg/kg）``, ``<LOQ 0.05``: the method's limit stands in the text."""
    found = _limit_pattern(SPACED if marks.group == " " else NUMBER).fullmatch(clean.translate(_BRACKETS))
    if found is None:
        return None
    said = found["word"].strip()
    inner = word(f"<{found['label']}" if said in ("<", "<=") and found["label"] else said) or with_unit(said)
    if inner is None or inner.status not in ("not_detected", "below_loq", "trace"):
        return None
    if not (found["open"] or found["label"] or found["less"] or found["mark"] in ("@", "at", "AT") or said[0] == "<"):
        return None
    parts = (found["unit"], found["unit2"] or "", found["behind"])
    names = [units.known(part.strip()) for part in (*parts, inner.unit or "") if part.strip()]
    if None in names or len(set(names)) > 1:
        raise Unreadable("UNKNOWN_UNIT", unit=next((p.strip() for p in parts if p.strip()), "")[:40])
    limits = [(found["label"], found["number"])]
    if found["label2"]:
        limits.append((found["label2"], found["number2"]))
    read = inner._replace(unit=names[0] if names else None)
    for label, typed in limits:
        mantissa, _, power = typed.lower().partition("e")
        figure = read_digits(mantissa, int(power) if power else None, marks)
        if figure.reread:
            read = read._replace(note=Note("READ_AS", {"read": plain(figure.value)}))
        of_detection = _SAYS_DETECTION.fullmatch(label) if label else inner.status == "not_detected"
        read = read._replace(lod=figure.value) if of_detection else read._replace(loq=figure.value)
    return read




def _before(words: str) -> re.Pattern[str]:
    one_of = "|".join(map(re.escape, words.split("|")))
    return re.compile(rf"(?:{one_of})\s*(?P<rest>[^<>=\s].*)", re.IGNORECASE | re.DOTALL)


_SIGN_BEFORE = tuple((sign, _before(words)) for sign, words in SIGNS_BEFORE)
_SIGN_BEHIND = re.compile(rf"(?P<rest>[^<>=]*?)\s*(?P<sign>{'|'.join(SIGNS_BEHIND)})(?P<unit>[^0-9]*)", re.DOTALL)
_SPOKEN_FOUND = re.compile(
    r"(?:detected|found|检出|檢出|検出|검출|détecté|detectado|nachgewiesen)\s*(?:at|:|=|,|(?P<open>\())?\s*"
    r"(?P<rest>[0-9.,][^()]*)(?(open)\))", re.IGNORECASE,
)


def spoken(clean: str, marks: Marks) -> Entry | None:
    """A figure whose sign, kind or detection is said in a word, and told how it was read.

    ``less than 5``, ``10未満``, ``pH 7.2``, ``detected: 5 mg/kg``.
    """
    written = _with_written_sign(clean)
    if written is None:
        return None
    said = (_bare(written) or with_limit(written, marks)) if written[:1] == "<" else None
    said = number(written, marks) if said is None else said
    if said.note is not None and said.note.code == "READ_AS":
        return said._replace(text=clean)
    return said._replace(text=clean, note=Note("READ_AS", {"read": written}))


_PH = re.compile(r"ph(?:值|-wert)?\s*[:=]?\s*(?P<rest>[<>]?=?\s*[0-9].*)", re.IGNORECASE)
_GRADE = re.compile(r"grade\s*(?P<rest>[1-5](?:\.5)?)", re.IGNORECASE)


def _with_written_sign(clean: str) -> str | None:
    """The text with a sign and units where they usually stand, or None where no word of that kind is in it."""
    for pattern, unit in ((_PH, " pH"), (_GRADE, " grade")):
        found = pattern.fullmatch(clean)
        if found is not None:
            return found["rest"] + unit
    found = _SPOKEN_FOUND.fullmatch(clean)
    if found is not None:
        return found["rest"]
    for sign, before in _SIGN_BEFORE:
        found = before.fullmatch(clean)
        if found is not None:
            return f"{sign}{found['rest']}"
    found = _SIGN_BEHIND.fullmatch(clean)
    if found is not None and found["rest"]:
        return f"{SIGNS_BEHIND[found['sign']]}{found['rest']}{found['unit']}"
    return None


_COUNTLESS = re.compile(
    r"(?:(?:tntc|多不可计|ovrflw|over range)\s*[,:]?\s*\(?\s*(?P<a>>=?\s*[^()]+?)\s*\)?"
    r"|(?P<b>>=?[^()]+?)\s*\(?\s*(?:tntc|多不可计)\s*\)?)"
    r"(?P<unit>\s+[^()0-9]+)?", re.IGNORECASE,
)


def countless(clean: str, marks: Marks) -> Entry | None:
    """``TNTC (>300)``: too many to count, but known to be more than a figure."""
    found = _COUNTLESS.fullmatch(clean)
    if found is None:
        return None
    return number(f"{found['a'] or found['b']}{found['unit'] or ''}", marks)
