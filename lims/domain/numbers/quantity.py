"""A number with its unit and what kind of quantity that is; across kinds only by a fact, every step listed.

A density, the surface that touches a kilogram, moisture, a molar mass: each is a quantity of its own with the text it
was read from. What no fact connects (pH, a grade, presence in a portion, MPN and CFU) is refused by a code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from lims.domain.numbers import units
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput

_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_ENDLESS, _KEPT, _SHOWN = 40, 34, 12
"""A quotient with more digits than the first does not end (200 mg/L at 0.92 kg/L); what is kept and shown of it."""


@dataclass(frozen=True)
class Quantity:
    """``source`` says where the figure comes from: the text, the certificate, the moisture's own analysis."""

    value: Decimal
    unit: str
    source: str = ""

    def __post_init__(self) -> None:
        if not self.value.is_finite() or abs(self.value.adjusted()) > 60:
            raise BadInput("NOT_A_NUMBER", field="value", value=str(self.value)[:40])
        plainly = self.unit.replace(" ", "").replace("²", "2").replace("³", "3")
        object.__setattr__(self, "unit", plainly if plainly in FACT_UNITS else units.canonical(self.unit))

    @property
    def kind(self) -> str:
        """mass_fraction, mass_concentration, count_per_mass, mass_per_area, ratio, ph, ordinal, activity …"""
        return FACT_UNITS[self.unit] if self.unit in FACT_UNITS else units.kind_of(self.unit)

    def to(self, unit: str) -> Quantity:
        """The same quantity in another unit of its kind, exactly; BadInput INCOMPATIBLE_UNIT across kinds."""
        return replace(self, value=units.convert(self.value, self.unit, unit), unit=units.canonical(unit))

    @property
    def shown(self) -> str:
        """As it is printed; of a quotient that does not end, twelve significant digits."""
        short = Context(prec=_SHOWN, rounding=ROUND_HALF_EVEN)
        digits = len(self.value.as_tuple().digits)
        return f"{plain(short.plus(self.value) if digits >= _KEPT else self.value)} {self.unit}"


FACT_UNITS: Mapping[str, str] = {
    "kg/L": "density", "g/mL": "density", "g/cm3": "density", "kg/m3": "density",
    "dm2/kg": "surface_per_mass", "cm2/g": "surface_per_mass", "cm2/kg": "surface_per_mass",
    "m2/kg": "surface_per_mass", "g/mol": "molar_mass", "kg/mol": "molar_mass",
}  # fmt: skip
"""Units that only facts have, and never a result."""
_IN_BASE: Mapping[str, Decimal] = {
    "kg/L": Decimal(1), "g/mL": Decimal(1), "g/cm3": Decimal(1), "kg/m3": Decimal("0.001"),
    "dm2/kg": Decimal(1), "cm2/g": Decimal(10), "cm2/kg": Decimal("0.01"), "m2/kg": Decimal(100),
    "g/mol": Decimal(1), "kg/mol": Decimal(1000),
}  # fmt: skip
"""In kg/L, in dm2/kg, in g/mol."""
USUAL_UNITS: Mapping[str, str] = {"density": "kg/L", "surface_per_mass": "dm2/kg", "molar_mass": "g/mol"}
"""What a fact is given in where nothing else is said."""


@dataclass(frozen=True)
class Step:
    """One step of a conversion as anyone can check it: what was done, with which fact, and what came out."""

    of: str
    formula: str
    fact: str
    source: str
    gives: str


@dataclass(frozen=True)
class Crossed:
    quantity: Quantity
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Facts:
    """What is known of the goods; only the one that a way needs is looked at."""

    density: Quantity | None = None
    surface_per_mass: Quantity | None = None
    moisture: Quantity | None = None
    molar_mass: Quantity | None = None


def across(
    quantity: Quantity,
    unit: str,
    *,
    density: Quantity | None = None,
    surface_per_mass: Quantity | None = None,
    moisture: Quantity | None = None,
    molar_mass: Quantity | None = None,
    to_dry: bool = False,
) -> Crossed:
    """The quantity in a unit of another kind, by the one fact that leads there.

    ``to_dry`` asks for the dry basis of a mass fraction, which needs the moisture and leaves the kind as it is.
    Raises BadInput FACT_MISSING or FACT_WRONG naming the fact, INCOMPATIBLE_UNIT where no fact leads there.
    """
    target = units.canonical(unit)
    facts = Facts(density, surface_per_mass, moisture, molar_mass)
    here = quantity
    steps: list[Step] = []
    if here.kind != units.kind_of(target):
        here, step = _crossed(here, target, facts)
        steps.append(step)
    if to_dry:
        here, step = _dry(here, _fact("moisture", facts.moisture))
        steps.append(step)
    if here.unit != target:
        moved = here.to(target)
        steps.append(Step(here.shown, f"{here.unit} → {target}", "", "", moved.shown))
        here = moved
    return Crossed(here, tuple(steps))


