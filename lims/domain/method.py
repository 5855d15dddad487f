"""Methods: one edition of one way of measuring, what it can find and from which level on.

The planning uncertainty serves planning only; it is never printed and never judged with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from lims.domain.calculation import FUNCTION_NAMES, evaluate, names_in, quantity
from lims.domain.numbers import units
from lims.domain.numbers.quantity import fact_between
from lims.domain.rules.errors import BadInput
from lims.domain.specification import in_force

FIGURES = 3
"""Significant figures that a calculated result is reported with where the method does not say."""
DECLARED = (
    "repeatability", "uncertainty", "validation", "recovery_correction", "analytical_correction", "plate_range",
    "portion", "pool_size",
)  # fmt: skip
"""Fields that are kept as they were written; whoever uses one reads it."""
_READING_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
_MOST_READINGS = 20
_NEAR = Decimal("1e-12")


@dataclass(frozen=True)
class Reading:
    """One figure that a formula asks for; with ``fixed`` it is a constant of the method and asked of nobody."""

    name: str
    unit: str
    meaning_en: str
    meaning_zh: str
    fixed: str = ""


@dataclass(frozen=True)
class MethodVersion:
    """One version of a method; lod, loq and k are texts as given, empty when not known."""

    id: int
    code: str
    version: int
    title: str
    technique: str
    analytes: tuple[str, ...]
    categories: tuple[str, ...]
    lod: str
    lod_unit: str
    loq: str
    loq_unit: str
    u_rel_pct: str
    """Typical relative expanded uncertainty in per cent, for planning."""
    instrument: str
    valid_from: date | None
    valid_to: date | None
    matrix: str = ""
    formula: str = ""
    k: str = "2"
    marks: tuple[str, ...] = ()
    """Marks flagged in the catalogue (CMA, CNAS); the scope itself stands in the scope rows."""
    note: str = ""
    readings: tuple[Reading, ...] = ()
    """What the formula reckons with, in the order in which it is asked."""
    formula_unit: str = ""
    formula_analytes: tuple[str, ...] = ()
    """The analytes that the formula is for; empty: all of the method."""
    figures: int = FIGURES
    repeatability: str = ""
    """The limit of repeatability as declared: ``10%``, ``0.02 mg/kg``, or by level; see replicate.py."""
    uncertainty: str = ""
    """As declared: a line such as ``20%; k=2; source: VR-7`` or the fields of a model; see validation.py."""
    validation: str = ""
    """The laboratory's own record, empty for a method of the seed."""
    recovery_correction: str = ""
    """``82%`` once for all, ``asked`` with each result, empty for none."""
    analytical_correction: str = ""
    """``toy``: results of element migration are compared less the correction of the element."""
    plate_range: str = ""
    """Colonies on a plate that is counted: ``20-200``, or by analyte; empty for the usual, see plate_count.py."""
    portion: str = ""
    pool_size: str = ""
    """Units of food that may be tested together in one pool; empty: as many as wanted, see sampling/pools.py."""

    def calculates(self, analyte: str, unit: str) -> bool:
        """Whether the formula gives a result that can be compared in the unit asked for, be it with a density."""
        if not self.formula or (self.formula_analytes and analyte not in self.formula_analytes):
            return False
        if not self.formula_unit or units.known(unit) is None:
            return True
        return units.convertible(self.formula_unit, unit) or fact_between(self.formula_unit, unit) is not None

    def asked(self) -> tuple[Reading, ...]:
        """The readings that a person gives; those of an older formula without a declaration by name only."""
        declared = self.readings or tuple(Reading(name, "", "", "") for name in names_in(self.formula))
        return tuple(one for one in declared if not one.fixed)

    def constants(self) -> tuple[Reading, ...]:
        return tuple(one for one in self.readings if one.fixed)

    def covers(self, analyte: str, category: str) -> bool:
        return analyte in self.analytes and category in self.categories

    def in_force(self, on: date) -> bool:
        return in_force(self.valid_from, self.valid_to, on)

    @property
    def edition(self) -> int:
        """The year in the code of the standard (GB 5009.15-2023, ISO 6579-1:2017); 0 without one."""
        years = re.findall(r"[-: ]((?:19|20)\d\d)\b", self.code)
        return int(years[-1]) if years else 0


