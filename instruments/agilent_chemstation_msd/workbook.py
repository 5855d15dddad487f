"""Reads the sheet of a custom report: facts about one sample, each in one cell, above a table of compounds."""

from __future__ import annotations

import re

from instruments.errors import corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, collapsed, without_percent
from instruments.tools.long_table import Table, beside, table_with
from instruments.tools.naming import file_name

_COMPOUND = ("Compound Name", "Compound", "Name")
_AMOUNT = ("Amount", "Conc", "Conc.", "Concentration", "Final Conc")
_TIME = ("RT (min)", "RT", "R.T.", "Ret Time")
_FACT = re.compile(r"^(?P<name>Data File Name|Data File|Acquired Date|Acq On|Method Name|Sample Name|Sample|"
                   r"Operator|Vial|Misc(?: Info)?|Dilution|Multiplier) ?: ?(?P<text>.*)$", re.IGNORECASE)
_QUALITY = ("Q-value", "Qvalue", "Q Value")


def table_of(sheet: Sheet) -> Table | None:
    """Compounds with retention time and amount, below a cell that begins ``Data File Name:``."""
    table = table_with(sheet, _COMPOUND, _AMOUNT, _TIME, within=30)
    if table is None:
        return None
    facts = _facts(sheet, table)
    ours = "data file name" in facts or ("data file" in facts and table.place(*_QUALITY) is not None)
    return table if ours else None


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        table = table_of(sheet)
        if table is not None:
            _parse_sheet(sheet, table, tally)
        elif sheet.rows:
            tally.notice("SHEET_NOT_READ", sheet=sheet.name)


def _facts(sheet: Sheet, table: Table) -> dict[str, str]:
    """``Sample Name: X`` in one cell, or the text in the cell right of it."""
    found: dict[str, str] = {}
    for row in sheet.rows[:table.at]:
        for index, text in enumerate(row.cells):
            match = _FACT.match(text)
            if match:
                found.setdefault(match["name"].casefold(), match["text"].strip() or row.at(index + 1))
    return found


def _parse_sheet(sheet: Sheet, table: Table, tally: Tally) -> None:
    facts = _facts(sheet, table)
    sample = facts.get("sample name") or facts.get("sample", "")
    if not sample and "sample name" not in facts and "sample" not in facts:
        raise corrupt_header(column="Sample Name", because="COLUMN_MISSING", line=table.line)
    extra = {"datafile": file_name(facts.get("data file name") or facts.get("data file", "")),
             "measured_at": facts.get("acquired date") or facts.get("acq on", ""),
             "dilution": facts.get("dilution", ""), "multiplier": facts.get("multiplier", ""),
             "position": facts.get("vial", "")}
    places = {"name": table.required(*_COMPOUND), "amount": table.required(*_AMOUNT)} | table.places(
        {"unit": ("Units", "Unit", "Conc Units")})
    columns = table.places({"rt": _TIME, "area": ("Area", "Response"), "quality": _QUALITY})
    rows = list(table.rows(tally))
    tally.announce(len(rows))
    for row in rows:
        tally.emit(_reading(table, row, sample, places, beside(row, columns)
                            | {word: text for word, text in extra.items() if text}))


def _reading(table: Table, row: Row, sample: str, places: dict[str, int], extra: dict[str, str]) -> Reading:
    value, unit = without_percent(row.at(places["amount"]), row.at(places.get("unit")))
    return Reading(
        sample_id=sample, analyte=collapsed(row.at(places["name"])), value=value, unit=unit, flag="", role="sample",
        quantity="concentration", source=Source(table.sheet.name, row.line, table.names[places["amount"]]),
        extra=extra,
    )
