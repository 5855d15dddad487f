"""Whether the quality control of a batch holds: blanks, reference materials, duplicates and spikes.

Windows are the defaults of GB/T 27404-2008 and of common practice; issue-specific charts come beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lims.domain.numbers import units
from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.numbers.rounding import plain, significant
from lims.domain.numbers.statistics import as_decimal
from lims.domain.replicate import Allowance, Repeatability, duplicates
from lims.domain.rules.errors import BadInput

DUPLICATE_PERCENT = Decimal(20)
"""Largest difference of two results in per cent of their mean (GB 5009 series, the widest class)."""
CRM_PERCENT = (Decimal(80), Decimal(120))
"""Window of the found value in per cent of the certified one where no uncertainty is given."""


@dataclass(frozen=True)
class Finding:
    """One quality-control position: its kind, what was expected and what was found per analyte, as texts."""

    kind: str
    label: str
    expected: str
    found: tuple[tuple[str, str], ...]
    loq: Decimal | None
    partner: tuple[tuple[str, str], ...] = ()
    wanted: tuple[str, ...] = ()
    """Analytes without which the position is not yet found."""
    repeatability: Repeatability | None = None
    """The limit that the method declares; without one, the widest of the GB 5009 series holds."""
    unit: str = ""


@dataclass(frozen=True)
class Outcome:
    """``good``, ``broken`` or ``open`` with the finding that made it so."""

    verdict: str
    finding: str = ""


def judge(findings: tuple[Finding, ...]) -> Outcome:
    """Broken when any position is broken, open when any is not found yet, else good; no positions are good."""
    outcomes = [_judge(finding) for finding in findings]
    for verdict in ("broken", "open"):
        for outcome in outcomes:
            if outcome.verdict == verdict:
                return outcome
    return Outcome("good")


def _judge(finding: Finding) -> Outcome:
    if not finding.found:
        return Outcome("open", f"{finding.label}: nothing found yet")
    missing = sorted(set(finding.wanted) - {analyte for analyte, _ in finding.found})
    if missing:
        return Outcome("open", f"{finding.label}: {', '.join(missing)} not found yet")
    check = {"blank": _blank, "crm": _crm, "duplicate": _duplicate, "spike": _spike}[finding.kind]
    for analyte, text in finding.found:
        outcome = check(finding, analyte, read_entry(text))
        if outcome.verdict != "good":
            return outcome
    return Outcome("good")


def _blank(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    """A blank holds below the LOQ; a censored or not-detected one holds."""
    if entry.value is None or entry.qualifier in ("<", "<="):
        return Outcome("good")
    if finding.loq is not None and abs(entry.value) >= finding.loq:
        return Outcome("broken", f"{finding.label} {analyte}: {entry.text} at or above LOQ {finding.loq}")
    return Outcome("good")


def _crm(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    certified = read_entry(finding.expected)
    if certified.value is None or not certified.value:
        return Outcome("good")
    if entry.value is None:
        return Outcome("broken", f"{finding.label} {analyte}: {entry.text} is no number")
    difference = abs(entry.value - certified.value)
    if certified.expanded is not None and not certified.expanded_percent:
        held = difference <= certified.expanded
    else:
        share = entry.value / certified.value * 100
        held = CRM_PERCENT[0] <= share <= CRM_PERCENT[1]
    return (
        Outcome("good")
        if held
        else Outcome("broken", f"{finding.label} {analyte}: {entry.text} against {finding.expected}")
    )


def _duplicate(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    first = dict(finding.partner).get(analyte)
    if first is None:
        return Outcome("open", f"{finding.label} {analyte}: its first result is missing")
    other = read_entry(first)
    if entry.value is None or other.value is None or entry.qualifier or other.qualifier:
        return Outcome("good")  # censored values have no difference to judge
    unit, second = entry.unit or other.unit or finding.unit, other.value
    if entry.unit and other.unit and units.convertible(other.unit, entry.unit):
        second = units.convert(second, other.unit, entry.unit)
    agreed = duplicates(entry.value, second, _allowance(finding, entry.value, second, unit))
    if agreed.ok:
        return Outcome("good")
    found = f"{plain(_few(agreed.difference))} > {plain(_few(agreed.allowed))}"
    return Outcome("broken", f"{finding.label} {analyte}: {entry.text} against {first} ({found})")


def _allowance(finding: Finding, a: Decimal, b: Decimal, unit: str) -> Allowance:
    """The method's own limit at the mean of both; the default where it declares none there."""
    if finding.repeatability is not None:
        try:
            return finding.repeatability.at(as_decimal((Fraction(a) + Fraction(b)) / 2), unit)
        except BadInput:  # below the levels that are declared, or in a unit that cannot be compared
            pass
    return Allowance(percent=DUPLICATE_PERCENT)


def _few(value: Decimal) -> Decimal:
    """As a person reads it; what is compared keeps all of its digits."""
    return significant(value, 4) if len(value.as_tuple().digits) > 4 else value


def _spike(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    """A spike is typed as its recovery in per cent; the window is that of GB/T 27404-2008 for trace levels."""
    if entry.value is None:
        return Outcome("broken", f"{finding.label} {analyte}: {entry.text} is no recovery")
    held = Decimal(60) <= entry.value <= Decimal(120)
    return Outcome("good") if held else Outcome("broken", f"{finding.label} {analyte}: recovery {entry.text} %")
