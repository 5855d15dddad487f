"""The fields a recipe of each kind has on its page: where each stands in the document, and how it is edited.

What is not here is edited as JSON and kept as it is when a field beside it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from instruments.recipes.document import LAYOUTS
from instruments.recipes.recipe import STATES
from lims.domain.staging import EVIDENCE, QC_OF_ROLE

KINDS = tuple(LAYOUTS)
ROLES = frozenset({"sample", *EVIDENCE, *QC_OF_ROLE})
"""What a row of a file may be for the laboratory."""


@dataclass(frozen=True)
class Field:
    """``kind`` is text, column, words (a list), whole, flag, choice, pairs (an object of words) or table (a list).

    ``parts`` are the columns of a table, or the word and its meaning of pairs.
    """

    path: str
    label: object
    kind: str = "text"
    choices: tuple[str, ...] = ()
    parts: tuple[Field, ...] = ()


@dataclass(frozen=True)
class Group:
    name: str
    legend: object
    fields: tuple[Field, ...]


def _column(word: str, label: object) -> Field:
    return Field(f"columns.{word}", label, "column")


_SAMPLE, _ANALYTE = _column("sample", _l("Sample")), _column("analyte", _l("Analyte"))
_NAMED = (_column("unit", _l("Unit")), _column("flag", _l("Flag")), _column("role", _l("Kind of sample")))
_BESIDE = (
    _column("dilution", _l("Dilution")), _column("replicate", _l("Replicate")),
    _column("position", _l("Vial or well")), _column("measured_at", _l("Measured at")),
    _column("datafile", _l("Data file")), _column("operator", _l("Operator")),
)  # fmt: skip
_ONE_A_ROW = (_SAMPLE, _ANALYTE, _column("value", _l("Value")), *_NAMED, *_BESIDE)
_ACROSS_COLUMNS = (_SAMPLE, *_NAMED, *_BESIDE)
_ACROSS = (
    Field("analytes", _l("Columns of analytes"), "table", parts=(
        Field("column", _l("Column"), "column"), Field("analyte", _l("Analyte")), Field("unit", _l("Unit")))),
    Field("analytes.regex", _l("or every column that fits (pattern)")),
    Field("analytes.exclude_regex", _l("but not those that fit (pattern)")),
)  # fmt: skip
_TABLE_ROWS = Group("columns", _l("Columns"), _ONE_A_ROW)
_TABLE_WIDE = (Group("columns", _l("Columns"), _ACROSS_COLUMNS), Group("analytes", _l("Analytes"), _ACROSS))

_WIDE2 = (
    Group("header", _l("Header lines"), (
        Field("header.rows", _l("Header lines"), "whole"), Field("header.unit_row", _l("Line of the units"), "whole"),
        Field("header.fill", _l("Titles hold to the right"), "choice", ("right", "none")),
        Field("header.starts_at.find", _l("Text that the header begins with")))),
    Group("columns", _l("Columns"), _ACROSS_COLUMNS),
    Group("analytes", _l("Analytes"), (
        Field("analytes.value_column", _l("Name of the value under each title"), "column"),
        Field("analytes.value_column_regex", _l("or a pattern for it")),
        Field("analytes.group_regex", _l("Pattern of the titles")),
        Field("analytes.exclude_regex", _l("but not those that fit (pattern)")))),
)  # fmt: skip
_BLOCK = Group("block", _l("Blocks"), (
    Field("block.key.label", _l("Label of the line above each block")),
    Field("block.key.regex", _l("or a pattern for it")),
    Field("block.key.gives", _l("That line names the"), "choice", ("sample", "analyte")),
    Field("block.table", _l("The table has"), "choice", ("rows", "wide")),
    Field("block.ends_at_blank", _l("A blank line ends it"), "flag")))  # fmt: skip
_SECTION = Group("sections", _l("Sections"), (
    Field("sections.table", _l("Section with the table"), "column"),
    Field("sections.columns_are", _l("The table has"), "choice", ("rows", "wide")),
    Field("sections.begins", _l("A new sample begins with section"), "column"),
    Field("sections.results", _l("or results line by line"), "table", parts=(
        Field("section", _l("Section")), Field("key", _l("Word")), Field("analyte", _l("Analyte")),
        Field("unit", _l("Unit"))))))  # fmt: skip
_TRANSPOSED = Group("transposed", _l("Columns"), (
    Field("transposed.analyte", _l("Analyte"), "column"), Field("transposed.unit", _l("Unit"), "column"),
    Field("transposed.ignore", _l("Columns that are no samples"), "words"),
    Field("transposed.samples_regex", _l("Pattern of the samples' columns"))))  # fmt: skip
_PLATE = Group("plate", _l("Plate"), (
    Field("plate.wells", _l("Wells"), "whole", ("96", "384")), Field("plate.layout.title", _l("Grid of the samples")),
    Field("plate.values", _l("Grids of values"), "table", parts=(
        Field("title", _l("Title")), Field("analyte", _l("Analyte")), Field("unit", _l("Unit")))),
    Field("plate.empty", _l("Texts of an empty well"), "words"),
    Field("plate.sample_regex", _l("Pattern of a sample in a well"))))  # fmt: skip
_CELLS = Group("cells", _l("Cells (=B2 for what stands there)"), (
    Field("cells.anchors", _l("Texts that prove the form"), "table", parts=(
        Field("at", _l("Cell")), Field("text", _l("Text")))),
    Field("cells.sample", _l("Sample")), Field("cells.role", _l("Kind of sample")),
    Field("cells.results", _l("Results"), "table", parts=(
        Field("at", _l("Cell")), Field("analyte", _l("Analyte")), Field("unit", _l("Unit")),
        Field("sample", _l("Sample"))))))  # fmt: skip
_POSITIONAL = (
    Group("columns", _l("Columns by number"), _ONE_A_ROW),
    Group("analytes", _l("Analytes"), _ACROSS[:1]),
    Group("shape", _l("Shape of a line"), (
        Field("shape", _l("What each column holds (number, text, any)"), "pairs", parts=(
            Field("key", _l("Column")), Field("value", _l("Holds"), "choice", ("number", "text", "any")))),
        Field("width.least", _l("Cells a line, at least"), "whole"),
        Field("width.most", _l("Cells a line, at most"), "whole"),
        Field("skip_lines", _l("Lines to leave out at the top"), "whole"))),
)  # fmt: skip

_VALUES = Group("values", _l("Values"), (
    Field("number.decimal", _l("Decimal mark"), "choice", (".", ",")),
    Field("number.group", _l("Mark between thousands"), "choice", (".", ",", "'", "space")),
    Field("unit", _l("Unit where the file has none")),
    Field("quantity", _l("What the values are"), "text", (
        "concentration", "result", "area", "absorbance", "Ct", "mass", "height")),
    Field("date.format", _l("How moments are written"), "text", (
        "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y %H:%M")),
    Field("tokens", _l("Texts that are no numbers"), "pairs", parts=(
        Field("key", _l("Text")), Field("value", _l("Means"), "choice", STATES))),
    Field("units", _l("Units by analyte"), "pairs", parts=(
        Field("key", _l("Analyte")), Field("value", _l("Unit"))))))  # fmt: skip
_RULES = Group("rules", _l("Rows and samples"), (
    Field("file.sheet.name", _l("Sheet (empty: every sheet)"), "sheet"),
    Field("skip_rows", _l("Rows that are left out"), "table", parts=(
        Field("column", _l("Column"), "column"), Field("equals", _l("Is one of (parted by |)"), "words"),
        Field("regex", _l("or fits (pattern)")), Field("reason", _l("Why")))),
    Field("roles", _l("Kinds of sample"), "pairs", parts=(
        Field("key", _l("Word of the file")), Field("value", _l("Means"), "text", tuple(sorted(ROLES))))),
    Field("role_patterns", _l("Kinds of sample by name"), "table", parts=(
        Field("in", _l("Looked for in"), "choice", ("sample", "role")), Field("regex", _l("Pattern")),
        Field("role", _l("Means")))),
    Field("sample_regex", _l("Pattern of the sample's number (group “sample”)")),
    Field("sample_in_file_name", _l("The file's name is the sample"), "flag")))  # fmt: skip

_OF_KIND: Mapping[str, tuple[Group, ...]] = {
    "rows": (_TABLE_ROWS,), "wide": _TABLE_WIDE, "wide2": _WIDE2, "transposed": (_TRANSPOSED,), "plate": (_PLATE,),
    "cells": (_CELLS,), "positional": _POSITIONAL,
}  # fmt: skip

KIND_NAMES: Mapping[str, object] = {
    "rows": _l("one result a row"), "wide": _l("analytes across"), "wide2": _l("analytes across, several header lines"),
    "blocks": _l("the same table again and again"), "sections": _l("sections in brackets"),
    "transposed": _l("analytes down, samples across"), "plate": _l("plate of wells"),
    "cells": _l("form, by address"), "positional": _l("no header, by column number"),
}  # fmt: skip
"""The kinds in words; the code stands beside them, as in the document."""

SKELETONS: Mapping[str, dict[str, Any]] = {
    "rows": {"columns": {}}, "wide": {"columns": {}, "analytes": []},
    "wide2": {"header": {"rows": 2, "fill": "right"}, "columns": {}, "analytes": {}},
    "blocks": {"block": {"key": {"gives": "sample"}, "table": "rows"}, "columns": {}},
    "sections": {"sections": {"columns_are": "rows"}, "columns": {}}, "transposed": {"transposed": {}},
    "plate": {"plate": {"wells": 96, "values": [{}]}}, "cells": {"cells": {"anchors": [], "results": []}},
    "positional": {"columns": {}, "shape": {}, "width": {}},
}  # fmt: skip
"""What a recipe has of its own when it becomes one of the kind."""


def groups_of(document: Mapping[str, Any]) -> tuple[Group, ...]:
    """The fields of a document, those of its kind first."""
    kind = document.get("recipe")
    if kind in ("blocks", "sections"):
        first, word = (_BLOCK, "table") if kind == "blocks" else (_SECTION, "columns_are")
        inside = document.get(first.name)
        wide = isinstance(inside, Mapping) and inside.get(word) == "wide"
        return (first, *(_TABLE_WIDE if wide else (_TABLE_ROWS,)), _VALUES, _RULES)
    return (*_OF_KIND.get(str(kind), ()), _VALUES, _RULES)
