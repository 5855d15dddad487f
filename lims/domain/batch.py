"""Whether the quality control of a batch holds: every row of decision_rules section 8, one finding at a time.

Figures are compared exactly. An outcome keeps its rule, its window and its figures, so that words can be made of it.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from lims.domain import injection
from lims.domain.finding import Finding, Outcome, few, no_number, said
from lims.domain.numbers import units
from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.statistics import as_decimal, root
from lims.domain.qc_window import DEFAULTS
from lims.domain.replicate import Allowance, duplicates
from lims.domain.rules.errors import BadInput

__all__ = ["Finding", "Outcome", "judge", "judge_each", "worst"]

DUPLICATE_PERCENT = DEFAULTS.duplicate_percent
"""Largest difference of two results in per cent of their mean (GB 5009 series, the widest class)."""
INTERNAL_STANDARD, IDENTITY = "internal_standard", "identity"
ASPECTS = ("", INTERNAL_STANDARD, IDENTITY)
"""What is found at a position: what the position is there for, or one of the two asked of any injection."""
HOLDS_A_PART = ("ccv",)
"""Kinds of positions that hold the samples near them only, not the batch."""


def judge(findings: tuple[Finding, ...]) -> Outcome:
    """Broken when any position is broken, open when any is not found yet, else good; no positions are good."""
    return worst(tuple(outcome for finding in findings for outcome in judge_each(finding)))


def worst(outcomes: tuple[Outcome, ...]) -> Outcome:
    for verdict in ("broken", "open"):
        for outcome in outcomes:
            if outcome.verdict == verdict:
                return outcome
    return Outcome("good")


def judge_each(finding: Finding) -> tuple[Outcome, ...]:
    """An outcome for each analyte found, and one that is open where something is missing."""
    outcomes = [_checked(finding, analyte, text) for analyte, text in finding.found]
    missing = sorted(set(finding.wanted) - {analyte for analyte, _ in finding.found})
    if missing or not finding.found:
        what = ", ".join(missing) or "–"
        said = f"{finding.label}: {what} not found yet"
        outcomes.append(Outcome("open", said, "QC_NOT_FOUND", {"label": finding.label, "analytes": what}))
    return tuple(outcomes)


def _checked(finding: Finding, analyte: str, text: str) -> Outcome:
    if finding.aspect == IDENTITY:
        return injection.identity(finding, analyte, text)
    if finding.kind == "calibration" and not finding.aspect:
        return injection.calibration(finding, analyte, text)
    entry = read_entry(text)
    if finding.aspect == INTERNAL_STANDARD:
        return injection.internal_standard(finding, analyte, entry)
    check = {
        "blank": _blank, "crm": _crm, "duplicate": _duplicate, "spike": _spike, "ccv": _ccv,
        "positive_control": injection.growth, "negative_control": injection.sterile,
    }[finding.kind]  # fmt: skip
    return check(finding, analyte, entry)


def _with(outcome: Outcome, figure: Decimal, unit: str) -> Outcome:
    return Outcome(
        outcome.verdict, outcome.finding, outcome.code, outcome.params, outcome.analyte, figure, unit,
    )  # fmt: skip


def _in(entry: Entry, unit: str) -> Decimal | None:
    """The value in the unit asked for; as it is where one of the units is not known, None where they are apart."""
    if entry.value is None or not entry.unit or not unit or entry.unit == unit:
        return entry.value
    return units.convert(entry.value, entry.unit, unit) if units.convertible(entry.unit, unit) else None


def _units(finding: Finding, analyte: str, entry: Entry, unit: str) -> Outcome:
    text = f"{entry.text} is not in {unit}"
    return said(finding, analyte, False, "QC_UNITS", text, found=entry.text, unit=unit)


def _blank(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    """A blank holds below the LOQ; a censored or not-detected one holds."""
    if entry.value is None or entry.qualifier in ("<", "<="):
        return said(finding, analyte, True, "QC_CENSORED", entry.text, found=entry.text)
    value = _in(entry, finding.unit)
    if value is None:
        return _units(finding, analyte, entry, finding.unit)
    seen = (value, finding.unit or entry.unit or "")
    if finding.loq is None:
        return _with(said(finding, analyte, True, "QC_BLANK_NO_LOQ", entry.text, found=entry.text), *seen)
    tenth = _tenth(finding, analyte)
    if abs(value) >= finding.loq and tenth is not None:
        held = abs(Fraction(value)) < tenth
        sign, shown = "<" if held else "≥", plain(few(as_decimal(tenth)))
        text = f"{entry.text} {sign} 1/10 of the lowest sample {shown}"
        return _with(
            said(finding, analyte, held, "QC_BLANK_TENTH", text, found=entry.text, sign=sign, window=shown), *seen
        )
    held = abs(value) < finding.loq
    sign = "<" if held else "≥"
    text = f"{entry.text} {sign} LOQ {finding.loq}"
    return _with(
        said(finding, analyte, held, "QC_BLANK", text, found=entry.text, sign=sign, window=finding.loq), *seen
    )


def _tenth(finding: Finding, analyte: str) -> Fraction | None:
    """A tenth of the lowest sample, where the plan lets a blank hold below it and a sample has been found."""
    lowest = dict(finding.lowest).get(analyte)
    return Fraction(lowest) / 10 if finding.windows.blank_tenth and lowest is not None else None


def expected_of(text: str, analyte: str) -> str:
    """The certified or added value of an analyte: ``PB=0.12 mg/kg; CD=…`` by analyte, else one value for all."""
    if "=" not in text:
        return text
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}.get(analyte, "")


def certified(text: str) -> tuple[str, ...]:
    """The analytes that an expected value names; none where it is one value for whatever is found."""
    return tuple(part.partition("=")[0].strip() for part in text.split(";")) if "=" in text else ()


def _crm(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    """|x - X| <= sqrt(Ux² + UX²), by squares; a window in per cent where neither side gives an uncertainty."""
    known = read_entry(expected_of(finding.expected, analyte))
    if known.value is None or not known.value:
        return said(finding, analyte, True, "QC_NOTHING_CERTIFIED", entry.text, found=entry.text)
    if entry.value is None:
        return no_number(finding, analyte, entry)
    unit = known.unit or ""
    value = _in(entry, unit)
    if value is None:
        return _units(finding, analyte, entry, unit)
    seen = (value, unit or entry.unit or "")
    away = abs(Fraction(value) - Fraction(known.value))
    square = _expanded(known, unit) ** 2 + _expanded(entry, unit) ** 2
    if not square:
        low, high = finding.windows.crm_percent
        return _with(_share(finding, analyte, entry, value, known, (low, high), "QC_CRM_PERCENT"), *seen)
    held = away**2 <= square
    sign, gap = "≤" if held else ">", plain(few(as_decimal(away)))
    allowed = plain(few(root(square)))
    text = f"{entry.text} against {known.text} (|x − X| = {gap} {sign} {allowed})"
    return _with(
        said(
            finding, analyte, held, "QC_CRM", text, found=entry.text, expected=known.text, difference=gap, sign=sign,
            window=allowed,
        ),
        *seen,
    )


def _expanded(entry: Entry, unit: str) -> Fraction:
    """The expanded uncertainty beside a value, in the unit of the comparison; nothing where there is none."""
    if entry.expanded is None or entry.value is None:
        return Fraction(0)
    if entry.expanded_percent:
        own = _in(entry, unit)
        return abs(Fraction(own if own is not None else entry.value)) * Fraction(entry.expanded) / 100
    if entry.unit and unit and entry.unit != unit:
        return Fraction(units.convert_difference(entry.expanded, entry.unit, unit))
    return Fraction(entry.expanded)


def _share(
    finding: Finding, analyte: str, entry: Entry, value: Decimal, known: Entry, window: tuple[Decimal, Decimal],
    code: str,
) -> Outcome:
    assert known.value is not None
    share = Fraction(value) / Fraction(known.value) * 100
    low, high = window
    shown = plain(few(as_decimal(share)))
    text = f"{entry.text} against {known.text} ({shown} %, {low}–{high} %)"
    held = Fraction(low) <= share <= Fraction(high)
    more = {"found": entry.text, "expected": known.text, "share": shown, "low": low, "high": high}
    return said(finding, analyte, held, code, text, **more)


def _ccv(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    """±15 % of what was put in, 20 % near the LOQ."""
    known = read_entry(expected_of(finding.expected, analyte))
    if known.value is None or not known.value:
        return said(finding, analyte, True, "QC_NOTHING_CERTIFIED", entry.text, found=entry.text)
    if entry.value is None or entry.qualifier:
        return no_number(finding, analyte, entry)
    unit = known.unit or ""
    value = _in(entry, unit)
    if value is None:
        return _units(finding, analyte, entry, unit)
    limits = finding.windows
    level = _in(known, finding.unit)
    near = finding.loq is not None and level is not None and level <= limits.ccv_near * finding.loq
    wide = limits.ccv_low_percent if near else limits.ccv_percent
    outcome = _share(finding, analyte, entry, value, known, (100 - wide, 100 + wide), "QC_CCV")
    return _with(outcome, value, unit or entry.unit or "")


def _duplicate(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    first = dict(finding.partner).get(analyte)
    if first is None:
        text = f"{entry.text}: its first result is missing"
        return said(finding, analyte, "open", "QC_FIRST_MISSING", text, found=entry.text)
    other = read_entry(first)
    if entry.value is None or other.value is None or entry.qualifier or other.qualifier:
        return said(finding, analyte, True, "QC_CENSORED", entry.text, found=entry.text)  # no difference to judge
    unit = entry.unit or other.unit or finding.unit
    second = _in(other, unit)
    if second is None:
        return _units(finding, analyte, other, unit)
    agreed = duplicates(entry.value, second, _allowance(finding, entry.value, second, unit))
    sign = "≤" if agreed.ok else ">"
    gap, allowed = plain(few(agreed.difference)), plain(few(agreed.allowed))
    outcome = said(
        finding, analyte, agreed.ok, "QC_DUPLICATE", f"{entry.text} against {first} ({gap} {sign} {allowed})",
        found=entry.text, expected=first, difference=gap, sign=sign, window=allowed,
    )
    middle = abs(Fraction(agreed.mean))
    return _with(outcome, as_decimal(Fraction(agreed.difference) / middle * 100), "%") if middle else outcome


def _allowance(finding: Finding, a: Decimal, b: Decimal, unit: str) -> Allowance:
    """The method's own limit at the mean of both; the default where it declares none there."""
    if finding.repeatability is not None:
        try:
            return finding.repeatability.at(as_decimal((Fraction(a) + Fraction(b)) / 2), unit)
        except BadInput:  # below the levels that are declared, or in a unit that cannot be compared
            pass
    return Allowance(percent=finding.windows.duplicate_percent)


