"""What the result grid promises: nothing altered silently, nothing lost, nothing that looks saved and is not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from lims.services import worksheet
from tests import builders as b
from tests.browser.conftest import Enter, Served

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)]
METHOD = "GB 5009.15-2023"


@pytest.fixture
def grid(served: Served, enter: Enter) -> Page:
    """Anna's worksheet of three fish samples for cadmium, opened in her browser."""
    lab = served.lab
    numbers = tuple(b.received(lab, b.lodged(lab, "FISH", declaration=f"5301202611000{n}")) for n in range(3))
    with lab.acting(lab.cast.anna) as tx:
        made = worksheet.make(tx, worksheet.MakeWorksheet(METHOD, sample_nos=numbers))
    page = enter("anna")
    page.goto(f"/bench/worksheets/{made.no}")
    return page


def cell(page: Page, row: int) -> Locator:
    return page.locator("tbody tr").nth(row).locator("td.cell input")


def saving(page: Page, row: int) -> Locator:
    return page.locator("tbody tr").nth(row).locator(".save")


def remark(page: Page, row: int) -> Locator:
    return page.locator("tbody tr").nth(row).locator(".remark")


def test_enter_goes_down_and_each_cell_commits_itself(grid: Page) -> None:
    expect(cell(grid, 0)).to_be_focused()
    for text in ("0.31", "0.05", "<0.003"):
        grid.keyboard.type(text, delay=40)
        grid.keyboard.press("Enter")
    expect(grid.locator("[data-count]")).to_have_text("3 saved")
    grid.reload()
    assert [cell(grid, n).input_value() for n in range(3)] == ["0.31", "0.05", "<0.003"]
    expect(grid.locator("td.cell").first).to_contain_text("▲")
    expect(remark(grid, 0)).to_contain_text("does not conform")


def test_a_number_with_a_comma_is_asked_for_and_chosen_by_one_key(grid: Page) -> None:
    cell(grid, 0).fill("1,234")
    grid.keyboard.press("Enter")
    expect(remark(grid, 0)).to_contain_text("1 = 1.234")
    expect(saving(grid, 0)).to_contain_text("which one?")
    expect(cell(grid, 0)).to_have_value("1,234")
    expect(cell(grid, 0)).to_be_focused()
    grid.keyboard.press("1")
    expect(saving(grid, 0)).to_contain_text("saved")
    expect(cell(grid, 0)).to_have_value("1.234")
    expect(cell(grid, 1)).to_be_focused()


def test_a_text_that_is_no_result_stays_in_its_cell_with_the_reason(grid: Page) -> None:
    cell(grid, 0).fill("5-10")
    grid.keyboard.press("Enter")
    expect(saving(grid, 0)).to_contain_text("refused")
    expect(remark(grid, 0)).to_contain_text("range")
    expect(cell(grid, 0)).to_have_value("5-10")
    grid.keyboard.press("Control+Enter")
    expect(cell(grid, 0)).to_be_focused()
    cell(grid, 0).press("Escape")
    expect(cell(grid, 0)).to_have_value("")


def test_one_key_says_below_the_limit_of_quantification(grid: Page) -> None:
    cell(grid, 0).fill("<")
    grid.keyboard.press("Enter")
    expect(saving(grid, 0)).to_contain_text("saved")
    expect(cell(grid, 0)).to_have_value("<LOQ")


def test_a_lost_connection_keeps_the_text_says_so_and_sends_it_later(grid: Page) -> None:
    grid.route("**/cell", lambda route: route.abort())
    cell(grid, 0).fill("0.05")
    grid.keyboard.press("Enter")
    expect(saving(grid, 0)).to_contain_text("not sent")
    expect(cell(grid, 0)).to_have_value("0.05")
    expect(grid.locator("[data-count]")).to_contain_text("1 not sent")
    grid.unroute("**/cell")
    expect(saving(grid, 0)).to_contain_text("saved", timeout=8000)


def test_a_server_fault_is_not_taken_for_saved(grid: Page) -> None:
    grid.route("**/cell", lambda route: route.fulfill(status=500, json={"code": "FAULT"}))
    cell(grid, 0).fill("0.05")
    grid.keyboard.press("Enter")
    expect(saving(grid, 0)).to_contain_text("not sent")
    grid.unroute("**/cell")
    expect(saving(grid, 0)).to_contain_text("saved", timeout=8000)


def test_an_answer_lost_on_its_way_does_not_enter_the_result_twice(grid: Page) -> None:
    def lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    grid.route("**/cell", lose)
    cell(grid, 0).fill("0.05")
    grid.keyboard.press("Enter")
    expect(saving(grid, 0)).to_contain_text("not sent")
    grid.unroute("**/cell")
    expect(saving(grid, 0)).to_contain_text("saved", timeout=8000)
    grid.goto(grid.locator("td.cell").first.get_attribute("data-page") or "")
    expect(grid.locator("h2:has-text('Every version') + table tbody tr")).to_have_count(1)


