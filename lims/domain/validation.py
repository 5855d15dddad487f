"""What a laboratory knows of a method before it uses it: limits, range, recovery, uncertainty, matrices, who and when.

ISO/IEC 17025 7.2.2; levels and windows of recovery as GB/T 27404-2008 annex F. Without a complete record no method
goes live; what is missing is told with a code each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from lims.domain.method import MethodVersion
from lims.domain.numbers import units
from lims.domain.numbers.budget import Budget
from lims.domain.numbers.components import budget_from, model_of
from lims.domain.numbers.declared import model_said
from lims.domain.numbers.rounding import plain
from lims.domain.numbers.uncertainty import UncertaintyModel, model_from, number_from
from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal, refusal
from lims.domain.workup import check_declared

LEAST_LEVELS = 3
LEAST_REPLICATES = 6
TRACE = Decimal("0.1")
WINDOWS = (
    (Decimal(1), Decimal(80), Decimal(110)), (Decimal(100), Decimal(90), Decimal(110)),
    (None, Decimal(95), Decimal(105)),
)  # fmt: skip
"""(up to mg/kg, lowest mean recovery, highest), in per cent; the last holds above. Below ``TRACE`` it is 60 to 120."""


@dataclass(frozen=True)
class RecoveryLevel:
    """Spikes at one level in the record's unit: how many, their mean recovery and its RSD, both in per cent."""

    level: Decimal
    n: int
    mean: Decimal
    rsd: Decimal


@dataclass(frozen=True)
class ValidationRecord:
    """The figures are in ``unit``; dates and people are empty until they are known.

    It is a verification where the method is a standard and a validation where it is the laboratory's own.
    """

    unit: str = ""
    lod: Decimal | None = None
    loq: Decimal | None = None
    lowest: Decimal | None = None
    highest: Decimal | None = None
    """The working range."""
    recoveries: tuple[RecoveryLevel, ...] = ()
    uncertainty: UncertaintyModel | None = None
    budget: Budget | None = None
    """The components that the uncertainty was made of, where it was reckoned from a budget."""
    matrices: tuple[str, ...] = ()
    """Codes of the categories of goods that were tried."""
    performed_by: str = ""
    performed_on: date | None = None
    approved_by: str = ""
    approved_on: date | None = None
    report: str = ""
    """Number of the report that holds the raw figures."""


def record_from(content: str | Mapping[str, Any]) -> ValidationRecord:
    """Reads the stored JSON or its fields, all texts; BadInput names the field that cannot stand."""
    if isinstance(content, str):
        content = _json(content, "validation")
    if not isinstance(content, Mapping):
        raise BadInput("FIELD_NOT_READABLE", field="validation")
    unit = str(content.get("unit") or "")
    budget = _budget(content)
    return ValidationRecord(
        unit=units.canonical(unit) if unit else "",
        lod=_figure(content, "lod"),
        loq=_figure(content, "loq"),
        lowest=_figure(content, "lowest"),
        highest=_figure(content, "highest"),
        recoveries=tuple(_level(one, number) for number, one in enumerate(_listed(content, "recoveries"), start=1)),
        uncertainty=_model(content, budget),
        budget=budget,
        matrices=tuple(str(one).strip() for one in _listed(content, "matrices")),
        performed_by=str(content.get("performed_by") or "").strip(),
        performed_on=_day(content, "performed_on"),
        approved_by=str(content.get("approved_by") or "").strip(),
        approved_on=_day(content, "approved_on"),
        report=str(content.get("report") or "").strip(),
    )


def record_of(method: MethodVersion) -> ValidationRecord | None:
    """The record that a version of a method keeps; one without its own uncertainty has that of the method's field."""
    if not method.validation:
        return None
    record = record_from(method.validation)
    if record.uncertainty is None and method.uncertainty:
        return replace(record, uncertainty=declared_model(method.uncertainty))
    return record


def check_record(method: MethodVersion) -> None:
    """Whether everything that the method declares can be read; complete it must be at its release only. BadInput."""
    record_of(method)
    if method.uncertainty:
        declared_model(method.uncertainty)
    check_declared(method)


def declared_model(text: str) -> UncertaintyModel:
    """The method's field: a line (``20%; k=2; source: VR-7``) or the fields of a model as JSON. BadInput."""
    if not text.lstrip().startswith("{"):
        return model_said(text)
    return model_from(_json(text, "uncertainty"))


