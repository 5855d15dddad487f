"""Raw readings at the bench: every field with its unit and meaning, the calculation shown, the mark in the grid."""

from __future__ import annotations

import html
import re

import pytest

from tests import builders as b
from tests.web.people import Door, door

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
METHOD = "GB 5009.15-2023"
"""Cadmium."""
GIVEN = {"input.c": "12.40", "input.blank": "0.3", "input.V": "50", "input.DF": "1", "input.m": "0.5012"}


@pytest.fixture
def at(laboratory: b.Laboratory) -> Door:
    return door(laboratory)


@pytest.fixture
def grid(laboratory: b.Laboratory) -> str:
    """The path of a worksheet with one fish sample."""
    (no,) = b.on_worksheets(laboratory, b.received(laboratory, b.lodged(laboratory, "FISH")), (METHOD,))
    return f"/bench/worksheets/{no}"


def page_of(grid_page: str) -> str:
    found = re.search(r'data-page="([^"]+)"', grid_page)
    assert found
    return found[1]


def label_and_hint(page: str, name: str) -> tuple[str, str]:
    label = re.search(rf'<label for="f-input.{name}">(.*?)</label>', page)
    hint = re.search(rf'id="h-input.{name}">(.*?)</span>', page)
    assert label and hint
    return label[1], hint[1]


def test_each_reading_has_its_unit_and_its_meaning_in_the_readers_language(at: Door, grid: str) -> None:
    anna = at.enter("anna")
    path = page_of(anna.get(grid))
    page = anna.get(path)
    assert "(c - blank) * V * DF / (m * 1000) → mg/kg" in page
    assert label_and_hint(page, "c") == ("c, µg/L", "concentration read in the test solution")
    assert label_and_hint(page, "DF") == ("DF", "dilution factor")
    assert label_and_hint(at.enter("anna", "zh").get(path), "m") == ("m, g", "称样量")


def test_a_calculated_result_shows_its_steps_and_prints_three_figures(at: Door, grid: str) -> None:
    anna = at.enter("anna")
    path = page_of(anna.get(grid))
    kept = anna.post(path, 422, **{**GIVEN, "input.m": ""})
    assert 'value="12.40"' in kept, "a missing reading loses none of the others"
    anna.post(path, **GIVEN, expanded="10%")
    page = anna.get(path)
    assert "(12.40 - 0.3) * 50 * 1 / (0.5012 * 1000) = 1.20710295291301 mg/kg" in page
    assert 'c = 12.40 µg/L</span> concentration read in the test solution' in page
    assert page.index("c = 12.40") < page.index("blank = 0.3") < page.index("m = 0.5012"), "in the method's order"
    assert '<td class="num">1.21 mg/kg</td><td class="num">0.12</td>' in page
    assert "1.2071" not in re.sub(r"<details.*?</details>", "", page, flags=re.S)


def test_the_grid_marks_what_was_calculated_and_leads_to_the_readings(at: Door, grid: str) -> None:
    anna = at.enter("anna")
    before = anna.get(grid)
    path = page_of(before)
    assert f'class="fx" href="{path}" title="enter raw readings"' in before
    anna.post(path, **GIVEN)
    after = anna.get(grid)
    assert f'class="fx done" href="{path}" title="calculated from raw readings"' in after
    assert 'value="1.21" data-kept="1.21"' in after
    anna.post(path, text="0.050", reason="typed")
    assert 'class="fx done"' not in anna.get(grid) and 'value="0.050"' in anna.get(grid)


def test_a_formula_with_a_wrong_factor_is_refused_in_words(at: Door) -> None:
    kate = at.enter("kate", "zh")
    path = f"/catalogue/propose/method?code={METHOD}"
    page = kate.get(path)
    assert "公式结果单位" in page
    found = re.findall(r'name="(content\.\w+)"[^>]* value="([^"]*)"', page)
    fields = {name: html.unescape(text) for name, text in found}
    assert fields["content.formula"] == "(c - blank) * V * DF / (m * 1000)"
    fields |= {"content.formula": "(c - blank) * V * DF / m", "code": METHOD, "reason": "shorter"}
    assert "公式结果是应有值的 1000 倍" in kate.post("/catalogue/propose/method", 422, **fields)
