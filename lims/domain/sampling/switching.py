"""The switching rules of ISO 2859-1, 9.3 and 9.4: which severity the next lot is inspected by, and why.

One history for each producer, product and characteristic. It counts lots as they come and knows no dates and no rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lims.domain.rules.errors import BadInput, Refused
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.sampling_plan import SEVERITIES, Acceptance, accepted_one_step_tighter

DISCONTINUED = "discontinued"
"""No lot is accepted by sampling until the producer has improved and the authority has agreed (9.4)."""
WINDOW, TOO_MANY = 5, 2
"""Of so many consecutive lots under normal inspection or fewer, so many not accepted tighten it (9.3.1)."""
ACCEPTED_TO_NORMAL = 5
NOT_ACCEPTED_TO_STOP = 5
SCORE_TO_REDUCE = 30
NOT_DUE = {
    "normal": "NORMAL_INSPECTION_DUE", "tightened": "TIGHTENED_INSPECTION_DUE", "reduced": "REDUCED_INSPECTION_DUE",
}
"""Why a lot that was judged by another severity is not counted."""
SMALL_AC, POINTS_SMALL, POINTS_TIGHTER = 1, 2, 3


@dataclass(frozen=True)
class Key:
    """Whose lots are counted together, and for which characteristic."""

    producer: str
    product: str
    characteristic: str


@dataclass(frozen=True)
class Change:
    """One change of severity: from, to, the code of its reason, and the figures that its words name."""

    before: str
    to: str
    reason: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class History:
    """What the lots so far add up to. ``severity`` is that of the next lot; ``change`` is what the last lot changed."""

    key: Key
    severity: str = "normal"
    recent: tuple[bool, ...] = ()
    """Accepted or not, oldest first, at most five, since the severity last changed."""
    not_accepted: int = 0
    """Lots not accepted since tightened inspection began."""
    score: int = 0
    """The switching score (9.3.3.2); it is kept under normal inspection only."""
    change: Change | None = None


@dataclass(frozen=True)
class LotOutcome:
    """A lot as it was judged. What nobody has said counts as no: neither steady production nor agreement."""

    lot: str
    judged: Acceptance
    steady: bool = False
    """Production is at a steady rate."""
    agreed: bool = False
    """The responsible authority holds reduced inspection desirable."""
    original: bool = True
    """Not submitted again after it was not accepted; only original inspection counts."""


def opened(key: Key, severity: str = "normal") -> History:
    """A history before its first lot: normal inspection, unless the authority directs another severity (9.1)."""
    if severity not in SEVERITIES:
        raise BadInput("UNKNOWN_CHOICE", field="severity", value=str(severity)[:40])
    return History(key, severity)


def after(history: History, outcome: LotOutcome) -> History:
    """The history with one more lot. Refused while sampling is discontinued, and for a lot judged by another severity.

    A lot that is submitted again is judged, but counts for nothing here.
    """
    if history.severity == DISCONTINUED:
        raise Refused(refusal("SAMPLING_DISCONTINUED", producer=history.key.producer, product=history.key.product))
    if not outcome.original:
        return replace(history, change=None)
    if outcome.judged.plan.severity != history.severity:
        raise Refused(Refusal(NOT_DUE[history.severity], {"lot": outcome.lot}))
    return _RULES[history.severity](history, outcome)


def replay(history: History, outcomes: Iterable[LotOutcome]) -> tuple[History, ...]:
    """The history after each lot in turn, so that every change can be shown with the lot that made it."""
    steps = []
    for outcome in outcomes:
        history = after(history, outcome)
        steps.append(history)
    return tuple(steps)


def resumed(history: History, improved: bool, agreed: bool) -> History:
    """Sampling taken up again after it was discontinued: under tightened inspection, counted afresh (9.4)."""
    if history.severity != DISCONTINUED:
        raise Refused(refusal("SAMPLING_NOT_DISCONTINUED"))
    missing = [] if improved else [refusal("NO_IMPROVEMENT_SHOWN")]
    missing += [] if agreed else [refusal("AUTHORITY_NOT_AGREED")]
    if missing:
        raise Refused(*missing)
    return _switched(history, "tightened", "SWITCH_RESUMED")


def refusals_to_reduce(history: History, steady: bool, agreed: bool) -> tuple[Refusal, ...]:
    """Why the next lot is not inspected by reduced inspection (9.3.3.1); empty where it may be."""
    if history.severity != "normal":
        return (refusal("REDUCED_ONLY_FROM_NORMAL"),)
    found = []
    if history.score < SCORE_TO_REDUCE:
        found.append(refusal("SCORE_TOO_LOW", score=history.score, wanted=SCORE_TO_REDUCE))
    if not steady:
        found.append(refusal("PRODUCTION_NOT_STEADY"))
    if not agreed:
        found.append(refusal("AUTHORITY_NOT_AGREED"))
    return tuple(found)


def points(judged: Acceptance, score: int) -> int:
    """The switching score after a lot under normal inspection: it grows or falls back to nothing (9.3.3.2)."""
    ac = judged.plan.ac
    if ac is not None and ac > SMALL_AC:
        return score + POINTS_TIGHTER if accepted_one_step_tighter(judged) else 0
    return score + POINTS_SMALL if judged.accepted else 0


def _normal(history: History, outcome: LotOutcome) -> History:
    counted = replace(_counted(history, outcome), score=points(outcome.judged, history.score))
    failed = counted.recent.count(False)
    if failed >= TOO_MANY:
        params = {"failed": failed, "lots": len(counted.recent), "lot": outcome.lot}
        return _switched(counted, "tightened", "SWITCH_TWO_NOT_ACCEPTED", **params)
    if not refusals_to_reduce(counted, outcome.steady, outcome.agreed):
        return _switched(counted, "reduced", "SWITCH_SCORE_REACHED", score=counted.score, lot=outcome.lot)
    return counted


def _tightened(history: History, outcome: LotOutcome) -> History:
    failed = history.not_accepted + (not outcome.judged.accepted)
    counted = replace(_counted(history, outcome), not_accepted=failed)
    if failed >= NOT_ACCEPTED_TO_STOP:
        return _switched(counted, DISCONTINUED, "SWITCH_DISCONTINUED", failed=failed, lot=outcome.lot)
    if counted.recent == (True,) * ACCEPTED_TO_NORMAL:
        return _switched(counted, "normal", "SWITCH_FIVE_ACCEPTED", lots=ACCEPTED_TO_NORMAL, lot=outcome.lot)
    return counted


def _reduced(history: History, outcome: LotOutcome) -> History:
    counted = _counted(history, outcome)
    if not outcome.judged.accepted:
        return _switched(counted, "normal", "SWITCH_REDUCED_NOT_ACCEPTED", lot=outcome.lot)
    if not outcome.steady:
        return _switched(counted, "normal", "SWITCH_PRODUCTION_IRREGULAR", lot=outcome.lot)
    if not outcome.agreed:
        return _switched(counted, "normal", "SWITCH_AGREEMENT_WITHDRAWN", lot=outcome.lot)
    return counted


_RULES = {"normal": _normal, "tightened": _tightened, "reduced": _reduced}


def _counted(history: History, outcome: LotOutcome) -> History:
    return replace(history, recent=(*history.recent, outcome.judged.accepted)[-WINDOW:], change=None)


def _switched(history: History, to: str, reason: str, **params: Any) -> History:
    """Another severity starts with nothing counted; the reason tells what led to it."""
    return History(history.key, to, change=Change(history.severity, to, reason, params))