def method_from(
    id: int,
    code: str,
    version: int,
    content: Mapping[str, str],
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> MethodVersion:
    """Reads the stored fields of a method; raises BadInput naming the field that cannot stand."""
    text = {key: (value or "").strip() for key, value in content.items()}
    for name in ("title", "technique", "analytes", "categories"):
        if not text.get(name):
            raise BadInput("FIELD_NEEDED", field=name)
    for name in ("lod", "loq", "u_rel_pct_k2_typical", "k"):
        _positive(name, text.get(name, ""))
    for name in ("lod", "loq"):
        if text.get(name) and not text.get(f"{name}_unit"):
            raise BadInput("FIELD_NEEDED", field=f"{name}_unit")
    flags = (("CMA", "demo_cma"), ("CNAS", "demo_cnas"))
    return MethodVersion(
        id=id,
        code=code,
        version=version,
        title=text["title"],
        technique=text["technique"],
        analytes=listed(text["analytes"]),
        categories=listed(text["categories"]),
        lod=text.get("lod", ""),
        lod_unit=text.get("lod_unit", ""),
        loq=text.get("loq", ""),
        loq_unit=text.get("loq_unit", ""),
        u_rel_pct=text.get("u_rel_pct_k2_typical", ""),
        instrument=text.get("instrument", ""),
        valid_from=valid_from,
        valid_to=valid_to,
        matrix=text.get("matrix", ""),
        formula=text.get("formula", ""),
        k=text.get("k") or "2",
        marks=tuple(mark for mark, flag in flags if text.get(flag) == "Y"),
        note=text.get("note", ""),
        readings=readings_from(text.get("readings", "")),
        formula_unit=text.get("formula_unit", ""),
        formula_analytes=listed(text.get("formula_analytes", "")),
        figures=_figures(text.get("figures", "")),
        **{name: text.get(name, "") for name in DECLARED},
    )


def readings_from(text: str) -> tuple[Reading, ...]:
    """``name:unit:meaning_en:meaning_zh`` separated by semicolons; ``M=56.11:g/mol:…`` is a constant."""
    found = tuple(_reading(part) for part in listed(text))
    names = [one.name for one in found]
    for name in names:
        if names.count(name) > 1:
            raise BadInput("READING_TWICE", field="readings", name=name)
    if len(found) > _MOST_READINGS:
        raise BadInput("READINGS_TOO_MANY", field="readings", most=_MOST_READINGS)
    return found


def _reading(text: str) -> Reading:
    parts = [part.strip() for part in text.split(":")]
    if len(parts) != 4 or not all(parts):
        raise BadInput("READING_NOT_READABLE", field="readings", text=text[:60])
    name, _, fixed = (part.strip() for part in parts[0].partition("="))
    if not _READING_NAME.fullmatch(name) or name in FUNCTION_NAMES:
        raise BadInput("READING_NOT_READABLE", field="readings", text=text[:60])
    if "=" in parts[0]:
        _positive("readings", fixed or "?")
    return Reading(name, parts[1], parts[2], parts[3], fixed)


def _figures(text: str) -> int:
    if not text:
        return FIGURES
    if len(text) != 1 or text not in "123456789":
        raise BadInput("FIGURES_OUT_OF_BOUNDS", field="figures", text=text[:20])
    return int(text)


def check_formula(method: MethodVersion) -> None:
    """A formula stands when every reading is declared and used, and units and factor agree with its unit.

    BadInput names the field that is wrong.
    """
    if not method.formula:
        for name in ("readings", "formula_unit", "formula_analytes"):
            if getattr(method, name):
                raise BadInput("FIELD_NEEDED", field="formula")
        return
    used, declared = names_in(method.formula), tuple(one.name for one in method.readings)
    for name in used:
        if name not in declared:
            raise BadInput("READING_NOT_DECLARED", field="formula", name=name)
    for name in declared:
        if name not in used:
            raise BadInput("READING_NOT_USED", field="readings", name=name)
    if units.known(method.formula_unit) is None:
        raise BadInput("UNKNOWN_UNIT", field="formula_unit", unit=method.formula_unit)
    for code in method.formula_analytes:
        if code not in method.analytes:
            raise BadInput("UNKNOWN_CHOICE", field="formula_analytes", value=code)
    _check_units(method)


def _check_units(method: MethodVersion) -> None:
    """Twice with other numbers: that the factor is right by chance is not to be feared then."""
    for step in (2, 5):
        numbers = {
            one.name: Decimal(one.fixed or 3 + step * place) for place, one in enumerate(method.readings)
        }  # fmt: skip
        meant = units.number_of(_meant(method, numbers), method.formula_unit)
        if meant is None:
            raise BadInput("FORMULA_UNIT_OTHER", field="formula_unit", unit=method.formula_unit)
        said = evaluate(method.formula, numbers)
        if abs(said - meant) > _NEAR * abs(meant):
            factor = f"{said / meant:.4g}" if meant else "0"
            raise BadInput("FORMULA_FACTOR_OTHER", field="formula", unit=method.formula_unit, factor=factor)


def _meant(method: MethodVersion, numbers: Mapping[str, Decimal]) -> Any:
    try:
        amounts = {one.name: units.amount(numbers[one.name], one.unit) for one in method.readings}
    except BadInput as error:
        raise BadInput(error.code, **{**error.params, "field": "readings"}) from None
    return quantity(method.formula, amounts)


def listed(text: str) -> tuple[str, ...]:
    """The members of a list that is kept as text with semicolons."""
    return tuple(item.strip() for item in text.split(";") if item.strip())


def _positive(field: str, text: str) -> None:
    if not text:
        return
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadInput("NOT_A_NUMBER", field=field, text=text[:60]) from None
    if not number.is_finite() or number <= 0:
        raise BadInput("NOT_POSITIVE", field=field, text=text[:60])
