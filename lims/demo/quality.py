"""Quality control in the demo: two charts with forty points, a plan for a method, a round of a proficiency test."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from lims.domain.rules.actor import Actor
from lims.services import catalogue, control_chart, proficiency
from lims.services.transaction import Installation, Signature, transaction

LEAD, CADMIUM = "GB 5009.12-2023", "GB 5009.15-2023"
PLAN = {
    "method": "GB 5009.268-2016 (Pb)", "blank_every": "20", "duplicate_every": "10", "spike_every": "20",
    "crm_every": "20", "ccv_every": "10", "crm": "GBW10024 0.12±0.01 mg/kg", "ccv": "STD-Pb 5.00 ug/L",
    "calibration": "Y", "chart_rules": "westgard;nelson",
}  # fmt: skip
BASELINE, POINTS = 20, 40
DRIFT = 7
"""Of the second chart, so many of the newest points rise: a trend that breaks nothing yet."""


def tell(place: Installation, people: Mapping[str, Actor], now: datetime, seed: int) -> None:
    """Everything by the people whose work it is, some weeks before now."""
    chance = random.Random(seed)
    _plan(place, people, now - timedelta(days=25))
    material = "GBW10024 0.12±0.01 mg/kg"
    _chart(place, people, now, (LEAD, "PB", material), _crm(chance, Decimal("0.120"), Decimal("0.0031")))
    _chart(place, people, now, (CADMIUM, "CD", "GBW10024 1.06±0.10 mg/kg"), _drifting(chance))
    _round(place, people, now - timedelta(days=20))


def _plan(place: Installation, people: Mapping[str, Actor], at: datetime) -> None:
    with transaction(place, people["kate"], at, "demo") as tx:
        made = catalogue.propose(
            tx, catalogue.ProposeVersion("qc_plan", PLAN["method"], PLAN, at.date(), None, "质控方案 first plan")
        )
    with transaction(place, people["quentin"], at, "demo", Signature(people["quentin"].id, "I release it")) as tx:
        catalogue.release(tx, made.id)


def _crm(chance: random.Random, middle: Decimal, spread: Decimal) -> Iterator[Decimal]:
    """Points about the middle within two deviations, and one that is out of control."""
    for n in range(POINTS):
        steps = Decimal(sum(chance.randint(-10, 10) for _ in range(4))) / 12
        beyond = Decimal("3.6") if n == POINTS - 6 else max(min(steps, Decimal("1.9")), Decimal("-1.9"))
        yield (middle + beyond * spread).quantize(Decimal("0.0001"))


def _drifting(chance: random.Random) -> Iterator[Decimal]:
    every = [*_crm(chance, Decimal("1.06"), Decimal("0.02"))]
    every[POINTS - 6] = Decimal("1.061")
    rising = [Decimal("1.041") + Decimal("0.006") * n for n in range(DRIFT)]
    yield from [*every[: POINTS - DRIFT], *rising]


def _chart(
    place: Installation, people: Mapping[str, Actor], now: datetime, of: tuple[str, str, str],
    values: Iterator[Decimal],
) -> None:
    """A point a day; after the first twenty, limits that Boris proposes and Quentin releases."""
    method, analyte, material = of
    at = now - timedelta(days=POINTS + 1)
    for n, value in enumerate(values, 1):
        at += timedelta(days=1)
        with transaction(place, people["boris"], at, "demo") as tx:
            cmd = control_chart.RecordPoint(method, analyte, "crm", material, value, "mg/kg", f"CRM {n}")
            chart_id = control_chart.record(tx, cmd)
        if n != BASELINE:
            continue
        with transaction(place, people["boris"], at, "demo") as tx:
            made = control_chart.propose(tx, control_chart.ProposeLimits(chart_id, "前二十点 first twenty points"))
        with transaction(place, people["quentin"], at, "demo") as tx:
            control_chart.release(tx, made)


def _round(place: Installation, people: Mapping[str, Actor], at: datetime) -> None:
    """Two earlier rounds and one with a questionable score, which waits for Quentin."""
    rounds = (("2024-1", date(2024, 5, 20), "0.204"), ("2025-1", date(2025, 5, 19), "0.196"),
              (f"{at:%Y}-1", at.date(), "0.229"))  # fmt: skip
    for name, day, cadmium in rounds:
        with transaction(place, people["boris"], at, "demo") as tx:
            of = proficiency.RegisterRound("CNCA", "CNCA 米粉 rice flour", name, "米粉 rice flour", None, None, day)
            made = proficiency.register(tx, of)
            for method, analyte, value, assigned, sigma, unsure in (
                (CADMIUM, "CD", f"{cadmium} ± 0.020 mg/kg", "0.200", "0.012", "0.002"),
                (LEAD, "PB", "0.118 ± 0.012 mg/kg", "0.115", "0.010", "0.004"),
            ):
                proficiency.enter(
                    tx, proficiency.EnterScore(made, method, analyte, value, assigned, "mg/kg", sigma, unsure)
                )
