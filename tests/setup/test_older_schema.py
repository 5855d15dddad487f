"""A database that is not at the program's schema is noticed before anything is done with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event, text

from lims import cli, installation
from lims.app import create_app
from lims.cli import serve
from lims.persistence import schema
from tests.builders import Laboratory

Heard = pytest.CaptureFixture[str]
COMMANDS = (["serve"], ["worker", "--once"], ["user", "list"], ["token", "new", "--user", "anna"], ["trail", "verify"],
            ["certificate", "export", "--all", "--to", "x"], ["backup", "--to", "x"])


@pytest.fixture
def lab(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Laboratory:
    """The laboratory as an installation that commands find by LIMS_HOME."""
    installation.create(laboratory.place.home, {"laboratory": "HK"}, demo=True)
    monkeypatch.setenv("LIMS_HOME", str(laboratory.place.home))
    monkeypatch.setenv("LIMS_DATABASE_URL", laboratory.place.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(serve, "run", lambda *_words: 0)
    return laboratory


def at_revision(lab: Laboratory, revision: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database says another revision; ``older`` is one that the program knows to come before its own."""
    with lab.place.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    if revision == "older":
        monkeypatch.setattr(schema, "known", lambda: ("older", "newest"))


def test_the_revisions_read_from_the_files_are_those_that_alembic_knows() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.FOLDER))
    scripts = ScriptDirectory.from_config(config)
    assert list(schema.known()) == [one.revision for one in reversed(list(scripts.walk_revisions()))]
    assert [schema.known()[-1]] == list(scripts.get_heads())


@pytest.mark.parametrize(("revision", "code", "advice"), [
    ("older", "SCHEMA_OLDER", "run: lims upgrade"), ("9999", "SCHEMA_NEWER", "Use the newer version"),
])
def test_every_command_that_opens_the_database_says_what_to_do_and_exits_3(
    lab: Laboratory, capsys: Heard, monkeypatch: pytest.MonkeyPatch, revision: str, code: str, advice: str
) -> None:
    assert cli.main(["serve"]) == 0
    at_revision(lab, revision, monkeypatch)
    for words in COMMANDS:
        capsys.readouterr()
        assert cli.main(words) == 3, words
        said = capsys.readouterr()
        assert f"[{code}]" in said.err and advice in said.err, words
        assert said.out == ""


def test_a_newer_database_is_not_upgraded_backwards(
    lab: Laboratory, capsys: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_revision(lab, "9999", monkeypatch)
    assert cli.main(["upgrade"]) == 3
    assert "[SCHEMA_NEWER]" in capsys.readouterr().err
    assert schema.stored(lab.place.engine) == "9999"


def test_a_database_without_tables_is_brought_up_by_the_upgrade_that_is_advised(
    tmp_path: Path, capsys: Heard, monkeypatch: pytest.MonkeyPatch, database_url: str, engine_name: str
) -> None:
    if engine_name == "postgresql":
        from lims.persistence.session import make_engine

        engine = make_engine(database_url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
    else:
        database_url = f"sqlite:///{tmp_path / 'other.db'}"
    installation.create(tmp_path / "home", {})
    monkeypatch.setenv("LIMS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LIMS_DATABASE_URL", database_url)
    assert cli.main(["user", "list"]) == 3
    assert "[SCHEMA_MISSING]" in capsys.readouterr().err
    assert cli.main(["upgrade"]) == 0
    assert cli.main(["user", "list"]) == 0


def test_readiness_says_that_the_schema_differs_with_one_query(
    lab: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = create_app(lab.place, "s" * 40, testing=True).test_client()
    asked: list[str] = []
    event.listen(lab.place.engine, "before_cursor_execute", lambda *words: asked.append(words[2]))
    assert client.get("/readyz").json == {"status": "ready"}
    assert [words for words in asked if not words.startswith(("BEGIN", "PRAGMA"))] == [
        "SELECT version_num FROM alembic_version"
    ]
    at_revision(lab, "older", monkeypatch)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (
        503, {"status": "not ready", "reason": "SCHEMA_OLDER", "do": "lims upgrade"},
    )
    assert client.get("/healthz").status_code == 200
