"""The sample list at 1,000 and at 100,000 samples: its cost must not grow with the table."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

from lims.app import create_app, throwaway_secret
from lims.cli.benchmarks.timing import Measured, ratio, scratch
from lims.demo import people, site
from lims.demo.steps import Consignment, Story, lodging
from lims.domain.rules.actor import SYSTEM
from lims.services.transaction import Installation, transaction

SMALL, LARGE = 1_000, 100_000


def measure() -> list[Measured]:
    small, large = _page(SMALL), _page(LARGE)
    return [Measured("worklist, 100,000 : 1,000", ratio(large, small, 15), "1.5", "the same page at 1,000 samples")]


def _page(samples: int) -> Any:
    """A signed-in reader of the sample list in a laboratory with so many samples."""
    place, now = scratch(), datetime.now(UTC)
    with transaction(place, SYSTEM, now, "bench") as tx:
        actors, passwords = people.hire(tx, random.SystemRandom())
    with transaction(place, actors["rita"], now, "bench") as tx:
        site.organisations(tx)
    story = Story(place, actors, now, now)
    no = story.lodge(lodging(Consignment("FISH", "CN", "鱼", "Fish", "0303.89", "OCEAN", "EC", "lodged"), 1))
    story.accept(no)
    story.draw(f"{no}-L1", "HK-1")
    _multiply(place, samples)
    app = create_app(place, throwaway_secret(), testing=True)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/sign-in", data={"username": "rita", "password": passwords["rita"]})

    def read() -> None:
        answer = client.get("/intake/samples?state=received")
        assert answer.status_code == 200, answer.status_code

    return read


def _multiply(place: Installation, samples: int) -> None:
    """Copies of the one drawn sample as bare rows: bulk history for reading, made outside the trail on purpose."""
    columns = [c for c in _columns(place) if c not in ("id", "no", "state")]
    names = ", ".join(columns)
    with place.engine.begin() as connection:
        connection.exec_driver_sql(
            f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {samples}) "
            f"INSERT INTO sample (no, state, {names}) "
            f"SELECT 'H-' || i, 'received', {names} FROM n, sample WHERE sample.id = 1"
        )
        connection.exec_driver_sql("ANALYZE")


def _columns(place: Installation) -> list[str]:
    with place.engine.connect() as connection:
        return [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(sample)")]
