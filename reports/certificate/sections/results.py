"""The table of results: figures aligned on the decimal point, its head repeated on every page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from reports import fonts, style
from reports.certificate.content import CertificateContent, Member, Pair, ResultRow
from reports.certificate.words import LABELS, NOT_DETECTED, OPERATORS, PROVIDER_SIGN, ROW_VERDICTS
from reports.page import Block, Pen, gap
from reports.text import fit, wrap

PAD = 4.0
# Left edges and widths of the columns, in points from the left margin.
COLUMNS = {
    "seq": 19.0,
    "analysis": 105.0,
    "method": 84.0,
    "result": 54.0,
    "uncertainty": 42.0,
    "limit": 112.0,
    "unit": 43.0,
    "verdict": 0.0,
}
COLUMN_GAP = 6.0
SMALLEST = 5.5


@dataclass(frozen=True)
class Axis:
    """Where a column's figures meet: ``left`` and ``right`` are the widest parts beside the point."""

    left: float
    right: float


@dataclass(frozen=True)
class Table:
    edges: dict[str, tuple[float, float]]
    axes: dict[str, Axis]
    coverage: str  # the k all rows share, or empty: each row then names its own


def blocks(content: CertificateContent) -> list[Block]:
    rows = content.rows
    if not rows:
        return []
    table = _table(rows)
    head = _head(table)
    made: list[Block] = [head]
    previous = None
    for row in rows:
        if row.sample != previous:
            made.append(_sample_line(row.sample, head))
            previous = row.sample
        made.append(_row(row, table, head))
        made += (_member(member, table, head) for member in row.members)
    made.append(Block(0.1, lambda pen, y: pen.rule(style.LEFT, y, style.WIDTH, style.THICK * 0.7)))
    return [*made, gap()]


def _table(rows: Sequence[ResultRow]) -> Table:
    shared = {row.coverage for row in rows if row.uncertainty}
    coverage = shared.pop() if len(shared) == 1 else ""
    axes = {
        "result": _axis([row.result for row in rows], fonts.BOLD),
        "uncertainty": _axis([row.uncertainty for row in rows], fonts.BOLD),
        "limit": _axis([limit_text(row).zh for row in rows], fonts.BOLD),
    }
    return Table(_edges(), axes, coverage)


def _edges() -> dict[str, tuple[float, float]]:
    edges, x = {}, style.LEFT + PAD
    for key, width in COLUMNS.items():
        wide = width or style.LEFT + style.WIDTH - PAD - x + COLUMN_GAP
        edges[key] = (x, wide - COLUMN_GAP)
        x += wide
    return edges


def _axis(texts: Sequence[str], font: str) -> Axis:
    parts = [_halves(text) for text in texts if _is_figure(text)]
    return Axis(
        max((fonts.width(left, font, style.BODY) for left, _ in parts), default=0.0),
        max((fonts.width(right, font, style.BODY) for _, right in parts), default=0.0),
    )


def _is_figure(text: str) -> bool:
    """A single number, perhaps with a sign of comparison before it: the only thing aligned on the point."""
    bare = text.lstrip("<>≤≥=±+-−~ ").replace(" ", "")
    return bool(bare) and bare.count(".") < 2 and bare.replace(".", "").isdigit() and bare.isascii()


def _halves(text: str) -> tuple[str, str]:
    left, point, right = text.partition(".")
    return left, point + right


def limit_text(row: ResultRow) -> Pair:
    """The limit as compared: sign and number, or the words of a limit that is not a number."""
    if row.operator == "ND" and not row.limit:
        return NOT_DETECTED
    sign = OPERATORS.get(row.operator, "")
    text = f"{sign} {row.limit}".strip() if row.limit else ""
    return Pair(text or "—")


def _head(table: Table) -> Block:
    height = 24.0
    k = f" (k={table.coverage})" if table.coverage else ""
    titles = {key: LABELS[key] for key in COLUMNS if key not in ("seq", "uncertainty")}
    titles["uncertainty"] = Pair(LABELS["uncertainty"].zh, f"U{k}")

    def draw(pen: Pen, y: float) -> None:
        pen.rule(style.LEFT, y, style.WIDTH, 0.9)
        for key, words in titles.items():
            x, width = table.edges[key]
            side = "right" if key in table.axes else "left"
            at = x + width if side == "right" else x
            pen.text(at, y + 10, words.zh, style.SMALL, bold=True, align=side)
            pen.text(at, y + 18.6, words.en, style.FINE, grey=style.MID, align=side)
        pen.rule(style.LEFT, y + height, style.WIDTH, style.RULE)

    return Block(height, draw, with_next=True)


