"""Random ``decide`` cases from a seed, a good share of them exactly at an edge or a hair beside it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from tests.domain import reference_decide as ref

KINDS: tuple[tuple[str, ...], ...] = (
    ("mg/kg", "µg/kg", "g/kg", "ng/g", "µg/g", "%", "ppm", "ppb", "ug/kg", "mcg/kg", "μg/kg"),
    ("mg/L", "µg/L", "g/L", "ppm", "ppb", "ug/L"),
    ("CFU/g", "CFU/kg", "cfu/g"),
    ("kJ/kg", "MJ/kg", "kcal/kg"),
    ("°C", "K", "degC"),
    ("pH",),
)
RULES = ("SIMPLE",) * 4 + ref.RULES[1:]
Case = dict[str, Any]


def decimal_of(x: Fraction) -> str | None:
    """The decimal digits of a number, or None where they do not end soon."""
    denominator, places = x.denominator, 0
    while denominator % 10 == 0:
        denominator, places = denominator // 10, places + 1
    while denominator % 2 == 0:
        denominator, places = denominator // 2, places + 1
    while denominator % 5 == 0:
        denominator, places = denominator // 5, places + 1
    if denominator != 1 or places > 24:
        return None
    whole = abs(x.numerator) * 10**places // x.denominator
    digits = str(whole).rjust(places + 1, "0")
    cut = len(digits) - places
    return f"{'-' if x < 0 else ''}{digits[:cut]}{'.' + digits[cut:] if places else ''}"


class Cases:
    """A stream of cases; the same seed gives the same stream."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.makers: tuple[tuple[Callable[[], Case], int], ...] = (
            (self.one_sided, 34), (self.two_sided, 14), (self.several, 7), (self.banned, 8), (self.plan, 12),
            (self.outcome, 3), (self.informative, 1), (self.sum, 11), (self.ratios, 6), (self.each, 5),
            (self.malformed, 2),
        )

    def take(self, count: int) -> Iterator[Case]:
        makers, weights = zip(*self.makers, strict=True)
        for number, maker in enumerate(self.random.choices(makers, weights, k=count)):
            yield {"id": str(number), **maker()}

    # ---- figures -----------------------------------------------------------------------------------------------------

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    def figure(self, places: int | None = None) -> str:
        """A figure as limits are printed: one to three digits, at most four decimals, sometimes a zero at the end."""
        if places is None:
            places = self.random.choice((0, 0, 1, 1, 2, 2, 3, 4))
        digits = self.random.randint(1, self.random.choice((9, 99, 9999)))
        return decimal_of(Fraction(digits, 10**places)) or "1" if self.chance(0.7) else f"{digits}.0"

    def near(self, edges: list[Fraction]) -> Fraction:
        """At an edge, a hair beside it, some steps away, or anywhere."""
        edge = self.random.choice(edges)
        kind = self.random.random()
        if kind < 0.35:
            return edge
        if kind < 0.75:
            step = Fraction(1, 10 ** self.random.choice((0, 1, 2, 3, 4, 5, 6, 12)))
            return edge + self.random.choice((-5, -2, -1, 1, 2, 5)) * step / self.random.choice((1, 1, 2))
        return edge * Fraction(self.random.randint(1, 3000), 1000)

    def written(self, x: Fraction) -> str:
        """The number as somebody types it: plain, with zeros behind, or with an exponent."""
        text = decimal_of(x)
        if text is None:
            text = decimal_of(Fraction(round(x * 10**9), 10**9)) or "0"
        way = self.random.random()
        if way < 0.1:
            return f"{text}{'' if '.' in text else '.'}{'0' * self.random.randint(1, 2)}"
        if way < 0.18:
            power = self.random.choice((-3, -1, 2, 4))
            shifted = decimal_of(Fraction(text) / Fraction(10) ** power)
            return f"{shifted}e{power}" if shifted and len(shifted) < 25 else text
        return text

    def in_unit(self, x: Fraction, unit: str) -> tuple[str, str]:
        """The same quantity as a number in a unit of the same kind (most often the same one), and that unit."""
        kinds = [names for names in KINDS if unit in names]
        way = self.random.random()
        if not kinds or way < 0.35:
            return self.written(x), ""
        other = unit if way < 0.6 else self.random.choice(kinds[0])
        if self.chance(0.01):
            other = self.random.choice(("pH", "mg/L", "CFU/g", "MPN/g"))
        plain, here = ref.SPELLINGS.get(other, other), ref.SPELLINGS.get(unit, unit)
        try:
            x = ref.convert(x, here, plain)
        except ref.Kinds:
            pass
        return self.written(x), other

    def uncertainty(self, unit: str, share: float = 0.5) -> dict[str, str] | None:
        """U in the unit of the limit, now and then in one of its own, or as a share."""
        if not self.chance(share):
            return None
        shares = ("10%", "20%", "25%", "50%")
        expanded = self.random.choice(("0", "0.03", "0.5", "1", "0.001", self.figure(), *shares))
        if unit in ("mg/kg", "µg/kg") and "%" not in expanded and self.chance(0.06):
            expanded = f"{expanded} {self.random.choice(('mg/kg', 'ug/kg'))}"
        return {"expanded": expanded, **({"k": self.random.choice(("2", "3", "1.65"))} if self.chance(0.3) else {})}

    def rule(self) -> Case:
        """Rule and comparison; sometimes words that are no rule, or that do not go together."""
        if self.chance(0.15):
            return {}
        name = self.random.choice(RULES)
        if self.chance(0.01):
            name = "BEYOND_DOUBT"
        asked: Case = {"rule": {"name": name}}
        if self.chance(0.3):
            asked["rule"]["r"] = self.random.choice(("0", "0.5", "0.83", "1", "2"))
        if name == "PROBABILITY" and self.chance(0.5):
            asked["rule"]["p_min"] = self.random.choice(("0.5", "0.9", "0.99"))
        if self.chance(0.3 if name == "SIMPLE" else 0.01):
            asked["comparison"] = "ROUNDED"
        return asked

    def wanted(self, asked: Case) -> float:
        """How often U is known: most rules need it, and sometimes it is missing all the same."""
        return 0.3 if asked.get("rule", {}).get("name", "SIMPLE") == "SIMPLE" else 0.85

    def edges(self, bounds: list[str], asked: Case, uncertainty: dict[str, str] | None) -> list[Fraction]:
        """The limit itself and where the rules would move it to; with a share, where x and its own U meet it."""
        limits = [Fraction(bound) for bound in bounds]
        found = list(limits) * 2
        if uncertainty is None:
            return found
        r = Fraction(asked.get("rule", {}).get("r", "1"))
        for sign in (1, -1):
            for w in (r, Fraction(1)):
                if uncertainty["expanded"].endswith("%"):
                    share = Fraction(uncertainty["expanded"][:-1]) / 100 * w * sign
                    found += [limit / (1 + share) for limit in limits if share != -1]
                else:
                    number = uncertainty["expanded"].partition(" ")[0]
                    found += [limit + sign * w * Fraction(number) for limit in limits]
        return found

    # ---- results -----------------------------------------------------------------------------------------------------

    def result(self, edges: list[Fraction], unit: str, own_u: bool = False) -> Case:
        """One result: mostly a number, often censored, now and then a word or nonsense."""
        way = self.random.random()
        number, other = self.in_unit(self.near(edges), unit)
        if way < 0.60:
            given: Case = self.as_number("", number, other, own_u)
        elif way < 0.78:
            given = self.as_number(self.random.choice(("<", "<=", ">", ">=")), number, other, False)
        elif way < 0.95:
            given = {"text": self.word(number, other)}
        else:
            words = ("prose", "5-10", "1,234", "N/A", "", "-----", "TNTC", "OVRFLW", "Detected", "检出")
            given = {"text": self.random.choice(words)}
        if self.chance(0.45):
            for name in ("lod", "loq"):
                if self.chance(0.7):
                    given[name] = self.in_other(given, self.near(edges), unit)
        return given

    def in_other(self, given: Case, x: Fraction, unit: str) -> str:
        """A figure beside a result is in the result's unit where it has one: only the number is given."""
        x = abs(x)
        named = given.get("unit") or (ref.read(given["text"])[0].unit if "text" in given else "")
        if named and named != unit:
            try:
                x = ref.convert(x, ref.SPELLINGS.get(unit, unit), ref.SPELLINGS.get(named, named))
            except ref.Kinds:
                return "0.05"
        return self.written(abs(x))

    def as_number(self, sign: str, number: str, unit: str, own_u: bool) -> Case:
        if self.chance(0.3):
            given: Case = {"value": number, "qualifier": sign or None}
            return {**given, "unit": unit} if unit else given
        shown = {"<=": "≤", ">=": "≥"}.get(sign, sign) if self.chance(0.3) else sign
        spread = f" ± {self.random.choice(('0.03', '0.5', '20 %', '1'))}" if own_u and not sign else ""
        space = " " if self.chance(0.8) or spread else ""
        return {"text": f"{shown}{number}{spread}{space + unit if unit else ''}"}

    def word(self, number: str, unit: str) -> str:
        number = number.lstrip("-")
        with_limit = self.random.choice(("ND (<", "ND (", "<LOQ (", "TR ("))
        if self.chance(0.4):
            return f"{with_limit}{number}{' ' + unit if unit else ''})"
        return self.random.choice(
            ("ND", "nd", "not detected", "未检出", "none found", "<LOD", "<LOQ", "BQL", "TR", "trace",
             "detected below LOQ")
        )

    # ---- cases -------------------------------------------------------------------------------------------------------

    def one_sided(self) -> Case:
        unit = self.random.choice(self.random.choice((*KINDS[:5], ("",))))
        operator = self.random.choice(("LE", "LE", "LT", "GE", "GT"))
        limit: Case = {"operator": operator, "value": self.figure(), "unit": unit}
        if self.chance(0.06):
            limit["step"] = "TOTAL_FIRST"
        asked = self.rule()
        uncertainty = self.uncertainty(unit, self.wanted(asked))
        edges = self.edges([limit["value"]], asked, uncertainty)
        own = uncertainty is None and self.chance(0.3)
        if not unit:
            edges = [Fraction(limit["value"])]
        case = {"results": [self.result(edges, unit, own)], "limit": limit, **asked}
        if self.chance(0.01):
            case["limit"] = None
        return {**case, "uncertainty": uncertainty} if uncertainty else case

    def two_sided(self) -> Case:
        unit = self.random.choice(("pH", "", "mg/kg", "°C", "kJ/kg"))
        low = self.random.choice(("0", self.figure(), self.figure()))
        width = self.figure()
        high = decimal_of(Fraction(low) + Fraction(width)) or "9999"
        limit: Case = {"operator": "RANGE", "value": low, "value2": high, "unit": unit}
        if self.chance(0.4):
            limit["strict"] = self.random.choice((["low"], ["high"], ["low", "high"]))
        asked = self.rule()
        if asked.get("rule", {}).get("p_min") == "0.5":
            del asked["rule"]["p_min"]  # at an end P is one half less next to nothing: no figure says on which side
        uncertainty = self.uncertainty(unit, self.wanted(asked))
        edges = self.edges([low, high], asked, uncertainty)
        case = {"results": [self.result(edges, unit)], "limit": limit, **asked}
        return {**case, "uncertainty": uncertainty} if uncertainty else case

    def several(self) -> Case:
        """Several results, or a list in one text."""
        case = self.one_sided()
        if case["limit"] is None:
            return case
        unit = case["limit"]["unit"]
        edges = self.edges([case["limit"]["value"]], case, case.get("uncertainty"))
        if self.chance(0.5):
            numbers = [f"{self.random.choice(('', '', '<', '>'))}{self.plain_number(edges)}" for _ in range(3)]
            text = "; ".join(numbers)
            given: list[Case] = [{"text": f"{text} {unit}" if unit and self.chance(0.5) else text}]
            return {**case, "results": given}
        own = "uncertainty" not in case and self.chance(0.3)
        if self.chance(0.05):
            case = {**case, "rule": {"name": "BEYOND_DOUBT"}}
        return {**case, "results": [self.result(edges, unit, own) for _ in range(self.random.randint(0, 3))]}

    def plain_number(self, edges: list[Fraction]) -> str:
        x = abs(self.near(edges))
        return decimal_of(x) or decimal_of(Fraction(round(x * 10**9), 10**9)) or "0"

    def banned(self) -> Case:
        unit = self.random.choice(("mg/kg", "µg/kg", "", "/25 g"))
        if unit == "/25 g":
            texts = ("Detected/25 g", "ND/25g", "detected", "ND", "Detected", "0", "1")
            given = {"text": self.random.choice(texts)}
            return {"results": [given], "limit": {"operator": "ND", "unit": unit}, **self.rule()}
        given = self.result([Fraction(self.figure(2))], unit)
        if self.chance(0.2):
            given = {"text": self.random.choice(("0", "0.00", "Detected", "TNTC", f"0 {unit}".strip()))}
        if str(given.get("text", given.get("value"))).lstrip("<>=≤≥ ").startswith("-"):
            given = {"text": "0.0"}
        if self.chance(0.5):
            given["lod"], given["loq"] = "0.02", self.random.choice(("0.05", "0.02"))
            if given.get("unit") is None and self.chance(0.7):
                given = {**{name: given[name] for name in ("lod", "loq")},
                         "value": self.random.choice(("0.01", "0.02", "0.020", "0.03", "0.05", "0.1"))}
        return {"results": [given], "limit": {"operator": "ND", "unit": unit}, **self.rule()}

    def plan(self) -> Case:
        n, c = self.random.choice((1, 3, 5, 5)), self.random.randint(0, 3)
        unit = self.random.choice(("CFU/g", "CFU/g", "mg/kg", ""))
        m = self.random.choice(("0", "10", "100", "2.3", self.figure()))
        big = decimal_of(Fraction(m) + Fraction(self.random.choice(("0", "1", "900", "4.7")))) or "1"
        three = self.chance(0.6)
        limit: Case = {"operator": "NCM3" if three else "NCM2", "n": n, "c": c, "m": m, "unit": unit}
        if three:
            limit["M"] = big
        edges = [Fraction(m), Fraction(m), Fraction(big)]
        good = [Fraction(m)] if self.chance(0.5) else edges
        count = n if self.chance(0.97) else n + 1
        results = [self.sub_sample(edges if self.chance(0.4) else good, unit) for _ in range(count)]
        if self.chance(0.2):
            signs = self.random.choices(("", "<", ">"), k=max(n, 2))
            parts = "; ".join(f"{sign}{self.plain_number(edges)}" for sign in signs)
            results = [{"text": f"{parts} {unit}".strip()}]
        asked = self.rule() if self.chance(0.1) else {}
        return {"results": results, "limit": limit, **asked}

    def sub_sample(self, edges: list[Fraction], unit: str) -> Case:
        if self.chance(0.4):
            return {"text": self.plain_number(edges)}
        return self.result([abs(edge) for edge in edges], unit)

    def outcome(self) -> Case:
        wanted = self.random.choice(("CONFORMS", "Pass", "符合"))
        if self.chance(0.2):
            wanted = self.random.choice(("absent; absent", "negative, negative", "1, 2"))
        texts = (wanted, wanted.lower(), f" {wanted} ", "does not conform", "", "  ", "N/A", "0.5", "1; 2")
        limit = {"operator": "OUTCOME", "value": wanted, "unit": ""}
        asked = self.rule() if self.chance(0.3) else {}
        return {"results": [{"text": self.random.choice(texts)}], "limit": limit, **asked}

    def informative(self) -> Case:
        limit = {"operator": "INFO_LE", "value": "60", "unit": "°C"}
        given = [self.result([Fraction(60)], "°C", own_u=self.chance(0.5)) for _ in range(self.random.randint(1, 2))]
        if self.chance(0.2):
            return {"members": {"A": {"text": "61"}}, "combine": self.random.choice(("SUM", "EACH")), "limit": limit}
        return {"results": given, "limit": limit, **self.rule()}

    def malformed(self) -> Case:
        case = self.one_sided()
        limit = case["limit"] or {"operator": "LE", "value": "1", "unit": ""}
        way = self.random.randrange(6)
        if way == 0:
            return {**case, "limit": {**limit, "operator": "ABOUT"}}
        if way == 1:
            return {**case, "results": [{"value": 0.2}]}
        if way == 2:
            return {**case, "comparison": "GUESSED"}
        members = {"members": {"A": {"text": "1"}}, "limit": limit}
        if way == 3:
            return {**members, "combine": "PRODUCT"}
        if way == 4:
            return {**members, "combine": "SUM", "bound": "XB"}
        return {**members, "combine": "SUM", "results": [{"text": "1"}]}

    # ---- groups ------------------------------------------------------------------------------------------------------

    def member(self, x: Fraction, unit: str, measured: bool) -> Case:
        """A member of a sum: measured with the uncertainty it may have, or censored."""
        number, other = self.in_unit(abs(x), unit)
        if measured or self.chance(0.5):
            given = self.as_number("", number, other, own_u=self.chance(0.1))
        else:
            way = self.random.random()
            if way < 0.6:
                given = self.as_number(self.random.choice(("<", "<=", "<", ">")), number, other, False)
            elif way < 0.97:
                given = {"text": self.word(number, other)}
            else:
                given = {"text": self.random.choice(("N/A", "prose", "Detected", "TNTC"))}
        if self.chance(0.3):
            given["lod"], given["loq"] = self.in_other(given, x / 2, unit), self.in_other(given, x, unit)
        return given

    def sum(self) -> Case:
        """The members' shares fill the limit, or an edge of the rule, or nearly."""
        unit = self.random.choice(("mg/kg", "µg/kg", "µg/L", ""))
        operator = self.random.choice(("LE", "LE", "LE", "LT", "GE", "GT"))
        limit: Case = {"operator": operator, "value": self.figure(), "unit": unit}
        if self.chance(0.04):
            limit["step"] = "TOTAL_FIRST"
        asked = self.rule()
        uncertainty = self.uncertainty(unit, self.wanted(asked) / 2)
        goal = abs(self.near(self.edges([limit["value"]], asked, uncertainty)))
        parts = [Fraction(self.random.randint(0, 100), 100) for _ in range(self.random.randint(0, 3))]
        shares = [goal * part / max(len(parts), 1) for part in parts]
        shares.append(goal - sum(shares, Fraction(0)))
        weighted = self.chance(0.35)
        measured, spread = self.chance(0.4), self.chance(0.25)
        members = {}
        for name, share in zip("ABCDE", shares, strict=False):
            factor = self.random.choice(("1", "0.1", "0.5", "0.0003", "2")) if weighted else "1"
            given = self.member(share / Fraction(factor), unit, measured)
            if factor != "1":
                given["factor"] = factor
            if spread:
                given["uncertainty"] = {"expanded": self.random.choice(("0.3", "0.4", "10%", "1.2", "0.5"))}
            members[name] = given
        case: Case = {"members": members, "combine": "TEQ" if weighted else "SUM", "limit": limit, **asked}
        if self.chance(0.5):
            case["bound"] = self.random.choice(("LB", "MB", "UB"))
        return {**case, "uncertainty": uncertainty} if uncertainty else case

    def ratios(self) -> Case:
        unit = self.random.choice(("g/kg", "mg/kg", "mg/L"))
        left, members = Fraction(1), {}
        if self.chance(0.4):
            left += self.random.choice((-1, 1)) * Fraction(1, 10 ** self.random.choice((1, 3, 6, 9, 14)))
        measured = self.chance(0.5)
        for name in "ABC"[: self.random.randint(1, 3)]:
            most = self.figure()
            share = left if name == "C" else left * Fraction(self.random.randint(1, 9), 10)
            members[name] = {**self.member(share * Fraction(most), unit, measured), "limit": f"{most} {unit}"}
            left -= share
        if left > 0 and self.chance(0.6):
            most = self.random.choice(("3", "6", "7", self.figure()))
            members["D"] = {**self.member(left * Fraction(most), unit, measured), "limit": f"{most} {unit}"}
        if self.chance(0.1):
            members["E"] = {"text": f"9 {unit}"}
        case: Case = {"members": members, "combine": "RATIO_SUM"}
        if self.chance(0.3):
            case["bound"] = self.random.choice(("LB", "MB", "UB"))
        return case

    def each(self) -> Case:
        unit = self.random.choice(("mg/kg", "µg/kg"))
        shared = self.figure()
        asked, uncertainty = self.rule(), None
        if self.chance(0.4):
            uncertainty = self.uncertainty(unit)
        members = {}
        for name in "ABC"[: self.random.randint(1, 3)]:
            own = self.chance(0.4) and uncertainty is None
            most = self.figure() if own else shared
            given = self.result(self.edges([most], asked, uncertainty), unit)
            members[name] = {**given, "limit": f"{most} {unit}"} if own else given
        case: Case = {"members": members, "combine": "EACH", **asked}
        if self.chance(0.9):
            case["limit"] = {"operator": "LE", "value": shared, "unit": unit}
        return {**case, "uncertainty": uncertainty} if uncertainty else case
