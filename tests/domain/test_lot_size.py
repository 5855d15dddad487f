"""How many items a lot has, what a category is inspected for, and a switching history that is remembered."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal
from lims.domain.sampling.lot_size import Size, lot_size
from lims.domain.sampling.memory import kept, remembered
from lims.domain.sampling.setting import Setting, setting_from
from lims.domain.sampling.switching import Change, History, Key


@pytest.mark.parametrize(("quantity", "unit", "packages", "lots", "size"), [
    ("1200", "pcs", "", 1, Size(1200, "pieces")), ("1200", " 件 ", "40", 1, Size(1200, "pieces")),
    ("1200.00", "Pairs", "", 3, Size(1200, "pieces")), ("900", "kg", "40 cartons", 1, Size(40, "packages")),
    ("900", "kg", "40纸箱", 1, Size(40, "packages")), ("2.5", "sets", "4", 1, Size(4, "packages")),
    ("900", "kg", "40 cartons", 2, None), ("900", "kg", "", 1, None), ("900", "kg", "1,200 cartons", 1, None),
    ("900", "kg", "1.200", 1, None), ("900", "kg", "0 cartons", 1, None), ("900", "kg", "about 40", 1, None),
    ("900", "kg", "9" * 13, 1, None),
])  # fmt: skip
def test_a_lot_is_counted_in_pieces_or_else_in_packages_and_never_guessed(
    quantity: str, unit: str, packages: str, lots: int, size: Size | None
) -> None:
    found = lot_size(Decimal(quantity), unit, packages, lots)
    assert found == size if size else isinstance(found, Refusal) and found.code == "LOT_SIZE_UNKNOWN"


def test_a_category_is_inspected_by_what_its_setting_says() -> None:
    whole = {"inspection_level": "S-2", "aql": "2.50", "characteristic": "SEAMS"}
    assert setting_from(whole) == Setting("SEAMS", "S-2", Decimal("2.5"))
    assert setting_from({}) is setting_from({"aql": " ", "characteristic": ""}) is None
    for changes, field in (({"inspection_level": "IV"}, "inspection_level"), ({"aql": "2.6"}, "aql"),
                           ({"aql": ""}, "aql"), ({"characteristic": ""}, "characteristic")):
        with pytest.raises(BadInput) as refused:
            setting_from({**whole, **changes})
        assert refused.value.params["field"] == field


@given(st.lists(st.booleans(), max_size=5), st.integers(0, 5), st.integers(0, 99), st.booleans())
def test_a_history_comes_back_as_it_was_kept(recent: list[bool], failed: int, score: int, changed: bool) -> None:
    change = Change("normal", "tightened", "SWITCH_TWO_NOT_ACCEPTED", {"failed": failed}) if changed else None
    history = History(Key("PRO", "TOY", "SEAMS"), "tightened", tuple(recent), failed, score, change)
    assert remembered(history.key, history.severity, history.score, kept(history)) == history
