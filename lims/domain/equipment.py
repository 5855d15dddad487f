"""Instruments fit for use on a day: in service and inside their calibration; how due dates are shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lims.domain.rules.refusal import Refusal, refusal

SOON_DAYS = 30


@dataclass(frozen=True)
class Equipment:
    code: str
    state: str
    calibration_due: date | None
    out_reason: str = ""


def unfit(instrument: Equipment, on: date) -> Refusal | None:
    """Why no result may be taken with it that day (ISO/IEC 17025 6.4.4, 6.4.9); the due day itself is fit."""
    if instrument.state != "in_service":
        return refusal(
            "INSTRUMENT_NOT_IN_SERVICE",
            instrument=instrument.code,
            state=instrument.state,
            reason=instrument.out_reason,
        )
    if instrument.calibration_due is None:
        return refusal("CALIBRATION_UNKNOWN", instrument=instrument.code)
    if on > instrument.calibration_due:
        return refusal("CALIBRATION_PAST", instrument=instrument.code, due=instrument.calibration_due.isoformat())
    return None


def calibration(due: date | None, on: date) -> str:
    """``unknown``, ``past``, ``soon`` (within thirty days) or ``good``."""
    if due is None:
        return "unknown"
    if on > due:
        return "past"
    return "soon" if (due - on).days <= SOON_DAYS else "good"
