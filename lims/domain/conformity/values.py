"""The values that a verdict is made of: limit, decision rule, measured result, uncertainty, and the verdict itself.

Figures of limits are texts and keep their printed digits; nothing here compares anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

from lims.domain.conformity.chance import Chance
from lims.domain.numbers.rounding import place_of, plain
from lims.domain.rules.errors import BadInput

VERDICTS = ("FAIL", "INVALID", "INCONCLUSIVE", "CONDITIONAL_FAIL", "CONDITIONAL_PASS", "PASS")
"""From the worst to the best; NO_LIMIT does not take part."""
RULES = ("SIMPLE", "GUARDED", "NON_BINARY", "GUARDED_REJECTION", "PROBABILITY")
COMPARISONS = ("FULL", "ROUNDED")
UPPER, LOWER = frozenset({"LE", "LT"}), frozenset({"GE", "GT"})
PLANS = frozenset({"NCM2", "NCM3"})
NUMERIC = UPPER | LOWER | {"RANGE"}
OPERATORS = NUMERIC | PLANS | {"ND", "OUTCOME", "INFO_LE"}
WIDE = Context(prec=250, rounding=ROUND_HALF_EVEN)
"""Figures are added and subtracted exactly; the usual context would round a long one to 28 digits."""
_HUNDRED = Decimal(100)
STEPS = frozenset({"", "TOTAL_FIRST"})
_TROUBLE = ("NOT_A_RESULT", "INCOMPATIBLE_UNIT", "NO_RULE", "RULE_COMBINATION")
"""The order in which trouble is named; kinds that cannot be compared are found only under a rule that is one."""


class Bound(NamedTuple):
    """One side of a limit."""

    value: Decimal
    strict: bool
    """The bound itself is outside."""
    place: Decimal
    """The interval to which the rounded-value method rounds: declared, else of its last digit (GB/T 8170 4.3.2)."""


class Exact(NamedTuple):
    """The compared value and its U where no decimal holds them: 1 kJ is 1/4.1868 kcal."""

    x: Fraction
    expanded: Fraction | None


class _Figures(NamedTuple):
    """What a limit's texts say: its bounds and their decimals, or m and M of a plan."""

    bounds: tuple[Bound | None, Bound | None] | None
    places: int
    plan: tuple[Decimal, Decimal | None] | None


@dataclass(frozen=True)
class Limit:
    """A limit with its figures as printed; ``m`` and ``M`` of a plan are in ``unit`` too. BadInput BAD_LIMIT."""

    operator: str
    value: str | None = None
    value2: str | None = None
    unit: str = ""
    strict: tuple[str, ...] = ()
    n: int | None = None
    c: int | None = None
    m: str | None = None
    M: str | None = None
    step: str = ""
    decimals: int | None = None
    """Decimals that the standard has a result rounded to; None: those of the printed figure."""
    _figures: _Figures = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        figures = _figures(
            self.operator, self.value, self.value2, self.strict, self.n, self.c, self.m, self.M, self.step,
            self.decimals,
        )  # fmt: skip
        object.__setattr__(self, "_figures", figures)

    @property
    def bounds(self) -> tuple[Bound | None, Bound | None]:
        """(lower, upper); RANGE includes both ends unless ``strict`` names one."""
        found = self._figures.bounds
        return found if found is not None else _bounds(
            self.operator, self.value, self.value2, self.strict, self.decimals
        )

    @property
    def places(self) -> int:
        """Decimals that the limit is printed with; of two sides, the more."""
        return self._figures.places

    @property
    def plan(self) -> tuple[Decimal, Decimal | None]:
        """m and M; two classes know no M."""
        found = self._figures.plan
        return found if found is not None else _plan(self.operator, self.m, self.M)

    @property
    def printed(self) -> str:
        """The figures of the limit as they are printed, without its unit."""
        return f"{self.value}..{self.value2}" if self.operator == "RANGE" else self.value or ""


