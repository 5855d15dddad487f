"""What a version of a method declares about itself, for its page: validation record, uncertainty, repeatability."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lims.domain.method import MethodVersion, method_from
from lims.domain.numbers.budget import Budget
from lims.domain.numbers.rounding import plain, significant
from lims.domain.numbers.uncertainty import UncertaintyModel
from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal
from lims.domain.validation import gaps, record_of, window
from lims.persistence.catalogue import ReferenceVersionRow

_SHOWN = 4
"""Significant figures of what a budget's table shows."""


@dataclass(frozen=True)
class LevelView:
    level: str
    n: int
    mean: str
    rsd: str
    window: str


@dataclass(frozen=True)
class ComponentView:
    name: str
    value: str
    relative: bool
    distribution: str
    divisor: str
    sensitivity: str
    dof: str
    share: str
    """In the combined variance, in per cent."""


@dataclass(frozen=True)
class BudgetView:
    value: str
    unit: str
    components: tuple[ComponentView, ...]
    u: str
    dof: str
    k: str
    expanded: str
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ModelView:
    kind: str
    figure: str
    unit: str
    levels: tuple[tuple[str, str], ...]
    k: str
    source: str


@dataclass(frozen=True)
class RecordView:
    """The record and what is missing in it; figures in ``unit``."""

    unit: str
    lod: str
    loq: str
    lowest: str
    highest: str
    recoveries: tuple[LevelView, ...]
    uncertainty: ModelView | None
    budget: BudgetView | None
    matrices: tuple[str, ...]
    performed: tuple[str, str]
    approved: tuple[str, str]
    report: str
    gaps: tuple[Refusal, ...]


def record_view(row: ReferenceVersionRow) -> RecordView | None:
    """None where the version keeps no record of this laboratory; the seed's methods have none."""
    if row.kind != "method" or not row.content.get("validation"):
        return None
    method = _method(row)
    record = record_of(method)
    assert record is not None
    return RecordView(
        unit=record.unit,
        lod=_text(record.lod), loq=_text(record.loq), lowest=_text(record.lowest), highest=_text(record.highest),
        recoveries=tuple(
            LevelView(plain(one.level), one.n, plain(one.mean), plain(one.rsd), _window(one.level, record.unit))
            for one in record.recoveries
        ),
        uncertainty=_model(record.uncertainty) if record.uncertainty else None,
        budget=_budget(record.budget) if record.budget else None,
        matrices=record.matrices,
        performed=(record.performed_by, record.performed_on.isoformat() if record.performed_on else ""),
        approved=(record.approved_by, record.approved_on.isoformat() if record.approved_on else ""),
        report=record.report,
        gaps=gaps(record, method),
    )  # fmt: skip


def gaps_of(row: ReferenceVersionRow) -> tuple[Refusal, ...]:
    """Why a version of a method may not be released; other kinds need no record."""
    if row.kind != "method":
        return ()
    try:
        method = _method(row)
        return gaps(record_of(method), method)
    except BadInput as error:  # proposed before the record was asked for in this form
        return (Refusal(error.code, error.params),)


def _method(row: ReferenceVersionRow) -> MethodVersion:
    return method_from(row.id, row.code, row.number, row.content, row.valid_from, row.valid_to)


def _model(model: UncertaintyModel) -> ModelView:
    sign = {"relative": "%", "log10": "log10"}.get(model.kind, model.unit)
    levels = tuple(
        (f"{plain(one.start)} {model.unit}", f"{plain(one.figure)} {'%' if one.relative else model.unit}")
        for one in model.levels
    )
    figure = plain(significant(model.figure, _SHOWN).normalize()) if model.figure is not None else ""
    return ModelView(model.kind, figure, sign, levels, plain(model.k), model.source)


def _budget(budget: Budget) -> BudgetView:
    found = budget.combined()
    shares = dict(found.shares)
    return BudgetView(
        plain(budget.value), budget.unit,
        tuple(
            ComponentView(
                one.name, plain(one.value), one.relative, one.distribution, one.divisor, plain(one.sensitivity),
                plain(one.dof) if one.dof is not None else "∞", plain(significant(shares[one.name], 3)),
            )
            for one in budget.components
        ),
        plain(significant(found.u, _SHOWN)), plain(significant(found.dof, _SHOWN)) if found.dof is not None else "∞",
        plain(found.k), plain(significant(found.expanded, _SHOWN)), found.steps,
    )


def _window(level: Decimal, unit: str) -> str:
    bounds = window(level, unit)
    return f"{plain(bounds[0])} – {plain(bounds[1])}" if bounds else ""


def _text(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")
