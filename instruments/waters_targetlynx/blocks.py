"""Reads the summary reports: ``Compound 1:  Name`` above its samples, or ``Sample Name: X`` above its compounds.

One quantity is reported for the whole file: the concentration where any sample has one, else the peak area as a
raw response.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from instruments.errors import NothingToImport, corrupt_header, cut_short
from instruments.reading import SUMMARY_ROW, Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, body, collapsed, position, width_of, without_percent
from instruments.tools.long_table import beside
from instruments.waters_targetlynx.words import is_internal_standard, role_of

_COMPOUND = re.compile(r"^(?:Compound|化合物|Composé|Verbindung|Compuesto) ?\d+ ?[:：]\s*(?P<name>.*)$",
                       re.IGNORECASE)
_SAMPLE = re.compile(r"^(?:Sample Name|Sample ?\d+|样品名称|样品) ?[:：]\s*(?P<name>.*)$", re.IGNORECASE)
_REPORT = re.compile(r"^Quantify\b.*\bReport\b|^定量.*报告", re.IGNORECASE)
_HEADER_WITHIN = 8
_TOP = 40
_NAME = ("Name", "Sample Name", "File Name", "Sample Text")
_CODE = ("Sample ID", "ID")
# Some reports call the column by the bare unit of the method instead of "Conc.".
_CONC = re.compile(r"^(?:conc\.?|concentration)(?: ?[\[(] ?(?P<unit>[^\[\]()]*?) ?[\])])?$"
                   r"|^(?P<bare>[fpnuµmk]?g/[nuµmk]?(?:l|g)|pp[tbm]|[fpnuµm]?mol/[uµm]?l|[fpnuµm]M)$", re.IGNORECASE)
_AREA = ("Area", "Peak Area", "Response")
_FLAGS = ("Detection Flags", "Detection Flag", "Peak Flags", "Primary Flags", "Flags")
_EXTRA = {
    "rt": ("RT",), "level": ("Std. Conc", "Std Conc"), "date": ("Acq.Date", "Acq Date"),
    "time": ("Acq.Time", "Acq Time"), "text": ("Sample Text",), "position": ("Vial",),
    "dilution": ("Dilution", "Dilution Factor"), "area": ("Area",), "recovery": ("%Rec",), "deviation": ("%Dev",),
}
_SUMMARIES = frozenset({"average", "mean", "%rsd", "rsd", "std. dev.", "min", "max", "minimum", "maximum"})


@dataclass(frozen=True)
class Block:
    """``compound`` or ``sample`` is what the rows have in common; the other one stands in each row."""

    compound: str
    sample: str
    names: tuple[str, ...]
    rows: tuple[Row, ...]

    def conc(self) -> tuple[int, str] | None:
        found = [(index, (match["unit"] or match["bare"] or "").strip()) for index, name in enumerate(self.names)
                 if (match := _CONC.match(name))]
        if len(found) > 1:
            raise corrupt_header(compound=self.compound, column="Conc.", because="COLUMN_TWICE")
        return found[0] if found else None


def begins(sheet: Sheet) -> bool:
    """Is there a first block near the top? Reports have few lines above it."""
    return bool(starts(replace(sheet, rows=sheet.rows[:_TOP])))


def starts(sheet: Sheet) -> list[tuple[int, int]]:
    """(title, header) of each block. A header follows soon, so that a sentence is no title."""
    reported = any(_REPORT.match(row.at(0)) for row in sheet.rows[:5])
    found = []
    for index, row in enumerate(sheet.rows):
        if _title(row, reported) is not None:
            header = _header_below(sheet, index, reported)
            if header is not None:
                found.append((index, header))
    return found


def _title(row: Row, reported: bool) -> tuple[str, str] | None:
    """(compound, sample) named by a line that holds nothing else; samples only in a titled report."""
    if width_of(row) != 1:
        return None
    text = next(text for text in row.cells if text)
    compound = _COMPOUND.match(text)
    sample = _SAMPLE.match(text) if reported else None
    if compound:
        return collapsed(compound["name"]), ""
    return ("", collapsed(sample["name"])) if sample else None


def _header_below(sheet: Sheet, title: int, reported: bool) -> int | None:
    for index in range(title + 1, min(title + 1 + _HEADER_WITHIN, len(sheet.rows))):
        row = sheet.rows[index]
        if _title(row, reported) is not None:
            return None
        names = _names(row)
        if width_of(row) > 3 and position(names, *_NAME) is not None and (
                position(names, *_AREA) is not None or any(_CONC.match(name) for name in names)):
            return index
    return None


def parse(view: FileView, tally: Tally) -> None:
    blocks = [(sheet, block) for sheet in view.sheets for block in _blocks(sheet, tally)]
    quantity = _quantity([block for _, block in blocks])
    for sheet, block in blocks:
        _parse_block(sheet, block, quantity, tally)


def _names(row: Row) -> tuple[str, ...]:
    return tuple(collapsed(text) for text in row.cells)


def _blocks(sheet: Sheet, tally: Tally) -> list[Block]:
    found = starts(sheet)
    reported = any(_REPORT.match(row.at(0)) for row in sheet.rows[:5])
    titles = [index for index, row in enumerate(sheet.rows) if _title(row, reported) is not None]
    if found and titles[-1] != found[-1][0]:
        raise cut_short(line=sheet.rows[titles[-1]].line, expected="header line")
    blocks = []
    ends = [title for title, _ in found[1:]] + [len(sheet.rows)] * bool(found)
    for (title, header), end in zip(found, ends, strict=True):
        names = _names(sheet.rows[header])
        part = replace(sheet, rows=sheet.rows[:end], ended=sheet.ended or end < len(sheet.rows))
        compound, sample = _title(sheet.rows[title], reported) or ("", "")
        blocks.append(Block(compound, sample, names, tuple(body(part, header + 1, len(names), tally))))
    if len(blocks) > 1 and len(blocks[-1].rows) < min(len(block.rows) for block in blocks[:-1]):
        raise cut_short(line=sheet.rows[-1].line, compound=blocks[-1].compound, expected="samples")
    return blocks


def _quantity(blocks: list[Block]) -> str:
    for block in blocks:
        place = block.conc()
        if place is not None and any(row.at(place[0]) for row in block.rows):
            return "concentration"
    return "area"


def _parse_block(sheet: Sheet, block: Block, quantity: str, tally: Tally) -> None:
    column, unit = _result_column(block, quantity)
    name = position(block.names, *_NAME)
    places = {word: place for word, wanted in _EXTRA.items()
              if (place := position(block.names, *wanted)) is not None and place not in (name, column)}
    marks = {word: position(block.names, *wanted)
             for word, wanted in (("flag", _FLAGS), ("type", ("Type",)), ("code", _CODE))}
    tally.announce(len(block.rows))
    for row in block.rows:
        if row.at(name).casefold() in _SUMMARIES and not row.at(marks["type"]):
            tally.skip(SUMMARY_ROW)
        else:
            tally.emit(_reading(sheet, block, row, (column, unit, quantity), (name, marks, places)))


def _result_column(block: Block, quantity: str) -> tuple[int, str]:
    conc = block.conc()
    if quantity == "concentration" and conc is not None:
        return conc
    area = position(block.names, *_AREA)
    if quantity == "area" and area is not None:
        return area, ""
    raise NothingToImport("NO_RESULT_COLUMN", compound=block.compound, columns=block.names)


def _reading(sheet: Sheet, block: Block, row: Row, result: tuple[int, str, str],
             places: tuple[int | None, Mapping[str, int | None], Mapping[str, int]]) -> Reading:
    column, unit, quantity = result
    name, marks, extra = places
    value, unit = without_percent(row.at(column), unit)
    kind, code, named = row.at(marks["type"]), row.at(marks["code"]), row.at(name)
    sample_id = block.sample or code or named
    other = named if not block.sample and named != sample_id else ""
    return Reading(
        sample_id=sample_id, analyte=block.compound or collapsed(named), value=value, unit=unit,
        flag=row.at(marks["flag"]), role="istd" if is_internal_standard(kind) else role_of(kind), quantity=quantity,
        source=Source(sheet.name, row.line, block.names[column]),
        extra=beside(row, extra) | ({"alt_id": other} if other else {}),
    )
