"""Backup and the way back: what returns is what was there, and nothing returns from a backup that was touched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from lims import installation
from lims.cli import backup, restore
from lims.persistence.session import make_engine
from lims.persistence.tables import metadata
from lims.services import certificate
from lims.services.transaction import view
from tests import builders as b
from tests.cli.done import Done, a_released_lot
from tests.engines import Postgres, Templates


@pytest.fixture
def done(laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch) -> Done:
    """A laboratory that has worked, as the installation that LIMS_HOME and LIMS_DATABASE_URL name."""
    url = laboratory.place.engine.url.render_as_string(hide_password=False)
    installation.create(laboratory.place.home, {"laboratory": "HK"})
    monkeypatch.setenv("LIMS_HOME", str(laboratory.place.home))
    monkeypatch.setenv("LIMS_DATABASE_URL", url)
    return a_released_lot(laboratory)


@contextmanager
def elsewhere(templates: Templates, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The database to restore into: a new one on PostgreSQL; on SQLite the new folder's own, whatever is named."""
    if not isinstance(templates.engine, Postgres):
        yield
        return
    url = templates.engine.empty("restored")
    monkeypatch.setenv("LIMS_DATABASE_URL", url)
    try:
        yield
    finally:
        templates.engine._drop(url.partition("?")[0].rsplit("/", 1)[1])


def saved(tmp_path: Path) -> Path:
    assert backup.main(["--to", str(tmp_path / "safe")]) == 0
    return tmp_path / "safe"


def contents(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
        }


def test_what_comes_back_is_what_was_there(
    done: Done, templates: Templates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    safe, new = saved(tmp_path), tmp_path / "new"
    assert json.loads(capsys.readouterr().out)["status"] == "COMPLETE"
    before = contents(done.lab.place.engine)
    with elsewhere(templates, monkeypatch):
        assert restore.main(["--from", str(safe), "--into", str(new)]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert answer["status"] == "INTACT" and answer["events"] == len(before["event"])
        opened = installation.opened(new)
        assert contents(opened.place.engine) == before
        with view(opened.place, done.lab.cast.chen, b.NOW) as tx:
            assert certificate.pdf(tx, done.certificate_no) == done.pdf
        assert (new / "keys" / "laboratory.key").stat().st_mode & 0o077 == 0
        restored = b.Laboratory(opened.place, done.lab.cast, step=done.lab.step)
        assert b.lodged(restored, "FISH", declaration="D-2").endswith("-0002")
        with pytest.raises(DBAPIError, match="append-only"), opened.place.engine.begin() as connection:
            connection.execute(text("UPDATE event SET reason = 'x'"))
        opened.place.engine.dispose()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_nothing_is_restored_from_a_backup_that_was_touched(
    done: Done, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    safe = saved(tmp_path)
    parts = [part["path"] for part in json.loads((safe / "manifest.json").read_text())["parts"]]
    assert {"database/lims.db", "home/keys/laboratory.key", "home/settings.json", "home/secret"} <= set(parts)
    for name in ("database/lims.db", "home/keys/laboratory.pem", parts[-1]):
        whole = (safe / name).read_bytes()
        (safe / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        assert refusal(safe, tmp_path / "new", capsys) == ("PART_DAMAGED", name)
        (safe / name).unlink()
        assert refusal(safe, tmp_path / "new", capsys) == ("PART_MISSING", name)
        (safe / name).write_bytes(whole)
    (safe / "manifest.json").write_text("{}")
    assert refusal(safe, tmp_path / "new", capsys)[0] == "MANIFEST_DAMAGED"
    assert not (tmp_path / "new").exists()


def refusal(safe: Path, into: Path, capsys: pytest.CaptureFixture[str]) -> tuple[str, str | None]:
    capsys.readouterr()
    assert restore.main(["--from", str(safe), "--into", str(into)]) == 3
    answer = json.loads(capsys.readouterr().out)
    return answer["reason"], answer.get("part")


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_folder_with_something_in_it_is_never_written_to(
    done: Done, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    safe, full = saved(tmp_path), tmp_path / "full"
    full.mkdir()
    (full / "mine").write_text("kept")
    assert refusal(safe, full, capsys)[0] == "FOLDER_NOT_EMPTY"
    assert backup.main(["--to", str(full)]) == 3
    assert [path.name for path in full.iterdir()] == ["mine"]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_restored_trail_that_does_not_hold_is_said(
    done: Done, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with done.lab.place.engine.begin() as connection:
        connection.execute(text("UPDATE sample SET verdict = 'FAIL'"))
    safe = saved(tmp_path)
    capsys.readouterr()
    assert restore.main(["--from", str(safe), "--into", str(tmp_path / "new")]) == 3
    answer = json.loads(capsys.readouterr().out)
    assert (answer["status"], answer["first_bad"]["columns"]) == ("BROKEN", ["verdict"])


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_backup_made_while_others_write_is_whole(done: Done, tmp_path: Path) -> None:
    """An open transaction of somebody else is not in it, and does not hinder it."""
    engine = make_engine(str(done.lab.place.engine.url))
    with engine.connect() as connection, connection.begin() as writing:
        connection.execute(text("UPDATE sample SET verdict = 'FAIL'"))
        safe = saved(tmp_path)
        writing.rollback()
    engine.dispose()
    copy = make_engine(f"sqlite:///{safe / 'database' / 'lims.db'}")
    with copy.connect() as connection:
        assert connection.execute(text("SELECT verdict FROM sample")).scalar_one() == "PASS"
    copy.dispose()
