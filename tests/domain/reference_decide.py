"""A second answer to every ``decide`` case, in exact fractions, written from the public contract alone.

It imports nothing of the product and reads only the few spellings that the generator of cases writes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

GRAVITY = ("FAIL", "INVALID", "INCONCLUSIVE", "CONDITIONAL_FAIL", "CONDITIONAL_PASS", "PASS", "NO_LIMIT")
OPERATORS = ("LE", "LT", "GE", "GT", "RANGE", "ND", "NCM2", "NCM3", "OUTCOME", "INFO_LE")
RULES = ("SIMPLE", "GUARDED", "NON_BINARY", "GUARDED_REJECTION", "PROBABILITY")
DETECTED_AGAINST_A_NUMBER, KINDS = "detected", "kinds"
TROUBLE = ("NOT_A_RESULT", DETECTED_AGAINST_A_NUMBER, "NO_RULE", "RULE_COMBINATION", KINDS, "N_MISMATCH")
"""The order in which trouble is named; two of them go by the same code."""
ANY = object()
"""The contract does not say; whatever the product shows is taken."""
Number = Fraction


@dataclass(frozen=True)
class Answer:
    verdict: str
    reason: str | None = None
    compared: Any = None
    edges: Any = None
    p: Number | None = None


@dataclass(frozen=True)
class Result:
    """One result as read: num, cens, nd, loq, trace, over, detected, empty or bad."""

    kind: str
    x: Number = Fraction(0)
    sign: str = ""
    unit: str = ""
    lod: Number | None = None
    loq: Number | None = None
    u: tuple[Number, bool, Number] | None = None
    """Expanded uncertainty in the result's unit, whether it is a share of the value, and k."""
    text: str = ""


# ---- units: kind, size, offset ---------------------------------------------------------------------------------------

UNITS: dict[str, tuple[str, Number, Number]] = {
    name: (kind, Fraction(size), Fraction(offset))
    for name, kind, size, offset in (
        ("g/kg", "m/m", "1000", "0"), ("mg/kg", "m/m", "1", "0"), ("µg/kg", "m/m", "1/1000", "0"),
        ("ng/g", "m/m", "1/1000", "0"), ("µg/g", "m/m", "1", "0"), ("%", "m/m", "10000", "0"),
        ("g/L", "m/v", "1000", "0"), ("mg/L", "m/v", "1", "0"), ("µg/L", "m/v", "1/1000", "0"),
        ("CFU/g", "cfu", "1", "0"), ("CFU/kg", "cfu", "1/1000", "0"), ("MPN/g", "mpn", "1", "0"),
        ("kJ/kg", "energy", "1", "0"), ("MJ/kg", "energy", "1000", "0"), ("kcal/kg", "energy", "41868/10000", "0"),
        ("°C", "heat", "1", "273.15"), ("K", "heat", "1", "0"), ("pH", "pH", "1", "0"), ("/25 g", "portion", "1", "0"),
    )
}
PARTS = {"ppm": Fraction(1), "ppb": Fraction(1, 1000)}
SPELLINGS = {"ug/kg": "µg/kg", "μg/kg": "µg/kg", "mcg/kg": "µg/kg", "ug/L": "µg/L", "cfu/g": "CFU/g", "degC": "°C"}


class Kinds(Exception):
    """Two units that no factor joins."""


def _sized(unit: str, beside: str) -> tuple[str, Number, Number]:
    if unit in PARTS:
        kind = UNITS[beside][0] if beside in UNITS else "m/m"
        return kind if kind in ("m/m", "m/v") else "m/m", PARTS[unit], Fraction(0)
    return UNITS[unit]


def convert(x: Number, source: str, target: str, difference: bool = False) -> Number:
    if not source or not target or source == target:
        return x
    kind, size, offset = _sized(source, target)
    other, other_size, other_offset = _sized(target, source)
    if kind != other:
        raise Kinds(source, target)
    shift = Fraction(0) if difference else offset - other_offset
    return x * size / other_size + shift


def moved(one: Result, unit: str) -> Result:
    """The result with all that belongs to it in the limit's unit; without a unit it is in it already."""
    if not one.unit or not unit or one.unit == unit:
        return replace(one, unit=unit or one.unit)

    def there(x: Number) -> Number:
        return convert(x, one.unit, unit)

    u = one.u
    if u is not None and not u[1]:
        u = (convert(u[0], one.unit, unit, difference=True), False, u[2])
    lod, loq = (None if figure is None else there(figure) for figure in (one.lod, one.loq))
    return replace(one, x=there(one.x), lod=lod, loq=loq, u=u, unit=unit)


