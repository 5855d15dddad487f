"""The validation record of a method as a form: its stored fields laid out flat, and put together again as stored.

What is missing or wrong in it is the domain's matter (domain/validation.py); here a field only finds its place.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import request

from lims.domain.numbers.budget import DISTRIBUTIONS
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.uncertainty import KINDS, UncertaintyModel
from lims.domain.rules.errors import BadInput, LimsError
from lims.domain.validation import declared_model

PREFIX = "record."
PLAIN = (
    "unit", "lod", "loq", "lowest", "highest", "matrices", "performed_by", "performed_on", "approved_by", "approved_on",
    "report",
)  # fmt: skip
LISTS = {
    "recoveries": ("level", "n", "mean", "rsd"),
    "uncertainty.levels": ("start", "figure", "relative"),
    "budget.components": ("name", "value", "relative", "distribution", "k", "sensitivity", "dof"),
}
MODEL = ("kind", "figure", "unit", "k", "source")
BUDGET = ("value", "unit", "probability", "k", "source", "absolute")
SPARE = {"recoveries": 6, "uncertainty.levels": 4, "budget.components": 8}
"""Rows that the form offers at least; one more than there are where it is full."""
FLAGS = frozenset({"relative", "absolute"})
ALONE = frozenset({"k", "unit", "source", "distribution", "relative", "absolute"})
"""Fields that say nothing by themselves."""


def written(text: str) -> str:
    """The record as it is stored: from the fields of the form, or as its JSON was sent instead; empty without any."""
    if "record" not in request.form:
        return text
    return stored({name.removeprefix(PREFIX): value for name, value in request.form.items() if name.startswith(PREFIX)})


def stored(flat: Mapping[str, str]) -> str:
    """The JSON of a record from its flat fields, every figure as it was typed; rows without a figure are left out."""
    record: dict[str, Any] = {name: text for name in PLAIN if (text := flat.get(name, "").strip())}
    rows = {name: _rows(flat, name) for name in LISTS}
    if rows["recoveries"]:
        record["recoveries"] = rows["recoveries"]
    for name, fields, listed in (("uncertainty", MODEL, "levels"), ("budget", BUDGET, "components")):
        made: dict[str, Any] = _row(flat, name, fields)
        if inner := rows[f"{name}.{listed}"]:
            made[listed] = inner
        if set(made) - ALONE:
            record[name] = made
    return json.dumps(record, ensure_ascii=False) if record else ""


def _rows(flat: Mapping[str, str], name: str) -> list[dict[str, Any]]:
    starts = {key.removeprefix(f"{name}.").partition(".")[0] for key in flat if key.startswith(f"{name}.")}
    numbers = sorted(int(one) for one in starts if one.isascii() and one.isdigit() and len(one) < 4)
    rows = [_row(flat, f"{name}.{number}", LISTS[name]) for number in numbers]
    return [row for row in rows if set(row) - ALONE]


def _row(flat: Mapping[str, str], at: str, fields: tuple[str, ...]) -> dict[str, Any]:
    found = {name: flat.get(f"{at}.{name}", "").strip() for name in fields}
    return {name: True if name in FLAGS else text for name, text in found.items() if text}


def fields_of(text: str) -> dict[str, str] | None:
    """The flat fields of a stored record; None for one that the form cannot show whole, which stays JSON."""
    if not text.strip():
        return {}
    try:
        record = json.loads(text, parse_float=str, parse_int=str)
        flat = _flat(record)
        return flat if json.loads(stored(flat)) == _normal(record) else None
    except (ValueError, RecursionError, TypeError, AttributeError, BadInput):
        return None


def _normal(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record as the form writes it: a list of matrices as text, a model said in a line by its fields."""
    found: dict[str, Any] = _said(record)
    if isinstance(found.get("matrices"), list):
        found["matrices"] = ";".join(found["matrices"])
    if isinstance(found.get("uncertainty"), str):
        found["uncertainty"] = _model_fields(declared_model(found["uncertainty"]))
    return found


def _said(value: Any) -> Any:
    """Without what says nothing."""
    if isinstance(value, Mapping):
        kept = {name: _said(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in (None, "", [], {}, False)}
    return [_said(one) for one in value] if isinstance(value, list) else value


def _flat(record: Mapping[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}

    def lay(at: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for name, inner in value.items():
                lay(f"{at}.{name}" if at else str(name), inner)
        elif isinstance(value, list):
            for number, inner in enumerate(value, start=1):
                lay(f"{at}.{number}", inner)
        elif value is True:
            flat[at] = "1"
        else:
            flat[at] = str(value)

    lay("", _normal(record))
    return flat


def _model_fields(model: UncertaintyModel) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": model.kind, "unit": model.unit, "k": plain(model.k), "source": model.source}
    if model.figure is not None:
        found["figure"] = plain(model.figure)
    if model.levels:
        found["levels"] = [
            {"start": plain(one.start), "figure": plain(one.figure), **({"relative": True} if one.relative else {})}
            for one in model.levels
        ]
    return {name: value for name, value in found.items() if value}


def form(text: str, error: LimsError | None = None) -> dict[str, Any]:
    """What the template lays out: the fields, how many rows of each list, choices, and where the error belongs."""
    fields = fields_of(text)
    rows = {name: max(least, _last(fields or {}, name) + 1) for name, least in SPARE.items()}
    at = str(error.params.get("field", "")) if error is not None else ""
    return {"fields": fields, "rows": rows, "kinds": KINDS, "distributions": DISTRIBUTIONS, "wrong": at}


def _last(fields: Mapping[str, str], name: str) -> int:
    numbers = [key.removeprefix(f"{name}.").partition(".")[0] for key in fields if key.startswith(f"{name}.")]
    return max(map(int, numbers), default=0)