def test_leaving_with_something_unsent_asks_first(grid: Page) -> None:
    grid.route("**/cell", lambda route: route.abort())
    cell(grid, 0).fill("0.05")
    grid.keyboard.press("Enter")
    expect(saving(grid, 0)).to_contain_text("not sent")
    asked: list[str] = []
    grid.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    grid.close(run_before_unload=True)
    grid.wait_for_timeout(500)
    assert asked == ["beforeunload"]


def test_two_people_in_one_cell_see_both_values(grid: Page, served: Served) -> None:
    url = grid.locator("td.cell").first.get_attribute("data-url") or ""
    b.entered(served.lab, int(url.split("/")[3]), "0.09", submit=False)  # type: ignore[arg-type]
    cell(grid, 0).fill("0.05")
    grid.keyboard.press("Enter")
    expect(remark(grid, 0)).to_contain_text("keep theirs (0.09)")
    cell(grid, 0).press("1")
    expect(cell(grid, 0)).to_have_value("0.09")


def test_a_pasted_column_is_seen_before_it_is_written(grid: Page) -> None:
    paste(grid, "0.01\r\n0.02\r\n0.03\r\n")
    expect(grid.locator(".pasted")).to_contain_text("3")
    assert [cell(grid, n).input_value() for n in range(3)] == ["0.01", "0.02", "0.03"]
    expect(grid.locator("[data-count]")).to_have_text("3 not sent")
    grid.keyboard.press("Enter")
    expect(grid.locator("[data-count]")).to_have_text("3 saved")


def test_a_paste_is_taken_back_by_escape(grid: Page) -> None:
    paste(grid, "0.01\n0.02")
    grid.keyboard.press("Escape")
    expect(grid.locator(".pasted")).to_have_count(0)
    assert [cell(grid, n).input_value() for n in range(3)] == ["", "", ""]


def paste(page: Page, text: str) -> None:
    cell(page, 0).focus()
    page.evaluate(
        """(text) => { const held = new DataTransfer(); held.setData("text/plain", text);
        const how = { clipboardData: held, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", how)); }""",
        text,
    )


def test_enter_that_ends_a_composition_does_not_commit(grid: Page) -> None:
    cell(grid, 0).focus()
    session = grid.context.new_cdp_session(grid)
    session.send("Input.imeSetComposition", {"text": "wei", "selectionStart": 3, "selectionEnd": 3})
    composing = {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    grid.evaluate("(how) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', how))", composing)
    expect(cell(grid, 0)).to_be_focused()
    session.send("Input.insertText", {"text": "未检出"})
    grid.keyboard.press("Enter")
    expect(saving(grid, 0)).to_contain_text("saved")
    expect(cell(grid, 0)).to_have_value("未检出")


def test_a_correction_after_submitting_asks_for_its_reason_by_one_key(grid: Page) -> None:
    for n in range(3):
        cell(grid, n).fill("0.01")
        grid.keyboard.press("Enter")
    expect(grid.locator("[data-count]")).to_have_text("3 saved")
    grid.keyboard.press("Control+Enter")
    expect(saving(grid, 0)).to_contain_text("to verify")
    cell(grid, 0).fill("0.02")
    grid.keyboard.press("Enter")
    expect(remark(grid, 0)).to_contain_text("Reason for the correction")
    cell(grid, 0).press("1")
    expect(saving(grid, 0)).to_contain_text("saved")


def test_a_scan_in_a_cell_leaves_the_cell_as_it_was_and_opens_what_it_names(grid: Page) -> None:
    cell(grid, 1).fill("0.05")
    burst = [*"26", "-", *"11", "-", *"00001", "Enter"]
    codes = {"-": "Minus", "Enter": "Enter"}
    grid.evaluate(
        """(keys) => { const field = document.activeElement; for (const [key, code] of keys) {
        const how = { key, code, bubbles: true, cancelable: true };
        if (field.dispatchEvent(new KeyboardEvent("keydown", how)) && key.length === 1) field.value += key; } }""",
        [[key, codes.get(key, f"Digit{key}")] for key in burst],
    )
    grid.wait_for_url("**?sample=26-11-00001")
    expect(cell(grid, 0)).to_be_focused()


def test_sixteen_rows_fit_on_a_bench_computer(grid: Page) -> None:
    rows = "[...document.querySelectorAll('tbody tr')]"
    heights = grid.evaluate(f"{rows}.map((row) => row.getBoundingClientRect().height)")
    top = grid.evaluate("document.querySelector('tbody').getBoundingClientRect().top")
    foot = grid.evaluate("document.querySelector('footer.keys').getBoundingClientRect().top")
    assert max(heights) <= 29
    assert (foot - top) / max(heights) >= 16