# ---- texts -----------------------------------------------------------------------------------------------------------

WORDS = {
    "nd": ("nd", "not detected", "<lod", "未检出", "none found"), "loq": ("bql", "<loq", "below loq"),
    "trace": ("tr", "trace", "detected below loq"), "detected": ("detected", "检出", "positive"),
    "over": ("tntc", "ovrflw"), "empty": ("", "n/a", "-----", "ns"),
}
KIND_OF = {word: kind for kind, words in WORDS.items() for word in words}
_FIGURE = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
_NUMBER = re.compile(rf"(<=|>=|≤|≥|<|>)?\s*({_FIGURE})(?:\s*±\s*({_FIGURE})(\s*%(?=\s|$))?)?\s*(\D\S*(?: g)?)?")
_WITH_LIMIT = re.compile(rf"(nd|<loq|tr) \((<)?({_FIGURE})(?: (\S+))?\)", re.IGNORECASE)
_PORTION = re.compile(r"(detected|nd) ?/ ?25 ?g", re.IGNORECASE)


def read(text: str) -> list[Result]:
    parts = text.split("; ")
    if len(parts) == 1:
        return [_one(text)]
    members = [_one(part) for part in parts]
    if any(member.kind == "bad" for member in members):
        return [Result("bad", text=text)]
    unit = next((member.unit for member in members if member.unit), "")
    return [replace(member, unit=unit) for member in members]


def _one(text: str) -> Result:
    clean = text.strip()
    kind = KIND_OF.get(clean.lower())
    if kind is not None:
        return Result(kind, text=text)
    found = _PORTION.fullmatch(clean)
    if found:
        return Result("nd" if found[1].lower() == "nd" else "detected", unit="/25 g", text=text)
    found = _WITH_LIMIT.fullmatch(clean)
    if found:
        kind = KIND_OF[found[1].lower()]
        known = {"lod" if kind == "nd" else "loq": Fraction(found[3])}
        return Result(kind, unit=_unit(found[4] or ""), text=text, **known)  # type: ignore[arg-type]
    found = _NUMBER.fullmatch(clean)
    if not found:
        return Result("bad", text=text)
    sign = {"≤": "<=", "≥": ">="}.get(found[1], found[1] or "")
    unit = _unit(found[5] or "")
    if unit and unit not in UNITS and unit not in PARTS:
        return Result("bad", text=text)
    u = (Fraction(found[3]), bool(found[4]), Fraction(2)) if found[3] else None
    return Result("cens" if sign else "num", Fraction(found[2]), sign, unit, u=u, text=text)


def _unit(text: str) -> str:
    return SPELLINGS.get(text.strip(), text.strip())


def _results(given: Sequence[Mapping[str, Any]]) -> list[Result]:
    found: list[Result] = []
    for one in given:
        text = one["text"] if "text" in one else f"{one.get('qualifier') or ''}{one.get('value') or ''}"
        for read_one in read(text):
            here = replace(read_one, unit=read_one.unit or _unit(one.get("unit") or ""))
            for name in ("lod", "loq"):
                if one.get(name) is not None and getattr(here, name) is None:
                    here = replace(here, **{name: Fraction(one[name])})
            found.append(here)
    return found


# ---- one result against one limit ------------------------------------------------------------------------------------

Side = tuple[Number, bool, Number] | None
"""The bound, whether it lies outside itself, and the interval of its last digit."""


def sides(limit: Mapping[str, Any]) -> tuple[Side, Side]:
    def side(text: str, strict: bool) -> Side:
        places = len(text.partition(".")[2])
        return Fraction(text), strict, Fraction(1, 10**places)

    operator, strict = limit["operator"], limit.get("strict") or ()
    if operator == "RANGE":
        return side(limit["value"], "low" in strict), side(limit["value2"], "high" in strict)
    one = side(limit["value"], operator in ("LT", "GT"))
    return (None, one) if operator in ("LE", "LT") else (one, None)


def within(x: Number, low: Side, high: Side, guard: Number = Fraction(0)) -> bool:
    if low and (x < low[0] + guard or (low[1] and x == low[0] + guard)):
        return False
    return not (high and (x > high[0] - guard or (high[1] and x == high[0] - guard)))


