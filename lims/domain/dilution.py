"""What a working solution contains: concentrations from what was taken of each parent, with their uncertainty.

Every step is a fraction until the end, and each is kept as text that anyone can check. It knows no rows and no lots'
states. Uncertainty: JCGM 100:2008 5.1 for products and quotients; the parents are taken as independent of each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lims.domain.numbers import units
from lims.domain.numbers.entry import read_entry
from lims.domain.numbers.reported import reported
from lims.domain.numbers.rounding import plain, significant
from lims.domain.numbers.statistics import as_decimal, root
from lims.domain.numbers.uncertainty import number_from
from lims.domain.rules.errors import BadInput

AMOUNTS: Mapping[str, tuple[str, Fraction]] = {
    "uL": ("volume", Fraction(1, 1000)), "mL": ("volume", Fraction(1)), "L": ("volume", Fraction(1000)),
    "ug": ("mass", Fraction(1, 10**6)), "mg": ("mass", Fraction(1, 1000)), "g": ("mass", Fraction(1)),
    "kg": ("mass", Fraction(1000)), "piece": ("count", Fraction(1)),
}  # fmt: skip
"""Units in which something is taken or kept: their kind, and how many mL, g or pieces each is."""
K = Decimal(2)


@dataclass(frozen=True)
class Amount:
    """A volume or mass; ``tolerance`` is the half-width printed on the glassware or the balance's certificate."""

    value: Decimal
    unit: str
    tolerance: Decimal = Decimal(0)

    @property
    def kind(self) -> str:
        return AMOUNTS[self.unit][0]

    @property
    def base(self) -> Fraction:
        """In mL, g or pieces."""
        return Fraction(self.value) * AMOUNTS[self.unit][1]

    @property
    def variance(self) -> Fraction:
        """Of a rectangular distribution over the tolerance (JCGM 100:2008 4.3.7), in the base unit squared."""
        return (Fraction(self.tolerance) * AMOUNTS[self.unit][1]) ** 2 / 3

    @property
    def shown(self) -> str:
        return f"{plain(self.value)}{f' ± {plain(self.tolerance)}' if self.tolerance else ''} {_micro(self.unit)}"


def amount(text: str, unit: str, tolerance: str = "", field: str = "amount") -> Amount:
    """What was typed as an amount; BadInput for what is no number above zero or in no unit of amounts."""
    if unit not in AMOUNTS:
        raise BadInput("UNKNOWN_CHOICE", field=f"{field}_unit", value=unit[:20])
    value, width = number_from(text, field), number_from(tolerance.strip() or "0", f"{field}_tolerance")
    if value <= 0:
        raise BadInput("NOT_POSITIVE", field=field, text=text[:40])
    if width < 0 or width >= value:
        raise BadInput("TOLERANCE_UNUSABLE", field=f"{field}_tolerance", text=tolerance[:40])
    return Amount(value, unit, width)


@dataclass(frozen=True)
class Certified:
    """A value of a lot for one analyte with its expanded uncertainty U = k u (None: the certificate gives none)."""

    analyte: str
    value: Decimal
    unit: str
    expanded: Decimal | None = None
    k: Decimal = K
    text: str = ""
    """As typed from the certificate; empty for one that was computed."""

    @property
    def variance(self) -> Fraction | None:
        return None if self.expanded is None else (Fraction(self.expanded) / Fraction(self.k)) ** 2

    @property
    def expected(self) -> str:
        """As the one grammar reads it back, U at k = 2: ``1.06 ± 0.10 mg/kg``; a computed U with two figures."""
        if not self.expanded:
            return f"{_short(self.value)} {self.unit}"
        if self.text and self.k == K:
            return f"{plain(self.value)} ± {plain(self.expanded)} {self.unit}"
        printed = reported(self.value, uncertainty=as_decimal(Fraction(self.expanded) * Fraction(K) / Fraction(self.k)))
        return f"{printed.text} ± {printed.expanded_text} {self.unit}"


