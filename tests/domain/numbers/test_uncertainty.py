"""Uncertainty: declared models, sums with correlation, and the budget of the end gauge in GUM H.1."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.numbers.budget import Budget, Component, coverage, degrees_of_reliability
from lims.domain.numbers.rounding import plain, round_to, significant
from lims.domain.numbers.statistics import student_t
from lims.domain.numbers.uncertainty import Level, UncertaintyModel, model_from, of_sum
from lims.domain.rules.errors import BadInput

D = Decimal
small = st.decimals("0.0001", 1000, places=4)


def refusal_of(call: object) -> str:
    assert callable(call)
    with pytest.raises(BadInput) as refused:
        call()
    return refused.value.code


# ---- what a method declares ------------------------------------------------------------------------------------------


def test_an_absolute_figure_is_the_same_everywhere_and_changes_its_unit_as_a_difference() -> None:
    model = UncertaintyModel("absolute", D("0.2"), "mg/kg", source="validation V-12")
    found = model.at(D("210"), "µg/kg")
    assert (found.expanded, found.unit, found.k, found.source) == (200, "µg/kg", 2, "validation V-12")
    assert (found.lower, found.upper, found.standard) == (10, 410, 100)
    assert UncertaintyModel("absolute", D("0.5"), "K").at(D("20"), "°C").expanded == D("0.5")


@pytest.mark.parametrize(("x", "u"), [("0.150", "0.03"), ("0.17", "0.034"), ("0.251", "0.0502"), ("-0.15", "0.03")])
def test_a_relative_figure_is_a_share_of_the_value(x: str, u: str) -> None:
    """U of cadmium in rice at 20 %, as the vectors A01, A02 and A07 have it."""
    found = UncertaintyModel("relative", D(20)).at(D(x), "mg/kg")
    assert (found.below, found.above) == (D(u), D(u))


def test_steps_of_concentration_each_have_their_own_figure() -> None:
    model = UncertaintyModel(
        "by_level", unit="mg/kg",
        levels=(Level(D("0.01"), D("0.005")), Level(D("0.1"), D(20), True), Level(D(1), D(12), True)),
    )  # fmt: skip
    assert [model.at(D(x)).expanded for x in ("0.01", "0.099", "0.1", "0.5", "1", "50")] == [
        D("0.005"), D("0.005"), D("0.02"), D("0.1"), D("0.12"), D(6),
    ]  # fmt: skip
    assert model.at(D(50), "µg/kg").expanded == 5
    assert model.at(D(500), "µg/kg").expanded == 100
    assert refusal_of(lambda: model.at(D("0.009"))) == "LEVEL_NOT_COVERED"


def test_the_uncertainty_of_a_count_is_a_factor() -> None:
    found = UncertaintyModel("log10", D("0.3")).at(D(25000), "CFU/g")
    assert (plain(significant(found.lower, 3)), plain(significant(found.upper, 3))) == ("12500", "49900")
    assert not found.symmetric
    assert found.expanded == found.above > found.below
    exact = UncertaintyModel("log10", D(1)).at(D(1000))
    assert (exact.lower, exact.upper) == (100, 10000)
    assert refusal_of(lambda: UncertaintyModel("log10", D(1)).at(D(0))) == "VALUE_NOT_POSITIVE"


@given(small, st.decimals("0.01", 1, places=2))
def test_on_the_logarithmic_scale_the_interval_is_symmetric(x: Decimal, u: Decimal) -> None:
    found = UncertaintyModel("log10", u).at(x)
    product = Fraction(found.lower) * Fraction(found.upper)
    assert abs(product / Fraction(x) ** 2 - 1) < Fraction(1, 10**25)


@pytest.mark.parametrize(
    ("value", "unit", "sigma_percent"),
    [("1", "%", "4.0"), ("1", "mg/kg", "16"), ("100", "mg/kg", "8.0"), ("10", "µg/kg", "22"), ("50", "%", "1.41")],
)
def test_horwitz_as_thompson_limits_it(value: str, unit: str, sigma_percent: str) -> None:
    found = UncertaintyModel("horwitz").at(D(value), unit)
    shown = D(sigma_percent)
    assert abs(found.standard / D(value) * 100 - shown) < shown * D("0.01")
    assert found.symmetric
    assert abs(found.expanded - found.standard * 2) < D("1e-25")


def test_horwitz_needs_a_mass_fraction() -> None:
    assert refusal_of(lambda: UncertaintyModel("horwitz").at(D(1), "mg/L")) == "INCOMPATIBLE_UNIT"
    assert refusal_of(lambda: UncertaintyModel("horwitz").at(D(0), "mg/kg")) == "VALUE_NOT_POSITIVE"


def test_a_model_is_read_from_its_stored_texts() -> None:
    stored = {
        "kind": "by_level", "unit": "mg/kg", "k": "2", "source": "V-7",
        "levels": [{"start": "0", "figure": "0.005"}, {"start": "0.1", "figure": "15", "relative": True}],
    }  # fmt: skip
    assert model_from(stored) == UncertaintyModel(
        "by_level", None, "mg/kg", (Level(D(0), D("0.005")), Level(D("0.1"), D(15), True)), D(2), "V-7"
    )
    assert model_from({"kind": "relative", "figure": "20"}).k == 2


@pytest.mark.parametrize(
    ("stored", "code"),
    [
        ({"kind": "guess"}, "UNKNOWN_CHOICE"),
        ({}, "UNKNOWN_CHOICE"),
        ({"kind": "relative"}, "FIELD_NEEDED"),
        ({"kind": "by_level"}, "FIELD_NEEDED"),
        ({"kind": "relative", "figure": "-5"}, "NOT_POSITIVE"),
        ({"kind": "relative", "figure": "0"}, "NOT_POSITIVE"),
        ({"kind": "relative", "figure": "1_0"}, "NOT_A_NUMBER"),
        ({"kind": "relative", "figure": "nan"}, "NOT_A_NUMBER"),
        ({"kind": "relative", "figure": 0.1}, "NOT_A_NUMBER"),
        ({"kind": "relative", "figure": "20", "k": "0"}, "NOT_POSITIVE"),
        ({"kind": "absolute", "figure": "1", "unit": "blobs"}, "UNKNOWN_UNIT"),
        ({"kind": "by_level", "levels": "0.1"}, "FIELD_NOT_READABLE"),
        ({"kind": "by_level", "levels": [{"start": "1", "figure": "2"}, {"start": "1", "figure": "3"}]},
         "LEVELS_NOT_RISING"),
    ],
)  # fmt: skip
def test_a_model_that_cannot_stand_is_refused(stored: dict[str, object], code: str) -> None:
    assert refusal_of(lambda: model_from(stored)) == code


# ---- sums ------------------------------------------------------------------------------------------------------------


def test_a_sum_adds_variances_or_in_the_cautious_setting_the_uncertainties() -> None:
    assert of_sum([D(3), D(4)]) == 5
    assert of_sum([D(3), D(4)], D(1)) == 7
    assert of_sum([D(3), D(4)], D(-1)) == 1
    assert of_sum([D(5), D(7), D(9)], between={(1, 0): D(1)}) == 15
    assert of_sum([]) == 0


@given(st.lists(small, min_size=1, max_size=8), st.decimals(0, 1, places=2))
def test_correlation_only_ever_raises_the_uncertainty_of_a_sum(u: list[Decimal], r: Decimal) -> None:
    alone, between, together = of_sum(u), of_sum(u, r), of_sum(u, D(1))
    assert alone <= between <= together
    assert abs(together - sum(u, D(0))) < D("1e-25")
    assert max(u) <= alone + D("1e-25")


def test_ten_resistors_calibrated_against_one_standard_are_fully_correlated() -> None:
    """GUM 5.2.2, example: ten of 1000 ohm with u = 100 mohm each have 1 ohm together, not 0.32."""
    tenth = [D("0.1")] * 10
    assert (of_sum(tenth, D(1)), plain(significant(of_sum(tenth), 2))) == (1, "0.32")


@pytest.mark.parametrize("r", ["1.1", "-1.1", "-0.9"])
def test_a_correlation_that_cannot_be_is_refused(r: str) -> None:
    """Three quantities cannot all go against each other."""
    assert refusal_of(lambda: of_sum([D(1), D(1), D(1)], D(r))) == "CORRELATION_OUT_OF_BOUNDS"


# ---- the budget ------------------------------------------------------------------------------------------------------

END_GAUGE = Budget(
    D("50000838"),
    (
        Component("l_s", D(75), k=D(3), dof=D(18)),
        Component("d, repeats", D("5.8"), dof=D(24)),
        Component("d, comparator, random", D("3.9"), dof=D(5)),
        Component("d, comparator, systematic", D(20), k=D(3), dof=D(8)),
        Component("α_s", D("0.000002"), "rectangular", sensitivity=D(0)),
        Component("θ, mean of the bed", D("0.2"), sensitivity=D(0)),
        Component("θ, cyclic", D("0.5"), "u-shaped", sensitivity=D(0)),
        Component("δα", D("0.000001"), "rectangular", sensitivity=D(-5000000), dof=D(50)),
        Component("δθ", D("0.05"), "rectangular", sensitivity=D(-575), dof=D(2)),
    ),
    "nm",
    D("0.99"),
)
"""GUM H.1, in nanometres: l_s = 50 mm, alpha = 11.5e-6 / K, 0.1 K below 20 degrees."""


def test_the_end_gauge_of_gum_h1() -> None:
    """Table H.1: 25, 9.7, 2.9 and 16.6 nm, together 32 nm; H.1.6: 16.7 degrees, t99(16) = 2.92, U99 = 93 nm.

    The guide multiplies the rounded 32; from the full 31.66 nm it is 92 nm.
    """
    found = END_GAUGE.combined()
    by_line = dict(found.steps)
    assert by_line["u(l_s) = 75 / 3"] == "25"
    assert plain(significant(of_sum([D("5.8"), D("3.9"), D(20) / 3]), 2)) == "9.7"
    assert plain(significant(D(by_line["u(δα) = 0.000001 / √3 × 5000000"]), 2)) == "2.9"
    assert plain(significant(D(by_line["u(δθ) = 0.05 / √3 × 575"]), 3)) == "16.6"
    assert plain(round_to(found.u**2, D(1))) == "1002"
    assert plain(significant(found.u, 2)) == "32"
    assert found.dof is not None
    assert plain(significant(found.dof, 3)) == "16.7"
    assert plain(found.k) == "2.92"
    assert plain(round_to(found.k * significant(found.u, 2), D(1))) == "93"
    assert plain(significant(found.expanded, 2)) == "92"


def two_figures(value: Decimal) -> str:
    return plain(significant(value, 2))


def test_the_inputs_of_gum_h1_come_from_what_was_known() -> None:
    """H.1.3: 13 nm of five readings, 0.01 um at 95 % of six, the temperature of the bed, and guesses of reliability."""
    assert two_figures(Budget(D(215), (Component("d", D(13) / D(5).sqrt()),)).combined().u) == "5.8"
    assert two_figures(10 / student_t(D("0.95"), D(5))) == "3.9"
    bed = Budget(D("-0.1"), (Component("mean", D("0.2")), Component("cyclic", D("0.5"), "u-shaped")), "°C")
    assert two_figures(bed.combined().u) == "0.41"
    assert two_figures(Budget(D(0), (Component("α_s", D("2e-6"), "rectangular"),)).combined().u) == "0.0000012"
    assert [degrees_of_reliability(D(percent)) for percent in (25, 10, 50)] == [8, 50, 2]
    assert refusal_of(lambda: degrees_of_reliability(D(0))) == "NOT_POSITIVE"


def test_the_terms_of_second_order_in_gum_h17() -> None:
    """50 mm times 0.58e-6 times 0.41, and times 1.2e-6 times 0.029: 11.7 and 1.7 nm, which make 34 nm of 32."""
    second = (
        Component("δα θ", D("0.58e-6") * D("0.41") * 50000000),
        Component("α δθ", D("1.2e-6") * D("0.029") * 50000000),
    )
    found = replace(END_GAUGE, components=(*END_GAUGE.components, *second)).combined()
    of_each = [D(size) for line, size in found.steps if line.startswith(("u(δα θ)", "u(α δθ)"))]
    assert [two_figures(size) for size in of_each] == ["12", "1.7"]
    assert two_figures(found.u) == "34"


def test_degrees_of_freedom_of_the_comparison_in_gum_h1() -> None:
    """H.1.6: 9.7^4 / (5.8^4/24 + 3.9^4/5 + 6.7^4/8) = 25.6, with the rounded figures of the guide."""
    of_d = Budget(D(215), (
        Component("repeats", D("5.8"), dof=D(24)), Component("random", D("3.9"), dof=D(5)),
        Component("systematic", D("6.7"), dof=D(8)),
    )).combined()  # fmt: skip
    assert plain(significant(of_d.u, 2)) == "9.7"
    assert of_d.dof is not None
    assert abs(of_d.dof - D("25.6")) < D("0.3")


def test_welch_and_satterthwaite_as_in_gum_g43() -> None:
    """A product of three with 0.25, 0.57 and 0.82 % from 10, 5 and 15 readings: u = 1.03 %, 19.0 degrees, U95 = 2.2 %.

    The guide goes on with t95(19) = 2.09; the full 18.96 is cut to 18 here, which is 2.10 and the same U.
    """
    found = Budget(
        D(100),
        tuple(
            Component(name, D(share), dof=D(n - 1), relative=True)
            for name, share, n in (("a", "0.25", 10), ("b", "0.57", 5), ("c", "0.82", 15))
        ),
        "%",
        D("0.95"),
    ).combined()
    assert found.dof is not None
    assert [plain(significant(one, digits)) for one, digits in ((found.u, 3), (found.dof, 3), (found.k, 3))] == [
        "1.03", "19.0", "2.10",
    ]  # fmt: skip
    assert plain(significant(found.expanded, 2)) == "2.2"


def test_each_distribution_has_its_divisor() -> None:
    half = D("0.6")
    for distribution, square in (("rectangular", 3), ("triangular", 6), ("u-shaped", 2)):
        found = Budget(D(1), (Component("x", half, distribution),)).combined()
        assert abs(Fraction(found.u) ** 2 * square - Fraction("0.36")) < Fraction(1, 10**30)
    assert Budget(D(1), (Component("x", half),)).combined().u == half
    assert Budget(D(1), (Component("x", half, k=D(2)),)).combined().u == D("0.3")


def test_a_relative_component_goes_with_the_result_and_counts_its_power() -> None:
    """Two per cent of an input that stands in the second power are four per cent of the result."""
    found = Budget(D(-50), (Component("d", D(2), sensitivity=D(2), relative=True),)).combined()
    assert (found.u, found.expanded) == (2, 4)
    assert found.steps[0] == ("u(d) = 2 × 2 × 50 / 100", "2")


def test_with_infinite_degrees_of_freedom_the_coverage_factor_is_two() -> None:
    found = Budget(D("0.17"), (Component("whole", D("0.017")),), "mg/kg").combined()
    assert (found.dof, plain(found.k), found.expanded) == (None, "2.00", D("0.034"))
    assert found.steps[-2:] == (("k = t(95.45 %, ν = ∞)", "2.00"), ("U = 2.00 × 0.017", "0.034"))
    assert found.at_value("V-3").standard == D("0.017")


def test_a_stated_coverage_factor_is_taken_as_it_is() -> None:
    found = replace(END_GAUGE, k=D(2)).combined()
    assert Fraction(found.expanded) == Fraction(found.u) * 2
    assert not [line for line, _ in found.steps if line.startswith("k =")]


components = st.lists(
    st.builds(
        Component, st.sampled_from("abc"), small, st.sampled_from(["normal", "rectangular", "triangular", "u-shaped"]),
        dof=st.none() | st.integers(1, 60).map(D), sensitivity=st.decimals(-9, 9, places=1).filter(bool),
        relative=st.booleans(),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


@given(components)
def test_effective_degrees_lie_between_the_least_and_the_sum_and_shares_make_a_hundred(found: list[Component]) -> None:
    whole = Budget(D(7), tuple(found)).combined()
    finite = [one.dof for one in found if one.dof is not None]
    if whole.dof is None:
        assert not finite
    else:
        assert min(finite) <= whole.dof + D("1e-20")
        if len(finite) == len(found):
            assert whole.dof <= sum(finite, D(0)) + D("1e-20")
    assert abs(sum((share for _, share in whole.shares), D(0)) - 100) < D("1e-20")
    assert whole.k >= 2
    assert len(whole.steps) >= len(found) + 2


@pytest.mark.parametrize(("dof", "k"), [(None, "2.00"), ("16.9", "2.17"), ("1", "13.97"), ("50", "2.05")])
def test_degrees_of_freedom_are_cut_never_rounded_up(dof: str | None, k: str) -> None:
    assert plain(coverage(D("0.9545"), None if dof is None else D(dof))) == k


@pytest.mark.parametrize(("call", "code"), [
    (lambda: Component("x", D(1), "gaussian"), "UNKNOWN_CHOICE"),
    (lambda: Component("x", D(1), "rectangular", D(2)), "COVERAGE_NOT_MEANT"),
    (lambda: Component("x", D(1), k=D(0)), "COVERAGE_NOT_MEANT"),
    (lambda: Component("x", D(-1)), "NEGATIVE"),
    (lambda: Component("x", D(1), dof=D("0.5")), "DEGREES_NOT_POSITIVE"),
    (lambda: Budget(D(1), ()).combined(), "NO_COMPONENTS"),
    (lambda: Budget(D(1), (Component("x", D(0)),)).combined(), "NO_COMPONENTS"),
    (lambda: Budget(D(1), (Component("x", D(1)),), k=D(0)).combined(), "NOT_POSITIVE"),
    (lambda: Budget(D(1), (Component("x", D(1)),), probability=D(95)).combined(), "NOT_A_SHARE"),
])  # fmt: skip
def test_a_budget_that_cannot_be_is_refused(call: object, code: str) -> None:
    assert refusal_of(call) == code
