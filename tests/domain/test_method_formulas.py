"""The formulas of the seed catalogue: right in their units, right in their factors, and told in two languages."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from lims.domain.calculation import calculate, worked
from lims.domain.method import MethodVersion, check_formula, method_from, readings_from
from lims.domain.numbers import units
from lims.domain.numbers.rounding import round_to
from lims.domain.rules.errors import BadInput
from lims.services.catalogue import seed_rows

ROWS = {row["method"]: row for row in seed_rows("methods")}
METHODS = {code: method_from(0, code, 1, row) for code, row in ROWS.items()}
WITH_FORMULA = [code for code, one in METHODS.items() if one.formula]
SUMS = {row["analyte"] for row in seed_rows("analytes") if row["kind"] == "sum"}
LIMIT_UNITS: dict[tuple[str, str], set[str]] = {}
_CATEGORY = {row["product"]: row["category"] for row in seed_rows("products")}
for _row in seed_rows("limits"):
    LIMIT_UNITS.setdefault((_row["analyte"], _CATEGORY[_row["product"]]), set()).add(_row["unit"])


def lead(**changes: Any) -> MethodVersion:
    return replace(METHODS["GB 5009.12-2023"], **changes)


def refusal_of(method: MethodVersion) -> BadInput:
    with pytest.raises(BadInput) as caught:
        check_formula(method)
    return caught.value


def test_most_methods_of_the_seed_are_calculated_and_none_that_counts_or_looks() -> None:
    assert len(WITH_FORMULA) == 105
    for code in set(ROWS) - set(WITH_FORMULA):
        assert not any(ROWS[code][name] for name in ("readings", "formula_unit", "formula_analytes", "figures"))
    assert not any("plate" in ROWS[code]["technique"] or "culture" in ROWS[code]["technique"] for code in WITH_FORMULA)


@pytest.mark.parametrize("code", WITH_FORMULA)
def test_units_and_factor_of_a_formula_agree_with_its_unit(code: str) -> None:
    check_formula(METHODS[code])


@pytest.mark.parametrize("code", WITH_FORMULA)
@pytest.mark.parametrize("factor", ["* 1000", "/ 1000", "* 10", "/ 100"])
def test_a_wrong_factor_is_found_in_every_formula(code: str, factor: str) -> None:
    method = METHODS[code]
    error = refusal_of(replace(method, formula=f"({method.formula}) {factor}"))
    assert (error.code, error.params["field"]) == ("FORMULA_FACTOR_OTHER", "formula")


@pytest.mark.parametrize("code", WITH_FORMULA)
def test_a_formula_gives_the_unit_in_which_the_method_reports(code: str) -> None:
    method = METHODS[code]
    for unit in filter(None, (method.loq_unit, method.lod_unit)):
        assert units.known(unit) == units.known(method.formula_unit)
    analytes = method.formula_analytes or method.analytes
    asked = {u for a in analytes for c in method.categories for u in LIMIT_UNITS.get((a, c), ())}
    if code != "GB 5009.34-2022":  # its only limits are per litre of wine, where the result is typed
        assert not asked or any(units.convertible(method.formula_unit, unit) for unit in asked)


@pytest.mark.parametrize("code", WITH_FORMULA)
def test_readings_are_explained_in_both_languages_and_no_sum_is_calculated_as_one_substance(code: str) -> None:
    method = METHODS[code]
    for reading in method.readings:
        assert re.search(r"[\u4e00-\u9fff]", reading.meaning_zh) and reading.meaning_en.isascii()
    assert not SUMS & set(method.formula_analytes or method.analytes)
    assert method.figures == 3


@pytest.mark.parametrize(
    ("code", "readings", "value", "places"),
    [
        # (12.4 - 0.4) ug/L in 50 mL is 0.6 ug; 0.6 ug in 0.5 g is 1.2 mg/kg
        ("GB 5009.12-2023", "c=12.4 blank=0.4 V=50 DF=1 m=0.5", "1.2", "0.0001"),
        # (m1 - m2) / (m1 - m0): 0.3 g of 3 g is water
        ("GB 5009.3-2016", "m0=20 m1=23 m2=22.7", "10", "0.0001"),
        # 2 mL of 0.1 mol/L is 0.2 mmol KOH, 11.22 mg; over 4 g
        ("GB 5009.229-2016", "V=2.1 V0=0.1 ct=0.1 m=4", "2.805", "0.0001"),
        # 3 mL of 0.002 mol/L is 0.006 mmol iodine, 0.7614 mg in 5 g: 0.015228 g in 100 g
        ("GB 5009.227-2023", "V=3.1 V0=0.1 ct=0.002 m=5", "0.015228", "0.0000001"),
        # 0.4 ng/mL in 10 mL from 5 g is 0.8 ug/kg; a recovery of 80 % makes it 1
        ("GB 5009.22-2016 (LC-MS/MS)", "c=0.4 V=10 DF=1 m=5 R=80", "1", "0.0001"),
        # 2 mg/L in 100 mL from 2 g is 100 mg/kg, 0.1 g/kg
        ("GB 5009.28-2016", "c=2 V=100 DF=1 m=2", "0.1", "0.0001"),
        # 90 mg/kg at 10 % moisture is 100 mg/kg dry, 88 mg/kg at 88 % dry matter
        ("GB/T 13080-2018", "c=1.8 blank=0 V=50 DF=1 m=1 w=10", "88", "0.0001"),
        # 0.1 mL of 0.05 mol/L EDTA is 0.005 mmol lead, 1.036 mg; in 0.1 g: 1.036 %
        ("GB/T 3884.7", "V=0.2 V0=0.1 ct=0.05 m=0.1", "1.036", "0.0001"),
        # 500 mL at 1 mg/L over 2 dm2
        ("GB 31604.34-2016", "c=1000 blank=0 V=500 S=2", "0.25", "0.0001"),
        # (26000 - 206 * 4) * 90 / 98 - 23 * 10 is 23120.8 - 230 J/g (GB/T 213)
        ("GB/T 213-2008", "Q=26000 H=4 Mt=10 w=2", "22.8908", "0.0001"),
        # 1 mL of 0.01 mol/L is 0.01 mmol, 0.3203 mg in 10 g
        ("GB 5009.34-2022", "V=1.2 V0=0.2 ct=0.01 m=10", "32.03", "0.0001"),
        # 20 mg/L methanol times 5, in a spirit of 50 % vol
        ("GB 5009.266-2016", "c=20 DF=5 E=50", "200", "0.0001"),
    ],
)
def test_a_formula_gives_what_a_hand_works_out(code: str, readings: str, value: str, places: str) -> None:
    method = METHODS[code]
    given = {name: Decimal(text) for name, text in (pair.split("=") for pair in readings.split())}
    assert set(given) == {one.name for one in method.asked()}
    given |= {one.name: Decimal(one.fixed) for one in method.constants()}
    found = calculate(method.formula, given).value
    assert round_to(found, Decimal(places)) == Decimal(value)


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"formula": "(c - blank"}, "FORMULA_NOT_READABLE", "formula"),
        ({"formula": "(c - blank) * V * DF / (mass * 1000)"}, "READING_NOT_DECLARED", "formula"),
        ({"formula": "c * V * DF / (m * 1000)"}, "READING_NOT_USED", "readings"),
        ({"formula": "(c - V) * blank * DF / (m * 1000)"}, "FORMULA_UNITS_DIFFER", "formula"),
        ({"formula": "(c - blank) * V * DF / m"}, "FORMULA_FACTOR_OTHER", "formula"),
        ({"formula": "ln(c - blank) * V * DF / m"}, "FORMULA_UNITS_DIFFER", "formula"),
        ({"formula": "(c - blank) ** V * DF / m"}, "FORMULA_CANNOT_BE_COMPUTED", "formula"),
        ({"formula": "(c - blank) * V * DF % m"}, "FORMULA_CANNOT_BE_COMPUTED", "formula"),
        ({"formula_unit": "mg/L"}, "FORMULA_UNIT_OTHER", "formula_unit"),
        ({"formula_unit": ""}, "UNKNOWN_UNIT", "formula_unit"),
        ({"formula_unit": "ug/kg"}, "FORMULA_FACTOR_OTHER", "formula"),
        ({"formula_analytes": ("CD",)}, "UNKNOWN_CHOICE", "formula_analytes"),
        ({"formula": ""}, "FIELD_NEEDED", "formula"),
    ],
)
def test_a_formula_that_cannot_stand_names_the_field(changes: dict[str, Any], code: str, field: str) -> None:
    error = refusal_of(lead(**changes))
    assert (error.code, error.params["field"]) == (code, field)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("c:ug/L:read", "READING_NOT_READABLE"),
        ("c:ug/L::读数", "READING_NOT_READABLE"),
        ("1c:ug/L:read:读数", "READING_NOT_READABLE"),
        ("mean:ug/L:read:读数", "READING_NOT_READABLE"),
        ("M=x:g/mol:molar mass:摩尔质量", "NOT_A_NUMBER"),
        ("c:ug/L:read:读数;c:mg/L:read:读数", "READING_TWICE"),
        (";".join(f"c{n}:ug/L:read:读数" for n in range(21)), "READINGS_TOO_MANY"),
    ],
)
def test_a_declaration_that_cannot_be_read_says_so(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        readings_from(text)
    assert (caught.value.code, caught.value.params["field"]) == (code, "readings")


@pytest.mark.parametrize("unit", ["parsec", "9**9", "mL)", "__import__", "mL^9", ""])
def test_a_reading_in_no_unit_of_the_laboratory_is_refused(unit: str) -> None:
    readings = tuple(replace(one, unit=unit) if one.name == "V" else one for one in lead().readings)
    error = refusal_of(lead(readings=readings))
    assert (error.code, error.params["field"]) == ("UNKNOWN_UNIT", "readings")


def test_a_power_keeps_its_number_and_a_function_of_pure_numbers_asks_for_none() -> None:
    readings = readings_from("a:mg:mass:质量;d:cm:diameter:直径;q:1:ratio:比值")
    method = replace(lead(), readings=readings, formula_unit="mg/cm2", lod_unit="", loq_unit="")
    check_formula(replace(method, formula="a / d ** 2 * exp(q) * sqrt(q) * mean(q, q, max(q, q))"))
    check_formula(replace(method, formula="a * -1 / sqrt(d ** 4) * log10(q) * ln(q) * abs(min(q, q))"))


def test_the_figures_of_a_method_are_one_digit() -> None:
    content = {**ROWS["GB 5009.12-2023"], "figures": "12"}
    with pytest.raises(BadInput) as caught:
        method_from(0, "M", 1, content)
    assert (caught.value.code, caught.value.params["field"]) == ("FIGURES_OUT_OF_BOUNDS", "figures")
    assert method_from(0, "M", 1, {**content, "figures": "4"}).figures == 4


def test_the_formula_is_shown_with_the_readings_in_it_as_they_were_typed() -> None:
    texts = {"c": "12.40", "blank": "-0.3", "V": "50", "DF": "1", "m": "0.5012"}
    assert worked(lead().formula, texts) == "(12.40 - (-0.3)) * 50 * 1 / (0.5012 * 1000)"


def test_a_formula_serves_its_own_analytes_and_units_that_can_be_compared() -> None:
    coal, wine = METHODS["GB/T 212-2008"], METHODS["GB 5009.34-2022"]
    assert coal.calculates("ASH", "%") and not coal.calculates("MOIST", "%")
    assert wine.calculates("SO2", "g/kg") and wine.calculates("SO2", "g/L"), "the latter with a density"
    assert not wine.calculates("SO2", "CFU/g")
    assert not METHODS["GB 4789.2-2022"].calculates("APC", "CFU/g")
