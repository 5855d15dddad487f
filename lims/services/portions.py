"""What the analyses of a lot take of its sample, and whether the portions drawn are enough, use by use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from lims.domain import portion
from lims.domain.portion import Need, Row
from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.sampling.food import Draw, units_to_draw
from lims.domain.specification import PLANS, thawed
from lims.persistence.analysis import AnalysisRow
from lims.persistence.request import LotRow
from lims.services import facts, proposing
from lims.services.transaction import Transaction

SHORT = {"test": "TEST_PORTION_SHORT", "reserve": "RESERVE_PORTION_SHORT", "retained": "RETAINED_PORTION_SHORT"}
"""Use -> why less than it needs is in its portion. The test portion must do; the others may be meant for less."""


@dataclass(frozen=True)
class Units:
    """Units of food that one analysis wants by the plan of its limit."""

    draw: Draw
    analyte_zh: str
    analyte_en: str

    @property
    def size(self) -> str:
        """``n = 5 × 25 g``; the portion is left out where it is not stated."""
        return f"n = {self.draw.n}" + (f" × {self.draw.portion}" if self.draw.portion else "")


@dataclass(frozen=True)
class Wanted:
    """What a lot's analyses ask of its sample: units of food by the plans of its limits, portions by its methods."""

    units: tuple[Units, ...]
    needs: tuple[Need, ...]


@dataclass(frozen=True)
class UseBudget:
    """The portion of one use: what it needs against what was drawn, and why it is not enough.

    ``notes`` are reasons that stop the sum from being whole: a method that states no portion, an amount not counted.
    """

    use: str
    rows: tuple[Row, ...]
    shortfall: tuple[Refusal, ...]
    notes: tuple[Refusal, ...]


def wanted(tx: Transaction, lot: LotRow) -> Wanted:
    """Of the analyses that the next sample of the lot would take over."""
    rows = proposing.free(tx, lot) or proposing.of_a_sample(tx, lot, lot.round)
    methods = facts.contents(tx, "method", (row.method for row in rows if row.method), tx.today)
    category = facts.category_of(tx, lot.line.product)
    usual = facts.contents(tx, "category", (category,), tx.today).get(category, {}).get("portion") or ""
    units, needs = [], dict[tuple[str, str], Need]()
    for row in rows:
        draw = _draw(row, methods)
        units += [Units(draw, row.analyte_zh, row.analyte_en)] if draw else []
        need = _need(row, methods, draw, usual)
        if need is not None:
            needs.setdefault((row.method, row.analyte if draw or not row.method else ""), need)
    return Wanted(tuple(units), tuple(needs.values()))


def _draw(row: AnalysisRow, methods: Mapping[str, Mapping[str, str]]) -> Draw | None:
    if not row.limit or row.limit.get("operator") not in PLANS:
        return None
    limit, of_method = thawed(row.limit), methods.get(row.method, {}).get("portion", "")
    try:
        return units_to_draw(limit, of_method)
    except BadInput:  # a library may write its portion in words; what is not read is not stated
        return Draw(limit.code, limit.n, None) if limit.n else None


def _need(row: AnalysisRow, methods: Mapping[str, Mapping[str, str]], draw: Draw | None, usual: str) -> Need | None:
    """A plan's portion of each unit, else the method's own, else that usual in the category; as often as determined."""
    content = methods.get(row.method, {})
    name, times = row.method or row.analyte, portion.replicates(content.get("replicates") or "")
    if draw is None:
        own = portion.need_of_method(name, content, times=times, usual=usual)
        return _readable(own) if own else None
    return _readable(Need(f"{name} ({row.analyte})", str(draw.portion or ""), "test", draw.n * times))


def _readable(need: Need) -> Need:
    """A need that cannot be reckoned with counts as not stated; it stops nobody from drawing."""
    try:
        portion.budget((need,), ())
    except BadInput:
        return replace(need, portion="", times=1)
    return need


def budgets(needs: Sequence[Need], drawn: Iterable[tuple[str, str, str]]) -> tuple[UseBudget, ...]:
    """One for each portion drawn, given as (use, amount, unit).

    A portion whose amount is not written down is weighed or counted later: it is no shortfall.
    """
    by_use: dict[str, list[str]] = {}
    for use, amount, unit in drawn:
        by_use.setdefault(use, []).extend([f"{amount.strip()} {unit.strip()}"] if amount.strip() else [])
    return tuple(_of_use(use, needs, texts) for use, texts in by_use.items() if use in portion.USES)


def _of_use(use: str, needs: Sequence[Need], texts: Sequence[str]) -> UseBudget:
    own = tuple(needs) if use == "test" else portion.held_for(needs, use)
    counted, notes = _counted(texts)
    found = portion.budget(own, counted)
    short = [row for row in found.rows if row.left < 0]
    notes += found.shortfall[len(short) :]
    notes += [refusal("PORTION_BY_CATEGORY", what=need.name, portion=need.portion) for need in own if need.usual]
    if len(counted) < len(texts) or not texts:
        return UseBudget(use, found.rows, (), tuple(notes))
    told = zip(short, found.shortfall, strict=False)
    named = tuple(Refusal(SHORT[use], {**why.params, "methods": ", ".join(_left_out(own, row))}) for row, why in told)
    return UseBudget(use, found.rows, named, tuple(notes))


def _counted(texts: Sequence[str]) -> tuple[list[str], list[Refusal]]:
    """The amounts that can be added up; the others (``2 bags``) are named."""
    good, notes = [], []
    for text in texts:
        try:
            portion.amount(text, "drawn")
            good.append(text)
        except BadInput:
            notes.append(refusal("AMOUNT_NOT_COUNTED", amount=text[:40]))
    return good, notes


def _left_out(needs: Sequence[Need], row: Row) -> list[str]:
    """The needs, in the order of the analyses, from the one on that the portion no longer reaches for."""
    spent, named = Decimal(0), []
    for need in needs:
        if not need.portion:
            continue
        one = portion.amount(need.portion).times(need.count)
        if one.account == row.account:
            spent += one.value
            named += [need.name] if spent > row.drawn else []
    return list(dict.fromkeys(named))
