"""Statistics against certified values: NIST StRD to their last digit, GUM table G.2, ISO 5725-2 tables 4 and 5."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lims.domain.numbers.rounding import digits_of, plain, significant
from lims.domain.numbers.statistics import (
    Line,
    as_decimal,
    cochran,
    cochran_critical,
    fit,
    grubbs,
    grubbs_critical,
    mean,
    median,
    normal_coverage,
    relative_deviation,
    robust_deviation,
    robust_scores,
    root,
    standard_deviation,
    student_t,
    variance,
)
from lims.domain.rules.errors import BadInput

D = Decimal

# ---- NIST StRD, univariate; data of the National Institute of Standards and Technology, public domain ----------------

MAVRO = """18 17 18 19 18 17 15 14 15 15 17 18 18 19 19 21 20 16 14 13 13 15 15 16 15 14 13 14 15 14 15 16 15 16 19 20
20 21 22 23 24 25 27 26 26 26 27 26 25 24"""
"""Transmittance of a filter, in 0.0001 above 2."""
MICHELSO = """85 74 90 107 93 85 95 98 98 88 100 98 93 65 76 81 100 100 96 96 96 94 96 94 88 80 85 88 90 84 83 79 81
88 88 83 80 79 76 80 88 88 88 86 72 72 62 86 97 95 88 91 85 87 84 84 85 84 84 84 89 81 81 82 80 77 76 74 75 76 91 92
89 86 88 72 84 85 85 78 89 84 78 81 76 81 79 81 82 85 87 87 81 74 81 94 95 80 81 87"""
"""Speed of light, Michelson 1879, in 0.01 above 299 Mm/s."""
LEW = """-213 -564 -35 -15 141 115 -420 -360 203 -338 -431 194 -220 -513 154 -125 -559 92 -21 -579 -52 99 -543 -175
162 -457 -346 204 -300 -474 164 -107 -572 -8 83 -541 -224 180 -420 -374 201 -236 -531 83 27 -564 -112 131 -507 -254
199 -311 -495 143 -46 -579 -90 136 -472 -338 202 -287 -477 169 -124 -568 17 48 -568 -135 162 -430 -422 172 -74 -577
-13 92 -534 -243 194 -355 -465 156 -81 -578 -64 139 -449 -384 193 -198 -538 110 -44 -577 -6 66 -552 -164 161 -460 -344
205 -281 -504 134 -28 -576 -118 156 -437 -381 200 -220 -540 83 11 -568 -160 172 -414 -408 188 -125 -572 -32 139 -492
-321 205 -262 -504 142 -83 -574 0 48 -571 -106 137 -501 -266 190 -391 -406 194 -186 -553 83 -13 -577 -49 103 -515 -280
201 300 -506 131 -45 -578 -80 138 -462 -361 201 -211 -554 32 74 -533 -235 187 -372 -442 182 -147 -566 25 68 -535 -244
194 -351 -463 174 -125 -570 15 72 -550 -190 172 -424 -385 198 -218 -536 96"""
"""Deflection of a beam."""
LOTTERY = """162 671 933 414 788 730 817 33 536 875 670 236 473 167 877 980 316 950 456 92 517 557 956 954 104 178 794
278 147 773 437 435 502 610 582 780 689 562 964 791 28 97 848 281 858 538 660 972 671 613 867 448 738 966 139 636 847
659 754 243 122 455 195 968 793 59 730 361 574 522 97 762 431 158 429 414 22 629 788 999 187 215 810 782 47 34 108 986
25 644 829 630 315 567 919 331 207 412 242 607 668 944 749 168 864 442 533 805 372 63 458 777 416 340 436 140 919 350
510 572 905 900 85 389 473 758 444 169 625 692 140 897 672 288 312 860 724 226 884 508 976 741 476 417 831 15 318 432
241 114 799 955 833 358 935 146 630 830 440 642 356 373 271 715 367 393 190 669 8 861 108 795 269 590 326 866 64 523
862 840 219 382 998 4 628 305 747 247 34 747 729 645 856 974 24 568 24 694 608 480 410 729 947 293 53 930 223 203 677
227 62 455 387 318 562 242 428 968"""


def steps(text: str, base: str = "0", step: str = "1") -> list[Decimal]:
    return [D(base) + int(word) * D(step) for word in text.split()]


def about(middle: str, low: str, high: str, pairs: int) -> list[Decimal]:
    return [D(middle), *[D(low), D(high)] * pairs]


CERTIFIED = {
    "Lottery": (steps(LOTTERY), "518.958715596330", "291.699727470969"),
    "Lew": (steps(LEW), "-177.435000000000", "277.332168044316"),
    "Mavro": (steps(MAVRO, "2", "0.0001"), "2.00185600000000", "0.000429123454003053"),
    "Michelso": (steps(MICHELSO, "299", "0.01"), "299.852400000000", "0.0790105478190518"),
    "NumAcc1": (steps("10000001 10000003 10000002"), "10000002", "1"),
    "NumAcc2": (about("1.2", "1.1", "1.3", 500), "1.2", "0.1"),
    "NumAcc3": (about("1000000.2", "1000000.1", "1000000.3", 500), "1000000.2", "0.1"),
    "NumAcc4": (about("10000000.2", "10000000.1", "10000000.3", 500), "10000000.2", "0.1"),
}


def to_its_digits(found: Decimal, certified: str) -> bool:
    return significant(found, digits_of(D(certified))) == D(certified)


@pytest.mark.parametrize("name", CERTIFIED)
def test_mean_and_standard_deviation_meet_every_certified_digit(name: str) -> None:
    values, certified_mean, certified_deviation = CERTIFIED[name]
    assert len(values) == {"Lottery": 218, "Lew": 200, "Mavro": 50, "Michelso": 100, "NumAcc1": 3}.get(name, 1001)
    assert to_its_digits(mean(values), certified_mean)
    assert to_its_digits(standard_deviation(values), certified_deviation)


@pytest.mark.parametrize("name", ["NumAcc1", "NumAcc2", "NumAcc3", "NumAcc4"])
def test_made_up_sets_are_met_exactly(name: str) -> None:
    values, certified_mean, certified_deviation = CERTIFIED[name]
    assert (mean(values), standard_deviation(values)) == (D(certified_mean), D(certified_deviation))


# ---- NIST StRD, linear -----------------------------------------------------------------------------------------------

NORRIS = """0.2:0.1 337.4:338.8 118.2:118.1 884.6:888.0 10.1:9.2 226.5:228.1 666.3:668.5 996.3:998.5 448.6:449.1
777.0:778.9 558.2:559.2 0.4:0.3 0.6:0.1 775.5:778.1 666.9:668.8 338.0:339.3 447.5:448.9 11.6:10.8 556.0:557.7
228.1:228.3 995.8:998.0 887.6:888.8 120.2:119.6 0.3:0.3 0.3:0.6 556.8:557.6 339.1:339.3 887.2:888.0 999.0:998.5
779.0:778.9 11.1:10.2 118.3:117.6 229.2:228.9 669.1:668.4 448.9:449.2 0.5:0.2"""
"""Ozone monitors, x:y."""


def points(text: str) -> list[tuple[Decimal, Decimal]]:
    return [(D(x), D(y)) for x, y in (pair.split(":") for pair in text.split())]


def test_norris_is_met_to_every_certified_digit() -> None:
    line = fit(points(NORRIS))
    certified = {
        line.intercept: "-0.262323073774029", line.s_intercept: "0.232818234301152",
        line.slope: "1.00211681802045", line.s_slope: "0.000429796848199937",
        line.s_residual: "0.884796396144373", as_decimal(Fraction(line.r) ** 2): "0.999993745883712",
    }  # fmt: skip
    assert {text for found, text in certified.items() if not to_its_digits(found, text)} == set()
    assert (line.n, line.dof) == (36, 34)


NO_INTERCEPT = {
    "NoInt1": (" ".join(f"{x}:{x + 70}" for x in range(60, 71)), "2.07438016528926", "0.0165289256198347",
               "3.56753034006338", "0.999365492298663"),
    "NoInt2": ("4:3 5:4 6:4", "0.727272727272727", "0.0420827318078432", "0.369274472937998", "0.993348115299335"),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_INTERCEPT)
def test_a_line_through_the_origin_is_met_to_every_certified_digit(name: str) -> None:
    text, slope, s_slope, s_residual, r_squared = NO_INTERCEPT[name]
    line = fit(points(text), through_origin=True)
    assert to_its_digits(line.slope, slope)
    assert to_its_digits(line.s_slope, s_slope)
    assert to_its_digits(line.s_residual, s_residual)
    assert to_its_digits(as_decimal(Fraction(line.r) ** 2), r_squared)
    assert (line.intercept, line.s_intercept) == (0, 0)


# ---- lines -----------------------------------------------------------------------------------------------------------


@given(
    st.decimals(-1000, 1000, places=3), st.decimals(-1000, 1000, places=3),
    st.lists(st.decimals("0.001", 1000, places=3), min_size=3, max_size=8, unique=True),
    st.sampled_from(["1", "1/x", "1/x2"]),
)  # fmt: skip
def test_points_on_a_line_give_the_line_whatever_their_weight(
    slope: Decimal, intercept: Decimal, levels: list[Decimal], weight: str
) -> None:
    line = fit([(x, slope * x + intercept) for x in levels], weight)
    assert (line.slope, line.intercept, line.s_residual) == (slope, intercept, 0)
    assert line.r == (slope > 0) - (slope < 0)


def weighted_by_repeating(levels: list[tuple[Decimal, Decimal, int]]) -> Line:
    return fit([(x, y) for x, y, times in levels for _ in range(times)])


def test_a_weight_counts_like_repeated_points() -> None:
    """1/x at 1, 2 and 4 is 4 : 2 : 1, so that the same line comes of four, two and one points."""
    given_points = [(D(1), D("1.1")), (D(2), D("2.0")), (D(4), D("4.3"))]
    line = fit(given_points, "1/x")
    repeated = weighted_by_repeating([(x, y, times) for (x, y), times in zip(given_points, (4, 2, 1), strict=True)])
    assert (line.slope, line.intercept, line.r) == (repeated.slope, repeated.intercept, repeated.r)


def test_heavier_weights_bring_the_line_nearer_to_the_lowest_level() -> None:
    levels = points("1:1.2 10:9.8 100:104 1000:980")
    missed = [abs(fit(levels, weight).x_of(D("1.2")) - 1) for weight in ("1", "1/x", "1/x2")]
    assert missed[0] > missed[1] > missed[2]


def test_a_concentration_is_read_with_its_uncertainty() -> None:
    """Cadmium released from ceramic, Eurachem/CITAC QUAM:2012 example A5: 0.26 mg/L, u = 0.018 mg/L."""
    levels = points(
        "0.1:0.028 0.1:0.029 0.1:0.029 0.3:0.084 0.3:0.083 0.3:0.081 0.5:0.135 0.5:0.131 0.5:0.133 0.7:0.180 0.7:0.181 "
        "0.7:0.183 0.9:0.215 0.9:0.230 0.9:0.216"
    )
    line = fit(levels)
    assert (significant(line.slope, 4), significant(line.intercept, 2)) == (D("0.2410"), D("0.0087"))
    assert (significant(line.s_slope, 2), significant(line.s_intercept, 2)) == (D("0.0050"), D("0.0029"))
    assert plain(significant(line.s_residual, 3)) == "0.00549"
    y = line.intercept + line.slope * D("0.26")
    assert abs(line.x_of(y) - D("0.26")) < D("1e-30")
    assert plain(significant(line.u_of_x(y, repeats=2), 2)) == "0.018"


def test_more_repeats_never_raise_the_uncertainty_and_weights_move_it_to_high_levels() -> None:
    line, heavy = fit(points(NORRIS)), fit(points("1:1.2 10:9.8 100:104 1000:980"), "1/x2")
    assert line.u_of_x(D(500), 1) > line.u_of_x(D(500), 2) > line.u_of_x(D(500), 20)
    assert heavy.u_of_x(D(900)) > heavy.u_of_x(D(9)) > heavy.u_of_x(D("1.1"))
    through = fit(points("4:3 5:4 6:4"), through_origin=True)
    assert through.u_of_x(D(8)) > through.u_of_x(D(2))


@pytest.mark.parametrize(
    ("text", "weight", "code"),
    [
        ("1:1 2:2", "1", "VALUES_TOO_FEW"),
        ("1:1 1:2 1:3", "1", "LEVELS_ALL_SAME"),
        ("0:1 1:2 2:3", "1/x", "WEIGHT_NEEDS_POSITIVE"),
        ("-1:1 1:2 2:3", "1/x2", "WEIGHT_NEEDS_POSITIVE"),
    ],
)
def test_a_line_that_cannot_be_is_refused(text: str, weight: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        fit(points(text), weight)
    assert refused.value.code == code


def test_nothing_is_read_from_a_level_line() -> None:
    with pytest.raises(BadInput, match="SLOPE_IS_ZERO"):
        fit(points("1:2 2:2 3:2")).x_of(D(2))


# ---- location and spread ---------------------------------------------------------------------------------------------

results = st.lists(st.decimals(-(10**6), 10**6, places=4), min_size=2, max_size=20)


@given(results, st.decimals(-(10**6), 10**6, places=4))
@settings(max_examples=60)
def test_a_shift_moves_the_mean_and_leaves_the_spread(values: list[Decimal], shift: Decimal) -> None:
    moved = [value + shift for value in values]
    assert variance(moved) == variance(values)
    assert abs(mean(moved) - mean(values) - shift) < D("1e-25")
    assert min(values) <= mean(values) <= max(values)
    assert min(values) <= median(values) <= max(values)


@given(st.fractions(min_value=0, max_value=10**9))
def test_a_root_squared_is_the_number_again(ratio: Fraction) -> None:
    assert abs(Fraction(root(ratio)) ** 2 - ratio) <= ratio * Fraction(1, 10**33)


def test_a_fraction_that_ends_is_exact_and_one_that_does_not_keeps_34_digits() -> None:
    assert [plain(as_decimal(Fraction(text))) for text in ("19/100", "1000/1", "-1/8", "0")] == [
        "0.19", "1000", "-0.125", "0",
    ]  # fmt: skip
    assert plain(as_decimal(Fraction(1, 3))) == "0." + "3" * 34


def test_robust_scores_do_not_mind_one_wild_laboratory() -> None:
    values = [D(text) for text in ("9.8", "10.0", "10.1", "9.9", "10.2", "97")]
    assert median(values) == D("10.05")
    assert robust_deviation(values) == D("0.22245")
    scores = robust_scores(values)
    assert [abs(score) < 2 for score in scores] == [True] * 5 + [False]
    assert plain(significant(scores[1], 3)) == "-0.225"


def test_the_relative_deviation_is_in_per_cent() -> None:
    assert relative_deviation([D("9.8"), D("10.0"), D("10.2")]) == 2


@pytest.mark.parametrize("call", [
    lambda: mean([]), lambda: standard_deviation([D(1)]), lambda: grubbs_critical(2), lambda: cochran_critical(1, 2),
])
def test_too_few_values_are_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(BadInput, match="VALUES_TOO_FEW"):
        call()


def test_equal_results_have_no_score() -> None:
    same = [D(1)] * 4
    for call in (robust_scores, grubbs, lambda values: cochran([values, values])):
        with pytest.raises(BadInput, match="SPREAD_IS_ZERO"):
            call(same)
    with pytest.raises(BadInput, match="MEAN_IS_ZERO"):
        relative_deviation([D(1), D(-1)])


# ---- quantiles -------------------------------------------------------------------------------------------------------

TABLE_G2 = {
    1: "12.71 13.97 63.66", 2: "4.30 4.53 9.92", 3: "3.18 3.31 5.84", 4: "2.78 2.87 4.60", 5: "2.57 2.65 4.03",
    6: "2.45 2.52 3.71", 7: "2.36 2.43 3.50", 8: "2.31 2.37 3.36", 9: "2.26 2.32 3.25", 10: "2.23 2.28 3.17",
    12: "2.18 2.23 3.05", 14: "2.14 2.20 2.98", 16: "2.12 2.17 2.92", 18: "2.10 2.15 2.88", 20: "2.09 2.13 2.85",
    30: "2.04 2.09 2.75", 40: "2.02 2.06 2.70", 50: "2.01 2.05 2.68", 100: "1.984 2.025 2.626",
}  # fmt: skip


@pytest.mark.parametrize("dof", TABLE_G2)
def test_students_t_is_that_of_gum_table_g2(dof: int) -> None:
    for probability, text in zip(("0.95", "0.9545", "0.99"), TABLE_G2[dof].split(), strict=True):
        assert student_t(D(probability), D(dof)).quantize(D(text)) == D(text)


def test_t_in_closed_form() -> None:
    """One degree: tan(pi p / 2); two: p sqrt(2 / (1 - p^2))."""
    assert abs(student_t(D("0.5"), D(1)) - 1) < D("1e-9")
    assert abs(student_t(D("0.95"), D(2)) - D("0.95") * (2 / (1 - D("0.95") ** 2)).sqrt()) < D("1e-8")


@given(st.integers(1, 5000), st.sampled_from(["0.5", "0.9", "0.9545", "0.999"]))
@settings(max_examples=40, deadline=None)
def test_t_falls_with_the_degrees_of_freedom_towards_the_normal_quantile(dof: int, probability: str) -> None:
    share = D(probability)
    assert student_t(share, D(dof)) >= student_t(share, D(dof + 1)) >= normal_coverage(share)


def test_series_and_beta_meet_where_one_takes_over() -> None:
    below, above = student_t(D("0.9545"), D(1000)), student_t(D("0.9545"), D("1000.001"))
    assert D(0) <= below - above < D("1e-8")


GRUBBS = {3: ("1.155", "1.155"), 4: ("1.481", "1.496"), 5: ("1.715", "1.764"), 6: ("1.887", "1.973"),
          8: ("2.126", "2.274"), 10: ("2.290", "2.482"), 20: ("2.709", "3.001"), 40: ("3.036", "3.381")}  # fmt: skip


@pytest.mark.parametrize("n", GRUBBS)
def test_grubbs_critical_values_are_those_of_iso_5725_2(n: int) -> None:
    for level, text in zip(("0.05", "0.01"), GRUBBS[n], strict=True):
        assert abs(grubbs_critical(n, D(level)) - D(text)) <= D("0.001")


COCHRAN = {(3, 2): ("0.967", "0.993"), (5, 2): ("0.841", "0.928"), (10, 2): ("0.602", "0.718"),
           (10, 3): ("0.445", "0.536"), (5, 3): ("0.684", "0.788"), (10, 4): ("0.373", "0.447")}  # fmt: skip


@pytest.mark.parametrize("size", COCHRAN)
def test_cochran_critical_values_are_those_of_iso_5725_2(size: tuple[int, int]) -> None:
    for level, text in zip(("0.05", "0.01"), COCHRAN[size], strict=True):
        assert abs(cochran_critical(*size, D(level)) - D(text)) <= D("0.001")


def test_the_farthest_value_and_the_largest_variance_are_named() -> None:
    farthest, distance = grubbs([D(text) for text in ("10", "10.1", "9.9", "10", "12")])
    assert (farthest, distance > grubbs_critical(5)) == (D(12), True)
    group, share = cochran([[D(1), D(2)], [D(1), D(9)], [D(3), D(4)]])
    assert (group, share) == (1, as_decimal(Fraction(64, 66)))
    with pytest.raises(BadInput, match="GROUPS_NOT_EQUAL"):
        cochran([[D(1), D(2)], [D(1), D(2), D(3)]])


@pytest.mark.parametrize("probability", ["0", "1", "1.5", "-0.1"])
def test_a_share_lies_between_nought_and_one(probability: str) -> None:
    with pytest.raises(BadInput, match="NOT_A_SHARE"):
        student_t(D(probability), D(5))
    with pytest.raises(BadInput, match="DEGREES_NOT_POSITIVE"):
        student_t(D("0.95"), D(0))
