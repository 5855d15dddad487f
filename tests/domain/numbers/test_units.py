"""Units: every unit of the trade with its kind and its factor, spellings of people, and no way from kind to kind."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.numbers import units
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput
from tests.domain.shared import table

SCALES = {("degC", "K"), ("K", "degC")}


def test_every_unit_of_the_trade_has_its_kind_and_every_pair_its_exact_factor() -> None:
    rows = table("units.csv")
    assert len(rows) == 65
    x = Decimal("2.50")
    for one in rows:
        assert units.kind_of(one["unit"]) == one["dimension"]
        for other in rows:
            if one["dimension"] != other["dimension"]:
                continue
            base = Fraction(x) * Fraction(one["factor_to_base"]) + Fraction(one["offset_to_base"])
            wanted = (base - Fraction(other["offset_to_base"])) / Fraction(other["factor_to_base"])
            got = Fraction(units.convert(x, one["unit"], other["unit"]))
            assert abs(got - wanted) <= abs(wanted) * Fraction(1, 10**20), (one["unit"], other["unit"])
            if "kcal/kg" not in (one["unit"], other["unit"]):
                assert got == wanted


def test_no_pair_of_different_kinds_can_be_converted() -> None:
    rows = table("units.csv")
    for one in rows:
        for other in rows:
            if one["dimension"] == other["dimension"] or {one["unit"], other["unit"]} == {"%", "% vol"}:
                continue
            with pytest.raises(BadInput) as refused:
                units.convert(Decimal(1), one["unit"], other["unit"])
            assert refused.value.code == "INCOMPATIBLE_UNIT"
            assert not units.convertible(one["unit"], other["unit"])


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("ug/kg", "µg/kg"),
        ("μg/kg", "µg/kg"),
        ("µg/kg", "µg/kg"),
        ("mcg/kg", "µg/kg"),
        ("MG/KG", "mg/kg"),
        ("Mg/kg", "mg/kg"),
        (" mg / kg ", "mg/kg"),
        ("mg kg-1", "mg/kg"),
        ("mg·kg⁻¹", "mg/kg"),
        ("mg.kg^-1", "mg/kg"),
        ("㎎/㎏", "mg/kg"),
        ("毫克/千克", "mg/kg"),
        ("g/100g", "g/100 g"),
        ("MG/CM^2", "mg/cm2"),
        ("ng/ml", "ng/mL"),
        ("cfu/g", "CFU/g"),
        ("CFU/100ml", "CFU/100 mL"),
        ("/125g", "/125 g"),
        ("/ 250 g", "/250 g"),
        ("/25 g(mL)", "/25 g (mL)"),
        ("PPM", "ppm"),
        ("ppb (m/m)", "ppb (m/m)"),
        ("ph", "pH"),
        ("℃", "°C"),
        ("degC", "°C"),
        ("％", "%"),
        ("%vol", "% vol"),
        ("MJ/KG", "MJ/kg"),
        ("ug/cm2/week", "µg/(cm2*week)"),
        ("uGy/h", "µGy/h"),
        ("uS/cm", "µS/cm"),
        ("级", "grade"),
    ],
)
def test_spellings_of_one_unit_have_one_name(written: str, name: str) -> None:
    assert units.canonical(written) == name


@pytest.mark.parametrize(
    "written", ["", "g", "kg", "mJ/kg", "k", "n", "MS/m", "mg/kg-dry", "apples", "henry", "mg//kg", "x" * 99, "/0x5 g"]
)
def test_what_is_no_unit_of_the_laboratory_is_refused(written: str) -> None:
    assert units.known(written) is None
    with pytest.raises(BadInput) as refused:
        units.canonical(written)
    assert refused.value.code == "UNKNOWN_UNIT"


@pytest.mark.parametrize(
    ("value", "source", "target", "shown"),
    [
        ("210", "µg/kg", "mg/kg", "0.210"),
        ("0.50", "g/kg", "mg/kg", "500"),
        ("0.01", "%", "mg/kg", "100"),
        ("0", "µg/kg", "mg/kg", "0.000"),
        ("5000", "kcal/kg", "MJ/kg", "20.934"),
        ("25", "degC", "K", "298.15"),
        ("-1.5", "ng/g", "mg/kg", "-0.0015"),
        ("3", "ppb", "mg/L", "0.003"),
        ("3", "ppb", "mg/kg", "0.003"),
        ("1", "ppt", "ng/kg", "1"),
        ("0.5", "g/kg", "ppm", "500"),
        ("2", "ppm", "ppb", "2000"),
        ("12.0", "%", "% vol", "12.0"),
        ("1", "/25 mL", "/25 g", "1"),
        ("20.934", "MJ/kg", "kcal/kg", "5000.0"),
    ],
)
def test_a_converted_value_keeps_its_significant_digits(value: str, source: str, target: str, shown: str) -> None:
    assert plain(units.convert(Decimal(value), source, target)) == shown


@pytest.mark.parametrize(
    ("source", "target"), [("ppm", "CFU/g"), ("ppm", "pH"), ("/125 g", "/25 g"), ("mg/L", "mg/kg"), ("CFU/g", "MPN/g")]
)
def test_what_takes_its_kind_from_the_context_takes_none_that_is_not_a_ratio(source: str, target: str) -> None:
    assert not units.convertible(source, target)


def test_a_difference_knows_no_beginning_of_a_scale() -> None:
    assert units.convert_difference(Decimal("0.5"), "K", "degC") == Decimal("0.5")
    assert units.convert_difference(Decimal(30), "µg/kg", "mg/kg") == Decimal("0.030")


@given(st.decimals(min_value=0, max_value=10**6, places=4, allow_nan=False), st.sampled_from(units.names()), st.data())
def test_there_and_back_is_the_same_number_with_the_same_digits(
    value: Decimal, source: str, data: st.DataObject
) -> None:
    kin = [name for name in units.names() if units.convertible(source, name)]
    target = data.draw(st.sampled_from(kin))
    back = units.convert(units.convert(value, source, target), target, source)
    assert abs(back - value) <= abs(value) * Decimal("1e-19")
    if "kcal/kg" not in (source, target) and (source, target) not in SCALES and source != "°C" and target != "°C":
        assert back.as_tuple() == value.as_tuple()


@given(st.text(max_size=30))
def test_no_text_is_more_than_a_unit_or_none(text: str) -> None:
    name = units.known(text)
    assert name is None or units.known(name) == name


def test_reading_units_does_not_load_the_units_library() -> None:
    code = (
        "import sys, lims.cli.decide; from lims.domain.numbers import units; units.known('ug/kg');"
        "sys.exit('pint' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
