"""Decisions on numbers in another unit than that of the limit, from texts to the answer that is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from lims.cli.benchmarks.timing import Measured as Timing
from lims.cli.benchmarks.timing import ratio
from lims.cli.decide import answer
from lims.domain.conformity import Conformity, Limit, Measured, judge
from lims.domain.conformity.working import Said

CASES, ROUNDS = 2_000, 25
LIMITS = ("0.05", "0.1", "0.2", "0.50", "1.0")
FACTOR = Decimal("0.001")


def measure(cases: int = CASES, rounds: int = ROUNDS) -> list[Timing]:
    asked = [(f"{(number * 7919) % 1200}.{number % 10}", LIMITS[number % len(LIMITS)]) for number in range(cases)]
    assert [product(*one) for one in asked] == [floor(*one) for one in asked]
    found = ratio(lambda: [product(*one) for one in asked], lambda: [floor(*one) for one in asked], rounds)
    bare = "two Decimals parsed, times a factor, compared; the same record and answer built"
    return [Timing("decide", found, "4", bare)]


def product(value: str, limit: str) -> dict[str, Any]:
    result = Measured("numeric", Decimal(value), None, "µg/kg")
    return answer(None, judge([result], Limit("LE", limit, unit="mg/kg")), "mg/kg")


def floor(value: str, limit: str) -> dict[str, Any]:
    x, most = (Decimal(value) * FACTOR), Decimal(limit)
    good = x <= most
    line = f"{x:f} mg/kg {'≤' if good else '>'} {most:f} mg/kg"
    said = Said(f"{line} (LE, full value, simple acceptance)", f"{line}（LE，全数值比较，简单接受）")
    places = len(limit) - limit.index(".") - 1
    found = Conformity("PASS" if good else "FAIL", None, x, "mg/kg", "", (None, most), places, None, said)
    return {
        "id": None,
        "verdict": found.verdict,
        "reason": found.reason,
        "compared": f"{x:f}",
        "unit": found.unit,
        "acceptance_limit": f"{most:f}",
        "p_conform": None,
        "worked": said.english,
        "worked_zh": said.chinese,
        "qualifier": found.qualifier or None,
    }
