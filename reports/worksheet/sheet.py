"""The worksheet on paper: what stands in which position, what to determine, and room to write.

Client-blind: it carries sample numbers and short names, never whose goods they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports import fonts, style
from reports.barcodes import code128_modules, data_matrix_modules, draw_modules
from reports.certificate.content import Pair
from reports.certificate.words import page_words
from reports.page import Block, Pen, Place, Sheet, document, gap
from reports.text import wrap

KINDS = {
    "SAMPLE": Pair("样品", "Sample"),
    "BLANK": Pair("空白", "Blank"),
    "STANDARD": Pair("标准", "Standard"),
    "CONTROL": Pair("质控", "Control"),
    "SPIKE": Pair("加标", "Spike"),
    "DUPLICATE": Pair("平行", "Duplicate"),
}
TITLE = Pair("检测工作单", "Worksheet")
LABELS = {
    "method": Pair("方法", "Method"),
    "instrument": Pair("仪器", "Instrument"),
    "analyst": Pair("检测人", "Analyst"),
    "date": Pair("日期", "Date"),
    "due": Pair("完成期限", "Due"),
}
HEADS = {
    "position": Pair("位置", "Pos."),
    "what": Pair("类别", "Kind"),
    "sample": Pair("样品", "Sample"),
    "analytes": Pair("项目", "Analytes"),
}
SIGNED = (Pair("检测人", "Analyst"), Pair("日期", "Date"), Pair("复核", "Checked"), Pair("日期", "Date"))
DEFAULT_BLANKS = (
    Pair("称样量", "Mass"),
    Pair("定容", "Volume"),
    Pair("稀释", "Dilution"),
    Pair("读数", "Reading"),
)
WIDTHS = {"position": 30.0, "what": 46.0, "sample": 118.0, "analytes": 112.0}
MATRIX, PAD = 17.0, 4.0
NEXT_TOP, BOTTOM = style.TOP + 26, 52.0


@dataclass(frozen=True)
class Position:
    """One vial, tube or plate; ``kind`` is a key of KINDS."""

    place: str
    kind: str
    sample: str = ""
    name: str = ""
    analytes: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorksheetContent:
    number: str
    method: str
    positions: tuple[Position, ...]
    instrument: str = ""
    analyst: str = ""
    date: str = ""
    due: str = ""
    blanks: tuple[Pair, ...] = DEFAULT_BLANKS  # columns left empty, to be written in by hand


def render(content: WorksheetContent) -> bytes:
    """The worksheet as PDF; equal content gives equal bytes."""
    head = _head(content)
    rows = [_row(position, content, head) for position in content.positions]
    blocks = [_top(content), head, *rows, gap(30), _signed()]
    return document(blocks, _sheet(content), title=f"{TITLE.en} {content.number}")


def _sheet(content: WorksheetContent) -> Sheet:
    def draw(pen: Pen, place: Place) -> None:
        right = style.LEFT + style.WIDTH
        words = page_words(place.number, place.count)
        pen.text(right, pen.height - 28, words, style.SMALL, grey=style.DARK, align="right")
        pen.text(
            style.LEFT,
            pen.height - 28,
            f"{TITLE.zh} {TITLE.en} {content.number}",
            style.SMALL,
            grey=style.DARK,
        )

    return Sheet(style.TOP, style.TOP, BOTTOM, draw)


def _top(content: WorksheetContent) -> Block:
    facts = [(LABELS[key], getattr(content, key)) for key in LABELS]
    bars = code128_modules(content.number)
    wide = min(190.0, len(bars[0]) * 1.0)

    def draw(pen: Pen, y: float) -> None:
        right = style.LEFT + style.WIDTH
        pen.text(style.LEFT, y + 15, TITLE.zh, style.TITLE, bold=True, space=1.5)
        pen.text(style.LEFT + 98, y + 15, TITLE.en.upper(), style.HEADING, grey=style.DARK, space=0.4)
        draw_modules(pen, bars, right - wide, y, wide, 22)
        pen.text(right - wide / 2, y + 33, content.number, style.HEADING, bold=True, align="center")
        pen.rule(style.LEFT, y + 42, style.WIDTH, style.THICK)
        column = style.WIDTH / len(facts)
        for index, (label, value) in enumerate(facts):
            x = style.LEFT + index * column
            pen.text(x, y + 53, f"{label.zh} {label.en}", style.FINE, grey=style.MID)
            pen.lines(x, y + 55, wrap(value or "—", fonts.REGULAR, style.BODY, column - 8)[:2], style.BODY)

    return Block(86, draw)


def _blank_width(content: WorksheetContent) -> float:
    return float(style.WIDTH - sum(WIDTHS.values())) / max(1, len(content.blanks))


def _head(content: WorksheetContent) -> Block:
    def draw(pen: Pen, y: float) -> None:
        pen.rule(style.LEFT, y, style.WIDTH, 0.9)
        x = style.LEFT + PAD
        widths = [*WIDTHS.values(), *[_blank_width(content)] * len(content.blanks)]
        for words, width in zip([*HEADS.values(), *content.blanks], widths, strict=True):
            pen.text(x, y + 10, words.zh, style.SMALL, bold=True)
            pen.text(x, y + 18.6, words.en, style.FINE, grey=style.MID)
            x += width
        pen.rule(style.LEFT, y + 24, style.WIDTH, style.RULE)

    return Block(24, draw, with_next=True)


def _row(position: Position, content: WorksheetContent, head: Block) -> Block:
    words = KINDS[position.kind]
    starts = [style.LEFT + PAD]
    for width in WIDTHS.values():
        starts.append(starts[-1] + width)
    matrix = data_matrix_modules(position.sample) if position.sample.isascii() and position.sample else None
    inner = WIDTHS["sample"] - PAD - (MATRIX + 6 if matrix else 0)
    sample = wrap(position.sample, fonts.BOLD, style.BODY, inner) if position.sample else ()
    name = wrap(position.name, fonts.REGULAR, style.FINE, inner) if position.name else ()
    analytes = wrap(", ".join(position.analytes), fonts.REGULAR, style.SMALL, WIDTHS["analytes"] - 8)
    tall = max(
        MATRIX,
        len(sample) * style.leading(style.BODY) + len(name) * style.leading(style.FINE),
        len(analytes) * style.leading(style.SMALL),
    )
    height = tall + 2 * PAD

    def draw(pen: Pen, y: float) -> None:
        pen.text(starts[0], y + PAD + style.BODY, position.place, style.BODY, bold=True)
        pen.text(starts[1], y + PAD + style.BODY, words.zh, style.BODY)
        pen.text(starts[1], y + PAD + style.BODY + 8.6, words.en, style.FINE, grey=style.MID)
        x = starts[2]
        if matrix:
            draw_modules(pen, matrix, x, y + PAD, MATRIX)
            x += MATRIX + 6
        below = pen.lines(x, y + PAD - 1, sample, style.BODY, bold=True)
        pen.lines(x, below, name, style.FINE, grey=style.MID)
        pen.lines(starts[3], y + PAD - 1, analytes, style.SMALL)
        for index in range(len(content.blanks)):
            left = starts[4] + index * _blank_width(content) - PAD
            pen.canvas.setLineWidth(style.THIN)
            pen.canvas.setStrokeGray(style.HAIR)
            pen.canvas.line(left, pen.height - y, left, pen.height - y - height)
        pen.rule(style.LEFT, y + height, style.WIDTH, style.THIN, 0.6)

    return Block(height, draw, head=head)


def _signed() -> Block:
    column = style.WIDTH / len(SIGNED)

    def draw(pen: Pen, y: float) -> None:
        for index, words in enumerate(SIGNED):
            x = style.LEFT + index * column
            pen.rule(x, y, column - 16, style.RULE)
            pen.text(x, y + 10, f"{words.zh} {words.en}", style.SMALL, grey=style.DARK)

    return Block(16, draw)