@lru_cache(maxsize=8192)
def _figures(
    operator: str, value: str | None, value2: str | None, strict: tuple[str, ...],
    n: int | None, c: int | None, m: str | None, M: str | None, step: str, decimals: int | None,
) -> _Figures:
    """What the texts of a limit say, once checked; few limits judge many results, so it is read once for all."""
    if operator not in OPERATORS:
        raise BadInput("BAD_LIMIT", field="limit.operator", text=str(operator)[:40])
    if step not in STEPS:
        raise BadInput("BAD_LIMIT", field="limit.step", text=str(step)[:40])
    if not set(strict) <= {"low", "high"}:
        raise BadInput("BAD_LIMIT", field="limit.strict", text=str(strict)[:40])
    if operator in PLANS:
        for name, count in (("n", n), ("c", c)):
            if count is None or count < 0:
                raise BadInput("BAD_LIMIT", field=f"limit.{name}", text=str(count))
        low, big = _plan(operator, m, M)
        if operator == "NCM3" and (big is None or big < low):
            raise BadInput("BAD_LIMIT", field="limit.M", text=str(M)[:40])
        return _Figures(None, 0, (low, big))
    if operator in NUMERIC:
        bounds = _bounds(operator, value, value2, strict, decimals)
        if bounds[0] is not None and bounds[1] is not None and bounds[0].value > bounds[1].value:
            raise BadInput("BAD_LIMIT", field="limit.value2", text=str(value2)[:40])
        places = max(-int(place_of(bound.value).as_tuple().exponent) for bound in bounds if bound is not None)
        return _Figures(bounds, places, None)
    if operator == "OUTCOME" and not (value or "").strip():
        raise BadInput("BAD_LIMIT", field="limit.value", text="")
    return _Figures(None, 0, None)


def _bounds(
    operator: str, value: str | None, value2: str | None, strict: tuple[str, ...], decimals: int | None
) -> tuple[Bound | None, Bound | None]:
    declared = None if decimals is None else Decimal(1).scaleb(-decimals)
    first = _figure(value, "limit.value")
    place = declared or place_of(first)
    if operator in UPPER:
        return None, Bound(first, operator == "LT" or "high" in strict, place)
    if operator in LOWER:
        return Bound(first, operator == "GT" or "low" in strict, place), None
    second = _figure(value2, "limit.value2")
    other = declared or place_of(second)
    return Bound(first, "low" in strict, place), Bound(second, "high" in strict, other)


def _plan(operator: str, m: str | None, M: str | None) -> tuple[Decimal, Decimal | None]:
    return _figure(m, "limit.m"), _figure(M, "limit.M") if operator == "NCM3" else None


def shown(value: Decimal, places: int) -> str:
    """The figure without trailing zeros beyond ``places`` decimals: a product shows zeros that nobody wrote."""
    text = f"{value:f}"
    if text[-1] != "0" or "." not in text:
        return text
    kept = text.index(".") + 1 + places
    return (text[:kept] + text[kept:].rstrip("0")).rstrip(".")


def _figure(text: str | None, field: str) -> Decimal:
    try:
        value = Decimal((text or "").strip())
    except ArithmeticError:
        raise BadInput("BAD_LIMIT", field=field, text=str(text)[:40]) from None
    plain_text = str(text).isascii() and "_" not in str(text)  # a figure in another script may be another figure
    if not value.is_finite() or abs(value.adjusted()) > 60 or not plain_text:
        raise BadInput("BAD_LIMIT", field=field, text=str(text)[:40])
    return value


@dataclass(frozen=True)
class DecisionRule:
    """How uncertainty counts (ILAC-G8 4.2) and which value is compared (GB/T 8170 4.3)."""

    name: str = "SIMPLE"
    r: Decimal = Decimal(1)
    """Length of the guard band in units of U."""
    p_min: Decimal = Decimal("0.95")
    comparison: str = "FULL"

    @cached_property
    def trouble(self) -> str | None:
        if self.name not in RULES or self.comparison not in COMPARISONS:
            return "NO_RULE"
        return "RULE_COMBINATION" if self.comparison == "ROUNDED" and self.name != "SIMPLE" else None

    @property
    def code(self) -> str:
        """What is stored and printed: ``GUARDED r=1``."""
        if self.name == "PROBABILITY":
            return f"PROBABILITY p={plain(self.p_min)}"
        if self.name in ("GUARDED", "NON_BINARY"):
            return f"{self.name} r={plain(self.r)}"
        return self.name if self.comparison == "FULL" else f"{self.name} {self.comparison}"