def certified(analyte: str, text: str, k: str = "") -> Certified:
    """A line of a certificate by the one grammar: ``1000 ± 4 mg/L``, ``99.5 ± 0.2 %``, ``(k=2)`` where it says so."""
    entry = read_entry(text)
    if entry.status != "numeric" or entry.value is None or entry.value < 0:
        raise BadInput("CERTIFIED_VALUE_UNREADABLE", field="values", analyte=analyte[:40], text=text[:80])
    if entry.unit is None:
        raise BadInput("CERTIFIED_VALUE_WITHOUT_UNIT", field="values", analyte=analyte[:40], text=text[:80])
    factor = number_from(k, "k") if k.strip() else entry.coverage or K
    if factor <= 0:
        raise BadInput("NOT_POSITIVE", field="k", text=k[:40])
    expanded = entry.expanded
    if expanded is not None and entry.expanded_percent:
        expanded = as_decimal(Fraction(entry.value) * Fraction(expanded) / 100)
    return Certified(analyte, entry.value, entry.unit, expanded, factor, text.strip())


@dataclass(frozen=True)
class Taken:
    """So much of one parent lot, and what that lot is certified or computed to contain."""

    lot: str
    amount: Amount
    values: tuple[Certified, ...] = ()


@dataclass(frozen=True)
class Step:
    """One step as anyone can check it: of which lot, the formula with its figures, and what came out."""

    of: str
    formula: str
    gives: str


@dataclass(frozen=True)
class Computed:
    """One line of the contents, exact where its decimals end and else with 34 digits, and how it came about."""

    value: Certified
    steps: tuple[Step, ...]


def concentrations(taken: Sequence[Taken], final: Amount, unit: str = "") -> tuple[Computed, ...]:
    """The contents of the solution, an analyte a line, in the order in which the parents name them.

    Each is given in ``unit`` where it can be, else in that of the first parent that has it. BadInput
    DILUTION_UNITS: a volume was taken of what is certified per mass, or the other way round.
    """
    _enough(taken, final)
    analytes = dict.fromkeys(value.analyte for one in taken for value in one.values)
    return tuple(_concentration(analyte, taken, final, unit) for analyte in analytes)


def _enough(taken: Sequence[Taken], final: Amount) -> None:
    """What is taken of one kind cannot be more than what comes out of it."""
    inside = sum((one.amount.base for one in taken if one.amount.kind == final.kind), Fraction(0))
    if inside > final.base:
        raise BadInput("DILUTION_OVERFLOWS", field="final", value=final.shown)


@dataclass(frozen=True)
class _Share:
    """What one parent brings, in working units: concentration c, its variance, amount a, and the variance of a."""

    lot: str
    c: Fraction
    var_c: Fraction | None
    a: Fraction
    var_a: Fraction


def _concentration(analyte: str, taken: Sequence[Taken], final: Amount, unit: str) -> Computed:
    parts = [(one, value) for one in taken for value in one.values if value.analyte == analyte]
    first = parts[0][1]
    work, result = _way(first.unit, final.kind)
    target = _target(unit, result, first.unit if result == work else result)
    scale = _ratio(result, target)
    shares = [_share(one, value, work) for one, value in parts]
    total = sum((share.c * share.a for share in shares), Fraction(0)) / final.base
    steps = [
        Step(one.lot, f"{plain(value.value) if value.text else _short(value.value)} {value.unit} × "
             f"{one.amount.shown} / {final.shown}",
             f"{_short(as_decimal(share.c * share.a / final.base * scale))} {target}")
        for (one, value), share in zip(parts, shares, strict=True)
    ]  # fmt: skip
    value = as_decimal(total * scale)
    expanded, more = _expanded(shares, total, final, scale, target)
    return Computed(Certified(analyte, value, target, expanded, K), (*steps, *more))


def _share(one: Taken, value: Certified, work: str) -> _Share:
    """Units agree: what is certified per litre is taken by volume, what is certified per kilogram by mass."""
    if one.amount.kind != _per(value.unit):
        raise BadInput("DILUTION_UNITS", field="taken", lot=one.lot, unit=value.unit, taken=one.amount.shown)
    ratio, variance = _ratio(value.unit, work), value.variance
    spread = None if variance is None else variance * ratio**2
    return _Share(one.lot, Fraction(value.value) * ratio, spread, one.amount.base, one.amount.variance)


