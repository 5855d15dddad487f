"""The linter has nothing to say about the tree."""

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


def _ruff(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "concise", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
