"""A file of an instrument read, matched and previewed, and its readings accepted, against the same with bare parts."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from lims.cli.benchmarks.timing import Measured, ratio, scratch
from lims.domain.rules.actor import SYSTEM, Actor
from lims.persistence import bulk
from lims.persistence.account import UserRow
from lims.persistence.analysis import AnalysisRow, ResultRow
from lims.persistence.instrument import AuthorisationRow, InstrumentRow
from lims.persistence.organisation import OrganisationRow
from lims.persistence.request import LineRow, LotRow, RequestRow
from lims.persistence.run import ReadingRow
from lims.persistence.sample import SampleRow
from lims.persistence.trail import DutyRow, EventRow
from lims.persistence.worksheet import BatchRow, PositionRow, WorksheetRow
from lims.services import run, transition
from lims.services.transaction import Installation, transaction

ROWS, ACCEPTED, ROUNDS = 13_664, 2_000, 7
SAMPLES, METHOD = 61, "GB 5009.12-2023"
NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
HEADS = ("Sample Name", "Component Name", "Area", "Retention Time", "Width at 50%", "Signal / Noise")


def measure(rows: int = ROWS, accepted: int = ACCEPTED, rounds: int = ROUNDS) -> list[Measured]:
    content = export(rows)
    place = scratch()
    worksheet_no = _worksheet(place, content, rows)
    fresh = count()

    def ours() -> None:
        with transaction(place, _analyst(), NOW, "bench") as tx:
            # Other bytes each time, so that nothing is known already; refused after, so that nothing is corrected.
            said = run.preview(tx, run.ReceiveRun(worksheet_no, "bench.txt", content + b"\n" * (next(fresh) + 1)))
            assert said.counts["matched"] == rows, said
            run.refuse(tx, said.no, "bench")

    imported = ratio(ours, lambda: floor_of_reading(content), rounds)
    few = export(accepted, "Calculated Concentration")
    places = [_ready(few, accepted) for _ in range(rounds + 1)]
    bare = [_ready(few, accepted) for _ in range(rounds + 1)]
    ready, floors = iter(places), iter(bare)
    taken = ratio(lambda: _accept(*next(ready), accepted), lambda: floor_of_accepting(*next(floors)), rounds)
    return [
        Measured(f"import {rows:,} readings", imported, "6", "csv and Decimal, one frozen record a row"),
        Measured(f"accept {accepted:,} readings", taken, "3", "the same rows and events inserted in bulk"),
    ]


def export(rows: int, column: str = "Area") -> bytes:
    """A results table as SCIEX OS exports it, or the real one beside the product where it is there."""
    real = Path(os.environ.get("LIMS_SHARED", "/nonexistent")) / "instruments/files/MSOrganiser/SciExTestData.txt"
    if rows == ROWS and column == "Area" and real.exists():
        return real.read_bytes()
    out = StringIO()
    writer = csv.writer(out, delimiter="\t", lineterminator="\r\n")
    writer.writerow((*HEADS[:2], column, *HEADS[3:]))
    for n in range(rows):
        sample, component = n % SAMPLES, n // SAMPLES
        figures = (f"0.{n % 89 + 10}{n:07}", f"{9 + n % 7}.57305645493", "0.1", f"{n % 400}.5")
        writer.writerow((f"Sample {sample:02}", f"{400 + component}.5 / 257.1", *figures))
    return out.getvalue().encode()


@dataclass(frozen=True)
class Record:
    sample: str
    component: str
    value: Decimal | None
    text: str
    retention: str


def floor_of_reading(content: bytes) -> list[Record]:
    """A bare pass: csv, one Decimal and one record a row."""
    found = []
    for row in csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter="\t"):
        text = row["Area"]
        try:
            value: Decimal | None = Decimal(text)
        except InvalidOperation:
            value = None
        found.append(Record(row["Sample Name"], row["Component Name"], value, text, row["Retention Time"]))
    return found


def floor_of_accepting(place: Installation, run_no: str) -> None:
    """The rows and events that acceptance leaves, made in a loop and inserted with one statement a table."""
    with place.engine.begin() as connection:
        targets = connection.execute(select(AnalysisRow.id, AnalysisRow.sample_id, AnalysisRow.lot_id)).all()
        results, readings, duties, events = [], [], [], []
        for id, sample_id, lot_id in targets:
            text = f"0.{id}"
            result = {
                "id": id, "version": 1, "analysis_id": id, "number": 1, "text": text, "status": "numeric",
                "qualifier": "", "value": Decimal(text), "unit": "mg/kg", "run_id": 1, "entered_by": 1,
                "entered_name": "Bench", "entered_at": NOW, "reason": "", "remark": "", "verdict": "CONFORM",
                "verdict_reason": "", "conformity": {"compared": text, "worked": f"{text} mg/kg <= 1 mg/kg"},
            }  # fmt: skip
            reading = {
                "id": id, "version": 1, "run_id": 1, "n": id, "sample_text": "Sample 01", "analyte_text": "400.5",
                "value_text": text, "unit_text": "", "flag": "", "role": "sample", "quantity": "concentration",
                "source": {"sheet": "", "line": id, "column": "Area"}, "extra": {}, "analysis_id": id,
                "match": "matched", "problem": "", "result_id": id,
            }  # fmt: skip
            results.append(result)
            readings.append(reading)
            duties.append({"user_id": 1, "duty": "analyst", "at": NOW, "lot_id": lot_id, "sample_id": sample_id,
                           "analysis_id": id})  # fmt: skip
            events.append(_event("result", id, 1, "record", result))
            events.append(_event("analysis", id, 9, "enter", {"state": "entered", "result_id": id}))
            events.append(_event("reading", id, 1, "accept", reading))
        connection.execute(insert(ResultRow.__table__), results)
        connection.execute(insert(ReadingRow.__table__), readings)
        connection.execute(insert(DutyRow), duties)
        connection.execute(insert(EventRow), events)
        table = AnalysisRow.__table__
        moved = update(table).where(table.c.id == bindparam("b_id")).values(version=table.c.version + 1)
        connection.execute(moved, [{"b_id": id, "state": "entered", "result_id": id} for id, *_ in targets])


def _event(kind: str, id: int, seq: int, verb: str, after: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: str(value) if isinstance(value, (Decimal, datetime)) else value for name, value in after.items()}
    event = {
        "object_type": kind, "object_id": id, "object_no": str(id), "seq": seq, "actor_id": 1, "actor_name": "Bench",
        "role": "analyst", "verb": verb, "reason": "", "request_id": "bench", "before": {}, "after": told,
        "prev_hash": "0" * 64,
    }  # fmt: skip
    text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return {**event, "at": NOW, "hash": hashlib.sha256(text.encode()).hexdigest()}


def _accept(place: Installation, run_no: str, rows: int) -> None:
    with transaction(place, _analyst(), NOW, "bench") as tx:
        done = run.accept(tx, run_no, None)
    assert done.written == rows, done


def _analyst() -> Actor:
    return Actor(1, "Bench", frozenset({"analyst"}))


def _ready(content: bytes, rows: int) -> tuple[Installation, str]:
    """A laboratory with the file previewed, so that accepting is all that is left."""
    place = scratch()
    worksheet_no = _worksheet(place, content, rows)
    with transaction(place, _analyst(), NOW, "bench") as tx:
        said = run.preview(tx, run.ReceiveRun(worksheet_no, "bench.txt", content))
    assert said.counts["matched"] == rows and not said.counts["problem"], said
    return place, said.no


def _worksheet(place: Installation, content: bytes, rows: int) -> str:
    """A worksheet on which every reading of the file is asked for, by the names that the file gives."""
    lines = list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter="\t"))[:rows]
    names = list(dict.fromkeys(line["Sample Name"] for line in lines))
    with transaction(place, SYSTEM, NOW, "bench") as tx:
        def put(kind: Any, what: list[dict[str, Any]], state: str = "") -> list[int]:
            if state:
                return list(transition.install_many(tx, kind, what, state, "bench"))
            return list(bulk.add(tx.session, kind, what, bulk.Act("install", "bench", "system")))

        device = put(InstrumentRow, [{
            "code": "LC-01", "name_zh": "液质", "name_en": "LC-MS", "technique": "LC-MS", "adapter": "sciex_os",
            "calibrated_on": date(2026, 1, 1), "calibration_due": date(2027, 1, 1),
        }], "in_service")[0]  # fmt: skip
        put(UserRow, [{
            "email": "bench@example.org", "username": "bench", "fs_uniquifier": "bench", "name_en": "Bench",
            "active": True,
        }])  # fmt: skip
        put(AuthorisationRow, [{
            "user_id": 1, "activity": "test", "method": METHOD, "valid_from": date(2026, 1, 1), "granted_by": 0,
        }])  # fmt: skip
        port, importer = put(OrganisationRow, [
            {"code": code, "kind": kind, "name_zh": code, "name_en": code}
            for code, kind in (("BN", "customs_office"), ("BI", "importer"))
        ])  # fmt: skip
        asked = put(RequestRow, [{
            "no": "B-1", "declaration_no": "B-1", "jurisdiction": "CN", "port_id": port, "importer_id": importer,
            "origin": "NO", "lodged_at": NOW, "lodged_by": 0, "decided_on": NOW.date(),
        }], "accepted")[0]  # fmt: skip
        line = put(LineRow, [{
            "request_id": asked, "seq": 1, "hs_code": "0303.13", "product": "FISH", "goods_zh": "鱼",
            "goods_en": "Fish", "quantity": Decimal(1), "unit": "kg",
        }])[0]  # fmt: skip
        lot = put(LotRow, [{
            "no": "B-1-L1", "request_id": asked, "line_id": line, "seq": 1, "mark": "", "quantity": Decimal(1),
            "unit": "kg",
        }], "in_test")[0]  # fmt: skip
        samples = put(SampleRow, [
            {"no": f"BN-{n:03}", "lot_id": lot, "drawn_at": NOW, "sampler_1": "", "sampler_2": "", "seal_no": ""}
            for n in range(len(names))
        ], "in_test")  # fmt: skip
        sheet = put(WorksheetRow, [{
            "no": "WS-B-1", "method": METHOD, "instrument_id": device, "analyst_id": 1, "analyst_name": "Bench",
            "made_at": NOW,
        }], "open")[0]  # fmt: skip
        put(BatchRow, [{"worksheet_id": sheet, "finding": ""}], "running")
        put(PositionRow, [
            {"worksheet_id": sheet, "seq": seq, "kind": "sample", "sample_id": id, "label": f"BN-{seq:03}",
             "vial": name}
            for seq, (id, name) in enumerate(zip(samples, names, strict=True), start=1)
        ])  # fmt: skip
        at = {name: (seq, id) for seq, (id, name) in enumerate(zip(samples, names, strict=True), start=1)}
        put(AnalysisRow, [
            {
                "lot_id": lot, "sample_id": at[one["Sample Name"]][1], "worksheet_id": sheet,
                "position": at[one["Sample Name"]][0], "analyte": one["Component Name"][:40],
                "analyte_zh": one["Component Name"], "analyte_en": one["Component Name"], "method": METHOD,
                "limit": {"code": "B", "operator": "LE", "value": "1000", "unit": "mg/kg"}, "unit": "mg/kg",
                "origin": "proposed", "analyst_id": 1, "analyst_name": "Bench",
            }
            for one in lines
        ], "assigned")  # fmt: skip
    return "WS-B-1"
