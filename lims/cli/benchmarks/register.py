"""Registering a sample over HTTP (sampling record, seal, three portions, trail) against bare Flask and one insert."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from lims.app import create_app, throwaway_secret
from lims.cli.benchmarks.timing import Measured, ratio, scratch
from lims.demo import people, site
from lims.demo.steps import Consignment, Story, lodging
from lims.domain.rules.actor import SYSTEM
from lims.services import account
from lims.services.transaction import transaction

ROUNDS = 40


def measure() -> list[Measured]:
    import random

    place, now = scratch(), datetime.now(UTC)
    with transaction(place, SYSTEM, now, "bench") as tx:
        actors, _ = people.hire(tx, random.SystemRandom())
        token = account.new_token(tx, account.by_name(tx, "igor"), ["*"])
    with transaction(place, actors["rita"], now, "bench") as tx:
        site.organisations(tx)
    story = Story(place, actors, now, now)
    no = story.lodge(lodging(Consignment("FISH", "CN", "鱼", "Fish", "0303.89", "OCEAN", "EC", "lodged"), 1))
    story.accept(no)
    client = create_app(place, throwaway_secret(), testing=True).test_client()
    body = {"lot": f"{no}-L1", "samplers": ["Igor", "Olga"], "seal_no": "HK-1"}

    def product() -> None:
        answer = client.post("/api/v1/samples", json=body, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (200, 201), answer.get_data(as_text=True)

    return [
        Measured(
            "register a sample",
            ratio(product, floor(), ROUNDS),
            "reported",
            "bare Flask + one SQLAlchemy insert + commit",
        )
    ]


def floor():  # type: ignore[no-untyped-def]
    from flask import Flask, request
    from sqlalchemy import Column, Integer, MetaData, String, Table, insert

    from lims.persistence.session import make_engine

    table = Table("sample", MetaData(), Column("id", Integer, primary_key=True), Column("seal", String(60)))
    engine = make_engine(f"sqlite:///{Path(tempfile.mkdtemp()) / 'floor.db'}")
    table.metadata.create_all(engine)
    app = Flask("floor")

    @app.post("/samples")
    def add() -> dict[str, int]:
        with engine.begin() as connection:
            done = connection.execute(insert(table).values(seal=request.get_json()["seal"]))
            return {"id": done.inserted_primary_key[0]}

    client = app.test_client()
    return lambda: client.post("/samples", json={"seal": "HK-1"})
