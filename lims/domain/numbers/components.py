"""An uncertainty budget as a method's record keeps it: its components as texts, read into a budget and into a model."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lims.domain.numbers import units
from lims.domain.numbers.budget import Budget, Component
from lims.domain.numbers.statistics import as_decimal
from lims.domain.numbers.uncertainty import UncertaintyModel, number_from
from lims.domain.rules.errors import BadInput

_MOST = 30


def budget_from(content: Mapping[str, Any], field: str = "budget") -> Budget:
    """Reads value, unit, probability or k, and the components; BadInput names the part that cannot stand.

    A component has name and value, and may have distribution, k, sensitivity, dof and relative.
    """
    listed = content.get("components")
    if not isinstance(listed, list | tuple) or not 0 < len(listed) <= _MOST:
        raise BadInput("FIELD_NOT_READABLE", field=f"{field}.components")
    unit = str(content.get("unit") or "")
    probability = number_from(content.get("probability") or "0.9545", f"{field}.probability")
    if not 0 < probability < 1:
        raise BadInput("FIELD_NOT_READABLE", field=f"{field}.probability")
    budget = Budget(
        number_from(content.get("value"), f"{field}.value"), tuple(_component(one, field) for one in listed),
        units.canonical(unit) if unit else "", probability, _optional(content, "k", field),
    )
    budget.combined()
    return budget


def _component(content: Any, field: str) -> Component:
    if not isinstance(content, Mapping) or not str(content.get("name") or "").strip():
        raise BadInput("FIELD_NOT_READABLE", field=f"{field}.components")
    name = str(content["name"]).strip()[:60]
    sensitivity = _optional(content, "sensitivity", name)
    return Component(
        name, number_from(content.get("value"), name), str(content.get("distribution") or "normal"),
        _optional(content, "k", name), Decimal(1) if sensitivity is None else sensitivity,
        _optional(content, "dof", name), content.get("relative") is True,
    )


def _optional(content: Mapping[str, Any], name: str, field: str) -> Decimal | None:
    text = content.get(name)
    return None if text in (None, "") else number_from(text, f"{field}.{name}")


def model_of(budget: Budget, source: str, relative: bool = True) -> UncertaintyModel:
    """What the budget says of results like the one it was made for: U as a share of the value, or as a figure."""
    found = budget.combined()
    if not relative:
        return UncertaintyModel("absolute", found.expanded, budget.unit, k=found.k, source=source)
    if budget.value <= 0:
        raise BadInput("NOT_POSITIVE", field="budget.value", text=str(budget.value))
    share = as_decimal(Fraction(found.expanded) * 100 / Fraction(budget.value))
    return UncertaintyModel("relative", share, k=found.k, source=source)
