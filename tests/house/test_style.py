"""The linter and the type checker have nothing to say about the tree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.house.sources import ROOT


def test_ruff_has_nothing_to_say() -> None:
    done = _ruff(ROOT, ".")
    assert done.returncode == 0, done.stdout


def test_ruff_would_have_something_to_say(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text("import os\n", encoding="utf-8")
    done = _ruff(tmp_path, "--config", str(ROOT / "pyproject.toml"), "planted.py")
    assert done.returncode == 1
    assert "F401" in done.stdout


def test_every_type_holds() -> None:
    done = _mypy()
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_type_checker_would_have_something_to_say(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def half(n: int) -> str:\n    return n / 2\n", encoding="utf-8")
    assert "return-value" in _mypy("--config-file", "", str(planted)).stdout


def _mypy(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mypy", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def _ruff(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
