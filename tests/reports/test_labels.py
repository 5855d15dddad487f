"""Labels and worksheets carry the number for machine and eye, and nothing of whose goods they are."""

from __future__ import annotations

import pytest

from reports.labels.sample import SampleLabel, Size, Symbol, roll, sheet
from reports.worksheet.sheet import Position, WorksheetContent, render
from tests.reports import reading

NUMBERS = ["S2026-000123", "S2026-000124-A", "S", "S2026-000125-B12"]


def labels() -> list[SampleLabel]:
    return [SampleLabel(number, "冻虾 frozen shrimp <b>", "2026-11-20", ("−18 °C",)) for number in NUMBERS]


@pytest.mark.parametrize("size", list(Size))
@pytest.mark.parametrize("symbol", list(Symbol))
def test_each_label_is_a_page_whose_symbol_and_text_say_the_number(size: Size, symbol: Symbol) -> None:
    pdf = roll(labels(), size, symbol)
    texts = reading.pages(pdf)
    assert len(texts) == len(NUMBERS)
    for page, number in enumerate(NUMBERS):
        assert reading.barcodes(pdf, page, scale=6) == [number]
        assert number in texts[page]
        assert "2026-11-20" in texts[page]
        assert "冻虾" in texts[page]


@pytest.mark.parametrize("size", list(Size))
def test_a_sheet_holds_every_label_and_skips_used_places(size: Size) -> None:
    many = labels() * 20
    pdf = sheet(many, size, skip=3)
    text = "".join(reading.pages(pdf))
    assert text.count("2026-11-20") == len(many)
    assert text.count("S2026-000124-A") == 20
    assert set(reading.barcodes(pdf, 0, scale=4)) == set(NUMBERS)


def test_a_name_too_long_for_the_label_ends_in_an_ellipsis_and_keeps_the_date() -> None:
    long = SampleLabel("S2026-000126", "大豆油 soybean oil refined for food use " * 5, "2026-11-20")
    text = reading.pages(roll([long]))[0]
    assert "…" in text
    assert "2026-11-20" in text
    assert "S2026-000126" in text


def test_a_worksheet_lists_every_position_with_its_barcodes() -> None:
    positions = (
        Position("1", "BLANK"),
        Position("2", "STANDARD", name="0.5 µg/L"),
        *(Position(str(n), "SAMPLE", f"S2026-{n:06d}", "冻虾", ("镉 Cd", "铅 Pb")) for n in range(3, 50)),
    )
    content = WorksheetContent("W2026-000045", "GB 5009.268-2025", positions, "ICP-MS", "安娜 Anna", "2026-11-21")
    pdf = render(content)
    texts = reading.pages(pdf)
    codes = [code for page in range(len(texts)) for code in reading.barcodes(pdf, page, scale=4)]
    assert "W2026-000045" in codes
    assert {f"S2026-{n:06d}" for n in range(3, 50)} <= set(codes)
    assert len(texts) > 1
    for text in texts:
        assert "位置" in text
        assert "W2026-000045" in text
    assert render(content) == pdf


def test_no_label_or_worksheet_leaves_a_font_outside() -> None:
    content = WorksheetContent("W1", "m", (Position("1", "SAMPLE", "S1"),))
    for pdf in (roll(labels()), sheet(labels()), render(content)):
        assert all(embedded for _, embedded in reading.fonts(pdf))
