"""The commands of the README do what it says, as somebody would paste them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import ROOT


def walk() -> str:
    """The one block of shell commands under the heading of the main job over HTTP."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split("## The main job over HTTP")[1].split("\n## ")[0]
    (block,) = re.findall(r"```bash\n(.*?)```", section, re.DOTALL)
    return str(block)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.skipif(not shutil.which("bash") or not shutil.which("curl"), reason="needs bash and curl")
def test_the_walk_over_http_ends_with_a_certificate_that_verifies(tmp_path: Path) -> None:
    script = walk().replace("8123", str(free_port()))
    place = {**os.environ, "LIMS_HOME": str(tmp_path / "demo"), "PYTHONPATH": str(ROOT)}
    place["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{place['PATH']}"
    with (tmp_path / "said").open("w+", encoding="utf-8") as said:
        shell = subprocess.Popen(
            ["bash", "-e"], cwd=tmp_path, env=place, stdin=subprocess.PIPE, stdout=said, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        try:
            shell.communicate(script, timeout=180)
        finally:
            if shell.poll() != 0:
                os.killpg(shell.pid, signal.SIGKILL)
        said.seek(0)
        words = said.read()
    assert shell.returncode == 0, words[-2000:]
    answer = json.loads(words.strip().splitlines()[-1])
    assert (answer["status"], answer["content"]["verdict"]) == ("VALID", "PASS")
    assert (tmp_path / "certificate.pdf").read_bytes().startswith(b"%PDF")
