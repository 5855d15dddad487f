"""The front of the command line: what is listed, what an unknown word gets, what becomes of errors."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from lims import cli
from lims.cli import test as testing
from lims.domain.rules.errors import Conflict, NotFound, Refused
from lims.domain.rules.refusal import refusal
from tests.house.sources import ROOT


def _run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "lims", *words], cwd=ROOT, capture_output=True, text=True, check=False,
                          env={**os.environ, **environment}, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("words", [("--help",), ("-h",), ()])
def test_help_lists_exactly_the_commands_there_are(words: tuple[str, ...], capsys: pytest.CaptureFixture) -> None:
    assert cli.main(words) == 0
    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")}
    there = {path.stem for path in (ROOT / "lims" / "cli").glob("*.py")} & set(cli.COMMANDS)
    assert listed == there >= {"read", "test"}


@pytest.mark.parametrize(("language", "words"), [("zh_CN.UTF-8", "用法"), ("en_GB.UTF-8", "usage"), ("C", "usage")])
def test_help_speaks_the_language_of_the_terminal(language: str, words: str) -> None:
    done = _run("--help", LC_ALL=language, PYTHONIOENCODING="utf-8")
    assert done.returncode == 0
    assert done.stdout.startswith(words)


def test_every_command_has_a_line_in_both_languages() -> None:
    assert all(command.zh and command.en for command in cli.COMMANDS.values())


@pytest.mark.parametrize("name", [name for name, command in cli.COMMANDS.items() if cli.exists(command)])
def test_every_command_that_is_there_can_be_called(name: str) -> None:
    assert callable(importlib.import_module(cli.COMMANDS[name].module).main)


def test_an_unknown_command_gets_the_nearest_name() -> None:
    done = _run("raed", "x")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean read?" in done.stderr


def test_a_word_that_is_near_nothing_gets_a_hint(capsys: pytest.CaptureFixture) -> None:
    assert cli.main(["xyzzy"]) == 2
    assert "lims --help" in capsys.readouterr().err


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A command of the test's own in the place of ``read``."""
    module = ModuleType("lims.cli.read")
    monkeypatch.setattr(cli, "import_module", lambda name: module)
    monkeypatch.setenv("LC_ALL", "C")
    return module


def _raises(error: BaseException) -> object:
    def main(_argv: list[str]) -> int:
        raise error

    return main


def test_the_words_after_the_name_reach_the_command(command: ModuleType) -> None:
    command.main = lambda argv: len(argv)  # type: ignore[attr-defined]
    assert cli.main(["read", "a", "--b", "c"]) == 3


@pytest.mark.parametrize("error", [
    NotFound("FILE_MISSING", digest="ab"), Conflict("STALE"), Refused(refusal("REASON_NEEDED", verb="cancel")),
])
def test_a_refusal_is_told_in_words_and_is_the_callers_matter(
    command: ModuleType, error: Exception, capsys: pytest.CaptureFixture
) -> None:
    command.main = _raises(error)  # type: ignore[attr-defined]
    assert cli.main(["read"]) == 2
    heard = capsys.readouterr()
    assert heard.out == ""
    assert f"[{error.code}]" in heard.err  # type: ignore[attr-defined]
    assert "Traceback" not in heard.err


def test_a_fault_has_a_reference_that_is_the_same_next_time(
    command: ModuleType, capsys: pytest.CaptureFixture
) -> None:
    references = []
    for _ in range(2):
        command.main = _raises(ZeroDivisionError("1/0"))  # type: ignore[attr-defined]
        assert cli.main(["read"]) == 1
        last = capsys.readouterr().err.splitlines()[-1]
        assert last.startswith("lims read: a fault of the program, reference ")
        references.append(last.split()[-1])
    assert references[0] == references[1]
    assert len(references[0]) == 8


def test_an_interrupted_command_says_so_by_its_exit_code(command: ModuleType) -> None:
    command.main = _raises(KeyboardInterrupt())  # type: ignore[attr-defined]
    assert cli.main(["read"]) == 130


def test_a_reader_that_went_away_is_no_fault() -> None:
    program = "from lims import cli; cli.import_module = lambda name: C; import types; " \
              "C = types.SimpleNamespace(main=lambda argv: [print('x' * 100) for _ in range(5000)] and 0); " \
              "import sys; sys.exit(cli.main(['read']))"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.readline()
        running.stdout.close()
        assert running.wait(timeout=20) == 1
        assert running.stderr.read() == ""


def test_the_whole_suite_runs_on_two_workers_without_the_long_ones() -> None:
    command = testing.pytest_command([], everything=False)
    assert command[1:] == ["-m", "pytest", "-m", "not long", "-n", "2", "--dist", "worksteal"]
    assert "not long" not in testing.pytest_command([], everything=True)


def test_named_tests_run_in_one_process() -> None:
    assert testing.pytest_command(["tests/house", "-x"], everything=False)[1:] == [
        "-m", "pytest", "-m", "not long", "tests/house", "-x",
    ]


def test_a_browser_that_is_named_wins_and_must_exist(tmp_path: Path) -> None:
    mine = tmp_path / "browser"
    mine.write_text("#!/bin/sh\n", encoding="utf-8")
    mine.chmod(0o755)
    assert testing.find_browser({"LIMS_BROWSER": str(mine)}) == str(mine)
    assert testing.find_browser({"LIMS_BROWSER": str(tmp_path / "absent")}) is None