def _crossed(here: Quantity, target: str, facts: Facts) -> tuple[Quantity, Step]:
    """One step from kind to kind, worked in the kind's own small units."""
    kinds = here.kind, units.kind_of(target)
    way = _WAYS.get(kinds)
    if way is None:
        raise BadInput("INCOMPATIBLE_UNIT", source=here.unit, target=target)
    name, source_unit, target_unit, divides, sign = way
    fact = _fact(name, getattr(facts, name))
    start = here.to(source_unit)
    by = _EXACT.multiply(fact.value, _IN_BASE[fact.unit])
    value = _EXACT.divide(start.value, by) if divides else _EXACT.multiply(start.value, by)
    gives = Quantity(_ended(value), target_unit, here.source)
    formula = f"{start.shown} {sign} {fact.shown}"
    return gives, Step(start.shown, formula, name, fact.source, gives.shown)


_WAYS: Mapping[tuple[str, str], tuple[str, str, str, bool, str]] = {
    ("mass_concentration", "mass_fraction"): ("density", "mg/L", "mg/kg", True, "/"),
    ("mass_fraction", "mass_concentration"): ("density", "mg/kg", "mg/L", False, "×"),
    ("count_per_volume", "count_per_mass"): ("density", "CFU/mL", "CFU/g", True, "/"),
    ("count_per_mass", "count_per_volume"): ("density", "CFU/g", "CFU/mL", False, "×"),
    ("mpn_per_volume", "mpn_per_mass"): ("density", "MPN/mL", "MPN/g", True, "/"),
    ("mpn_per_mass", "mpn_per_volume"): ("density", "MPN/g", "MPN/mL", False, "×"),
    ("activity_per_volume", "activity"): ("density", "Bq/L", "Bq/kg", True, "/"),
    ("activity", "activity_per_volume"): ("density", "Bq/kg", "Bq/L", False, "×"),
    ("mass_per_area", "mass_fraction"): ("surface_per_mass", "mg/dm2", "mg/kg", False, "×"),
    ("mass_fraction", "mass_per_area"): ("surface_per_mass", "mg/kg", "mg/dm2", True, "/"),
    ("amount_per_mass", "mass_fraction"): ("molar_mass", "mmol/kg", "mg/kg", False, "×"),
    ("mass_fraction", "amount_per_mass"): ("molar_mass", "mg/kg", "mmol/kg", True, "/"),
}
"""(kind, kind) -> the fact, the units the step is worked in, whether it divides, and its sign."""


def fact_between(source: str, target: str) -> str | None:
    """The fact that leads from a unit to one of another kind; None within a kind, and where no fact does."""
    if units.convertible(source, target):
        return None
    way = _WAYS.get((units.kind_of(source), units.kind_of(target)))
    return way[0] if way is not None else None


def ratio_by(source: str, target: str, fact: Quantity) -> Fraction:
    """What a value is multiplied with on that way, as a fraction; BadInput as for ``across``."""
    way = _WAYS.get((units.kind_of(source), units.kind_of(target)))
    if way is None:
        raise BadInput("INCOMPATIBLE_UNIT", source=source, target=target)
    name, source_unit, target_unit, divides, _ = way
    by = Fraction(_fact(name, fact).value) * Fraction(_IN_BASE[fact.unit])
    before, after = units.convert(Decimal(1), source, source_unit), units.convert(Decimal(1), target_unit, target)
    return Fraction(before) * (1 / by if divides else by) * Fraction(after)


def _fact(name: str, fact: Quantity | None) -> Quantity:
    """The fact that a way needs, checked: of its own kind, above zero, with where it came from."""
    if fact is None:
        raise BadInput("FACT_MISSING", field=name, fact=name)
    wanted = "mass_fraction" if name == "moisture" else name
    share = fact.value if name != "moisture" or fact.kind != wanted else fact.to("%").value
    wrong = fact.kind != wanted or fact.value <= 0 or not fact.source.strip() or (name == "moisture" and share >= 100)
    if wrong:
        raise BadInput("FACT_WRONG", field=name, fact=name, value=fact.shown)
    return fact


def _dry(here: Quantity, moisture: Quantity) -> tuple[Quantity, Step]:
    """x / (1 - w/100): to dry matter, for a mass fraction only."""
    if here.kind != "mass_fraction":
        raise BadInput("INCOMPATIBLE_UNIT", source=here.unit, target="dry basis")
    share = moisture.to("%").value
    value = _EXACT.divide(_EXACT.multiply(here.value, Decimal(100)), _EXACT.subtract(Decimal(100), share))
    gives = replace(here, value=_ended(value))
    formula = f"{here.shown} × 100 / (100 − {plain(share)})"
    return gives, Step(here.shown, formula, "moisture", moisture.source, gives.shown)


def _ended(value: Decimal) -> Decimal:
    """A quotient that ends is kept whole, one that does not with far more digits than any limit has."""
    short = value.normalize(_EXACT)
    if len(short.as_tuple().digits) >= _ENDLESS:
        short = Context(prec=_KEPT, rounding=ROUND_HALF_EVEN).plus(short)
    return Decimal(plain(short))
