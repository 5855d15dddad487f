"""What any injection and any control is asked for: internal standard, identity, calibration line, growth, sterility.

Rows of decision_rules section 8; windows are qc_window's, and who is held by what is broken is bracket.py's matter.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from lims.domain.calibration import calibration_from
from lims.domain.finding import Finding, Outcome, few, no_number, said
from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.numbers.rounding import plain, significant
from lims.domain.numbers.statistics import as_decimal
from lims.domain.rules.errors import BadInput

_GROWS = ("numeric", "qualitative", "over_range")


def internal_standard(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    """Its response in per cent of that of the calibration."""
    if entry.value is None:
        return no_number(finding, analyte, entry)
    low, high = finding.windows.internal_standard
    text = f"internal standard {plain(entry.value)} % ({low}–{high} %)"
    held = low <= entry.value <= high
    return said(finding, analyte, held, "QC_INTERNAL_STANDARD", text, share=plain(entry.value), low=low, high=high)


def identity(finding: Finding, analyte: str, text: str) -> Outcome:
    """Retention time within so many minutes, ion ratio within so many per cent of that of the standard."""
    pairs = identity_from(text)
    for name, code in (("rt", "QC_RT"), ("ratio", "QC_ION_RATIO")):
        if name not in pairs:
            continue
        found, known = pairs[name]
        allowed = finding.windows.rt_minutes
        away = abs(Fraction(found) - Fraction(known))
        if name == "ratio":
            allowed, away = finding.windows.ion_ratio_percent, away / Fraction(known) * 100
        if away > Fraction(allowed):
            shown = plain(few(as_decimal(away)))
            text = f"{name} {found} against {known} ({shown} > {allowed})"
            more = {"found": found, "expected": known, "difference": shown, "window": allowed}
            return said(finding, analyte, False, code, text, **more)
    return said(finding, analyte, True, "QC_IDENTITY", text, found=text)


def identity_from(text: str) -> dict[str, tuple[Decimal, Decimal]]:
    """``rt=5.02/5.05; ratio=0.48/0.50``: found and that of the standard. BadInput for anything else."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, figures = part.partition("=")
        entries = [read_entry(one.strip()) for one in figures.split("/")]
        good = [one.value for one in entries if one.status == "numeric" and one.value is not None and not one.unit]
        if name.strip() not in ("rt", "ratio") or len(good) != 2 or len(entries) != 2 or good[1] <= 0:
            raise BadInput("IDENTITY_NOT_READABLE", field="text", text=text[:60])
        found[name.strip()] = (good[0], good[1])
    if not found:
        raise BadInput("IDENTITY_NOT_READABLE", field="text", text=text[:60])
    return found


def calibration(finding: Finding, analyte: str, text: str) -> Outcome:
    """Correlation, number of levels and what the line gives back for each of them."""
    seen, limits = calibration_from(text), finding.windows
    shown = plain(few(seen.r)) if len(seen.r.as_tuple().digits) <= 6 else plain(significant(seen.r, 5))
    if seen.r_square < Fraction(limits.calibration_r) ** 2 or seen.r < 0:
        text = f"r = {shown} < {limits.calibration_r}"
        return said(finding, analyte, False, "QC_CALIBRATION_R", text, found=shown, window=limits.calibration_r)
    if seen.levels < limits.calibration_levels:
        text = f"{seen.levels} levels < {limits.calibration_levels}"
        more = {"found": seen.levels, "window": limits.calibration_levels}
        return said(finding, analyte, False, "QC_CALIBRATION_LEVELS", text, **more)
    low, high = 100 - limits.back_percent, 100 + limits.back_percent
    for share in seen.back:
        if not Fraction(low) <= share <= Fraction(high):
            back = plain(few(as_decimal(share)))
            text = f"back-calculated {back} % ({low}–{high} %)"
            return said(finding, analyte, False, "QC_CALIBRATION_BACK", text, share=back, low=low, high=high)
    good = {"found": shown, "levels": str(seen.levels), "low": str(low), "high": str(high)}
    return said(finding, analyte, True, "QC_CALIBRATION", f"r = {shown}, {seen.levels} levels", **good)


def growth(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    """The positive control: its strain has grown."""
    grown = entry.status in _GROWS and not entry.qualifier and (entry.value is None or entry.value > 0)
    return said(finding, analyte, grown, "QC_GROWTH", f"{entry.text} (+)", found=entry.text)


def sterile(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    """The negative control: nothing has grown."""
    clean = entry.status in ("not_detected", "below_loq") or entry.value == 0 or entry.qualifier in ("<", "<=")
    return said(finding, analyte, clean, "QC_STERILE", f"{entry.text} (−)", found=entry.text)