def edges_of(low: Side, high: Side, guard: Number = Fraction(0)) -> tuple[Number, ...]:
    return tuple(([low[0] + guard] if low else []) + ([high[0] - guard] if high else []))


def phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def chance(x: Number, low: Side, high: Side, u: Number) -> Number:
    """JCGM 106, no prior knowledge. The shares are subtracted exactly: half less next to nothing is below one half."""
    if high is None:
        assert low is not None
        return Fraction(phi(float((x - low[0]) / u)))
    below = Fraction(phi(float((low[0] - x) / u))) if low else Fraction(0)
    return Fraction(phi(float((high[0] - x) / u))) - below


def rounded(x: Number, place: Number) -> Number:
    """GB/T 8170: to the nearest multiple, exactly between to the even one, which is what Python does to a fraction."""
    return round(x / place) * place


def accept(x: Number, limit: Mapping[str, Any], rule: Mapping[str, Any], u: Number | None, k: Number) -> Answer:
    low, high = sides(limit)
    name, p = rule["name"], None
    if u:
        p = chance(x, low, high, u / k)
    if name == "SIMPLE":
        compared, good = x, within(x, low, high)
        if rule["comparison"] == "ROUNDED":
            near = low if high is None or (low and abs(x - low[0]) < abs(x - high[0])) else high
            compared = rounded(x, near[2])  # type: ignore[index]
            good = all(
                within(rounded(x, one[2]), one if one is low else None, one if one is high else None)
                for one in (low, high) if one
            )
        return _stepped(Answer("PASS" if good else "FAIL", None, compared, edges_of(low, high), p), limit)
    if u is None:
        return Answer("INCONCLUSIVE", "UNCERTAINTY_MISSING", x)
    guard = Fraction(rule["r"]) * u
    if name == "PROBABILITY":
        sure = p if p is not None else Fraction(within(x, low, high))
        found = Answer("PASS" if sure >= Fraction(rule["p_min"]) else "FAIL", None, x, None, p)
    elif name == "GUARDED":
        found = Answer("PASS" if within(x, low, high, guard) else "FAIL", None, x, edges_of(low, high, guard), p)
    elif name == "GUARDED_REJECTION":
        found = Answer("PASS" if within(x, low, high, -u) else "FAIL", None, x, edges_of(low, high, -u), p)
    else:
        inside, surely, maybe = within(x, low, high), within(x, low, high, guard), within(x, low, high, -guard)
        verdict = ("PASS" if surely else "CONDITIONAL_PASS") if inside else "CONDITIONAL_FAIL" if maybe else "FAIL"
        found = Answer(verdict, None, x, edges_of(low, high, guard), p)
    return _stepped(found, limit)


def _stepped(found: Answer, limit: Mapping[str, Any]) -> Answer:
    if limit.get("step") == "TOTAL_FIRST" and "PASS" not in found.verdict and found.verdict != "INCONCLUSIVE":
        return replace(found, verdict="INCONCLUSIVE", reason="NEXT_TEST_NEEDED")
    return found


def reach(one: Result) -> tuple[Number, str] | str:
    """The figure and the sign behind a censored result, or why nothing is known of it."""
    if one.kind == "nd":
        return "LOD_UNKNOWN" if one.lod is None else (one.lod, "<")
    if one.kind in ("loq", "trace"):
        return "LOQ_UNKNOWN" if one.loq is None else (one.loq, "<")
    return "OVER_RANGE" if one.kind == "over" else (one.x, one.sign)


def hold(one: Result, limit: Mapping[str, Any]) -> Answer:
    """A censored result: PASS where all it may be conforms, FAIL where none of it does."""
    low, high = sides(limit)
    known = reach(one)
    if isinstance(known, str):
        return Answer("INCONCLUSIVE", known, None, edges_of(low, high))
    x, sign = known
    reason = {"<": "LOD_ABOVE_LIMIT" if one.kind == "nd" else "LOQ_ABOVE_LIMIT", ">": "OVER_RANGE"}[sign[0]]
    touches = sign.endswith("=")
    if sign[0] == "<" and low and not (low[0] == 0 and not low[1] and high):
        outside = x < low[0] or (x == low[0] and (not touches or low[1]))
        verdict = "FAIL" if outside else "INCONCLUSIVE"
    elif sign[0] == "<":
        verdict = "PASS" if x < high[0] or (x == high[0] and not (touches and high[1])) else "INCONCLUSIVE"  # type: ignore[index]
    elif high:
        outside = x > high[0] or (x == high[0] and (not touches or high[1]))
        verdict = "FAIL" if outside else "INCONCLUSIVE"
    else:
        verdict = "PASS" if x > low[0] or (x == low[0] and not (touches and low[1])) else "INCONCLUSIVE"  # type: ignore[index]
    found = Answer(verdict, reason if verdict == "INCONCLUSIVE" else None, x, edges_of(low, high))
    return _stepped(found, limit) if verdict == "FAIL" else found


