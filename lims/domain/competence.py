"""Who is authorised for what: an analyst and a reviewer per method, a signatory per field, for a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.specification import in_force

ACTIVITIES = ("test", "review", "sign")
ALL = "*"
SOON_DAYS = 30


@dataclass(frozen=True)
class Authorisation:
    """One grant: ``over`` is a method code for test and review, a category for sign, or ``*`` for all."""

    user_id: int
    activity: str
    over: str
    valid_from: date
    valid_to: date | None


def not_authorised(held: Iterable[Authorisation], user_id: int, activity: str, over: str, on: date) -> Refusal | None:
    """None when a grant of the person covers it on the day, else why not (ISO/IEC 17025 6.2.6)."""
    mine = [one for one in held if one.user_id == user_id and one.activity == activity and one.over in (over, ALL)]
    if any(in_force(one.valid_from, one.valid_to, on) for one in mine):
        return None
    code = "AUTHORISATION_NOT_IN_FORCE" if mine else "NOT_AUTHORISED"
    return refusal(code, activity=activity, over=over, on=on.isoformat())


def standing(valid_from: date, valid_to: date | None, today: date) -> str:
    """``future``, ``ended``, ``soon`` (ends within thirty days) or ``good``."""
    if today < valid_from:
        return "future"
    if valid_to is None:
        return "good"
    if today > valid_to:
        return "ended"
    return "soon" if (valid_to - today).days <= SOON_DAYS else "good"
