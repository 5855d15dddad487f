"""Entering the environment: when it is made, made again, used as it is, or refused with words that help."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from lims import bootstrap
from lims.bootstrap import FONTS, CannotEnter, Stamp

SETUP = """[options]
install_requires =
    flask>=3.1
    psycopg[binary]>=3.3
    sqlalchemy==2.1.*

[options.extras_require]
test =
    pytest>=9
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A checkout whose environment was finished: every file that is looked at, none of the packages."""
    (tmp_path / "setup.cfg").write_text(SETUP, encoding="utf-8")
    for name in ("pyproject.toml", "reports/_build.py", "reports/_letters.py", *FONTS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was\n", encoding="utf-8")
    python = bootstrap.python_of(tmp_path)
    python.parent.mkdir(parents=True)
    python.touch()
    _stamp(tmp_path, ("test",))
    return tmp_path


def _stamp(tree: Path, extras: tuple[str, ...] = ()) -> None:
    stamp = Stamp(bootstrap.digest_of(tree), str(tree), extras)
    (tree / ".venv" / "lims.stamp").write_text(stamp.written(), encoding="utf-8")


def test_a_finished_environment_is_used_as_it_is(tree: Path) -> None:
    assert bootstrap.is_ready(tree, ())
    assert bootstrap.is_ready(tree, ("test",))


@pytest.mark.parametrize("name", ["setup.cfg", "pyproject.toml", "reports/_build.py", "reports/_letters.py"])
def test_a_change_of_what_it_was_made_from_makes_it_again(tree: Path, name: str) -> None:
    with (tree / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    assert not bootstrap.is_ready(tree, ())


@pytest.mark.parametrize("name", [*FONTS, ".venv/lims.stamp"])
def test_a_part_that_was_lost_makes_it_again(tree: Path, name: str) -> None:
    (tree / name).unlink()
    assert not bootstrap.is_ready(tree, ())


def test_an_environment_without_its_python_is_made_again(tree: Path) -> None:
    bootstrap.python_of(tree).unlink()
    assert not bootstrap.is_ready(tree, ())


@pytest.mark.parametrize(("fonts", "used_as_it_is"), [(True, True), (False, False)])
def test_somebodys_own_environment_is_used_when_it_lacks_nothing(
    tree: Path, monkeypatch: pytest.MonkeyPatch, fonts: bool, used_as_it_is: bool
) -> None:
    """Packages installed elsewhere say nothing about the fonts, which are cut into the tree itself."""
    entered: list[Path] = []
    monkeypatch.setattr(bootstrap, "checkout", lambda: tree)
    monkeypatch.setattr(bootstrap, "_go_inside", lambda root, argv: entered.append(root))
    monkeypatch.setattr(sys, "base_prefix", "elsewhere")
    if not fonts:
        (tree / FONTS[0]).unlink()
        monkeypatch.setattr(bootstrap, "_make", lambda root, extras: None)
    bootstrap.enter(["--help"])
    assert (entered == []) is used_as_it_is


def test_an_extra_that_was_not_installed_is_added(tree: Path) -> None:
    _stamp(tree, ())
    assert bootstrap.is_ready(tree, ())
    assert not bootstrap.is_ready(tree, ("test",))


def test_a_tree_that_was_moved_or_copied_gets_an_environment_of_its_own(tree: Path, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("setup.cfg", "pyproject.toml", "reports", ".venv"):
        (tree / name).rename(moved / name)
    assert bootstrap.digest_of(moved) == bootstrap.read_stamp(moved).digest  # type: ignore[union-attr]
    assert not bootstrap.is_ready(moved, ())


@pytest.mark.parametrize("text", ["", "only one line\n", "one\ntwo\n", "1\n2\n3\n4\n"])
def test_a_stamp_that_was_cut_short_counts_for_nothing(text: str) -> None:
    assert Stamp.read(text) is None


def test_a_stamp_is_read_as_it_was_written() -> None:
    for stamp in (Stamp("d", "/a b", ("docs", "test")), Stamp("d", "/a")):
        assert Stamp.read(stamp.written()) == stamp


def test_requirements_are_named_without_their_versions(tree: Path) -> None:
    assert bootstrap.requirements(tree, ()) == ("flask", "psycopg", "sqlalchemy")
    assert bootstrap.requirements(tree, ("test",)) == ("flask", "psycopg", "sqlalchemy", "pytest")


def test_what_is_installed_here_is_found_and_what_is_not_is_missed() -> None:
    assert bootstrap.has_all(("flask", "SQLAlchemy", "pytest"))
    assert not bootstrap.has_all(("flask", "surely-no-such-package"))


def test_a_translation_newer_than_its_compiled_form_is_stale(tree: Path) -> None:
    folder = tree / "lims/translations/zh_Hans/LC_MESSAGES"
    folder.mkdir(parents=True)
    source, compiled = folder / "messages.po", folder / "messages.mo"
    source.touch()
    assert bootstrap.stale_translations(tree) == [source]
    compiled.touch()
    os.utime(source, (1, 1))
    assert bootstrap.stale_translations(tree) == []
    os.utime(compiled, (0, 0))
    assert bootstrap.stale_translations(tree) == [source]


def test_a_python_without_venv_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "find_spec", lambda name: None)
    with pytest.raises(CannotEnter, match="apt install python3-venv") as told:
        bootstrap._check_parts()
    assert told.value.exit_code == 2


def test_a_python_that_is_too_old_is_told_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    from lims import __main__ as first

    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    assert first.main() == 2
    assert "Python 3.11 or newer is needed; this is 3.9.2" in capsys.readouterr().err


def test_the_second_of_two_waits_until_the_first_is_done(tmp_path: Path) -> None:
    order: list[str] = []

    def second() -> None:
        with bootstrap._lock(tmp_path):
            order.append("second")

    with bootstrap._lock(tmp_path):
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.1)
        order.append("first")
    waiting.join(timeout=5)
    assert order == ["first", "second"]


def test_an_installation_that_fails_leaves_no_stamp(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = bootstrap.python_of(tree)
    python.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")  # an environment that cannot do anything
    python.chmod(0o755)
    (tree / "setup.cfg").write_text(SETUP + "# changed\n", encoding="utf-8")
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(CannotEnter, match="the environment could not be made"):
        bootstrap._make(tree, ())
    assert bootstrap.read_stamp(tree) is None
    assert not bootstrap.is_ready(tree, ())


def test_a_command_says_everything_on_stderr(capfd: pytest.CaptureFixture) -> None:
    bootstrap._run([sys.executable, "-c", "print('progress')"], "unused")
    with pytest.raises(CannotEnter, match="it broke"):
        bootstrap._run([sys.executable, "-c", "raise SystemExit(3)"], "it broke")
    heard = capfd.readouterr()
    assert (heard.out, heard.err.strip()) == ("", "progress")


def test_entering_a_ready_environment_costs_little() -> None:
    """The check of a ready tree, of which every command pays one; 50 ms is the house's promise.

    Counted in processor time, which a busy machine does not stretch.
    """
    root = bootstrap.checkout()
    assert root is not None
    program = (
        "import time; start = time.process_time(); from lims import bootstrap; root = bootstrap.checkout();"
        "bootstrap.is_ready(root, ()); bootstrap.stale_translations(root); print(time.process_time() - start)"
    )
    taken = [
        float(subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, check=True).stdout)
        for _ in range(3)
    ]
    assert min(taken) < 0.05
