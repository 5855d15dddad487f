"""Imports point down only: the contracts of setup.cfg hold, and each of them notices a breach."""

from __future__ import annotations

import configparser
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT

BREACHES = {
    "Imports point down only": ("lims/services/planted.py", "import lims.web.page"),
    "Imports point down only (wings)": ("instruments/planted.py", "import reports.page"),
    "Imports point down only (use-cases)": ("reports/planted.py", "import lims.services.page"),
    "The ground knows no web, no database, no paper": ("lims/domain/planted.py", "import reportlab.pdfgen"),
    "Instruments and reports know no web and no database": ("reports/planted.py", "from sqlalchemy import select"),
    "Use-cases and rows know no web": ("lims/services/planted.py", "from flask import request"),
    "The doors reach the database through use-cases only": ("lims/web/planted.py", "from sqlalchemy import select"),
    "One door to pint": ("lims/services/planted.py", "import pint"),
    "Instrument adapters do not know each other": (
        "instruments/lab_two_dimensional/planted.py", "import instruments.recipes",
    ),
}


def test_the_tree_keeps_every_contract() -> None:
    done = _lint(ROOT)
    assert done.returncode == 0, done.stdout


def test_a_tree_that_keeps_them_passes(tmp_path: Path) -> None:
    _small_tree(tmp_path)
    done = _lint(tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("contract", BREACHES)
def test_the_contract_notices_a_breach(contract: str, tmp_path: Path) -> None:
    _small_tree(tmp_path)
    path, text = BREACHES[contract]
    (tmp_path / path).write_text(text + "\n", encoding="utf-8")
    done = _lint(tmp_path)
    assert done.returncode == 1
    assert f"{contract.partition(' (')[0]} BROKEN" in done.stdout


def test_every_contract_has_a_planted_breach() -> None:
    assert {name.partition(" (")[0] for name in BREACHES} == {section["name"] for section in _contracts().values()}


def test_every_adapter_stands_in_the_contract() -> None:
    named = set(_contracts()["importlinter:contract:adapters"]["modules"].split())
    folders = {f"instruments.{path.parent.name}" for path in (ROOT / "instruments").glob("*/__init__.py")}
    assert folders - {"instruments.tools", "instruments.receivers"} == named


def test_every_part_of_the_product_stands_on_a_floor() -> None:
    """Besides what runs before anything else, and the folders that hold tables and migrations."""
    drawn = set(_contracts()["importlinter:contract:floors"]["layers"].replace("|", " ").replace(":", " ").split())
    parts = {f"lims.{path.stem}" for path in (ROOT / "lims").glob("*.py")}
    parts |= {f"lims.{path.parent.name}" for path in (ROOT / "lims").glob("*/__init__.py")}
    assert parts - drawn == {"lims.__init__", "lims.bootstrap", "lims.catalogue", "lims.migrations"}


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as run; run()"
    command = [sys.executable, "-c", program, "--no-cache", "--config", str(ROOT / "setup.cfg")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def _contracts() -> dict[str, configparser.SectionProxy]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return {name: parser[name] for name in parser.sections() if name.startswith("importlinter:contract:")}


def _small_tree(folder: Path) -> None:
    """Every module that a contract names, empty, and the one import that is excused."""
    named = {word for section in _contracts().values() for key in ("layers", "modules", "source_modules")
             for word in section.get(key, "").replace("|", " ").replace(":", " ").split()}
    for name in named | {"lims.domain.numbers", "lims.web", "lims.services"}:
        place = folder.joinpath(*name.split("."))
        for level in (place, *place.parents):
            if level == folder:
                break
            level.mkdir(parents=True, exist_ok=True)
            (level / "__init__.py").touch()
    (folder / "lims/domain/numbers/units.py").write_text("import pint\n", encoding="utf-8")
    for page in ("lims/web/page.py", "lims/services/page.py", "reports/page.py"):
        (folder / page).touch()
