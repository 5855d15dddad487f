"""Sample labels as PDF: one a page for a label printer, or cut from an A4 sheet.

A label tells the bench what it needs and nothing of whose goods they are: number, short name, date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial

from reportlab.lib.units import mm

from reports import fonts, style
from reports.barcodes import QUIET_MATRIX, QUIET_QR, Modules, data_matrix_modules, draw_modules, qr_modules
from reports.page import Block, Pen, Sheet, document
from reports.text import fit, wrap


@dataclass(frozen=True)
class SampleLabel:
    """``name`` is the client-blind short name; ``lines`` are further short facts (storage, portion)."""

    number: str
    name: str
    date: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stock:
    """A label's measures in points: the paper, the type, the side of the symbol."""

    width: float
    height: float
    number: float
    text: float
    symbol: float


class Size(Enum):
    SMALL = Stock(40 * mm, 20 * mm, 8.5, 6.2, 13 * mm)
    LARGE = Stock(60 * mm, 40 * mm, 13.0, 8.4, 22 * mm)


class Symbol(Enum):
    DATA_MATRIX = "DATA_MATRIX"
    QR = "QR"


MARGIN = 1.8 * mm
SHEET_MARGIN = 8 * mm


def roll(labels: Sequence[SampleLabel], size: Size = Size.SMALL, symbol: Symbol = Symbol.DATA_MATRIX) -> bytes:
    """One label a page, as a label printer takes them."""
    stock = size.value
    blocks = [Block(stock.height, partial(_draw, label=label, stock=stock, symbol=symbol, x=0.0)) for label in labels]
    return document(blocks, Sheet(0, 0, 0, _nothing, size=(stock.width, stock.height)), title="Sample labels")


def sheet(
    labels: Sequence[SampleLabel], size: Size = Size.SMALL, symbol: Symbol = Symbol.DATA_MATRIX, skip: int = 0
) -> bytes:
    """A4 sheets, filled row by row; ``skip`` leaves the first places free on a sheet already begun."""
    stock = size.value
    columns = int((style.A4[0] - 2 * SHEET_MARGIN) // stock.width)
    rows = int((style.A4[1] - 2 * SHEET_MARGIN) // stock.height)
    left, top = (style.A4[0] - columns * stock.width) / 2, (style.A4[1] - rows * stock.height) / 2
    places = [None] * skip + list(labels)
    lines = [places[start : start + columns] for start in range(0, len(places), columns)]

    def draw(pen: Pen, y: float, line: Sequence[SampleLabel | None]) -> None:
        for column, label in enumerate(line):
            if label is not None:
                x = left + column * stock.width
                pen.frame(x, y, stock.width, stock.height, 0.2, grey=0.85)
                _draw(pen, y, label=label, stock=stock, symbol=symbol, x=x)

    blocks = [Block(stock.height, partial(draw, line=line)) for line in lines]
    bottom = style.A4[1] - top - rows * stock.height - 0.01
    return document(blocks, Sheet(top, top, bottom, _nothing), title="Sample labels")


def _nothing(pen: Pen, place: object) -> None:
    """Labels have no running head or foot."""


def _draw(pen: Pen, y: float, *, label: SampleLabel, stock: Stock, symbol: Symbol, x: float) -> None:
    modules, side, quiet = _symbol(label.number, stock, symbol)
    top = y + MARGIN + quiet
    draw_modules(pen, modules, x + MARGIN + quiet, top, side)
    left = x + MARGIN + stock.symbol + 1.2 * mm
    width = x + stock.width - MARGIN - left
    size = fit(label.number, fonts.BOLD, stock.number, stock.width - 2 * MARGIN, 4)
    base = y + stock.height - MARGIN
    pen.text(x + stock.width / 2, base - size * 0.1, label.number, size, bold=True, align="center")
    lines = _lines(label, stock, width, base - size - y - MARGIN)
    pen.lines(left, y + MARGIN, lines, stock.text)


def _lines(label: SampleLabel, stock: Stock, width: float, room: float) -> list[str]:
    """As many lines as the label has room for; the date is always one of them."""
    count = max(1, int(room // style.leading(stock.text)))
    facts = [
        line for text in (label.name, *label.lines) if text for line in wrap(text, fonts.REGULAR, stock.text, width)
    ]
    dates = list(wrap(label.date, fonts.REGULAR, stock.text, width))
    kept = facts[: max(0, count - len(dates))]
    if len(kept) < len(facts) and kept:
        kept[-1] = _shortened(kept[-1], stock.text, width)
    return [*kept, *dates]


def _shortened(text: str, size: float, width: float) -> str:
    """Say that something was left out: the last line ends in an ellipsis."""
    while text and fonts.width(text + "…", fonts.REGULAR, size) > width:
        text = text[:-1]
    return text + "…"


def _symbol(number: str, stock: Stock, symbol: Symbol) -> tuple[Modules, float, float]:
    """The modules, the side they are drawn at, and the quiet zone that keeps them readable."""
    modules = data_matrix_modules(number) if symbol is Symbol.DATA_MATRIX else qr_modules(number)
    zone = QUIET_MATRIX if symbol is Symbol.DATA_MATRIX else QUIET_QR
    across = len(modules[0])
    step = stock.symbol / (across + 2 * zone)
    return modules, across * step, zone * step