def _expanded(
    shares: Sequence[_Share], total: Fraction, final: Amount, scale: Fraction, unit: str
) -> tuple[Decimal | None, tuple[Step, ...]]:
    """U = 2 u with what each source brings; None where a parent's certificate gives no uncertainty.

    A lot of which several portions were taken is one source: its portions add up before they are squared.
    """
    silent = sorted({share.lot for share in shares if share.var_c is None})
    if silent:
        return None, tuple(Step(lot, "U", "–") for lot in silent)
    sources: dict[str, tuple[Fraction, Fraction, Fraction]] = {}
    for share in shares:
        a, var_c, var_a = sources.get(share.lot, (Fraction(0), Fraction(0), Fraction(0)))
        added = (share.c / final.base) ** 2 * share.var_a
        sources[share.lot] = (a + share.a, share.var_c or var_c, var_a + added)
    spreads = [(lot, "u(c) × a / F", (a / final.base) ** 2 * var_c) for lot, (a, var_c, _) in sources.items()]
    spreads += [(lot, "c × u(a) / F", var_a) for lot, (_, _, var_a) in sources.items()]
    spreads.append(("", "C × u(F) / F", (total / final.base) ** 2 * final.variance))
    steps = [Step(lot, formula, f"{_figure(root(spread), scale)} {unit}") for lot, formula, spread in spreads if spread]
    whole = sum((spread for _, _, spread in spreads), Fraction(0))
    expanded = as_decimal(Fraction(root(whole)) * scale * 2)
    steps.append(Step("", "U = 2 × √(Σ u²)", f"{_short(significant(expanded, 4))} {unit}"))
    return expanded, tuple(steps)


def _figure(u: Decimal, scale: Fraction) -> str:
    return _short(significant(as_decimal(Fraction(u) * scale), 3))


_PER: Mapping[str, str] = {
    "mass_fraction": "mass", "count_per_mass": "mass", "mpn_per_mass": "mass", "activity": "mass",
    "amount_per_mass": "mass", "activity_units_per_mass": "mass", "equivalents_per_mass": "mass",
    "mass_concentration": "volume", "count_per_volume": "volume", "mpn_per_volume": "volume",
    "activity_per_volume": "volume", "volume_fraction": "volume",
}  # fmt: skip
"""Kind of unit -> what is taken of it."""
_ACROSS: Mapping[tuple[str, str], tuple[str, str]] = {
    ("mass_fraction", "volume"): ("mg/kg", "mg/L"), ("mass_concentration", "mass"): ("mg/L", "mg/kg"),
    ("count_per_mass", "volume"): ("CFU/g", "CFU/mL"), ("count_per_volume", "mass"): ("CFU/mL", "CFU/g"),
    ("mpn_per_mass", "volume"): ("MPN/g", "MPN/mL"), ("mpn_per_volume", "mass"): ("MPN/mL", "MPN/g"),
    ("activity", "volume"): ("Bq/kg", "Bq/L"), ("activity_per_volume", "mass"): ("Bq/L", "Bq/kg"),
}  # fmt: skip
"""(kind, what the solution is made up to) -> units in which c × a / F is right with g and mL as they are."""


def _per(unit: str) -> str:
    found = _PER.get(units.kind_of(unit))
    if found is None:
        raise BadInput("DILUTION_UNIT_UNKNOWN", field="values", unit=unit)
    return found


def _way(unit: str, final_kind: str) -> tuple[str, str]:
    """The unit to work in and the one that comes out."""
    if _per(unit) == final_kind:
        return unit, unit
    found = _ACROSS.get((units.kind_of(unit), final_kind))
    if found is None:
        raise BadInput("DILUTION_UNIT_UNKNOWN", field="final", unit=unit)
    return found


def _target(wanted: str, result: str, usual: str) -> str:
    if not wanted:
        return usual
    named = units.canonical(wanted)
    return named if units.convertible(result, named) else usual


def _ratio(source: str, target: str) -> Fraction:
    endless = units.endless(source, target)
    return endless if endless is not None else Fraction(units.convert(Decimal(1), source, target))


def _short(value: Decimal) -> str:
    """As a person reads it: at most eight figures; what is kept has all of them."""
    few = significant(value, 8).normalize() if len(value.as_tuple().digits) > 8 else value
    return plain(few)


def _micro(unit: str) -> str:
    return f"µ{unit[1:]}" if unit.startswith("u") else unit
