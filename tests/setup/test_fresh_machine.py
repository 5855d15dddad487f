"""A copy of the tree on a machine where nothing is installed: one command makes it work; a wheel holds everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from lims import bootstrap
from tests.house.sources import FLOORS, ROOT

pytestmark = pytest.mark.long
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "__pycache__", "*.egg-info", ".*_cache", ".lims*", "*.ttf", "*.mo",
                                  "build", "dist", ".hypothesis")


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree as a clone would be, with what is written but not committed yet."""
    target = tmp_path_factory.mktemp("fresh") / "lims"
    shutil.copytree(ROOT, target, ignore=LEFT_OUT)
    return target


def _base_python() -> str:
    """The interpreter that our environment was made with, which has none of the packages."""
    base = Path(sys.base_prefix)
    places = (base / "bin" / f"python{sys.version_info[0]}.{sys.version_info[1]}", base / "python.exe")
    return str(next(filter(Path.exists, places)))


def _lims(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    outside = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")}
    return subprocess.run([_base_python(), "-m", "lims", *words], cwd=tree, env=outside, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)


def test_one_command_makes_a_fresh_copy_work(fresh: Path) -> None:
    first = _lims(fresh, "--help")
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith(("usage", "用法"))
    assert "the environment is ready" in first.stderr
    assert bootstrap.is_ready(fresh, ())
    again = _lims(fresh, "--help")
    assert (again.returncode, again.stdout, again.stderr) == (0, first.stdout, "")


def test_an_interrupted_installation_is_finished_by_the_next_command(fresh: Path) -> None:
    (fresh / ".venv" / "lims.stamp").unlink()
    (fresh / bootstrap.FONTS[0]).unlink()
    assert _lims(fresh, "--help").returncode == 0
    assert bootstrap.is_ready(fresh, ())
    assert (fresh / bootstrap.FONTS[0]).stat().st_size > 1_000_000


def test_two_commands_at_once_make_one_environment(fresh: Path) -> None:
    (fresh / ".venv" / "lims.stamp").unlink()
    command = [_base_python(), "-m", "lims", "read", "--list"]
    both = [subprocess.Popen(command, cwd=fresh, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True) for _ in range(2)]
    heard = [process.communicate(timeout=600) for process in both]
    assert [process.returncode for process in both] == [0, 0], heard
    assert heard[0][0] == heard[1][0] != ""
    assert sorted("is ready" in errors for _, errors in heard) == [False, True]


def test_a_wheel_holds_every_file_of_the_product(fresh: Path, tmp_path: Path) -> None:
    build = [str(bootstrap.python_of(fresh)), "-m", "pip", "wheel", "-qq", "--no-deps", "-w", str(tmp_path), str(fresh)]
    subprocess.run(build, check=True, stdin=subprocess.DEVNULL, timeout=600)
    [wheel] = tmp_path.glob("*.whl")
    with ZipFile(wheel) as packed:
        inside = {name for name in packed.namelist() if ".dist-info/" not in name}
    assert _product_files(fresh) - inside == set()
    assert {name.split("/")[0] for name in inside} == set(FLOORS)


def _product_files(tree: Path) -> set[str]:
    found = (path for floor in FLOORS for path in (tree / floor).rglob("*") if path.is_file())
    return {path.relative_to(tree).as_posix() for path in found if "__pycache__" not in path.parts} - TRANSLATORS_ONLY


TRANSLATORS_ONLY = {"lims/translations/babel.cfg"}
"""Says where pybabel looks for strings in the source tree; nothing reads it when the product runs."""
