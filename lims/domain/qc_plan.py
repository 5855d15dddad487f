"""Where quality control stands on a worksheet: the plan of a method, and its positions in run order round the samples.

Rows and people are not known here; what is found at a position is judged by batch.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lims.domain.control_chart import FAMILIES
from lims.domain.qc_window import DEFAULTS, Windows, windows_from
from lims.domain.rules.errors import BadInput

KINDS = ("calibration", "ccv", "positive_control", "negative_control", "blank", "crm", "sample", "duplicate", "spike")
"""Every kind of position, in the order in which a run begins with them."""
MARKS = {"calibration": "CAL", "ccv": "CCV", "blank": "BLK", "crm": "CRM", "duplicate": "DUP", "spike": "SPK",
         "positive_control": "POS", "negative_control": "NEG"}  # fmt: skip
MOST_EVERY = 1000
_INTERVALS = ("blank_every", "duplicate_every", "spike_every", "crm_every", "ccv_every")


@dataclass(frozen=True)
class QcPlan:
    """So many samples to one position of a kind, 0 for none; a ccv comes after so many positions."""

    blank_every: int = 0
    duplicate_every: int = 0
    spike_every: int = 0
    crm_every: int = 0
    ccv_every: int = 0
    crm: tuple[str, str] = ("", "")
    """Name of the material and its certified value."""
    ccv: tuple[str, str] = ("", "")
    spike: str = ""
    """What is added: the level of the spike; empty where recoveries are typed."""
    controls: tuple[tuple[str, str], ...] = ()
    """(positive_control or negative_control, its name): strains and media of microbiology."""
    calibration: bool = False
    chart_rules: tuple[str, ...] = ("westgard",)
    windows: Windows = field(default=DEFAULTS)


@dataclass(frozen=True)
class Place:
    """One position of a run. ``sample`` is the number of the sample, 1, 2, 3 …, that stands here or is repeated."""

    kind: str
    label: str = ""
    sample: int = 0
    expected: str = ""
    material: str = ""


def qc_plan_from(content: Mapping[str, str], source: str = "", technique: str = "") -> QcPlan:
    """A plan as the catalogue keeps it. BadInput names the field that cannot be read or that is missing."""
    text = {name: (content.get(name) or "").strip() for name in content}
    every = {name: _interval(name, text.get(name, "")) for name in _INTERVALS}
    plan = QcPlan(
        **every,
        crm=_named("crm", text.get("crm", ""), every["crm_every"]),
        ccv=_named("ccv", text.get("ccv", ""), every["ccv_every"]),
        spike=text.get("spike", ""),
        controls=_controls(text.get("controls", "")),
        calibration=_yes("calibration", text.get("calibration", "")),
        chart_rules=_rules(text.get("chart_rules", "")),
        windows=windows_from(text, source, technique),
    )
    if not any(every.values()) and not plan.controls and not plan.calibration:
        raise BadInput("FIELD_NEEDED", field="blank_every")
    return plan


def _interval(name: str, text: str) -> int:
    if not text:
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 5 and int(text) <= MOST_EVERY):
        raise BadInput("NOT_A_NUMBER", field=name, value=text[:20])
    return int(text)


def _named(name: str, text: str, asked: int) -> tuple[str, str]:
    """``GBW10024 0.12±0.01 mg/kg``: a name without spaces, then the value or ``PB=…; CD=…``."""
    if asked and not text:
        raise BadInput("FIELD_NEEDED", field=name)
    label, _, expected = text.partition(" ")
    if asked and not expected.strip():
        raise BadInput("FIELD_NEEDED", field=name)
    return label, expected.strip()


def _controls(text: str) -> tuple[tuple[str, str], ...]:
    found = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        kind, _, name = part.partition(":")
        if kind.strip() not in ("positive", "negative") or not name.strip():
            raise BadInput("FIELD_NOT_READABLE", field="controls")
        found.append((f"{kind.strip()}_control", name.strip()))
    return tuple(found)


def _yes(name: str, text: str) -> bool:
    if text not in ("", "Y", "N"):
        raise BadInput("UNKNOWN_CHOICE", field=name, value=text[:20])
    return text == "Y"


def _rules(text: str) -> tuple[str, ...]:
    chosen = tuple(filter(None, re.split(r"[;,\s]+", text))) or ("westgard",)
    for one in chosen:
        if one not in FAMILIES:
            raise BadInput("UNKNOWN_CHOICE", field="chart_rules", value=one[:20])
    return chosen


def place(plan: QcPlan, samples: int) -> tuple[Place, ...]:
    """The whole run for so many samples: each interval at least once, a ccv first, after every N positions and last."""
    return tuple(_numbered(_with_checks(plan, [*_opening(plan), *_body(plan, samples)])))


def _opening(plan: QcPlan) -> Iterator[Place]:
    if plan.calibration:
        yield Place("calibration")
    for kind, name in plan.controls:
        yield Place(kind, material=name)


def _body(plan: QcPlan, samples: int) -> Iterator[Place]:
    """A blank and a reference material stand before the samples they are for, repeats right after their sample."""
    for n in range(1, samples + 1):
        if _begins(plan.blank_every, n):
            yield Place("blank")
        if _begins(plan.crm_every, n):
            yield Place("crm", expected=plan.crm[1], material=plan.crm[0])
        yield Place("sample", sample=n)
        if _begins(plan.duplicate_every, n):
            yield Place("duplicate", sample=n)
        if _begins(plan.spike_every, n):
            yield Place("spike", sample=n, expected=plan.spike)


def _begins(every: int, n: int) -> bool:
    """Whether sample n is the first of its group of ``every``."""
    return every > 0 and (n - 1) % every == 0


def _with_checks(plan: QcPlan, places: list[Place]) -> Iterator[Place]:
    check = Place("ccv", expected=plan.ccv[1], material=plan.ccv[0])
    since = plan.ccv_every  # so that one comes first
    for one in places:
        if plan.ccv_every and one.kind != "calibration" and since >= plan.ccv_every:
            yield check
            since = 0
        yield one
        since += one.kind != "calibration"
    if plan.ccv_every:
        yield check


def _numbered(places: Iterator[Place]) -> Iterator[Place]:
    """BLK-1, BLK-2 … by kind."""
    seen: dict[str, int] = {}
    for one in places:
        if one.kind == "sample":
            yield one
            continue
        seen[one.kind] = seen.get(one.kind, 0) + 1
        yield Place(one.kind, f"{MARKS[one.kind]}-{seen[one.kind]}", one.sample, one.expected, one.material)
