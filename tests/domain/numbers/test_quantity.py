"""Quantities and their kinds: exact within a kind, across kinds only by the fact that leads there, every step told."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.numbers import units
from lims.domain.numbers.quantity import Crossed, Quantity, across
from lims.domain.rules.errors import BadInput
from tests.domain.shared import table

DENSITY = Quantity(Decimal("0.92"), "kg/L", "label of the oil, 20 °C")
SURFACE = Quantity(Decimal(6), "dm2/kg", "Reg. (EU) No 10/2011 Art. 17")
MOISTURE = Quantity(Decimal("12.5"), "%", "analysis 17 of the same sample")
MOLAR = Quantity(Decimal("58.44"), "g/mol", "analyte table")


def q(value: str, unit: str) -> Quantity:
    return Quantity(Decimal(value), unit)


def refused(source: Quantity, unit: str, **facts: Any) -> tuple[str, Any]:
    with pytest.raises(BadInput) as caught:
        across(source, unit, **facts)
    return caught.value.code, caught.value.params.get("fact")


FACTS = {
    "density_kg_L": ("density", "kg/L"), "S_over_V_dm2_per_kg": ("surface_per_mass", "dm2/kg"),
}  # fmt: skip


def test_the_vectors_of_units() -> None:
    vectors = [row for row in table("decision_examples.csv") if row["topic"] == "unit"]
    assert [row["id"] for row in vectors] == ["D13", "D14", "D15", "D16", "D17", "D18", "D19"]
    for row in vectors:
        asked, wanted = json.loads(row["input_json"]), json.loads(row["expected_json"])
        facts = {
            name: Quantity(Decimal(str(asked[key])), unit, "example")
            for key, (name, unit) in FACTS.items()
            if key in asked
        }
        source = Quantity(Decimal(str(asked["x"])), asked["from"])
        if "error" in wanted:
            assert wanted["error"] == "INCOMPATIBLE_DIMENSION", row["id"]
            assert refused(source, asked["to"], **facts) == ("INCOMPATIBLE_UNIT", None), row["id"]
        else:
            found = across(source, asked["to"], **facts).quantity.value
            assert round(found, 4) == round(Decimal(str(wanted["x"])), 4), row["id"]


@pytest.mark.parametrize(
    ("source", "unit", "facts", "value", "steps"),
    [
        (q("200", "mg/L"), "mg/kg", {"density": DENSITY}, "217.391304348", 1),
        (q("0.2", "g/L"), "mg/kg", {"density": DENSITY}, "217.391304348", 1),
        (q("10", "mg/kg"), "mg/L", {"density": DENSITY}, "9.2", 1),
        (q("10", "mg/dm2"), "mg/kg", {"surface_per_mass": SURFACE}, "60", 1),
        (q("10", "mg/dm2"), "µg/kg", {"surface_per_mass": SURFACE}, "60000", 2),
        (q("60", "mg/kg"), "mg/dm2", {"surface_per_mass": SURFACE}, "10", 1),
        (q("100", "CFU/mL"), "CFU/g", {"density": Quantity(Decimal("1.25"), "g/mL", "weighed")}, "80", 1),
        (q("110", "MPN/mL"), "MPN/g", {"density": Quantity(Decimal("1.1"), "g/cm3", "weighed")}, "100", 1),
        (q("92", "Bq/L"), "Bq/kg", {"density": DENSITY}, "100", 1),
        (q("2", "mmol/kg"), "mg/kg", {"molar_mass": MOLAR}, "116.88", 1),
        (q("0.35", "mg/kg"), "mg/kg", {"moisture": MOISTURE, "to_dry": True}, "0.4", 1),
        (q("0.35", "mg/kg"), "µg/kg", {"moisture": MOISTURE, "to_dry": True}, "400", 2),
        (q("1.5", "mg/kg"), "µg/kg", {}, "1500", 1),
        (q("1.5", "mg/kg"), "mg/kg", {}, "1.5", 0),
        (q("2.00", "mg/kg"), "mg/kg", {"density": DENSITY}, "2.00", 0),
    ],
)
def test_each_fact_leads_across_its_kinds_and_every_step_is_told(
    source: Quantity, unit: str, facts: dict[str, Any], value: str, steps: int
) -> None:
    found: Crossed = across(source, unit, **facts)
    assert (found.quantity.shown, len(found.steps)) == (f"{value} {unit}", steps)
    by = [step for step in found.steps if step.fact]
    assert all(step.source == facts[step.fact].source and facts[step.fact].source for step in by)
    assert all(step.gives == after.of for step, after in zip(found.steps, found.steps[1:], strict=False))


def test_a_step_can_be_checked_by_hand() -> None:
    (step,) = across(q("200", "mg/L"), "mg/kg", density=DENSITY).steps
    assert (step.formula, step.gives) == ("200 mg/L / 0.92 kg/L", "217.391304348 mg/kg")
    (step,) = across(q("0.35", "mg/kg"), "mg/kg", moisture=MOISTURE, to_dry=True).steps
    assert step.formula == "0.35 mg/kg × 100 / (100 − 12.5)"


@pytest.mark.parametrize(
    ("source", "unit", "fact"),
    [
        (q("1", "mg/L"), "mg/kg", "density"),
        (q("1", "mg/dm2"), "mg/kg", "surface_per_mass"),
        (q("1", "CFU/mL"), "CFU/g", "density"),
        (q("1", "mmol/kg"), "mg/kg", "molar_mass"),
    ],
)
def test_a_missing_fact_is_refused_by_its_name(source: Quantity, unit: str, fact: str) -> None:
    others = {"density": DENSITY, "surface_per_mass": SURFACE, "moisture": MOISTURE, "molar_mass": MOLAR}
    assert refused(source, unit) == ("FACT_MISSING", fact)
    assert refused(source, unit, **{name: one for name, one in others.items() if name != fact}) == (
        "FACT_MISSING", fact,
    )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        SURFACE,
        MOISTURE,
        Quantity(Decimal(0), "kg/L", "label"),
        Quantity(Decimal("-0.92"), "kg/L", "label"),
        Quantity(Decimal("0.92"), "kg/L", " "),
    ],
)
def test_a_wrong_fact_is_refused_by_its_name(wrong: Quantity) -> None:
    assert refused(q("1", "mg/L"), "mg/kg", density=wrong) == ("FACT_WRONG", "density")


@pytest.mark.parametrize("wet", ["100", "101", "0", "-3"])
def test_a_moisture_that_leaves_nothing_is_refused(wet: str) -> None:
    moisture = Quantity(Decimal(wet), "%", "oven")
    assert refused(q("1", "mg/kg"), "mg/kg", moisture=moisture, to_dry=True) == ("FACT_WRONG", "moisture")


def test_the_dry_basis_needs_the_moisture_and_a_mass_fraction() -> None:
    assert refused(q("1", "mg/kg"), "mg/kg", to_dry=True) == ("FACT_MISSING", "moisture")
    assert refused(q("1", "CFU/g"), "CFU/g", moisture=MOISTURE, to_dry=True) == ("INCOMPATIBLE_UNIT", None)


EVERY = {"density": DENSITY, "surface_per_mass": SURFACE, "moisture": MOISTURE, "molar_mass": MOLAR}


@pytest.mark.parametrize("unit", ["pH", "grade", "presence", "outcome", "/25 g", "°C", "ratio", "% vol", "NTU"])
def test_what_is_a_scale_or_a_word_is_never_scaled(unit: str) -> None:
    for other in ("mg/kg", "mg/L", "CFU/g", "mg/dm2", "Bq/kg"):
        assert refused(q("7", unit), other, **EVERY) == ("INCOMPATIBLE_UNIT", None)
        assert refused(q("7", other), unit, **EVERY) == ("INCOMPATIBLE_UNIT", None)


@pytest.mark.parametrize(("one", "other"), [("MPN/g", "CFU/g"), ("MPN/mL", "CFU/mL"), ("MPN/mL", "CFU/g")])
def test_a_most_probable_number_is_never_a_count_of_colonies(one: str, other: str) -> None:
    assert refused(q("7", one), other, **EVERY) == ("INCOMPATIBLE_UNIT", None)
    assert refused(q("7", other), one, **EVERY) == ("INCOMPATIBLE_UNIT", None)


def test_a_presence_in_25_g_is_none_in_100_g() -> None:
    assert refused(q("0", "/25 g"), "/100 g", **EVERY) == ("INCOMPATIBLE_UNIT", None)


@pytest.mark.parametrize(("value", "unit"), [("NaN", "mg/kg"), ("Infinity", "mg/kg"), ("1e99999", "mg/kg")])
def test_what_is_no_number_is_no_quantity(value: str, unit: str) -> None:
    with pytest.raises(BadInput) as caught:
        q(value, unit)
    assert caught.value.params["field"] == "value"


def test_a_quantity_names_its_kind_and_only_curated_units() -> None:
    kinds = {q("1", unit).kind for unit in ("mg/kg", "mg/L", "CFU/g", "mg/dm2", "ratio", "pH", "grade", "kBq/kg")}
    assert kinds == {
        "mass_fraction", "mass_concentration", "count_per_mass", "mass_per_area", "ratio", "ph", "ordinal", "activity",
    }  # fmt: skip
    assert (q("1", "kg / L").kind, q("1", "cm²/g").kind, q("1", "g/mol").kind) == (
        "density", "surface_per_mass", "molar_mass",
    )  # fmt: skip
    with pytest.raises(BadInput):
        q("1", "picohenry")


@given(st.decimals(min_value="0.001", max_value="100000", places=4), st.sampled_from(units.names()),
       st.sampled_from(units.names()))  # fmt: skip
def test_within_a_kind_the_way_there_and_back_is_exact(value: Decimal, unit: str, other: str) -> None:
    source = Quantity(value, unit)
    if source.kind == q("1", other).kind:
        back = source.to(other).to(unit).value
        assert back == value or abs(back - value) / value < Decimal("1e-18")  # MJ and kcal meet at no end


@given(st.integers(min_value=1, max_value=10**9), st.sampled_from(["0.8", "1.25", "0.5", "1.6"]))
def test_by_density_there_and_back_is_exact(value: int, density: str) -> None:
    fact = Quantity(Decimal(density), "kg/L", "weighed")
    there = across(Quantity(Decimal(value), "mg/L"), "mg/kg", density=fact).quantity
    assert across(there, "mg/L", density=fact).quantity.value == value