def absent(one: Result) -> Answer:
    compared = one.x if one.kind in ("num", "cens") else None
    unsure = Answer("INCONCLUSIVE", "CONFIRM_DETECTION", compared)
    if one.kind in ("nd", "loq") or one.sign.startswith("<"):
        return Answer("PASS", None, compared)
    if one.kind == "trace":
        return unsure
    if one.kind == "num":
        if one.x == 0 or (one.lod is not None and one.x < one.lod):
            return Answer("PASS", None, compared)
        if one.loq is not None and one.x < one.loq:
            return unsure
    return Answer("FAIL", None, compared)


def invalid(reason: str) -> Answer:
    return Answer("INVALID", reason)


def rule_trouble(rule: Mapping[str, Any]) -> str | None:
    if rule["name"] not in RULES:
        return "NO_RULE"
    return "RULE_COMBINATION" if rule["comparison"] == "ROUNDED" and rule["name"] != "SIMPLE" else None


def judge(one: Result, limit: Mapping[str, Any], rule: Mapping[str, Any], u: Any) -> Answer:
    operator, trouble = limit["operator"], rule_trouble(rule)
    if operator == "OUTCOME":
        if not one.text.strip():
            return invalid("NOT_A_RESULT")
        good = one.text.strip().casefold() == limit["value"].strip().casefold()
        return invalid(trouble) if trouble else Answer("PASS" if good else "FAIL", None, one.text.strip())
    if one.kind in ("bad", "empty"):
        return invalid("NOT_A_RESULT")
    if one.kind == "detected" and operator != "ND":
        return invalid(DETECTED_AGAINST_A_NUMBER)
    if trouble:
        return invalid(trouble)
    try:
        here = moved(one, limit.get("unit") or "")
    except Kinds:
        return invalid(KINDS)
    if operator == "ND":
        return absent(here)
    if here.kind != "num":
        return hold(here, limit)
    figure, share, k = u if u is not None else here.u if here.u is not None else (None, False, Fraction(2))
    if figure is not None and share:
        figure = abs(here.x) * figure / 100
    return accept(here.x, limit, rule, figure, k)


def worst(found: Sequence[Answer]) -> Answer:
    """The gravest; of several that are invalid, the trouble that is named first."""
    def gravity(one: Answer) -> tuple[int, int]:
        return GRAVITY.index(one.verdict), TROUBLE.index(one.reason) if one.verdict == "INVALID" else 0  # type: ignore[arg-type]

    return min(found, key=gravity)


# ---- plans -----------------------------------------------------------------------------------------------------------


def plan(results: Sequence[Result], limit: Mapping[str, Any], rule: Mapping[str, Any]) -> Answer:
    if any(one.kind in ("bad", "empty") for one in results):
        return invalid("NOT_A_RESULT")
    trouble = rule_trouble(rule)
    if trouble:
        return invalid(trouble)
    try:
        here = [moved(one, limit.get("unit") or "") for one in results]
    except Kinds:
        return invalid(KINDS)
    if len(here) != limit["n"]:
        return invalid("N_MISMATCH")
    m, big = Fraction(limit["m"]), Fraction(limit["M"]) if limit["operator"] == "NCM3" else None
    spans = [_classes(one, m, big) for one in here]
    best, worst_ = (_counted([span[at] for span in spans], limit["c"]) for at in (0, 1))
    if best[0] != worst_[0]:
        best = ("INCONCLUSIVE", next(span[2] for span in spans if span[0] != span[1]))
    figures = [one.x for one in here if one.kind in ("num", "cens")]
    return Answer(*best, max(figures, default=None))


