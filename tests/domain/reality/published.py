"""Rows of public data sets as they were published, and the engine's answer to a case made of them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lims.cli.decide import decide
from lims.cli.decision.case import case_of
from tests.domain.shared import slice_of

Row = dict[str, str]
NUMBER_FIRST = re.compile(r"[<>=\s]*-?[0-9.]")


def rows(name: str) -> list[Row]:
    """The rows of a slice, or a skipped test that says why."""
    with slice_of(name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def answer(case: Mapping[str, Any]) -> dict[str, Any]:
    return decide(case_of(json.dumps(case, ensure_ascii=False).encode()))


class Source(NamedTuple):
    """Where the result texts of a source stand, and what its publisher declares about them."""

    name: str
    texts: Callable[[], list[str]]
    most_refused: float
    minus_one_is_nd: bool = False


def beside(value: str, unit: str) -> str:
    """A number with the unit of the next column; a word stands for itself."""
    return f"{value} {unit}" if NUMBER_FIRST.match(value) else value


def column(name: str, value: str, unit: str = "") -> list[str]:
    """The texts of a column; ``unit`` is a unit, or the name of the column that holds it."""
    return [beside(row[value], row.get(unit, unit)) if unit else row[value] for row in rows(name)]


METALS = "results_us_nyc/metals_in_products.csv"
FDA = "results_us_fda"
JUICE = ("total_as_raw", "inorganic_as_raw", "dma_raw", "mma_raw")


def fda() -> list[str]:
    surveys = ("baby_food_compliance.csv", "infant_formula_survey.csv")
    found = [text for name in surveys for text in column(f"{FDA}/{name}", "reported_value", "ppb")]
    return found + [text for raw in JUICE for text in column(f"{FDA}/apple_juice_arsenic_speciation.csv", raw, "unit")]


SOURCES = (
    Source("results_us_nyc", lambda: column(METALS, "CONCENTRATION", "UNITS"), 0.02, minus_one_is_nd=True),
    Source("results_us_ny_spice", lambda: column("results_us_ny_spice/spice.csv", "RESULT", "Unit"), 0.02),
    Source("results_us_fda", fda, 0.02),
    Source("border_tw", lambda: column("border_tw/findings.csv", "value", "unit"), 0.02),
    Source("results_ca_pei", lambda: column("results_ca_pei/pesticides_water.csv", "Result", "Result Unit"), 0.02),
    Source("border_au_ifis", lambda: column("border_au_ifis/failing_foods.csv", "result_text"), 0.12),
)
