"""What was found at one position of a run, and what is said of it: the values that the checks of a batch pass on.

It knows no rule; what holds and what breaks is said by batch.py and injection.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from lims.domain.numbers.entry import Entry
from lims.domain.numbers.rounding import significant
from lims.domain.qc_window import DEFAULTS, Windows
from lims.domain.replicate import Repeatability


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
    windows: Windows = DEFAULTS
    aspect: str = ""
    lowest: tuple[tuple[str, Decimal], ...] = ()
    """The lowest result of the samples by analyte, in ``unit``."""


@dataclass(frozen=True)
class Outcome:
    """``good``, ``broken`` or ``open``; ``finding`` says it in signs, ``code`` and ``params`` give it words."""

    verdict: str
    finding: str = ""
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    analyte: str = ""
    figure: Decimal | None = None
    """What a control chart follows: the value found, the difference in per cent of the mean, the recovery."""
    figure_unit: str = ""


def said(finding: Finding, analyte: str, verdict: str | bool, code: str, text: str, **params: object) -> Outcome:
    words = verdict if isinstance(verdict, str) else "good" if verdict else "broken"
    told = {"label": finding.label, "analyte": analyte, **{key: str(value) for key, value in params.items()}}
    told["source"] = finding.windows.source
    return Outcome(words, f"{finding.label} {analyte}: {text}".strip(), code, told, analyte)


def no_number(finding: Finding, analyte: str, entry: Entry) -> Outcome:
    return said(finding, analyte, False, "QC_NO_NUMBER", f"{entry.text} is no number", found=entry.text)


def few(value: Decimal) -> Decimal:
    """As a person reads it; what is compared keeps all of its digits."""
    return significant(value, 4) if len(value.as_tuple().digits) > 4 else value