def _counted(classes: Sequence[int], c: int) -> tuple[str, Any]:
    if 2 in classes:
        return "FAIL", "OVER_M"
    return ("FAIL", "OVER_C") if classes.count(1) > c else ("PASS", None)


def _classes(one: Result, m: Number, big: Number | None) -> tuple[int, int, str | None]:
    """The best and the worst class it may have: at most m 0, above m 1, above M 2."""
    top = 1 if big is None else 2

    def of(x: Number) -> int:
        return 0 if x <= m else 2 if big is not None and x > big else 1

    if one.kind == "nd":
        return 0, 0, None
    if one.kind == "detected":
        return 1, top, "OVER_RANGE"
    if one.kind == "num":
        return of(one.x), of(one.x), None
    known = reach(one)
    if isinstance(known, str):
        return 0, top, known
    x, sign = known
    if sign[0] == "<":
        return 0, of(x), "LOQ_ABOVE_LIMIT"
    least = of(x)
    if sign == ">":
        least = 0 if x < m else 2 if big is not None and x >= big else 1
    return least, top, "OVER_RANGE"


# ---- groups ----------------------------------------------------------------------------------------------------------


def _member_limit(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    number, _, unit = text.partition(" ")
    return {"operator": "LE", "value": number, "unit": _unit(unit)}


def _member(given: Mapping[str, Any], unit: str) -> tuple[Result, Number, dict[str, Any] | None, Any]:
    own = _member_limit(given.get("limit"))
    results = _results([given])
    one = results[0] if len(results) == 1 else Result("bad")
    u = _uncertainty(given.get("uncertainty"), one.unit or (own or {}).get("unit") or unit)
    return one, Fraction(given.get("factor") or "1"), own, u


def each(members: Mapping[str, Any], limit: Any, rule: Mapping[str, Any], u: Any) -> Answer:
    judged = []
    for one, _, own, own_u in members.values():
        held = own or limit
        if held is not None:
            # a member's figure is in the unit of its result, the one beside the group in the unit of the limit
            judged.append(judge(replace(one, u=own_u or (one.u if u is None else None)), held, rule,
                                None if own_u or (one.u and u is None) else u))
    return worst(judged) if judged else Answer("NO_LIMIT")


def summed(
    case: Mapping[str, Any], members: Mapping[str, Any], limit: Any, rule: Mapping[str, Any], top: Any
) -> Answer:
    ratio = case["combine"] == "RATIO_SUM"
    kinds = [one.kind for one, *_ in members.values()]
    if not kinds or "bad" in kinds or "empty" in kinds:
        return invalid("NOT_A_RESULT")
    if "detected" in kinds:
        return invalid(DETECTED_AGAINST_A_NUMBER)
    trouble = rule_trouble(rule)
    if trouble:
        return invalid(trouble)
    low, high, squares, missing = Fraction(0), Fraction(0), Fraction(0), None
    every_u, beyond = True, False
    for one, factor, own, own_u in members.values():
        try:
            here = moved(replace(one, u=own_u or one.u), own["unit"] if ratio else limit.get("unit") or "")
        except Kinds:
            return invalid(KINDS)
        weight = factor / Fraction(own["value"]) if ratio else factor
        known = (here.x, "=") if here.kind == "num" else reach(here)
        if isinstance(known, str):
            missing = missing or known
        elif known[1] == "=":
            low, high = low + known[0] * weight, high + known[0] * weight
            if here.u is None:
                every_u = False
            else:
                figure = abs(here.x) * here.u[0] / 100 if here.u[1] else here.u[0]
                squares += (figure * weight / here.u[2]) ** 2
        elif known[1][0] == "<":
            high += known[0] * weight
        else:
            low, missing, beyond = low + known[0] * weight, missing or "OVER_RANGE", beyond or known[1] == ">"
    if top is None and every_u and "num" in kinds:
        top = (2 * _root(squares), False, Fraction(2))
    if "num" not in kinds:
        top, rule = None, {**rule, "name": "SIMPLE", "comparison": "FULL"}
    held = {"operator": "LE", "value": "1"} if ratio else limit

    def at(x: Number) -> Answer:
        against = {**held, "operator": "LT"} if beyond and x == low and held["operator"] == "LE" else held
        if top is None:
            return accept(x, against, rule, None, Fraction(2))
        return accept(x, against, rule, abs(x) * top[0] / 100 if top[1] else top[0], top[2])

    return _at_bound(case.get("bound"), at, low, high, missing, held)


def _at_bound(bound: Any, at: Any, low: Number, high: Number, missing: str | None, limit: Mapping[str, Any]) -> Answer:
    if missing and (bound != "LB" or missing == "OVER_RANGE"):
        lowest: Answer = at(low)
        sure = {"LE": "FAIL", "LT": "FAIL", "GE": "PASS", "GT": "PASS"}.get(limit["operator"])
        settled = lowest.verdict == sure or (sure == "FAIL" and lowest.reason == "NEXT_TEST_NEEDED")
        return lowest if settled else Answer("INCONCLUSIVE", missing)
    if bound:
        return at({"LB": low, "MB": (low + high) / 2, "UB": high}[bound])  # type: ignore[no-any-return]
    lowest, highest = at(low), at(high)
    if lowest.verdict == highest.verdict:
        return highest  # type: ignore[no-any-return]
    return Answer("INCONCLUSIVE", "CENSORING_SENSITIVE", None, ANY)


def _root(square: Number) -> Number:
    """The square root: exact where it ends, else to sixty digits."""
    scale = 10**120
    above = math.isqrt(square.numerator * square.denominator * scale)
    return Fraction(above, square.denominator * 10**60)


# ---- the case --------------------------------------------------------------------------------------------------------


def _uncertainty(given: Any, unit: str) -> tuple[Number, bool, Number] | None:
    """U in ``unit``, from a figure that may name a unit of its own, or as a share."""
    if given is None:
        return None
    number, _, own = given["expanded"].partition(" ")
    if number.endswith("%"):
        return Fraction(number[:-1]), True, Fraction(given.get("k") or "2")
    figure = convert(Fraction(number), _unit(own), unit, difference=True)
    return figure, False, Fraction(given.get("k") or "2")


def _bad(case: Mapping[str, Any]) -> bool:
    limit = case.get("limit")
    if limit is not None and limit["operator"] not in OPERATORS:
        return True
    if any(isinstance(one.get("value"), int | float) for one in case.get("results") or ()):
        return True
    if case.get("comparison", "FULL") not in ("FULL", "ROUNDED"):
        return True
    if "members" not in case:
        return False
    known = case.get("combine") in ("SUM", "RATIO_SUM", "EACH", "TEQ") and case.get("bound") in (None, "LB", "MB", "UB")
    return "results" in case or not known


def decide(case: Mapping[str, Any]) -> Answer:
    found = _decide(case)
    plain = {DETECTED_AGAINST_A_NUMBER: "INCOMPATIBLE_UNIT", KINDS: "INCOMPATIBLE_UNIT"}
    return replace(found, reason=plain.get(found.reason or "", found.reason))


def _decide(case: Mapping[str, Any]) -> Answer:
    if _bad(case):
        return invalid("BAD_CASE")
    given = {"name": "SIMPLE", "r": "1", "p_min": "0.95", **(case.get("rule") or {})}
    rule = {**given, "comparison": case.get("comparison", "FULL")}
    limit = case.get("limit")
    if limit is not None:
        limit = {**limit, "unit": _unit(limit.get("unit") or "")}
    top = _uncertainty(case.get("uncertainty"), (limit or {}).get("unit", ""))
    if "members" in case:
        unit = (limit or {}).get("unit", "")
        members = {name: _member(one, unit) for name, one in case["members"].items()}
        if limit is not None and limit["operator"] == "INFO_LE":
            return Answer("NO_LIMIT", "INFORMATIVE")
        if case["combine"] == "EACH":
            return each(members, limit, rule, top)
        if case["combine"] == "RATIO_SUM":
            members = {name: one for name, one in members.items() if one[2] is not None}
            return summed(case, members, None, rule, top) if members else Answer("NO_LIMIT")
        return summed(case, members, limit, rule, top) if limit is not None else Answer("NO_LIMIT")
    if limit is None:
        return Answer("NO_LIMIT")
    if limit["operator"] == "INFO_LE":
        return Answer("NO_LIMIT", "INFORMATIVE")
    if limit["operator"] == "OUTCOME":
        results = [Result("outcome", text=one.get("text") or "") for one in case["results"]]
    else:
        results = _results(case.get("results") or ())
    if limit["operator"] in ("NCM2", "NCM3"):
        return plan(results, limit, rule)
    return worst([judge(one, limit, rule, top) for one in results] or [invalid("NOT_A_RESULT")])
