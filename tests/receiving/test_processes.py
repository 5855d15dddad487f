"""Receivers, instruments and balances as processes of their own: killed, cut and without a network, nothing is lost."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from waitress.server import create_server

from lims.app import create_app, throwaway_secret
from lims.domain.rules.actor import SYSTEM
from lims.persistence.weighing import WeighingRow
from lims.services import device
from lims.services.transaction import transaction
from tests import builders as b
from tests.receiving import bench

sqlite = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def listening(lab: b.Laboratory, log: Path) -> AbstractContextManager[subprocess.Popen[str]]:
    words = ["-m", "lims", "instruments", "astm", "--listen", "127.0.0.1:0", "--instrument", "IA-01"]
    return bench.process([*words, "--peer", "127.0.0.1"], bench.environment(lab), log)


def port_of(running: subprocess.Popen[str], log: Path) -> int:
    line = running.stdout.readline() if running.stdout else ""
    assert "listening on" in line, log.read_text()
    return int(line.strip().rpartition(":")[2])


def play(port: int, file: Path, cut: int = -1) -> int:
    """The instrument's own count of the frames (and its ENQ) that were acknowledged."""
    words = [sys.executable, "-m", "tests.receiving.instrument", str(port), str(file), str(cut)]
    return int(subprocess.run(words, capture_output=True, text=True, timeout=40, check=True).stdout)


@sqlite
def test_an_instrument_over_tcp_loses_nothing_that_was_acknowledged(laboratory: b.Laboratory, tmp_path: Path) -> None:
    """The listener is killed within a message, then the line is cut here and there, then the message comes whole."""
    bench.an_instrument(laboratory)
    _, sample = bench.a_worksheet(laboratory)
    frames, content, log = bench.frames(sample), bench.message(sample), tmp_path / "log"
    file = tmp_path / "message"
    file.write_bytes(content)
    with listening(laboratory, log) as running, socket.create_connection(("127.0.0.1", port_of(running, log))) as line:
        for part in (b"\x05", *frames[:3]):
            line.sendall(part)
            assert line.recv(1) == b"\x06"
        running.kill()
        running.wait()
    assert bench.deliveries(laboratory) == []
    with listening(laboratory, log) as running:
        port = port_of(running, log)
        (row,) = bench.deliveries(laboratory)
        assert (row.problem, laboratory.place.files.get(row.digest)) == ("MESSAGE_CUT", b"".join(frames[:3]))
        assert stranger(port) == b""
        for cut in (1, 30, 1 + len(frames[0]) + len(frames[1]), len(content), len(content) + 1):
            certain = b"".join(frames[: max(play(port, file, cut) - 1, 0)])
            bench.wait_for(lambda: held(laboratory, certain), log)  # noqa: B023
        assert play(port, file) == len(frames) + 1
        bench.wait_for(lambda: [row.state for row in bench.runs(laboratory)] == ["parsed"], log)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
    rows = bench.deliveries(laboratory)
    assert [row.state for row in rows if row.size == len(content)] == ["staged"]
    assert {row.state for row in rows if row.size != len(content)} == {"superseded"}
    assert list((laboratory.place.home / "astm").rglob("*.part")) == []


def stranger(port: int) -> bytes:
    """What one who is not among the peers is told."""
    with socket.create_connection(("127.0.0.1", port), timeout=20, source_address=("127.0.0.2", 0)) as line:
        try:
            line.sendall(b"\x05")
            return line.recv(1)
        except ConnectionError:
            return b""


def held(lab: b.Laboratory, certain: bytes) -> bool:
    """What was acknowledged stands in the store, whole or as the part that came before the cut."""
    kept = [lab.place.files.get(row.digest) for row in bench.deliveries(lab)]
    return not certain or any(one.startswith(certain) for one in kept)


KILLED = """
import os, signal
from instruments.receivers import folder
folder.put_away = lambda *words: os.kill(os.getpid(), signal.SIGKILL)
from lims.cli import main
main(["instruments", "watch", "--folder", os.environ["DROP"], "--quiet", "0.1", "--every", "0.1"])
"""


