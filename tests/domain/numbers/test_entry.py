"""The one grammar of results: what people and instruments write, and that no text is ever lost or altered."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lims.domain.numbers.entry import LONGEST, Entry, read_entry
from lims.domain.numbers.rounding import plain
from tests.domain.shared import slice_of

STATUSES = {
    "numeric",
    "censored",
    "qualitative",
    "not_detected",
    "below_loq",
    "trace",
    "over_range",
    "not_measured",
    "list",
    "refused",
}


def read(text: str, decimal: str | None = None, group: str = "") -> Entry:
    return read_entry(text, decimal, group)


def figure(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


@pytest.mark.parametrize(
    ("text", "qualifier", "value", "unit"),
    [
        ("0.50", None, "0.50", None),
        ("5e-3", None, "0.005", None),
        ("2.0e3", None, "2000", None),
        ("1.234e3", None, "1234", None),
        ("5×10^-3", None, "0.005", None),
        ("5x10⁻³", None, "0.005", None),
        ("10^5 CFU/g", None, "100000", "CFU/g"),
        (".5", None, "0.5", None),
        ("5.", None, "5", None),
        ("+5", None, "5", None),
        ("-1", None, "-1", None),
        ("−0.5", None, "-0.5", None),
        ("0.125", None, "0.125", None),
        ("1234.567", None, "1234.567", None),
        ("  0.21\tmg/kg \n", None, "0.21", "mg/kg"),
        ("0.03\u00a0mg/kg", None, "0.03", "mg/kg"),
        ("249mg/kg", None, "249", "mg/kg"),
        ("21.60%", None, "21.60", "%"),
        ("0/25 g", None, "0", "/25 g"),
        ("7.2 pH", None, "7.2", "pH"),
        ("3 mcg/kg", None, "3", "µg/kg"),
        ("3 μg/kg", None, "3", "µg/kg"),
        ("5 g/100 g", None, "5", "g/100 g"),
        ("10 CFU/100 mL", None, "10", "CFU/100 mL"),
        ("5 mg kg-1", None, "5", "mg/kg"),
        ("<0.01", "<", "0.01", None),
        ("< 0.026", "<", "0.026", None),
        ("≤0.1 mg/kg", "<=", "0.1", "mg/kg"),
        (">=5", ">=", "5", None),
        ("≥5", ">=", "5", None),
        ("≦5", "<=", "5", None),
        (">110 MPN/g", ">", "110", "MPN/g"),
        ("=<5", "<=", "5", None),
        ("TNTC (>300)", ">", "300", None),
        (">300 TNTC", ">", "300", None),
    ],
)
def test_a_number_is_read_as_it_stands(text: str, qualifier: str | None, value: str, unit: str | None) -> None:
    entry = read(text)
    assert (entry.status, entry.qualifier, figure(entry.value), entry.unit) == (
        "censored" if qualifier else "numeric",
        qualifier,
        value,
        unit,
    )
    assert entry.note is None


@pytest.mark.parametrize(
    ("text", "value", "told"),
    [
        ("０．５０", "0.50", "0.50"),
        ("＜０．０１", "0.01", "<0.01"),
        ("０．５０ｍｇ／ｋｇ", "0.50", "0.50mg/kg"),
        ("0。5", "0.5", "0.5"),
        ("〈0.5", "0.5", "<0.5"),
        ("–5", "-5", "-5"),
        ("0,05", "0.05", "0.05"),
        ("0,125 mg/kg", "0.125", "0.125 mg/kg"),
        ("1234,5", "1234.5", "1234.5"),
        ("12,34", "12.34", "12.34"),
        (",5", "0.5", "0.5"),
        ("<0,05", "0.05", "<0.05"),
        ("1,234.5", "1234.5", "1234.5"),
        ("1.234,5", "1234.5", "1234.5"),
        ("1,5e3", "1500", "1500"),
        ("1,234e3", "1234", "1234"),
        ("1,234,567", "1234567", "1234567"),
        ("1.234.567,8", "1234567.8", "1234567.8"),
        ("0，05", "0.05", "0.05"),
        ("3300 mg/kg,", "3300", "3300 mg/kg"),
        ("0.17,", "0.17", "0.17"),
        ("3-4 grade", "3.5", "3.5 grade"),
        ("4-5级", "4.5", "4.5 grade"),
    ],
)
def test_a_text_that_is_read_otherwise_than_written_says_so(text: str, value: str, told: str) -> None:
    entry = read(text)
    assert figure(entry.value) == value
    assert entry.note is not None
    assert (entry.note.code, entry.note.params["read"]) == ("READ_AS", told)


@pytest.mark.parametrize(
    ("text", "one", "two"),
    [
        ("1,234", "1.234", "1234"),
        ("1.234", "1.234", "1234"),
        ("12,345", "12.345", "12345"),
        ("123.456 mg/kg", "123.456", "123456"),
        ("<1,234", "1.234", "1234"),
        ("-1,234", "1.234", "1234"),
        ("2 400 mg/kg", "2400", "2; 400"),
        ("1 234 567", "1234567", "1; 234; 567"),
        ("0.5 ± 1,234", "1.234", "1234"),
    ],
)
def test_a_number_with_two_readings_is_refused_and_both_are_offered(text: str, one: str, two: str) -> None:
    entry = read(text)
    assert entry.status == "refused"
    assert entry.note is not None
    assert (entry.note.code, entry.note.params["one"], entry.note.params["two"]) == ("AMBIGUOUS_NUMBER", one, two)


@pytest.mark.parametrize(
    ("text", "decimal", "group", "value"),
    [
        ("1.234", ".", "", "1.234"),
        ("1,234", ".", ",", "1234"),
        ("1,234.5", ".", ",", "1234.5"),
        ("1,234", ",", "", "1.234"),
        ("1.234", ",", ".", "1234"),
        ("1.234,5", ",", ".", "1234.5"),
        ("1 234,5", ",", "space", "1234.5"),
        ("1 234", ".", "space", "1234"),
        ("1\u202f234\u00a0567", ".", "space", "1234567"),
        ("1,234", None, ",", "1234"),
        ("1.234", None, ",", "1.234"),
        ("1 234", None, "space", "1234"),
        ("1 234,5 mg/kg", None, "space", "1234.5"),
        ("0.5", ",", ".", None),
        ("0,05", ".", "", None),
        ("1,234", ".", "", None),
        ("1,234.5", ".", "", None),
        ("1.234", ",", "", None),
        ("1.5", ",", "", None),
        ("12,34", ".", ",", None),
        ("1,23", ".", ",", None),
        ("1,2345", ".", ",", None),
        ("0,123", ".", ",", None),
        ("1 234", ".", ",", None),
        ("1.234.5", ".", ",", None),
    ],
)
def test_declared_marks_settle_what_is_ambiguous_and_refuse_what_they_do_not_allow(
    text: str, decimal: str | None, group: str, value: str | None
) -> None:
    entry = read(text, decimal, group)
    assert (entry.status, figure(entry.value)) == (("numeric", value) if value else ("refused", None))


@pytest.mark.parametrize(
    ("text", "status", "unit"),
    [
        ("ND", "not_detected", None),
        ("ND mg/kg", "not_detected", "mg/kg"),
        ("ND, ug / kg", "not_detected", "µg/kg"),
        ("not detected g/100 g", "not_detected", "g/100 g"),
        ("未检出 mg/kg", "not_detected", "mg/kg"),
        ("未检出mg/kg", "not_detected", "mg/kg"),
        ("未检出毫克/千克", "not_detected", "mg/kg"),
        ("<LOD ppb", "not_detected", "ppb"),
        ("<LOQ mg/L", "below_loq", "mg/L"),
        ("BQL CFU/g", "below_loq", "CFU/g"),
        ("trace %", "trace", "%"),
        ("TNTC CFU/g", "over_range", "CFU/g"),
        ("n.d.", "not_detected", None),
        ("None Found", "not_detected", None),
        ("未检出", "not_detected", None),
        ("未檢出", "not_detected", None),
        ("阴性", "not_detected", None),
        ("<LOD", "not_detected", None),
        ("< lod", "not_detected", None),
        ("Not detected/125g", "not_detected", "/125 g"),
        ("absent in 25 g", "not_detected", "/25 g"),
        ("未检出/25g", "not_detected", "/25 g"),
        ("Detected", "qualitative", None),
        ("检出", "qualitative", None),
        ("Detected /125g", "qualitative", "/125 g"),
        ("Detected\u00a0/100g", "qualitative", "/100 g"),
        ("Detected/ 250g", "qualitative", "/250 g"),
        ("Detected / 125g", "qualitative", "/125 g"),
        ("BQL", "below_loq", None),
        ("<LOQ", "below_loq", None),
        ("< LOQ", "below_loq", None),
        ("低于定量限", "below_loq", None),
        ("TR", "trace", None),
        ("Trace", "trace", None),
        ("痕量", "trace", None),
        ("detected below LOQ", "trace", None),
        ("Detected (<LOQ)", "trace", None),
        ("OVRFLW", "over_range", None),
        ("TNTC", "over_range", None),
        ("Out of range", "over_range", None),
        ("多不可计", "over_range", None),
        ("", "not_measured", None),
        ("   ", "not_measured", None),
        ("-----", "not_measured", None),
        ("—", "not_measured", None),
        ("N/A", "not_measured", None),
        ("\u00a0N/A", "not_measured", None),
        ("NS", "not_measured", None),
        ("未检测", "not_measured", None),
        ("/", "not_measured", None),
    ],
)
def test_words_stand_for_results(text: str, status: str, unit: str | None) -> None:
    entry = read(text)
    assert (entry.status, entry.unit, entry.value) == (status, unit, None)
    assert entry.word == ("DETECTED" if status == "qualitative" else None)


@pytest.mark.parametrize(
    ("text", "status", "lod", "loq", "unit"),
    [
        ("ND (<0.03)", "not_detected", "0.03", None, None),
        ("ND(<0.03 mg/kg)", "not_detected", "0.03", None, "mg/kg"),
        ("ND (LOD 0.03)", "not_detected", "0.03", None, None),
        ("ND (0.03) µg/kg", "not_detected", "0.03", None, "µg/kg"),
        ("未检出（<0.03）", "not_detected", "0.03", None, None),
        ("未检出（检出限0.03 mg/kg）", "not_detected", "0.03", None, "mg/kg"),
        ("ND, LOD=0.03", "not_detected", "0.03", None, None),
        ("ND (LOQ 0.1)", "not_detected", None, "0.1", None),
        ("<LOQ (0.05)", "below_loq", None, "0.05", None),
        ("BQL (0.05 mg/kg)", "below_loq", None, "0.05", "mg/kg"),
        ("TR (LOQ 0.05)", "trace", None, "0.05", None),
        ("not detected (lod: 3e-2)", "not_detected", "0.03", None, None),
    ],
)
def test_a_limit_of_the_method_may_stand_in_the_text(
    text: str, status: str, lod: str | None, loq: str | None, unit: str | None
) -> None:
    entry = read(text)
    assert (entry.status, figure(entry.lod), figure(entry.loq), entry.unit) == (status, lod, loq, unit)


@pytest.mark.parametrize(
    ("text", "value", "expanded", "percent", "unit", "k"),
    [
        ("0.62 ± 0.05 mg/kg", "0.62", "0.05", False, "mg/kg", None),
        ("0.62±0.05", "0.62", "0.05", False, None, None),
        ("0.62 +/- 0.05", "0.62", "0.05", False, None, None),
        ("0.62 mg/kg ± 0.05 mg/kg", "0.62", "0.05", False, "mg/kg", None),
        ("0.62 mg/kg ± 8 %", "0.62", "8", True, "mg/kg", None),
        ("0.62 ± 8 %", "0.62", "8", True, None, None),
        ("(58 ± 2) %", "58", "2", False, "%", None),
        ("58 % ± 2 %", "58", "2", False, "%", None),
        ("(0.62±0.05) mg/kg", "0.62", "0.05", False, "mg/kg", None),
        ("0.62 ± 0.05 mg/kg (k=2)", "0.62", "0.05", False, "mg/kg", "2"),
        ("0.62 ± 0.05 (k = 2) mg/kg", "0.62", "0.05", False, "mg/kg", "2"),
    ],
)
def test_an_expanded_uncertainty_is_read_with_its_value(
    text: str, value: str, expanded: str, percent: bool, unit: str | None, k: str | None
) -> None:
    entry = read(text)
    assert (
        figure(entry.value),
        figure(entry.expanded),
        entry.expanded_percent,
        entry.unit,
        figure(entry.coverage),
    ) == (
        value,
        expanded,
        percent,
        unit,
        k,
    )


@pytest.mark.parametrize(
    ("text", "unit", "members"),
    [
        ("<10, 240, <10, 93, <10 MPN/g", "MPN/g", "<10 240 <10 93 <10"),
        (">110, <2.3, >110, 46, 2.3", None, ">110 <2.3 >110 46 2.3"),
        ("0.003, 0.003 mg/kg", "mg/kg", "0.003 0.003"),
        ("2800 mg/kg, 3500 mg/kg", "mg/kg", "2800 3500"),
        ("23 mg/kg 13mg/kg", "mg/kg", "23 13"),
        (" <2, <2, <2, 5 and 6/g", "/g", "<2 <2 <2 5 6"),
        ("460, >1100, >1100, <3, 1100\u00a0MPN/g", "MPN/g", "460 >1100 >1100 <3 1100"),
        ("22000, 350, 1500, 1200, 13000 cfu/g", "CFU/g", "22000 350 1500 1200 13000"),
        ("1；2、3", None, "1 2 3"),
        ("1\n2\n3", None, "1 2 3"),
        ("0.5 0.7", None, "0.5 0.7"),
        ("150,<10,<10", None, "150 <10 <10"),
        ("0,5; 0,7", None, "0.5 0.7"),
        ("ND, 5, <3", None, "not_detected 5 <3"),
        ("0.24, 0.49,", None, "0.24 0.49"),
        ("1e3, 2e3 CFU/g", "CFU/g", "1000 2000"),
    ],
)
def test_several_results_in_one_text_share_their_unit(text: str, unit: str | None, members: str) -> None:
    entry = read(text)
    shown = [f"{m.qualifier or ''}{plain(m.value)}" if m.value is not None else m.status for m in entry.values]
    assert (entry.status, entry.unit, " ".join(shown)) == ("list", unit, members)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5-10", "A_RANGE"),
        ("5–10 mg/kg", "A_RANGE"),
        ("5 to 10", "A_RANGE"),
        ("5~10", "A_RANGE"),
        ("3-4", "A_RANGE"),
        ("1至2", "A_RANGE"),
        ("2024-11-23", "UNKNOWN_UNIT"),
        ("~5", "APPROXIMATE"),
        ("约0.5", "APPROXIMATE"),
        ("about 5", "APPROXIMATE"),
        ("5.0×10-3", "LOST_EXPONENT"),
        ("1.2x103", "LOST_EXPONENT"),
        ("1e70", "OUT_OF_BOUNDS"),
        ("1e-999999999", "OUT_OF_BOUNDS"),
        ("1" * 50, "TOO_MANY_DIGITS"),
        ("1" * (LONGEST + 1), "TOO_LONG"),
        ("5 apples", "UNKNOWN_UNIT"),
        ("1_000", "UNKNOWN_UNIT"),
        ("0x1F", "UNKNOWN_UNIT"),
        ("1:10", "UNKNOWN_UNIT"),
        ("5 mg/kg, 3 mg/L", "SEVERAL_UNITS"),
        ("0.62 mg/kg ± 0.05 mg/L", "SEVERAL_UNITS"),
        ("5\x00", "HIDDEN_CHARACTERS"),
        ("5\u202e6", "HIDDEN_CHARACTERS"),
        ("\ud800", "HIDDEN_CHARACTERS"),
        ("\ufffd 0.08mg/kg", "UNREADABLE_CHARACTER"),
        ("12,34.5", "BAD_GROUPING"),
        ("1.2.3", "BAD_GROUPING"),
        ("82,78,55", "BAD_GROUPING"),
        ("12,", "NOT_A_NUMBER"),
        ("1'234", "NOT_A_NUMBER"),
        ("Could not be determined, insufficient protein", "NOT_A_RESULT"),
        ("Vitamin K (Phytonadione)", "NOT_A_RESULT"),
        ("NaN", "NOT_A_RESULT"),
        ("Infinity", "NOT_A_RESULT"),
        ("null", "NOT_A_RESULT"),
        ("=1+2", "NOT_A_RESULT"),
        ("½", "NOT_A_RESULT"),
        ("①0.5", "NOT_A_RESULT"),
        ("٣", "NOT_A_RESULT"),
        ("Ⅴ", "NOT_A_RESULT"),
        ("--5", "NOT_A_RESULT"),
        ("<<5", "NOT_A_RESULT"),
        ("<", "NOT_A_RESULT"),
        ("±5", "NOT_A_RESULT"),
        ("mg/kg", "NOT_A_RESULT"),
        ("ND 0.03", "NOT_A_RESULT"),
        ("5,,6", "BAD_GROUPING"),
        ("，", "NOT_A_RESULT"),
        ("<0.05 ± 0.01", "NOT_A_RESULT"),
        ("(5)", "NOT_A_RESULT"),
        ("5e", "UNKNOWN_UNIT"),
        ("5 E3", "UNKNOWN_UNIT"),
        ("#DIV/0!", "NOT_A_RESULT"),
        ("0.007 mg/kg (product contains 35% peanut)", "UNKNOWN_UNIT"),
        ("2 400 mg/kg (dry weight)", "AMBIGUOUS_NUMBER"),
    ],
)
def test_what_is_no_result_is_refused_with_a_reason(text: str, code: str) -> None:
    entry = read(text)
    assert entry.status == "refused"
    assert entry.value is None
    assert entry.note is not None
    assert entry.note.code == code


def test_parts_per_million_stay_as_written_until_the_context_tells_their_kind() -> None:
    entry = read("0.5 PPM")
    assert (figure(entry.value), entry.unit, entry.note and entry.note.code) == ("0.5", "ppm", "KIND_NEEDS_CONTEXT")


def test_minus_one_is_not_detected_only_where_that_is_declared() -> None:
    assert read_entry("-1").value == Decimal(-1)
    assert read_entry("-1", minus_one_is_nd=True).status == "not_detected"
    assert read_entry("-1.0 ppm", None, minus_one_is_nd=True).status == "not_detected"
    assert read_entry("-2", minus_one_is_nd=True).value == Decimal(-2)
    assert [m.status for m in read_entry("-1; 3", minus_one_is_nd=True).values] == ["not_detected", "numeric"]


@pytest.mark.parametrize(
    ("text", "digits"), [("2.0e3", 2), ("0.50", 2), ("100", 3), ("0.005", 1), ("0", 1), ("ND", None)]
)
def test_significant_digits_are_those_that_were_typed(text: str, digits: int | None) -> None:
    assert read(text).digits == digits


marks = st.sampled_from([(None, ""), (".", ""), (".", ","), (",", ""), (",", "."), (".", "space")])


@given(st.text(max_size=60) | st.text("0123456789.,<>=±eE+- mgk/%ND()（）０１．，＜", max_size=30), marks)
@example("\ud800", (None, ""))
@example("1" * 2000, (".", ""))
def test_no_text_is_lost_altered_or_read_in_silence(text: str, declared: tuple[str | None, str]) -> None:
    entry = read_entry(text, *declared)
    assert entry.text == text
    assert entry.status in STATUSES
    assert (entry.value is not None) == (entry.status in ("numeric", "censored"))
    assert (entry.status == "list") == (len(entry.values) > 1)
    assert entry.note is not None or entry.status != "refused"
    if entry.status == "not_measured":
        assert not any(c in "0123456789" for c in text)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**8), max_value=10**8, places=4), marks)
def test_a_number_in_its_declared_marks_is_that_number_with_those_digits(
    value: Decimal, declared: tuple[str | None, str]
) -> None:
    decimal, group = declared
    text = f"{value:f}"
    typed = text.replace(".", decimal) if decimal else text
    entry = read_entry(typed, decimal, group)
    assert figure(entry.value) == text.lstrip("+")


@given(st.decimals(allow_nan=False, min_value=0, max_value=10**12, places=3))
def test_groups_of_three_change_nothing(value: Decimal) -> None:
    assert read_entry(f"{value:,.3f}", ".", ",").value == value


# ---- what real laboratories have written -----------------------------------------------------------------------------


def rows(name: str) -> list[dict[str, Any]]:
    with slice_of(name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_dirty_texts_of_a_border_service_are_read_or_refused_but_never_become_less_than_they_were() -> None:
    found = [(row["result_text"], read(row["result_text"])) for row in rows("border_au_ifis/failing_foods.csv")]
    statuses = {text: entry.status for text, entry in found}
    assert sum(entry.status == "refused" for _, entry in found) < 0.06 * len(found)
    assert all(entry.note for _, entry in found if entry.status == "refused")
    assert all(s == "not_measured" for text, s in statuses.items() if text.strip("\u00a0\ufffd ") == "N/A")
    assert all(s == "qualitative" for text, s in statuses.items() if text.strip("\u00a0\ufffd ").startswith("Detected"))
    listed = [text for text, entry in found if entry.status == "list"]
    assert all(
        len(entry.values) == text.rstrip(" ,\u00a0").count(",") + 1
        for text, entry in found
        if text in listed and " and " not in text and "," in text
    )


@pytest.mark.parametrize(
    ("name", "column", "refused"),
    [
        ("results_us_nyc/metals_in_products.csv", "CONCENTRATION", set()),
        ("results_us_ny_spice/spice.csv", "RESULT", {"see comment"}),
        ("results_ca_pei/pesticides_water.csv", "Result", set()),
        ("results_et_literature/pest_raw.csv", "Mean", set()),
        ("results_us_fda/baby_food_compliance.csv", "reported_value", set()),
        ("results_us_fda/infant_formula_survey.csv", "reported_value", set()),
        ("results_us_fda/apple_juice_arsenic_speciation.csv", "inorganic_as_raw", set()),
    ],
)
def test_published_results_are_all_read_with_the_point_declared(name: str, column: str, refused: set[str]) -> None:
    texts = {row[column] for row in rows(name)}
    assert {text for text in texts if read_entry(text).status == "refused"} == refused


@pytest.mark.parametrize("text", ["ND foo", "detected ppm", "pass mg/kg", "N/A mg/kg", "- mg/kg", "ND mg", "mg/kg ND"])
def test_a_word_with_what_is_no_unit_or_stands_for_no_figure_is_refused(text: str) -> None:
    assert read(text).status == "refused"


def test_a_word_with_a_unit_that_needs_its_context_says_so() -> None:
    entry = read("<LOD ppb")
    assert entry.note is not None and entry.note.code == "KIND_NEEDS_CONTEXT"


SPOKEN = [
    # text; status, qualifier, value, unit, LOD, LOQ (as another laboratory writes it, in its language)
    ("less than 0.01 mg/kg", "censored < 0.01 mg/kg"),
    ("小于0.01 mg/kg", "censored < 0.01 mg/kg"),
    ("moins de 10", "censored < 10 -"),
    ("menor que 0,01", "censored < 0.01 -"),
    ("weniger als 10 CFU/g", "censored < 10 CFU/g"),
    ("0.01 ppm未満", "censored < 0.01 ppm"),
    ("10以下", "censored <= 10 -"),
    ("10 CFU/g 미만", "censored < 10 CFU/g"),
    ("大于300 CFU/g", "censored > 300 CFU/g"),
    ("greater than 300", "censored > 300 -"),
    ("至少5", "censored >= 5 -"),
    ("<0.01 (LOQ)", "censored < 0.01 -"),
    ("<0.01 mg/kg ND", "censored < 0.01 mg/kg"),
    ("< = 0.01", "censored <= 0.01 -"),
    ("less than LOQ", "below_loq - - -"),
    ("小于检出限0.01", "not_detected - - - 0.01"),
    ("<LOQ 0.01 mg/kg", "below_loq - - mg/kg - 0.01"),
    ("<LOD=0.05", "not_detected - - - 0.05"),
    ("< BG (0,01 mg/kg)", "below_loq - - mg/kg - 0.01"),
    ("ND (LOD 0.01, LOQ 0.03 mg/kg)", "not_detected - - mg/kg 0.01 0.03"),
    ("ND [LOD = 0.01 mg/kg]", "not_detected - - mg/kg 0.01"),
    ("ND mg/kg (<0.01)", "not_detected - - mg/kg 0.01"),
    ("Not detected at 0.01 ppm", "not_detected - - ppm 0.01"),
    ("不検出（0.01ppm未満）", "not_detected - - ppm 0.01"),
    ("불검출 (검출한계 0.01)", "not_detected - - - 0.01"),
    ("non détectée", "not_detected - - -"),
    ("nicht nachgewiesen in 25 g", "not_detected - - /25 g"),
    ("Ausencia en 25 g", "not_detected - - /25 g"),
    ("25gあたり陰性", "not_detected - - /25 g"),
    ("음성/25g", "not_detected - - /25 g"),
    ("未检出(25g)", "not_detected - - /25 g"),
    ("(ND)", "not_detected - - -"),
    ("未检出。", "not_detected - - -"),
    ("ND (not detected)", "not_detected - - -"),
    ("nq", "below_loq - - -"),
    ("Spuren", "trace - - -"),
    ("incontables", "over_range - - -"),
    ("―", "not_measured - - -"),
    ("Présence dans 25 g", "qualitative - - /25 g"),
    ("检出0.05mg/kg", "numeric - 0.05 mg/kg"),
    ("Detected: 5 mg/kg", "numeric - 5 mg/kg"),
    ("pH 7,2", "numeric - 7.2 pH"),
    ("pH值7.2", "numeric - 7.2 pH"),
    ("Grade 3-4", "numeric - 3.5 grade"),
    ("5·10³ CFU/g", "numeric - 5000 CFU/g"),
    ("5 X 10^3", "numeric - 5000 -"),
    ("007", "numeric - 7 -"),
]


@pytest.mark.parametrize(("text", "expected"), SPOKEN)
def test_what_other_laboratories_and_languages_write_is_read_too(text: str, expected: str) -> None:
    entry = read(text)
    status, qualifier, value, unit, lod, loq = [*expected.replace("/25 g", "/25\u00a0g").split(" "), "-", "-"][:6]
    assert entry.status == status
    found = (entry.qualifier, figure(entry.value), entry.unit, figure(entry.lod), figure(entry.loq))
    assert tuple(one or "-" for one in found) == (qualifier, value, unit.replace("\u00a0", " "), lod, loq)


@pytest.mark.parametrize("text", ["less than 5", "10未満", "pH 7.2", "Detected: 5", "(ND)", "007", "<5 (LOQ)", "nq"])
def test_a_text_that_is_understood_in_a_roundabout_way_says_how(text: str) -> None:
    note = read(text).note
    assert note is not None and note.code == "READ_AS"


@pytest.mark.parametrize(("text", "value", "expanded", "percent", "unit", "k"), [
    ("0.21 mg/kg (±0.03)", "0.21", "0.03", False, "mg/kg", None),
    ("0.21 (±15%) mg/kg", "0.21", "15", True, "mg/kg", None),
    ("0.21 mg/kg, U = 0.03 (k=2)", "0.21", "0.03", False, "mg/kg", "2"),
    ("0.21 mg/kg (U = 20 %)", "0.21", "20", True, "mg/kg", None),
    ("0.21 ± 0.03 mg/kg k=2", "0.21", "0.03", False, "mg/kg", "2"),
    ("0.21 ± 0.03 mg/kg (k=2, 95 %)", "0.21", "0.03", False, "mg/kg", "2"),
    ("0,21 ± 0,03 mg/kg (k=2,5)", "0.21", "0.03", False, "mg/kg", "2.5"),
    ("0.21 mg/kg ± 30 µg/kg", "0.21", "0.030", False, "mg/kg", None),
    ("(2.1 mg/kg ± 0.3)", "2.1", "0.3", False, "mg/kg", None),
    ("(2.1 ± 0.3) × 10^3 CFU/g", "2100", "300", False, "CFU/g", None),
    ("2.1×10^3 ± 0.3×10^3 CFU/g", "2100", "300", False, "CFU/g", None),
    ("12.5 ± 0.2 % vol", "12.5", "0.2", False, "% vol", None),
])
def test_an_uncertainty_in_brackets_by_its_letter_or_in_another_unit_is_read(
    text: str, value: str, expanded: str, percent: bool, unit: str, k: str | None
) -> None:
    entry = read(text)
    found = (figure(entry.value), figure(entry.expanded), entry.expanded_percent, entry.unit, figure(entry.coverage))
    assert found == (value, expanded, percent, unit, k)


@pytest.mark.parametrize("text", [
    "12 34", "0 21", "3 10 mg/kg", "0. 21 mg/kg", "1 10^3", "1.234 567", "<5 3", "0.1 2", "10, 20,30",
])
def test_a_slip_of_the_space_bar_makes_no_list(text: str) -> None:
    """Two figures with only a space between them may be one: both readings are offered, none is taken."""
    entry = read(text)
    assert (entry.status, entry.note and entry.note.code) == ("refused", "AMBIGUOUS_NUMBER")


@pytest.mark.parametrize("text", ["2.1 ± 0.3 × 10^3 CFU/g", "Detected <10", "max. 0.5", "NMT 5", "1,.5", "ND 0.03"])
def test_what_stays_doubtful_is_refused(text: str) -> None:
    assert read(text).status == "refused"


@pytest.mark.parametrize(("text", "decimal", "members"), [
    ("1.5, 2.5", ".", "1.5 2.5"), ("<1 000, 2 000", ".", "<1000 2000"), ("10 000 ± 1 000; 5", ",", "10000 5"),
])
def test_members_of_a_list_may_be_grouped_by_spaces(text: str, decimal: str, members: str) -> None:
    entry = read(text, decimal, "space")
    assert " ".join(f"{m.qualifier or ''}{figure(m.value)}" for m in entry.values) == members


@pytest.mark.parametrize(("text", "members"), [
    ("ND,ND,5", "not_detected not_detected 5"), ("未检出，未检出", "not_detected not_detected"),
    ("5mg/kg,6mg/kg", "5 6"), ("5, 6 et 7 mg/kg", "5 6 7"), ("1,5, 2,5", "1.5 2.5"),
])
def test_commas_and_words_between_results_divide_them(text: str, members: str) -> None:
    shown = [plain(m.value) if m.value is not None else m.status for m in read(text).values]
    assert " ".join(shown) == members
