"""A recipe as an adapter: the layout finds the cells, this file makes readings of them and keeps the account."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from instruments.adapter import Adapter
from instruments.errors import FileRefused
from instruments.reading import Reading, Source, Tally
from instruments.recipes.recipe import Cell, Recipe, sheets_of, type_fits
from instruments.source import FileView
from instruments.tools.grid import without_percent
from instruments.tools.marks import POINT, Marks, digits_of, marks_of


def adapter_of(recipe: Recipe) -> Adapter:
    return Adapter(
        key=recipe.key, version=recipe.version, technique=recipe.technique,
        tried_on_real_files=recipe.tried_on_real_files,
        recognise=partial(_recognise, recipe), parse=partial(_parse, recipe), kind="recipe",
        sample_in_file_name=recipe.sample_in_file_name,
    )


def _recognise(recipe: Recipe, view: FileView) -> bool:
    return type_fits(recipe, view) and recipe.layout.recognise(recipe, sheets_of(recipe, view))


def _parse(recipe: Recipe, view: FileView, tally: Tally) -> None:
    if not type_fits(recipe, view):
        raise FileRefused("OTHER_FILE_TYPE", found=view.encoding, recipe=recipe.key)
    sheets = sheets_of(recipe, view)
    if not sheets and view.sheets:
        raise FileRefused("SHEET_MISSING", sheet=recipe.file.sheet or recipe.file.marker,
                          sheets=tuple(sheet.name for sheet in view.sheets[:20]))
    cells = list(recipe.layout.cells(recipe, sheets, tally))
    marks = _marks(recipe, cells)
    doubtful = {(sheet.name, sheet.rows[-1].line) for sheet in sheets if sheet.rows and not sheet.ended}
    for _, line in sorted(doubtful & {(cell.sheet, cell.line) for cell in cells}):
        tally.notice("LAST_LINE_WITHOUT_END", line=line)
    for cell in cells:
        if cell.reason is not None:
            tally.skip(cell.reason)
        else:
            tally.emit(_reading(recipe, cell, marks[cell.sheet, cell.column], tally))


def _marks(recipe: Recipe, cells: Iterable[Cell]) -> dict[tuple[str, str], Marks]:
    """The number marks of every column, from the cells that are read; what is left out has no vote."""
    texts: dict[tuple[str, str], list[str]] = {}
    for cell in cells:
        column = texts.setdefault((cell.sheet, cell.column), [])
        if cell.reason is None and cell.value.casefold() not in recipe.tokens:
            column.append(without_percent(cell.value, "")[0])
    return {key: marks_of(key[1], values, recipe.marks) for key, values in texts.items()}


def _reading(recipe: Recipe, cell: Cell, marks: Marks, tally: Tally) -> Reading:
    value, unit = without_percent(cell.value, cell.unit or recipe.units.get(cell.analyte.casefold(), recipe.unit))
    extra = {word: text for word, text in cell.extra.items() if text}
    if marks != POINT and _shows(value, marks):
        extra |= {"decimal": marks.decimal} | ({"group": marks.group} if marks.group else {})
    token = recipe.tokens.get(value.casefold())
    if token is not None:
        extra |= {"state": token.state} | ({"limit_from": token.limit_from} if token.limit_from else {})
    if recipe.date_format and "measured_at" in extra:
        extra |= _moment(recipe, cell, extra["measured_at"], tally)
    sample = cell.sample
    if recipe.sample_pattern is not None and (found := recipe.sample_pattern.group(sample, "sample")):
        if found != sample:
            extra["sample_text"] = sample
        sample = found
    return Reading(
        sample_id=sample, analyte=cell.analyte, value=value, unit=unit, flag=cell.flag,
        role=recipe.role_of(cell.role, cell.sample), quantity=recipe.quantity,
        source=Source(cell.sheet, cell.line, cell.column), extra=extra,
    )


def _shows(value: str, marks: Marks) -> bool:
    """Does the number bear a mark, so that its reader must know which is which?"""
    digits = digits_of(value)
    return digits is not None and any(mark and mark in digits for mark in (marks.decimal, marks.group))


def _moment(recipe: Recipe, cell: Cell, text: str, tally: Tally) -> dict[str, str]:
    """The moment as declared; a text of another form is kept as printed and reported, never guessed at."""
    try:
        return {"measured_at_iso": datetime.strptime(text, recipe.date_format).isoformat()}
    except ValueError:
        tally.notice("DATE_NOT_AS_DECLARED", line=cell.line)
        return {}
