"""Reads the list whose header names only the compounds: formulas in the first line, their units in the second.

The columns before them have no names; they are told by what they hold. Statistics below are not results.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from instruments.errors import corrupt_header
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.formulas import is_formula, unit_alone
from instruments.tools.grid import Row, Sheet, body, collapsed

_STATISTICS = frozenset({"number", "average", "maximum", "minimum", "range", "std dev.", "std. dev.", "rsd(%)",
                         "rsd (%)", "mean", "cv(%)"})
_DATE = re.compile(r"^\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}(?:\s+\d{1,2}:\d{2}.*)?$")
_NUMBER = re.compile(r"^[+-]?\d+(?:[.,]\d+)?$")
_FLAG_LENGTH = 4


@dataclass(frozen=True)
class Shape:
    """``compounds`` maps a column to (formula, unit); ``date`` and ``total`` may be absent."""

    compounds: dict[int, tuple[str, str]]
    sample: int
    application: int | None
    date: int | None
    total: int | None
    width: int

    def flag(self, row: Row, column: int) -> str:
        """What stands in the nameless column right of a value."""
        beside = column + 1
        taken = {self.sample, self.application, self.date, self.total, *self.compounds}
        return row.at(beside) if beside not in taken and len(row.at(beside)) <= _FLAG_LENGTH else ""


def recognise(view: FileView) -> bool:
    return any(_compounds(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        compounds = _compounds(sheet)
        if compounds:
            _tell(sheet, _shape(sheet, compounds), tally)


def _compounds(sheet: Sheet) -> dict[int, tuple[str, str]]:
    """Formulas over units, every named column one of them, and columns without a name beside them."""
    if len(sheet.rows) < 3 or sheet.rows[0].line != 1:
        return {}
    names, units = sheet.rows[0], sheet.rows[1]
    found: dict[int, tuple[str, str]] = {}
    for index in range(max(len(names.cells), len(units.cells))):
        if not names.at(index) and not units.at(index):
            continue
        unit = unit_alone(units.at(index))
        if unit is None or not is_formula(names.at(index)):
            return {}
        found[index] = (names.at(index), unit)
    nameless = {index for row in sheet.rows[2:] for index, text in enumerate(row.cells) if text} - set(found)
    return found if len(nameless) >= 2 else {}


def _shape(sheet: Sheet, compounds: dict[int, tuple[str, str]]) -> Shape:
    if len({formula for formula, _ in compounds.values()}) != len(compounds):
        raise corrupt_header(because="COLUMN_TWICE")
    rows = sheet.rows[2:]
    width = max(sheet.width(sheet.rows[0]), sheet.width(sheet.rows[1]))
    filled = {index: [row.at(index) for row in rows if row.at(index)] for index in range(width)
              if index not in compounds and any(row.at(index) for row in rows)}
    date = next((index for index, texts in filled.items() if all(_DATE.match(text) for text in texts)), None)
    words = {index: texts for index, texts in filled.items()
             if index != date and not all(_NUMBER.match(text) for text in texts)
             and any(len(text) > _FLAG_LENGTH for text in texts)}
    if not words:
        raise corrupt_header(because="SAMPLE_COLUMN_MISSING")
    # Statistics are written into the sample column alone, so it is the fullest; else the most varied; else first.
    sample = max(words, key=lambda index: (len(words[index]), len(set(words[index])), -index))
    total = next((index for index, texts in filled.items()
                  if index not in (date, sample) and all(_NUMBER.match(text) for text in texts)), None)
    application = next((index for index in words if index != sample), None)
    return Shape(compounds, sample, application, date, total, width)


def _tell(sheet: Sheet, shape: Shape, tally: Tally) -> None:
    for row in body(sheet, 2, shape.width, tally):
        tally.announce(len(shape.compounds))
        alone = not any(row.at(index) for index in (shape.application, shape.date, shape.total))
        if alone and collapsed(row.at(shape.sample)).casefold() in _STATISTICS:
            tally.skip(SUMMARY_ROW, len(shape.compounds))
            continue
        extra = {"application": row.at(shape.application), "measured_at": row.at(shape.date),
                 "total": row.at(shape.total)}
        for column, (formula, unit) in shape.compounds.items():
            tally.emit(Reading(
                sample_id=row.at(shape.sample), analyte=formula, value=row.at(column), unit=unit,
                flag=shape.flag(row, column), role="sample", quantity="concentration",
                source=Source(sheet.name, row.line, formula),
                extra={word: text for word, text in extra.items() if text},
            ))