@sqlite
def test_a_watcher_killed_between_acceptance_and_move_leaves_neither_loss_nor_duplicate(
    laboratory: b.Laboratory, tmp_path: Path
) -> None:
    bench.an_instrument(laboratory)
    _, sample = bench.a_worksheet(laboratory)
    drop, log = tmp_path / "drop", tmp_path / "log"
    drop.mkdir()
    (drop / "run 1.txt").write_bytes(bench.message(sample))
    env = {**bench.environment(laboratory), "DROP": f"{drop}=IA-01"}
    with bench.process(["-c", KILLED], env, log) as running:
        assert running.wait(bench.PATIENCE) == -signal.SIGKILL, log.read_text()
    assert (drop / "run 1.txt").exists()
    assert len(bench.deliveries(laboratory)) == 1
    (drop / "bad.txt").write_bytes(b"nothing that anybody reads")
    words = ["-m", "lims", "instruments", "watch", "--folder", f"{drop}=IA-01", "--quiet", "0.2", "--every", "0.1"]
    with bench.process(words, env, log) as running:
        bench.wait_for(lambda: not [one for one in drop.iterdir() if one.is_file()], log)
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
    assert sorted(str(one.relative_to(drop)) for one in drop.rglob("*.*")) == [
        "done/run 1.txt", "failed/bad.txt", "failed/bad.txt.reason.txt",
    ]  # fmt: skip
    assert "[NOT_THIS_ADAPTER]" in (drop / "failed" / "bad.txt.reason.txt").read_text(encoding="utf-8")
    assert sorted(row.state for row in bench.deliveries(laboratory)) == ["failed", "staged"]
    assert len(bench.runs(laboratory)) == 1


@sqlite
def test_a_balance_on_a_line_of_its_own_is_heard_also_while_the_server_is_away(
    laboratory: b.Laboratory, tmp_path: Path
) -> None:
    bench.an_instrument(laboratory, "B12", technique="balance", working_range="0.02 g - 220 g", serial_no="B021002593")
    with transaction(laboratory.place, SYSTEM, b.NOW, "builder") as tx:
        token = device.new_token(tx, "B12", "bench 3")
    log, port = tmp_path / "log", free_port()
    env = {**bench.environment(laboratory), "LIMS_DEVICE_TOKEN": token}
    with bench.process(["-m", "tests.receiving.scale", "D1.9", "2.0014", "0.0051", "3.5000"], env, log) as scale:
        terminal = scale.stdout.readline().strip() if scale.stdout else ""
        words = [
            "-m", "lims", "instruments", "agent", "--port", terminal, "--balance", "sics", "--ask", "0.3",
            "--url", f"http://127.0.0.1:{port}", "--instrument", "B12", "--queue", str(tmp_path / "queue"),
        ]  # fmt: skip
        with bench.process(words, env, log) as agent:
            bench.wait_for(lambda: len(list((tmp_path / "queue").glob("*.json"))) == 3, log)
            with serving(laboratory, port):
                bench.wait_for(lambda: len(weighings(laboratory)) == 2, log)
                bench.wait_for(lambda: not list((tmp_path / "queue").glob("*.json")), log)
                agent.send_signal(signal.SIGTERM)
                assert agent.wait(40) == 0
    kept = [(row.text, format(row.value, "f"), row.unit, row.serial_no) for row in weighings(laboratory)]
    assert kept == [
        ("S S     2.0014 g", "2.0014", "g", "B021002593"), ("S S     3.5000 g", "3.5000", "g", "B021002593"),
    ]  # fmt: skip
    (refused,) = (tmp_path / "queue" / "refused").iterdir()
    assert json.loads(refused.read_text())["text"] == "S S     0.0051 g", "below the minimum weight"


@contextmanager
def serving(lab: b.Laboratory, port: int) -> Iterator[None]:
    server = create_server(create_app(lab.place, throwaway_secret()), host="127.0.0.1", port=port, threads=2)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.close()


def weighings(lab: b.Laboratory) -> list[WeighingRow]:
    with Session(lab.place.engine) as session:
        return list(session.scalars(select(WeighingRow).order_by(WeighingRow.id)))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