SIMPLE = DecisionRule()


class Measured(NamedTuple):
    """One result as it was read: its status of the entry grammar, value, unit, and the limits of its method.

    LOD and LOQ are in the result's unit; an empty unit means that of the limit.
    """

    status: str
    value: Decimal | None = None
    qualifier: str | None = None
    unit: str = ""
    lod: Decimal | None = None
    loq: Decimal | None = None
    text: str = ""
    """As typed: it is what an outcome is compared with."""
    word: str | None = "DETECTED"
    """Of a qualitative result: DETECTED, or another word."""


@dataclass(frozen=True)
class Uncertainty:
    """Expanded uncertainty as a figure, or as a share of the compared value in per cent, with its coverage factor."""

    expanded: Decimal | None = None
    percent: Decimal | None = None
    k: Decimal = Decimal(2)
    unit: str = ""
    """The unit of ``expanded``; empty means that of the result."""

    def at(self, x: Decimal) -> Decimal | None:
        if self.percent is not None:
            return WIDE.divide(WIDE.multiply(x.copy_abs(), self.percent), _HUNDRED)
        return self.expanded


class Basis(Protocol):
    """What a verdict stands on; it can say so in a line that anyone can work out by hand."""

    def lines(self, verdict: str) -> tuple[str, str]: ...


class Conformity(NamedTuple):
    """A verdict with its reason and the figures it stands on. (A tuple, because thousands are made at once.)"""

    verdict: str
    reason: str | None = None
    value: Decimal | None = None
    """What was compared, in the limit's unit."""
    unit: str | None = None
    qualifier: str = ""
    edges: tuple[Decimal | None, Decimal | None] | None = None
    """Where the verdict would turn, on the lower and the upper side."""
    places: int = 0
    """Decimals that the limit is printed with."""
    chance: Chance | None = None
    """Where U is known and above zero."""
    basis: Basis | None = None
    word: str | None = None
    """What was compared where it is no number."""

    @property
    def compared(self) -> str | None:
        return self.word if self.value is None else plain(self.value)

    @property
    def acceptance_limit(self) -> str | None:
        if self.edges is None:
            return None
        low, high = self.edges
        if low is None:
            return None if high is None else shown(high, self.places)
        return shown(low, self.places) + ("" if high is None else f"..{shown(high, self.places)}")

    @property
    def p_conform(self) -> str | None:
        return None if self.chance is None else f"{self.chance.value():.4f}"

    @property
    def worked(self) -> str:
        return self.lines[0]

    @property
    def worked_zh(self) -> str:
        return self.lines[1]

    @property
    def lines(self) -> tuple[str, str]:
        """The worked line in English and in Chinese."""
        return ("", "") if self.basis is None else self.basis.lines(self.verdict)


def worst(verdicts: Iterable[str]) -> str:
    """FAIL, INVALID, INCONCLUSIVE, CONDITIONAL_FAIL, CONDITIONAL_PASS, PASS, in this order of gravity.

    What has no limit does not count; of nothing else, NO_LIMIT is left.
    """
    return min((v for v in verdicts if v in VERDICTS), key=VERDICTS.index, default="NO_LIMIT")


def worst_of(found: list[Conformity]) -> Conformity:
    """The verdict that counts among several, the first of its gravity; no result is named before other trouble."""
    order = (*VERDICTS, "NO_LIMIT")

    def gravity(one: Conformity) -> tuple[int, int]:
        named = one.verdict == "INVALID" and one.reason in _TROUBLE
        return order.index(one.verdict), _TROUBLE.index(str(one.reason)) if named else len(_TROUBLE)

    return min(found, key=gravity)