def _sample_line(sample: str, head: Block) -> Block:
    words = LABELS["sample"]

    def draw(pen: Pen, y: float) -> None:
        pen.text(style.LEFT + PAD, y + 11, f"{words.zh} {words.en}", style.SMALL, grey=style.MID)
        pen.text(style.LEFT + PAD + 46, y + 11, sample, style.SMALL, bold=True)
        pen.rule(style.LEFT, y + 16, style.WIDTH, style.THIN, style.HAIR)

    return Block(16, draw, head=head, with_next=True)


@dataclass(frozen=True)
class Cell:
    key: str
    lines: tuple[str, ...]
    small: tuple[str, ...] = ()
    size: float = style.BODY

    @property
    def height(self) -> float:
        return len(self.lines) * style.leading(self.size) + len(self.small) * style.leading(style.FINE)


def _row(row: ResultRow, table: Table, head: Block) -> Block:
    failed = row.verdict in ("FAIL", "CONDITIONAL_FAIL")
    font = fonts.BOLD if failed else fonts.REGULAR
    cells = _cells(row, table, font)
    worked = (*_bounded(row, table), *_worked(row, table), *_ruled(row, table))
    body = max(cell.height for cell in cells)
    height = body + len(worked) * style.leading(style.FINE) + 2 * PAD - 1

    def draw(pen: Pen, y: float) -> None:
        if failed:
            pen.shade(style.LEFT, y, style.WIDTH, height)
        for cell in cells:
            _draw_cell(pen, y + PAD - 1, cell, table, bold=failed)
        x = table.edges["analysis"][0]
        pen.lines(x, y + PAD - 1 + body, worked, style.FINE, grey=style.MID)
        pen.rule(style.LEFT, y + height, style.WIDTH, style.THIN, style.HAIR)

    return Block(height, draw, head=head, with_next=bool(row.members))


def _member(member: Member, table: Table, head: Block) -> Block:
    """One analyte of a group: its name in both languages, result and unit in their columns, factor or own limit."""
    x, width = table.edges["analysis"]
    room = table.edges["result"][0] - x - COLUMN_GAP
    names = dict.fromkeys(filter(None, (member.name.zh, member.name.en)))
    font = fonts.BOLD if member.fails else fonts.REGULAR
    lines = wrap("· " + " ".join(names), font, style.FINE, room)
    beside = _dotted(f"× {member.factor}" if member.factor else "", f"≤ {member.limit}" if member.limit else "")
    beside = beside or _dotted(*(f"{name} {text}" for name, text in (("LOD", member.lod), ("LOQ", member.loq)) if text))
    height = len(lines) * style.leading(style.FINE) + 1.5

    def draw(pen: Pen, y: float) -> None:
        pen.lines(x, y, lines, style.FINE, bold=member.fails, grey=style.BLACK if member.fails else style.MID)
        for key, text in (("result", member.result), ("limit", beside), ("unit", member.unit)):
            left, wide = table.edges[key]
            right = key in table.axes
            at = left + wide if right else left
            size = fit(text, font, style.FINE, wide, SMALLEST - 1)
            pen.text(at, y + style.FINE, text, size, bold=member.fails, align="right" if right else "left")

    return Block(height, draw, head=head)


def _bounded(row: ResultRow, table: Table) -> tuple[str, ...]:
    """How the members of a group are taken together, and at which bound its value stands."""
    if not row.bound:
        return ()
    x = table.edges["analysis"][0]
    text = f"{row.bound.zh} {row.bound.en}"
    return wrap(text, fonts.REGULAR, style.FINE, style.LEFT + style.WIDTH - PAD - x)


