"""Several determinations of one sample: readings as typed, or values by the formula, held to the repeatability.

The mean or the median is the result, by the method's own limit; every reading is kept. It knows no row and no form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from lims.domain import replicate
from lims.domain.calculation import Calculation
from lims.domain.method import MethodVersion
from lims.domain.numbers import units
from lims.domain.numbers.entered import Entry
from lims.domain.numbers.entry import read_entry
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.statistics import as_decimal
from lims.domain.rules.errors import BadInput
from lims.domain.workup import Part, Work, short, trim

MOST_REPLICATES, LEAST_FOR_MEDIAN = 10, 4


def replicated(texts: Sequence[str], method: MethodVersion, unit: str) -> Work:
    """The mean of repeated readings within the method's repeatability.

    BadInput NO_REPEATABILITY, REPLICATES_FEW, REPLICATES_MIXED, REPEAT_NEEDED with the difference and what is allowed;
    with four readings and more, the median stands where the range is too wide (ISO 5725-6 5.2).
    """
    declared = _repeatability(method, len(texts), "replicates")
    entries = [_reading(text, "replicates") for text in texts]
    named = {entry.unit for entry in entries if entry.unit}
    if len(named) > 1:
        raise BadInput("SEVERAL_UNITS", field="replicates", units=", ".join(sorted(named)))
    here = next(iter(named), units.known(unit) or unit)
    if any(entry.status != "numeric" for entry in entries):
        return _without_difference(texts, entries, here, method)
    values = [entry.value for entry in entries if entry.value is not None]
    value, part = _agreed(values, tuple(texts), declared, method, here, "replicates")
    return Work(_numeric(value, here), here, method.figures, (part,))


def determined(made: Sequence[Calculation], method: MethodVersion, unit: str) -> Work:
    """Determinations by the formula, each from its own set of readings: held to the repeatability as readings are."""
    declared = _repeatability(method, len(made), "sets")
    values = [one.value for one in made]
    value, part = _agreed(values, tuple(map(plain, values)), declared, method, unit, "sets")
    part = replace(part, more={**(part.more or {}), "sets": [one.as_json() for one in made]})
    return Work(_numeric(value, unit), unit, method.figures, (part,))


def _repeatability(method: MethodVersion, found: int, field: str) -> replicate.Repeatability:
    declared = replicate.repeatability_from(method.repeatability)
    if declared is None:
        raise BadInput("NO_REPEATABILITY", field=field, method=method.code)
    if not 2 <= found <= MOST_REPLICATES:
        raise BadInput("REPLICATES_FEW", field=field, found=found, most=MOST_REPLICATES)
    return declared


def _agreed(
    values: Sequence[Decimal], texts: tuple[str, ...], declared: replicate.Repeatability, method: MethodVersion,
    here: str, field: str,
) -> tuple[Decimal, Part]:
    """What the values come to by the method's limit, and the step; BadInput REPEAT_NEEDED."""
    middle = as_decimal(sum(map(Fraction, values), Fraction(0)) / len(values))
    allowance = declared.at(middle, here)
    agreed = replicate.duplicates(values[0], values[1], allowance) if len(values) == 2 else replicate.several(
        values, allowance
    )
    if agreed.value is None or (not agreed.ok and len(values) < LEAST_FOR_MEDIAN):
        raise BadInput(
            "REPEAT_NEEDED", field=field, difference=short(agreed.difference), allowed=short(agreed.allowed),
            unit=here, more=LEAST_FOR_MEDIAN - len(values),
        )
    value = trim(agreed.value)
    joined = " + ".join(map(_signed, values))
    line = f"({joined}) / {len(values)}" if agreed.ok else f"median({', '.join(map(plain, values))})"
    more = {
        "action": agreed.action, "difference": plain(agreed.difference), "allowed": plain(agreed.allowed),
        "repeatability": method.repeatability,
    }  # fmt: skip
    steps = tuple((of, short(Decimal(found))) for of, found in agreed.steps)
    return value, Part("replicates", line, plain(value), here, texts, steps, more=more)


def _without_difference(
    texts: Sequence[str], entries: Sequence[Entry], unit: str, method: MethodVersion
) -> Work:
    """Readings that are all below the same limit agree; a mixture of numbers and none has no mean."""
    alike = {(entry.status, entry.qualifier, entry.value) for entry in entries}
    if len(alike) > 1 or entries[0].status not in ("not_detected", "censored", "below_loq", "trace"):
        raise BadInput("REPLICATES_MIXED", field="replicates")
    part = Part("replicates", "; ".join(texts), texts[0], unit, tuple(texts), more={"action": "ALIKE"})
    return Work(entries[0], unit, method.figures, (part,))


def _reading(text: str, field: str) -> Entry:
    entry = read_entry(text)
    if entry.status in ("refused", "not_measured", "list", "qualitative", "over_range"):
        raise BadInput("NOT_A_NUMBER", field=field, text=text[:60])
    return entry


def _numeric(value: Decimal, unit: str) -> Entry:
    return Entry(plain(value), "numeric", value=value, unit=unit or None)


def _signed(value: Decimal) -> str:
    return f"({plain(value)})" if value.is_signed() else plain(value)
