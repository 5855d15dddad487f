"""Lots of materials: until when they may be used, what a solution made from them contains, and no tree bites itself."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.dilution import Amount, Taken, amount, certified, concentrations
from lims.domain.material import Lot, barcode_read, circle, prepared_until, refusals, validity
from lims.domain.numbers.entry import read_entry
from lims.domain.rules.errors import BadInput

TODAY = date(2026, 11, 24)
END = date(2027, 1, 31)
GOOD = Lot("ML-1", "in_use", END, date(2026, 11, 1))


@pytest.mark.parametrize(("lot", "codes"), [
    (GOOD, []),
    (Lot("ML-1", "received", END), ["MATERIAL_NOT_OPENED"]),
    (Lot("ML-1", "in_use", TODAY, TODAY), []),
    (Lot("ML-1", "in_use", TODAY - timedelta(days=1), date(2026, 1, 1)), ["MATERIAL_EXPIRED"]),
    (Lot("ML-1", "in_use", END, date(2026, 11, 1), 23), []),
    (Lot("ML-1", "in_use", END, date(2026, 11, 1), 22), ["MATERIAL_EXPIRED"]),
    (Lot("ML-1", "in_use", TODAY - timedelta(days=9), date(2026, 1, 1), 5, TODAY), []),
    (Lot("ML-1", "expired", END, date(2026, 11, 1)), ["MATERIAL_EXPIRED"]),
    (Lot("ML-1", "used_up", END, date(2026, 11, 1)), ["MATERIAL_USED_UP"]),
    (Lot("ML-1", "withdrawn", None, None, reason="recalled"), ["MATERIAL_WITHDRAWN"]),
    (Lot("ML-1", "received", date(2020, 1, 1)), ["MATERIAL_EXPIRED", "MATERIAL_NOT_OPENED"]),
])  # fmt: skip
def test_a_lot_is_used_when_it_is_open_and_in_date(lot: Lot, codes: list[str]) -> None:
    assert [reason.code for reason in refusals(lot, TODAY)] == codes


@pytest.mark.parametrize(("last", "word"), [
    (None, "none"), (TODAY - timedelta(days=1), "past"), (TODAY, "soon"), (TODAY + timedelta(days=30), "soon"),
    (TODAY + timedelta(days=31), "good"),
])  # fmt: skip
def test_how_long_a_lot_is_good(last: date | None, word: str) -> None:
    assert validity(Lot("ML-1", "received", last), TODAY) == word


def test_a_preparation_never_outlives_the_parent_that_ends_first() -> None:
    parents = [GOOD, Lot("ML-2", "in_use", date(2026, 12, 24), TODAY), Lot("ACID", "in_use", None, TODAY)]
    assert prepared_until(None, parents) == date(2026, 12, 24)
    assert prepared_until(date(2026, 12, 1), parents) == date(2026, 12, 1)
    assert prepared_until(None, [Lot("ACID", "in_use", None, TODAY)]) is None
    with pytest.raises(BadInput) as refused:
        prepared_until(date(2026, 12, 25), parents)
    assert (refused.value.code, refused.value.params["lot"]) == ("MATERIAL_OUTLIVES_PARENT", "ML-2")


@pytest.mark.parametrize(("child", "parents", "made_from", "way"), [
    ("C", ["A", "B"], {"B": ["A"]}, ()),
    ("C", ["C"], {}, ("C", "C")),
    ("C", ["B"], {"B": ["A"], "A": ["C"]}, ("C", "B", "A", "C")),
    ("C", ["B"], {"B": ["A"], "A": ["B"]}, ()),
])  # fmt: skip
def test_a_circle_is_found_and_ends(
    child: str, parents: list[str], made_from: dict[str, list[str]], way: tuple[str, ...]
) -> None:
    assert circle(child, parents, made_from) == way


@pytest.mark.parametrize(("text", "kept"), [(" ml-2611-0007 ", "ML-2611-0007"), ("GBW08619.3", "GBW08619.3")])
def test_a_barcode_is_read_as_scanned(text: str, kept: str) -> None:
    assert barcode_read(text) == kept


@pytest.mark.parametrize("text", ["", "A1", "-ABC", "A B C D", "A/B/C", "铅1234", "A" * 41, "<b>12</b>"])
def test_what_no_label_can_carry_is_no_barcode(text: str) -> None:
    with pytest.raises(BadInput, match="BARCODE_UNUSABLE"):
        barcode_read(text)


STOCK = certified("PB", "1000 ± 4 mg/L")


@pytest.mark.parametrize(("value", "taken", "final", "unit", "result", "expected"), [
    # 10 mg/L; u² = (0.01 × 2)² + (10 × 0.006/1)²/3 + (10 × 0.1/100)²/3 -> U = 0.0808
    ("1000 ± 4 mg/L", ("1.000", "mL", "0.006"), ("100.0", "mL", "0.10"), "", "10", "10.000 ± 0.081 mg/L"),
    ("1000 ± 4 mg/L", ("1.000", "mL", "0"), ("100.0", "mL", "0"), "ug/L", "10000", "10000 ± 40 µg/L"),
    ("1000 mg/L", ("1.000", "mL", ""), ("100.0", "mL", ""), "", "10", "10 mg/L"),
    ("1000 ± 6 mg/L (k=3)", ("1", "mL", ""), ("100", "mL", ""), "", "10", "10.000 ± 0.040 mg/L"),
    ("1000 mg/L ± 0.4 %", ("1", "mL", ""), ("100", "mL", ""), "", "10", "10.000 ± 0.040 mg/L"),
    ("(99.5 ± 0.2) %", ("10.05", "mg", ""), ("100", "mL", ""), "mg/L", "99.9975", "100.00 ± 0.20 mg/L"),
    ("100 ± 1 mg/L", ("500", "uL", ""), ("50", "g", ""), "", "1", "1.000 ± 0.010 mg/kg"),
    ("0.3 mg/kg", ("2", "g", ""), ("6", "g", ""), "", "0.1", "0.1 mg/kg"),
    ("5000 CFU/mL", ("1", "mL", ""), ("10", "mL", ""), "", "500", "500 CFU/mL"),
])  # fmt: skip
def test_the_concentration_of_a_solution_and_its_uncertainty(
    value: str, taken: tuple[str, str, str], final: tuple[str, str, str], unit: str, result: str, expected: str
) -> None:
    made = concentrations([Taken("ML-1", amount(*taken), (certified("PB", value),))], amount(*final), unit)
    (one,) = made
    assert one.value.value == Decimal(result)
    assert one.value.expected == expected
    assert one.steps[0].of == "ML-1" and one.steps[0].gives.endswith(one.value.unit)
    assert read_entry(one.value.expected).value is not None, "what is expected of a control is read back"


def test_several_parents_of_one_analyte_add_up_and_portions_of_one_lot_are_one_source() -> None:
    one = Taken("A", amount("1", "mL"), (STOCK,))
    two = Taken("B", amount("2", "mL"), (certified("PB", "100 ± 1 mg/L"),))
    final = amount("100", "mL")
    (mixed,) = concentrations([one, two], final)
    assert mixed.value.value == Decimal(12)
    (twice,) = concentrations([one, one], final)
    (doubled,) = concentrations([Taken("A", amount("2", "mL"), (STOCK,))], final)
    assert (twice.value.value, twice.value.expanded) == (doubled.value.value, doubled.value.expanded)


def test_a_certificate_without_uncertainty_leaves_the_solution_without_one() -> None:
    silent = Taken("B", amount("1", "mL"), (certified("PB", "1000 mg/L"),))
    (made,) = concentrations([Taken("A", amount("1", "mL"), (STOCK,)), silent], amount("100", "mL"))
    assert made.value.expanded is None
    assert ("B", "U") in [(step.of, step.formula) for step in made.steps]


@pytest.mark.parametrize(("value", "taken", "final", "code"), [
    ("1000 mg/L", ("1", "g"), ("100", "mL"), "DILUTION_UNITS"),
    ("99 %", ("1", "mL"), ("100", "mL"), "DILUTION_UNITS"),
    ("1000 mg/L", ("101", "mL"), ("100", "mL"), "DILUTION_OVERFLOWS"),
    ("1000 mg/L", ("1", "mL"), ("1", "piece"), "DILUTION_UNIT_UNKNOWN"),
])  # fmt: skip
def test_amounts_that_do_not_meet_are_refused(
    value: str, taken: tuple[str, str], final: tuple[str, str], code: str
) -> None:
    with pytest.raises(BadInput, match=code):
        concentrations([Taken("A", amount(*taken), (certified("PB", value),))], amount(*final))


@pytest.mark.parametrize(("text", "code"), [
    ("<0.1 mg/kg", "CERTIFIED_VALUE_UNREADABLE"), ("ND", "CERTIFIED_VALUE_UNREADABLE"),
    ("1,234 mg/kg", "CERTIFIED_VALUE_UNREADABLE"), ("0.31", "CERTIFIED_VALUE_WITHOUT_UNIT"),
    ("99.5 ± 0.2 %", "CERTIFIED_VALUE_WITHOUT_UNIT"),
])  # fmt: skip
def test_a_line_of_a_certificate_is_a_number_with_its_unit(text: str, code: str) -> None:
    with pytest.raises(BadInput, match=code):
        certified("PB", text)


@given(st.integers(1, 999), st.integers(1, 999), st.integers(1, 9999))
def test_two_steps_give_what_one_step_gives(first: int, second: int, stock: int) -> None:
    flask = amount("1000", "mL")
    start = certified("PB", f"{stock} mg/L")
    (once,) = concentrations([Taken("A", Amount(Decimal(first), "mL"), (start,))], flask)
    (again,) = concentrations([Taken("B", Amount(Decimal(second), "mL"), (once.value,))], flask)
    assert again.value.value == Decimal(stock) * first * second / 10**6
