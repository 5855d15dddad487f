"""A result that a word gives: nothing found, presence in a portion, a word with the limit of its method, no count."""

from __future__ import annotations

import re
from functools import cache

from lims.domain.numbers import units
from lims.domain.numbers.entered import Entry
from lims.domain.numbers.figure import NEEDS_CONTEXT, number
from lims.domain.numbers.marks import NUMBER, SPACED, Marks, Note, Unreadable, read_digits
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.vocabulary import DETECTED, READ_ANEW, STATUS_OF, key_of

_DASHES = re.compile(r"[-_*.]*[-_*][-_*. ]*")


def word(clean: str) -> Entry | None:
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


_PORTION = re.compile(
    r"(?P<word>[^0-9/]+?)\s*(?:/|\bin\b|\bper\b)\s*(?P<size>[0-9]+(?:\.[0-9]+)?)?\s*(?P<of>g|ml)\.?", re.IGNORECASE
)
_PORTION_FIRST = re.compile(
    r"(?:in|每)?\s*(?P<size>[0-9]+(?:\.[0-9]+)?)\s*(?P<of>g|ml)\s*(?:中|内)?\s*(?P<word>未检出|检出)", re.IGNORECASE
)


def portion(clean: str) -> Entry | None:
    """``Detected/125g``, ``absent in 25 g``, ``未检出/25 g``: presence in a portion, which is no concentration."""
    found = _PORTION.fullmatch(clean) or _PORTION_FIRST.fullmatch(clean)
    if found is None:
        return None
    inner = word(found["word"].strip(" ,:"))
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


def with_limit(clean: str, marks: Marks) -> Entry | None:
    """``ND (<0.03)``, ``未检出（检出限0.03 mg/kg）``, ``<LOQ (0.05)``: the method's limit stands in the text."""
    found = _limit_pattern(SPACED if marks.group == " " else NUMBER).fullmatch(clean)
    if found is None or not (found["open"] or found["label"] or found["less"]):
        inner = None
    else:
        inner = word(found["word"].strip())
    if inner is None or found is None or inner.status not in ("not_detected", "below_loq", "trace"):
        return None
    names = [units.known(part.strip()) for part in (found["unit"], found["behind"]) if part.strip()]
    if None in names or len(set(names)) > 1:
        raise Unreadable("UNKNOWN_UNIT", unit=(found["unit"] or found["behind"]).strip()[:40])
    figure = read_digits(found["number"], int(found["power"]) if found["power"] else None, marks)
    label = (found["label"] or "").casefold()
    of_detection = label in ("lod", "mlod", "mdl", "dl", "检出限") if label else inner.status == "not_detected"
    note = Note("READ_AS", {"read": plain(figure.value)}) if figure.reread else inner.note
    read = inner._replace(unit=names[0] if names else None, note=note)
    return read._replace(lod=figure.value) if of_detection else read._replace(loq=figure.value)


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
