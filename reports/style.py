"""Measures, sizes and greys of every printed paper, in points; black and white must suffice."""

from __future__ import annotations

from reportlab.lib.units import mm

A4 = (210 * mm, 297 * mm)
LEFT = RIGHT = 45.0
TOP = 42.0
WIDTH = A4[0] - LEFT - RIGHT

# Type sizes: title, heading, verdict, text, small, fine print.
TITLE, HEADING, VERDICT, BODY, SMALL, FINE = 16.0, 10.0, 11.5, 8.2, 7.0, 6.5
LEADING = 1.36

BLACK, DARK, MID = 0.07, 0.25, 0.36
HAIR, SHADE = 0.80, 0.94  # hairline grey, background of a failing row
THICK, RULE, THIN = 1.4, 0.5, 0.35
GAP = 11.0


def leading(size: float) -> float:
    return round(size * LEADING, 2)
