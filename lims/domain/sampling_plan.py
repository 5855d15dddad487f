"""The single sampling plan of a lot of counted goods (ISO 2859-1 = GB/T 2828.1), and whether a lot is accepted by it.

It knows one lot at a time; which severity comes next is sampling/switching.py, portions of food are sampling/food.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.sampling.tables import code_letter, preferred_aql, reduced_size, resolved, tighter_aql

SEVERITIES = ("normal", "tightened", "reduced")
_LARGEST_LOT = 10**12
_PERCENT_ENDS = Decimal(10)
"""Up to here an AQL counts nonconforming items in per cent; above, only nonconformities per 100 items."""
_SEVERITY_WORDS = {
    "normal": ("normal inspection", "正常检验"),
    "tightened": ("tightened inspection", "加严检验"),
    "reduced": ("reduced inspection", "放宽检验"),
}


@dataclass(frozen=True)
class Plan:
    """What to inspect of a lot, and by which numbers it is judged.

    ``letter`` is that of the lot, ``resolved`` the one whose plan applies after the arrows of the table. ``n`` is the
    whole lot where the table asks for as many or more. Under reduced inspection ``ac`` and ``re`` are not known.
    """

    letter: str
    n: int
    ac: int | None
    re: int | None
    whole_lot: bool
    resolved: str
    lot_size: int
    level: str
    aql: Decimal
    severity: str

    @property
    def counts_items(self) -> bool:
        """Nonconforming items are counted, not nonconformities of which one item may have several."""
        return self.aql <= _PERCENT_ENDS

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Why no lot can be judged by it yet."""
        if self.ac is not None and self.re is not None:
            return ()
        return (refusal("REDUCED_NUMBERS_NOT_HELD", letter=self.letter, aql=plain(self.aql)),)

    def lines(self) -> tuple[str, str]:
        """The plan in English and Chinese, as it is written into the sampling record."""
        letter = self.letter if self.letter == self.resolved else f"{self.letter} → {self.resolved}"
        english, chinese = _SEVERITY_WORDS[self.severity]
        whole = (" (100 %)", "（全检）") if self.whole_lot else ("", "")
        known = self.ac is not None
        numbers = f", Ac = {self.ac}, Re = {self.re}" if known else ", Ac and Re not held"
        numbers_zh = f"，Ac = {self.ac}，Re = {self.re}" if known else "，未收录 Ac 和 Re"
        aql = plain(self.aql)
        return (
            f"ISO 2859-1, N = {self.lot_size}, level {self.level}, AQL {aql}, {english}: "
            f"letter {letter}, n = {self.n}{whole[0]}{numbers}",
            f"GB/T 2828.1，N = {self.lot_size}，检验水平 {self.level}，AQL {aql}，{chinese}："
            f"字码 {letter}，n = {self.n}{whole[1]}{numbers_zh}",
        )


@dataclass(frozen=True)
class Acceptance:
    """A lot judged by its plan: what was counted and what follows."""

    plan: Plan
    defectives: int
    accepted: bool

    @property
    def verdict(self) -> str:
        return "PASS" if self.accepted else "FAIL"

    def lines(self) -> tuple[str, str]:
        """The worked line in English and Chinese."""
        english, chinese = self.plan.lines()
        what = ("nonconforming items", "不合格品") if self.plan.counts_items else ("nonconformities", "不合格")
        if self.accepted:
            relation, says = f"{self.defectives} ≤ Ac = {self.plan.ac}", ("accepted", "接收")
        else:
            relation, says = f"{self.defectives} ≥ Re = {self.plan.re}", ("not accepted", "不接收")
        return f"{english}; {what[0]} {relation}: {says[0]}", f"{chinese}；{what[1]} {relation}：{says[1]}"


def plan(lot_size: int, level: str, aql: str | Decimal, severity: str = "normal") -> Plan:
    """The plan for a lot; BadInput names the field that is not in the tables.

    Of reduced inspection only the sample size of the letter is held (the two editions of its table differ): such a plan
    has no Ac and Re, and its ``refusals`` say so, until ``with_numbers`` adds them.
    """
    if severity not in SEVERITIES:
        raise BadInput("UNKNOWN_CHOICE", field="severity", value=str(severity)[:40])
    size = _count(lot_size, "lot_size", _LARGEST_LOT)
    letter, value = code_letter(size, level), preferred_aql(aql)
    if severity == "reduced":
        return _sized(Plan(letter, reduced_size(letter), None, None, False, letter, size, level, value, severity))
    cell = resolved(letter, value, severity)
    return _sized(Plan(letter, cell.n, cell.ac, cell.re, False, cell.letter, size, level, value, severity))


def _sized(found: Plan) -> Plan:
    """As many items as the lot has, where the table asks for that or more (ISO 2859-1, 10.3)."""
    return replace(found, n=found.lot_size, whole_lot=True) if found.n >= found.lot_size else found


def with_numbers(found: Plan, n: int, ac: int, re: int) -> Plan:
    """A reduced plan with the figures that the laboratory reads in its own copy of Table 2-C (1999: Re = Ac + 1).

    The sample size is asked for too, because an arrow of that table may lead to another letter.
    """
    if found.severity != "reduced":
        raise Refused(refusal("NUMBERS_STAND_IN_TABLE", letter=found.letter, aql=plain(found.aql)))
    size, accept = _count(n, "n", _LARGEST_LOT), _count(ac, "ac", _LARGEST_LOT)
    if not size:
        raise BadInput("COUNT_OUT_OF_RANGE", field="n", value=str(n), least=1, most=_LARGEST_LOT)
    if re != accept + 1:
        raise BadInput("RE_NOT_AC_PLUS_ONE", field="re", value=str(re)[:40], wanted=accept + 1)
    return _sized(replace(found, n=size, ac=accept, re=re, whole_lot=False))


def judge(found: Plan, defectives: int, inspected: int | None = None) -> Acceptance:
    """Whether the lot is accepted: not more than Ac found in n.

    ``inspected`` is said where it may differ from n: fewer items can only show that a lot is not accepted, and more
    belong to no plan. Refused without Ac and Re; BadInput where more items fail than were inspected.
    """
    if found.ac is None or found.re is None:
        raise Refused(*found.refusals)
    looked_at = found.n if inspected is None else _count(inspected, "inspected", found.lot_size)
    most = looked_at if found.counts_items else _LARGEST_LOT
    count = _count(defectives, "defectives", most)
    if looked_at > found.n or (looked_at < found.n and count < found.re):
        raise Refused(refusal("SAMPLE_NOT_OF_PLAN", wanted=found.n, found=looked_at))
    return Acceptance(found, count, count <= found.ac)


def accepted_one_step_tighter(judged: Acceptance) -> bool:
    """Would the same sample be accepted at the AQL one step tighter (ISO 2859-1, 9.3.3.2)?

    It is asked of the letter whose plan was used: a sample that is already drawn cannot change its size. A cell without
    numbers of its own says no.
    """
    found = judged.plan
    tighter = tighter_aql(found.aql)
    if tighter is None or found.severity == "reduced":
        return False
    cell = resolved(found.resolved, tighter, found.severity)
    return cell.letter == found.resolved and judged.defectives <= cell.ac


def _count(value: int, field: str, most: int) -> int:
    """A whole number of things; True and 2.0 are none."""
    if type(value) is not int or not 0 <= value <= most:
        raise BadInput("COUNT_OUT_OF_RANGE", field=field, value=str(value)[:40], least=0, most=most)
    return value