def validated_model(method: MethodVersion) -> UncertaintyModel | None:
    """The uncertainty that results may be judged with: never the planning figure, nor one without a record."""
    record = record_of(method)
    return record.uncertainty if record is not None else None


def _model(content: Mapping[str, Any], budget: Budget | None) -> UncertaintyModel | None:
    """The model of the record: declared in one line or by its fields, else that of its budget."""
    said = content.get("uncertainty")
    if isinstance(said, str) and said.strip():
        return declared_model(said)
    if said and not isinstance(said, Mapping):
        raise BadInput("FIELD_NOT_READABLE", field="uncertainty")
    if said:
        return model_from(said)
    if budget is None:
        return None
    kept = content["budget"]
    return model_of(budget, str(kept.get("source") or content.get("report") or ""), kept.get("absolute") is not True)


def _budget(content: Mapping[str, Any]) -> Budget | None:
    kept = content.get("budget")
    if kept in (None, "", {}):
        return None
    if not isinstance(kept, Mapping):
        raise BadInput("FIELD_NOT_READABLE", field="budget")
    return budget_from(kept)


def _json(text: str, field: str) -> Any:
    """Its numbers stay the texts that were written."""
    try:
        content = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise BadInput("FIELD_NOT_READABLE", field=field) from None
    if not isinstance(content, Mapping):
        raise BadInput("FIELD_NOT_READABLE", field=field)
    return content


def gaps(record: ValidationRecord | None, method: MethodVersion) -> tuple[Refusal, ...]:
    """Every reason why the method may not go live on this record; none when it is complete and good enough.

    A method that neither states a LOQ nor calculates only looks: it needs no recovery, range and uncertainty.
    """
    if record is None:
        return (refusal("VALIDATION_MISSING", method=method.code),)
    found = [*_limits(record, method)]
    if quantitative(method):
        found += [*_range(record), *_recovery(record), *_uncertainty(record)]
    return (*found, *_matrices(record, method), *_signatures(record))


def quantitative(method: MethodVersion) -> bool:
    return bool(method.loq or method.formula or method.u_rel_pct)


def window(level: Decimal, unit: str) -> tuple[Decimal, Decimal] | None:
    """The window of a mean recovery at a level; None where the level is no mass fraction."""
    if units.known(unit) is None or units.kind_of(unit) != "mass_fraction":
        return None
    here = units.convert(level, unit, "mg/kg")
    if here < TRACE:
        return Decimal(60), Decimal(120)
    return next((low, high) for top, low, high in WINDOWS if top is None or here <= top)


def _limits(record: ValidationRecord, method: MethodVersion) -> Iterator[Refusal]:
    """Both limits where the method states them, in their order, and none worse than what the method states."""
    if not record.unit and (quantitative(method) or record.lod is not None or record.loq is not None):
        yield refusal("VALIDATION_UNIT_MISSING")
    stated = (("LOD", record.lod, method.lod, method.lod_unit), ("LOQ", record.loq, method.loq, method.loq_unit))
    for name, own, declared, unit in stated:
        if own is None:
            if declared or (name == "LOQ" and quantitative(method)):
                yield refusal("VALIDATION_FIGURE_MISSING", figure=name)
        elif declared and record.unit:
            yield from _no_worse(name, own, record.unit, declared, unit)
    if record.lod is not None and record.loq is not None and record.lod > record.loq:
        yield refusal("VALIDATION_LOD_ABOVE_LOQ", lod=plain(record.lod), loq=plain(record.loq))


def _no_worse(name: str, own: Decimal, unit: str, declared: str, declared_unit: str) -> Iterator[Refusal]:
    if not units.convertible(unit, declared_unit):
        yield refusal("VALIDATION_UNIT_OTHER", figure=name, unit=unit, declared=declared_unit)
    elif units.convert(own, unit, declared_unit) > Decimal(declared):
        found = f"{plain(own)} {unit}"
        yield refusal("VALIDATION_LIMIT_WORSE", figure=name, found=found, declared=f"{declared} {declared_unit}")


def _range(record: ValidationRecord) -> Iterator[Refusal]:
    if record.lowest is None or record.highest is None:
        yield refusal("VALIDATION_RANGE_MISSING")
        return
    if record.lowest >= record.highest:
        yield refusal("VALIDATION_RANGE_EMPTY", lowest=plain(record.lowest), highest=plain(record.highest))
    if record.loq is not None and record.lowest < record.loq:
        yield refusal("VALIDATION_RANGE_BELOW_LOQ", lowest=plain(record.lowest), loq=plain(record.loq))


