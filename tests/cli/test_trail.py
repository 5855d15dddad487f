"""The trail as ``lims trail verify`` sees it: whole after real work, and broken at the very record that was touched."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from lims.cli import trail
from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import BadInput
from lims.services import request, trail_check
from lims.services.trail_check import Checked
from lims.services.transaction import Transaction, view
from tests import builders as b
from tests.cli.done import a_released_lot

EDITS = [
    ("UPDATE event SET reason = 'so' WHERE object_type = 'lot' AND verb = 'decide'", "CONTENT_CHANGED", "lot"),
    ("UPDATE event SET after = '{' WHERE object_type = 'lot' AND verb = 'decide'", "CONTENT_CHANGED", "lot"),
    ("UPDATE event SET actor_id = 1 WHERE object_type = 'sample' AND verb = 'approve'", "CONTENT_CHANGED", "sample"),
    ("UPDATE event SET hash = prev_hash WHERE object_type = 'sample' AND seq = 2", "CONTENT_CHANGED", "sample"),
    ("UPDATE event SET prev_hash = hash WHERE object_type = 'sample' AND seq = 2", "CHAIN_BROKEN", "sample"),
    ("DELETE FROM event WHERE object_type = 'sample' AND seq = 2", "SEQUENCE_GAP", "sample"),
    ("DELETE FROM event WHERE object_type = 'sample' AND seq = 1", "SEQUENCE_GAP", "sample"),
    ("UPDATE event SET seq = seq + 10 WHERE object_type = 'sample' AND seq = 3", "SEQUENCE_GAP", "sample"),
    ("DELETE FROM event WHERE object_type = 'lot' AND verb = 'decide'", "SEQUENCE_GAP", "lot"),
    ("DELETE FROM event WHERE object_type = 'lot' AND verb = 'close'", "ROW_CHANGED", "lot"),
    ("DELETE FROM event WHERE object_type = 'lot'", "ROW_WITHOUT_EVENTS", "lot"),
    ("UPDATE result SET value = 9.9 WHERE id = 1", "ROW_CHANGED", "result"),
    ("UPDATE result SET text = '9.9' WHERE id = 1", "ROW_CHANGED", "result"),
    ("UPDATE result SET value = 0.00100 WHERE id = 1", "ROW_CHANGED", "result"),
    ("UPDATE result SET remark = 'fine' WHERE id = 1", "ROW_CHANGED", "result"),
    ("UPDATE lot SET state = 'decided'", "ROW_CHANGED", "lot"),
    ("UPDATE certificate SET content = '{}'", "ROW_CHANGED", "certificate"),
    ("UPDATE certificate SET content = '{'", "ROW_CHANGED", "certificate"),
    ("UPDATE sample SET approved_by = 1", "ROW_CHANGED", "sample"),
    ("UPDATE reference_version SET valid_to = '2026-01-01' WHERE code = 'L0008'", "ROW_CHANGED", "reference_version"),
    ("DELETE FROM custody", "ROW_MISSING", "custody"),
]


def check(lab: b.Laboratory, object_no: str = "") -> Checked:
    with view(lab.place, SYSTEM, b.NOW) as tx:
        return trail_check.check(tx, object_no)


def without_triggers(lab: b.Laboratory) -> tuple[str, ...]:
    """What the owner of the database can do first: take the append-only triggers off."""
    if lab.place.engine.dialect.name == "sqlite":
        return ("DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete")
    return ("DROP TRIGGER event_append_only ON event",)


def after(lab: b.Laboratory, edit: str) -> Checked:
    """What the check says with the edit in place, which is then undone."""
    with lab.place.engine.connect() as connection:
        changing = connection.begin()
        for statement in (*without_triggers(lab), edit):
            assert connection.execute(text(statement)).rowcount != 0
        try:
            with Session(bind=connection, autoflush=False) as session:
                return trail_check.check(Transaction(session, SYSTEM, b.NOW, "check", lab.place))
        finally:
            changing.rollback()


def test_a_trail_is_intact_after_the_whole_job(laboratory: b.Laboratory) -> None:
    done = a_released_lot(laboratory)
    found = check(laboratory)
    assert found.bad is None
    assert found.events > found.objects > 100
    assert check(laboratory, done.request_no).events == 3
    assert check(laboratory, done.certificate_no).intact


def test_whatever_is_changed_behind_the_trail_is_found_where_it_is(laboratory: b.Laboratory) -> None:
    a_released_lot(laboratory)
    found = {edit: after(laboratory, edit).bad for edit, _, _ in EDITS}
    assert {edit: bad and (bad.problem, bad.object_type) for edit, bad in found.items()} == {
        edit: (problem, kind) for edit, problem, kind in EDITS
    }
    assert check(laboratory).intact


def test_an_edited_row_that_was_worked_on_afterwards_is_found(laboratory: b.Laboratory) -> None:
    no = b.lodged(laboratory, "FISH", accept=False)
    with laboratory.place.engine.begin() as connection:
        connection.execute(text("UPDATE request SET state = 'asked', question = 'which lot?'"))
    with laboratory.acting(laboratory.cast.igor) as tx:
        request.answer(tx, no, "this one")
    bad = check(laboratory).bad
    assert bad is not None
    assert (bad.problem, bad.columns) == ("CHANGED_BETWEEN_EVENTS", ("state",))


def test_an_unknown_number_is_said_to_be_unknown(laboratory: b.Laboratory) -> None:
    with pytest.raises(BadInput):
        check(laboratory, "RQ-0000-0000")


def test_the_command_answers_one_line_and_its_exit_code_tells(
    laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(trail.installation, "opened", lambda: trail.installation.Opened(laboratory.place, "", {}))
    assert trail.main(["verify"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "INTACT" and answer["events"] > 1000
    assert trail.main(["verify", "--object", "ICPMS-01"]) == 0
    assert json.loads(capsys.readouterr().out)["events"] == 1
    assert trail.main(["verify", "--object", "nothing"]) == 2
    assert capsys.readouterr().out == ""
    with laboratory.place.engine.begin() as connection:
        connection.execute(text("UPDATE instrument SET serial_no = 'other'"))
    assert trail.main(["verify"]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["first_bad"]["columns"]) == ("BROKEN", ["serial_no"])


def test_rows_that_come_and_go_in_one_transaction_each_have_their_whole_event(laboratory: b.Laboratory) -> None:
    """Many lots in one request: the memory of one row's values is never taken for another's."""
    line = request.LineCommand(
        "", "FISH", "鱼", "Fish", "400", "kg", "40", tuple(request.LotCommand(f"P-{n}", "10", "kg") for n in range(40))
    )
    cmd = request.LodgeRequest("D-40", "CN", "HAK", "IMP", "EC", (line,) * 3)
    with laboratory.acting(laboratory.cast.igor) as tx:
        request.lodge(tx, cmd)
    assert check(laboratory).bad is None
