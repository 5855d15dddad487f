"""The tables of ISO 2859-1:1999 = GB/T 2828.1-2012 for single sampling, as they are printed: letters, cells, arrows.

It knows no lot that was inspected. The tables are product content (lims/catalogue) and are read when first asked.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from lims.domain.rules.errors import BadInput

LEVELS = ("S-1", "S-2", "S-3", "S-4", "I", "II", "III")
_MASTER = {"normal": "aql_single_normal", "tightened": "aql_single_tightened"}
_STEP = {"UP": -1, "DOWN": 1}
_LONGEST = 40
SMALLEST_LOT = 2


class Cell(NamedTuple):
    """Where the arrows of the table end: the letter there, with its sample size and its numbers."""

    letter: str
    n: int
    ac: int
    re: int


class _Table(NamedTuple):
    letters: tuple[str, ...]
    sizes: Mapping[str, int]
    cells: Mapping[tuple[str, Decimal], str]


def _rows(name: str) -> list[dict[str, str]]:
    text = files("lims").joinpath("catalogue", f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _letters() -> tuple[tuple[int, Mapping[str, str]], ...]:
    """The largest lot of each line, and its letters by inspection level; the last line has no end and stands as 0."""
    return tuple((int(row["lot_max"] or 0), row) for row in _rows("aql_code_letters"))


@cache
def _master(severity: str) -> _Table:
    rows = _rows(_MASTER[severity])
    cells = {
        (row["code_letter"], Decimal(aql)): cell
        for row in rows for aql, cell in row.items() if aql not in ("code_letter", "n") and cell
    }
    return _Table(
        tuple(row["code_letter"] for row in rows), {row["code_letter"]: int(row["n"]) for row in rows}, cells
    )


@cache
def _reduced() -> Mapping[str, int]:
    return {row["code_letter"]: int(row["n_reduced"]) for row in _rows("aql_reduced_sample_sizes")}


@cache
def _printed() -> Mapping[Decimal, str]:
    return {Decimal(name): name for name in _rows(_MASTER["normal"])[0] if name not in ("code_letter", "n")}


def aqls() -> tuple[str, ...]:
    """The acceptance quality limits of the table as it prints them, from the strictest on."""
    return tuple(_printed().values())


def preferred_aql(given: str | Decimal) -> Decimal:
    """One of the preferred values, whatever zeros it was typed with; BadInput naming ``aql`` for any other."""
    try:
        value = Decimal(given)
    except ArithmeticError:
        value = Decimal("NaN")
    if value.is_nan() or value not in _printed():
        raise BadInput("AQL_NOT_IN_TABLE", field="aql", value=str(given)[:_LONGEST], offered=", ".join(aqls()))
    return Decimal(_printed()[value])


def tighter_aql(aql: Decimal) -> Decimal | None:
    """The preferred value one step below; None below the strictest."""
    ordered = list(_printed())
    place = ordered.index(aql)
    return ordered[place - 1] if place else None


def code_letter(lot_size: int, level: str) -> str:
    """Table 1; BadInput naming the field for a lot that it does not cover or a level that it does not have."""
    if level not in LEVELS:
        raise BadInput("UNKNOWN_CHOICE", field="level", value=str(level)[:_LONGEST])
    if lot_size < SMALLEST_LOT:
        raise BadInput("LOT_TOO_SMALL", field="lot_size", value=str(lot_size)[:_LONGEST], least=SMALLEST_LOT)
    return next(letters for largest, letters in _letters() if not largest or lot_size <= largest)[level]


def resolved(letter: str, aql: Decimal, severity: str) -> Cell:
    """The cell of Table 2-A or 2-B; an arrow leads to the next plan in its direction, whose n, Ac and Re all apply."""
    table = _master(severity)
    place = table.letters.index(letter)
    while (cell := table.cells[table.letters[place], aql]) in _STEP:
        place += _STEP[cell]
    target = table.letters[place]
    return Cell(target, table.sizes[target], int(cell), int(cell) + 1)


def reduced_size(letter: str) -> int:
    """The sample size of a letter under reduced inspection (first column of Table 2-C); its cells are not held."""
    return _reduced()[letter]
