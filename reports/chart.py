"""A control chart as SVG text: points in order, the lines they were judged by, and words for those who do not see it.

Presentation attributes only, so that no style and no script is needed; marks differ by shape, so that black and white
prints say the same. It decides nothing: what a point is was said before it came here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from xml.sax.saxutils import escape, quoteattr

WIDTH, HEIGHT = 960, 320
LEFT, RIGHT, TOP, BOTTOM = 78, 78, 18, 44
INK, MUTED, LIGHT = "#1a1a1a", "#555555", "#b0b0b0"
DASHES = {"centre": "", "warning": "6 4", "action": "2 3"}


@dataclass(frozen=True)
class Point:
    """``mark``: good, warning, trend, reject, or out for one that does not count. ``title`` is read out."""

    value: Decimal
    mark: str
    title: str
    under: str = ""
    """A short text below the axis."""


@dataclass(frozen=True)
class Line:
    """A line from one point to another (positions in the row of points), such as an upper limit of one version."""

    value: Decimal
    kind: str
    """centre, warning or action."""
    label: str
    first: int
    last: int


@dataclass(frozen=True)
class ChartContent:
    title: str
    describes: str
    points: tuple[Point, ...]
    lines: tuple[Line, ...]
    unit: str = ""
    language: str = "en"


@dataclass(frozen=True)
class _Scale:
    low: Fraction
    high: Fraction
    count: int

    def x(self, place: int) -> Fraction:
        room = WIDTH - LEFT - RIGHT
        return LEFT + Fraction(room * (2 * place + 1), 2 * max(self.count, 1))

    def edge(self, place: int) -> Fraction:
        """The left edge of a point's own column."""
        return LEFT + Fraction((WIDTH - LEFT - RIGHT) * place, max(self.count, 1))

    def y(self, value: Decimal) -> Fraction:
        room = HEIGHT - TOP - BOTTOM
        return HEIGHT - BOTTOM - room * (Fraction(value) - self.low) / (self.high - self.low)


def svg(content: ChartContent) -> str:
    """The whole picture, the same text for the same content."""
    scale = _scale(content)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-labelledby="t d" xml:lang={quoteattr(content.language)} '
        f'font-family="sans-serif" font-size="11" fill="{INK}">',
        f'<title id="t">{escape(content.title)}</title><desc id="d">{escape(content.describes)}</desc>',
        f'<rect x="0" y="0" width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_axis(content, scale),
        *_zones(content, scale),
        *_lines(content, scale),
        _path(content, scale),
        *_points(content, scale),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _scale(content: ChartContent) -> _Scale:
    figures = [*(one.value for one in content.points), *(line.value for line in content.lines)]
    values = [Fraction(value) for value in figures] or [Fraction(0), Fraction(1)]
    low, high = min(values), max(values)
    room = (high - low) / 12 or abs(high) / 10 or Fraction(1)
    return _Scale(low - room, high + room, len(content.points))


def _number(value: Fraction) -> str:
    """A coordinate with two decimals."""
    hundredths = round(value * 100)
    sign, size = ("-", -hundredths) if hundredths < 0 else ("", hundredths)
    return f"{sign}{size // 100}.{size % 100:02d}"


def _axis(content: ChartContent, scale: _Scale) -> Iterator[str]:
    bottom = HEIGHT - BOTTOM
    yield f'<path d="M{LEFT} {TOP}V{bottom}H{WIDTH - RIGHT}" fill="none" stroke="{MUTED}"/>'
    yield f'<text x="{LEFT - 6}" y="{TOP - 5}" text-anchor="end" fill="{MUTED}">{escape(content.unit)}</text>'
    every = max(1, -(-len(content.points) // 12))
    for place, point in enumerate(content.points):
        if place % every == 0 and point.under:
            x = _number(scale.x(place))
            yield f'<text x="{x}" y="{bottom + 16}" text-anchor="middle" fill="{MUTED}">{escape(point.under)}</text>'


def _zones(content: ChartContent, scale: _Scale) -> Iterator[str]:
    """Between the action lines of each version, so that its width is seen at a glance."""
    for first, last in dict.fromkeys((line.first, line.last) for line in content.lines):
        ends = [line.value for line in content.lines if (line.first, line.last) == (first, last)]
        if len(ends) > 1:
            top, bottom = scale.y(max(ends)), scale.y(min(ends))
            left, right = scale.edge(first), scale.edge(last + 1)
            yield (
                f'<rect x="{_number(left)}" y="{_number(top)}" width="{_number(right - left)}" '
                f'height="{_number(bottom - top)}" fill="#f3f3f3"/>'
            )


def _lines(content: ChartContent, scale: _Scale) -> Iterator[str]:
    newest = max((line.last for line in content.lines), default=0)
    for line in content.lines:
        y, left, right = _number(scale.y(line.value)), scale.edge(line.first), scale.edge(line.last + 1)
        dash = DASHES[line.kind]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield (
            f'<line x1="{_number(left)}" y1="{y}" x2="{_number(right)}" y2="{y}" stroke="{INK}" '
            f'stroke-width="{"1.2" if line.kind == "centre" else "1"}"{dashed}/>'
        )
        if line.last == newest:
            where = _number(scale.edge(line.last + 1) + 5)
            yield f'<text x="{where}" y="{_number(scale.y(line.value) + 4)}">{escape(line.label)}</text>'


def _path(content: ChartContent, scale: _Scale) -> str:
    counted = [(place, one) for place, one in enumerate(content.points) if one.mark != "out"]
    if len(counted) < 2:
        return ""
    steps = " ".join(f"{_number(scale.x(place))},{_number(scale.y(one.value))}" for place, one in counted)
    return f'<polyline points="{steps}" fill="none" stroke="{LIGHT}"/>'


def _points(content: ChartContent, scale: _Scale) -> Iterator[str]:
    for place, one in enumerate(content.points):
        shape = _mark(one.mark, scale.x(place), scale.y(one.value))
        yield f'<g><title>{escape(one.title)}</title>{shape}</g>'


def _mark(mark: str, x: Fraction, y: Fraction) -> str:
    """A dot; a hollow diamond for a warning, a square for a trend, a filled triangle for out of control, a cross."""
    if mark == "reject":
        return f'<path d="{_shape(x, y, ((0, -7), (7, 6), (-7, 6)))}" fill="#b3261e" stroke="{INK}"/>'
    if mark == "warning":
        return f'<path d="{_shape(x, y, ((0, -6), (6, 0), (0, 6), (-6, 0)))}" fill="#ffffff" stroke="{INK}"/>'
    if mark == "trend":
        return f'<path d="{_shape(x, y, ((-5, -5), (5, -5), (5, 5), (-5, 5)))}" fill="#ffffff" stroke="{INK}"/>'
    if mark == "out":
        a, b, c, d = (_number(one) for one in (x - 5, y - 5, x + 5, y + 5))
        return f'<path d="M{a} {b}L{c} {d}M{c} {b}L{a} {d}" fill="none" stroke="{MUTED}" stroke-width="1.5"/>'
    return f'<circle cx="{_number(x)}" cy="{_number(y)}" r="3.5" fill="{INK}"/>'


def _shape(x: Fraction, y: Fraction, corners: Sequence[tuple[int, int]]) -> str:
    steps = "L".join(f"{_number(x + dx)} {_number(y + dy)}" for dx, dy in corners)
    return f"M{steps}Z"