def _spike(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    """Typed as its recovery, or as what was found of a known addition; the window is that of the level."""
    if entry.value is None or entry.qualifier:
        return no_number(finding, analyte, entry)
    added = read_entry(expected_of(finding.expected, analyte))
    recovery = Fraction(entry.value)
    if added.value and entry.unit != "%":
        share = _recovered(finding, analyte, entry, added)
        if isinstance(share, Outcome):
            return share
        recovery = share
    band = finding.windows.recovery_at(added.value, added.unit or finding.unit)
    shown, held = plain(few(as_decimal(recovery))), Fraction(band.low) <= recovery <= Fraction(band.high)
    text = f"recovery {shown} % ({band.low}–{band.high} %)"
    more = {"found": entry.text, "share": shown, "low": band.low, "high": band.high, "level": added.text}
    return _with(said(finding, analyte, held, "QC_RECOVERY", text, **more), as_decimal(recovery), "%")


def _recovered(finding: Finding, analyte: str, entry: Entry, added: Entry) -> Fraction | Outcome:
    """(spiked - unspiked) / added * 100; a sample without a value of its own counts as nothing there."""
    assert added.value is not None
    first = dict(finding.partner).get(analyte)
    if first is None:
        text = f"{entry.text}: its first result is missing"
        return said(finding, analyte, "open", "QC_FIRST_MISSING", text, found=entry.text)
    unit, other = added.unit or finding.unit, read_entry(first)
    value, before = _in(entry, unit), _in(other, unit)
    if value is None or (other.value is not None and before is None):
        return _units(finding, analyte, entry, unit)
    before = Decimal(0) if before is None or other.qualifier else before
    return (Fraction(value) - Fraction(before)) / Fraction(added.value) * 100