def _cells(row: ResultRow, table: Table, font: str) -> list[Cell]:
    signs = row.signs + (PROVIDER_SIGN if row.provider else "")
    name = row.analyte.zh or row.analyte.en
    limit = limit_text(row)
    verdict = ROW_VERDICTS.get(row.verdict, Pair("—"))
    own_k = f"k = {row.coverage}" if row.uncertainty and row.coverage and not table.coverage else ""
    return [
        Cell("seq", (str(row.seq),)),
        _cell("analysis", f"{name} {signs}".strip(), row.analyte.en if row.analyte.zh else "", font, table),
        _cell("method", row.method, _limits_of_method(row), font, table),
        _cell("result", row.result, "", font, table),
        _cell("uncertainty", row.uncertainty or "—", own_k, font, table),
        _cell("limit", limit.zh, _dotted(limit.en, _clause(row)), font, table),
        _cell("unit", row.unit, "", font, table),
        _cell("verdict", verdict.zh, verdict.en, font, table),
    ]


def _clause(row: ResultRow) -> str:
    return " ".join(part for part in (row.standard, row.clause) if part)


def _dotted(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _limits_of_method(row: ResultRow) -> str:
    parts = (("LOD", row.lod), ("LOQ", row.loq))
    return _dotted(*(f"{name} {value}" for name, value in parts if value))


def _cell(key: str, text: str, small: str, font: str, table: Table) -> Cell:
    width = table.edges[key][1]
    # A figure such as 0.11×10⁻³ must not be broken: it is set smaller instead.
    size = fit(text, font, style.BODY, width, SMALLEST) if key in table.axes and " " not in text else style.BODY
    below = wrap(small, fonts.REGULAR, style.FINE, width) if small else ()
    return Cell(key, wrap(text, font, size, width), below, size)


_MICRO = re.compile(r"\bu(?=g\b|L\b)")
"""Units are stored as they are typed and printed as they are read."""


def _worked(row: ResultRow, table: Table) -> tuple[str, ...]:
    if not row.worked:
        return ()
    limit = f"  [{row.limit_id} v{row.limit_version}]" if row.limit_id and row.limit_version else ""
    x = table.edges["analysis"][0]
    return wrap(_MICRO.sub("µ", row.worked) + limit, fonts.REGULAR, style.FINE, style.LEFT + style.WIDTH - PAD - x)


def _ruled(row: ResultRow, table: Table) -> tuple[str, ...]:
    """By which rule the verdict stands, with r, U and k, and at what risk (7.8.6.2 c).

    Only where U is known the row has figures of its own; the rest stands once among the notes, and the comparison
    names its rule.
    """
    if not row.verdict or not row.rule_name or not row.uncertainty:
        return ()
    factors = (("r", row.r), ("U", row.uncertainty), ("k", row.coverage))
    parts = (
        f"{row.rule_name.zh} {row.rule_name.en}",
        ", ".join(f"{name} = {value}" for name, value in factors if value),
        f"{row.risk.zh} {row.risk.en}".strip(),
    )
    x = table.edges["analysis"][0]
    return wrap(" · ".join(filter(None, parts)), fonts.REGULAR, style.FINE, style.LEFT + style.WIDTH - PAD - x)


def _draw_cell(pen: Pen, y: float, cell: Cell, table: Table, *, bold: bool) -> None:
    x, width = table.edges[cell.key]
    strong = bold and cell.key != "seq"
    grey = style.MID if cell.key == "seq" else style.BLACK
    axis = table.axes.get(cell.key)
    if axis is None:
        y = pen.lines(x, y, cell.lines, style.BODY, bold=strong, grey=grey)
        pen.lines(x, y, cell.small, style.FINE, grey=style.MID)
        return
    right = x + width
    aligned = len(cell.lines) == 1 and cell.size == style.BODY and _is_figure(cell.lines[0])
    if aligned and axis.left + axis.right <= width:
        left, rest = _halves(cell.lines[0])
        middle = right - axis.right
        _figure(pen, middle, y + style.BODY * 1.02, left, rest, strong)
        y += style.leading(style.BODY)
    else:
        y = pen.lines(right, y, cell.lines, cell.size, bold=strong, align="right")
    pen.lines(right, y, cell.small, style.FINE, grey=style.MID, align="right")


def _figure(pen: Pen, middle: float, base: float, left: str, rest: str, bold: bool) -> None:
    """One string, so that a reader of the text layer finds the number whole."""
    font = fonts.BOLD if bold else fonts.REGULAR
    pen.text(middle - fonts.width(left, font, style.BODY), base, left + rest, style.BODY, bold=bold)