def _recovery(record: ValidationRecord) -> Iterator[Refusal]:
    levels = {one.level for one in record.recoveries}
    if len(levels) < LEAST_LEVELS:
        yield refusal("VALIDATION_LEVELS_FEW", found=len(levels), least=LEAST_LEVELS)
    for one in record.recoveries:
        shown = f"{plain(one.level)} {record.unit}".rstrip()
        if one.n < LEAST_REPLICATES:
            yield refusal("VALIDATION_REPLICATES_FEW", level=shown, found=one.n, least=LEAST_REPLICATES)
        bounds = window(one.level, record.unit)
        if bounds is not None and not bounds[0] <= one.mean <= bounds[1]:
            yield refusal(
                "VALIDATION_RECOVERY_OUTSIDE", level=shown, mean=plain(one.mean), low=plain(bounds[0]),
                high=plain(bounds[1]),
            )
        if record.lowest is None or record.highest is None or record.lowest <= one.level <= record.highest:
            continue
        yield refusal("VALIDATION_LEVEL_OUT_OF_RANGE", level=shown)


def _uncertainty(record: ValidationRecord) -> Iterator[Refusal]:
    """It must be declared with its source, and give a figure at both ends of the working range."""
    model = record.uncertainty
    if model is None:
        yield refusal("VALIDATION_UNCERTAINTY_MISSING")
        return
    if not model.source:
        yield refusal("VALIDATION_SOURCE_MISSING")
    for end in (record.lowest, record.highest):
        if end is None:
            continue
        try:
            model.at(end, record.unit)
        except BadInput as trouble:
            yield Refusal(trouble.code, trouble.params)
            return


def _matrices(record: ValidationRecord, method: MethodVersion) -> Iterator[Refusal]:
    untried = [code for code in method.categories if code not in record.matrices]
    if untried:
        yield refusal("VALIDATION_MATRIX_MISSING", matrices=", ".join(untried))


def _signatures(record: ValidationRecord) -> Iterator[Refusal]:
    if not (record.performed_by and record.performed_on):
        yield refusal("VALIDATION_PERFORMED_MISSING")
    if not (record.approved_by and record.approved_on):
        yield refusal("VALIDATION_APPROVED_MISSING")
    if not record.report:
        yield refusal("VALIDATION_REPORT_MISSING")
    if record.performed_on and record.approved_on and record.approved_on < record.performed_on:
        yield refusal(
            "VALIDATION_DATES_CROSSED", performed=record.performed_on.isoformat(),
            approved=record.approved_on.isoformat(),
        )


def _figure(content: Mapping[str, Any], name: str) -> Decimal | None:
    text = content.get(name)
    if text is None or text == "":
        return None
    value = number_from(text, name)
    if value <= 0:
        raise BadInput("NOT_POSITIVE", field=name, text=str(text)[:40])
    return value


def _level(content: Any, row: int) -> RecoveryLevel:
    """One row of the table of recoveries, counted from one, which an error names."""
    if not isinstance(content, Mapping):
        raise BadInput("FIELD_NOT_READABLE", field=f"recoveries.{row}")
    n = number_from(content.get("n"), f"recoveries.{row}.n")
    if n < 1 or n != n.to_integral_value():
        raise BadInput("NOT_POSITIVE", field=f"recoveries.{row}.n", text=plain(n))
    rsd = number_from(content.get("rsd"), f"recoveries.{row}.rsd")
    if rsd < 0:
        raise BadInput("NEGATIVE", field=f"recoveries.{row}.rsd", text=plain(rsd))
    level = number_from(content.get("level"), f"recoveries.{row}.level")
    if level <= 0:
        raise BadInput("NOT_POSITIVE", field=f"recoveries.{row}.level", text=plain(level))
    return RecoveryLevel(level, int(n), number_from(content.get("mean"), f"recoveries.{row}.mean"), rsd)


def _listed(content: Mapping[str, Any], name: str) -> list[Any]:
    found = content.get(name) or []
    if isinstance(found, str):
        return [part for part in found.split(";") if part.strip()]
    if not isinstance(found, list | tuple):
        raise BadInput("FIELD_NOT_READABLE", field=name)
    return list(found)


def _day(content: Mapping[str, Any], name: str) -> date | None:
    text = str(content.get(name) or "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("FIELD_NOT_READABLE", field=name) from None
