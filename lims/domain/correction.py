"""The analytical correction of element migration from toys: the result less a fixed share, by element.

GB 6675.4-2014 and ISO 8124-3:2020. The found value stays beside the adjusted one.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lims.domain.numbers.rounding import plain
from lims.domain.numbers.statistics import as_decimal
from lims.domain.rules.errors import BadInput

PERCENT = {
    "SB_MIG": Decimal(60), "AS_MIG": Decimal(60), "SE_MIG": Decimal(60), "HG_MIG": Decimal(50), "BA_MIG": Decimal(30),
    "CD_MIG": Decimal(30), "CR_MIG": Decimal(30), "PB_MIG": Decimal(30),
}  # fmt: skip


@dataclass(frozen=True)
class Adjusted:
    """What was found and what is compared with the limit."""

    raw: Decimal
    percent: Decimal
    value: Decimal
    factor: Decimal
    """An uncertainty in the unit of the value is multiplied by the same."""
    label_en: str
    label_zh: str
    step: tuple[str, str]


def adjusted(element: str, raw: Decimal) -> Adjusted:
    """120 mg/kg of lead less 30 % -> 84. BadInput CORRECTION_UNKNOWN for an element that has none."""
    percent = PERCENT.get(element)
    if percent is None:
        raise BadInput("CORRECTION_UNKNOWN", element=element[:40])
    factor = (100 - Fraction(percent)) / 100
    value = as_decimal(Fraction(raw) * factor)
    shown = plain(percent)
    return Adjusted(
        raw, percent, value, as_decimal(factor), f"less the analytical correction of {shown} %",
        f"已减去分析校正值 {shown} %", (f"{plain(raw)} × (100 - {shown}) / 100", plain(value)),
    )
