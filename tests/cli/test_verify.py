"""``lims verify``: the paper as issued is valid; any other is not, and what is no longer in force is said."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server

from lims import installation
from lims.app import create_app, throwaway_secret
from lims.cli import verify
from lims.services import certificate
from tests import builders as b
from tests.cli.done import Done, a_released_lot


@pytest.fixture
def done(laboratory: b.Laboratory, monkeypatch: pytest.MonkeyPatch) -> Done:
    installation.create(laboratory.place.home, {"laboratory": "HK"})
    monkeypatch.setenv("LIMS_HOME", str(laboratory.place.home))
    monkeypatch.setenv("LIMS_DATABASE_URL", laboratory.place.engine.url.render_as_string(hide_password=False))
    return a_released_lot(laboratory)


@pytest.fixture
def paper(done: Done, tmp_path: Path) -> Path:
    path = tmp_path / "paper.pdf"
    path.write_bytes(done.pdf)
    return path


def answer(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = verify.main(list(argv))
    (line,) = capsys.readouterr().out.splitlines()
    return code, json.loads(line)


def withdrawn(done: Done) -> None:
    with done.lab.acting(done.lab.cast.chen) as tx:
        certificate.ask_withdrawal(tx, done.certificate_no, "wrong consignee")
    with done.lab.acting(done.lab.cast.quentin, "withdraw") as tx:
        certificate.withdraw(tx, done.certificate_no, "wrong consignee")


def test_the_paper_as_issued_is_valid_and_withdrawn_once_withdrawn(
    done: Done, paper: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, told = answer(capsys, str(paper))
    assert (code, told["status"], told["number"]) == (0, "VALID", done.certificate_no)
    assert told["signed_by"] == "Customs Technical Centre" and told["signed_at"].startswith("2026-11-24")
    assert [row["result"] for row in told["content"]["rows"]][0] == "0.0010"
    withdrawn(done)
    assert answer(capsys, str(paper))[1]["status"] == "WITHDRAWN"
    trust = str(done.lab.place.home / "keys" / "laboratory.pem")
    assert answer(capsys, str(paper), "--trust", trust)[0] == 3


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_changed_paper_is_tampered_and_a_stranger_s_is_not_ours(
    done: Done, paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = bytearray(done.pdf)
    changed[len(changed) // 2] ^= 1
    (tmp_path / "changed.pdf").write_bytes(changed)
    code, told = answer(capsys, str(tmp_path / "changed.pdf"))
    assert (code, told["status"], told["content"]) == (3, "TAMPERED", None)
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.7\n%%EOF\n")
    assert answer(capsys, str(tmp_path / "other.pdf"))[1]["status"] == "NOT_OURS"
    b.make_keys(tmp_path / "stranger")
    trust = str(tmp_path / "stranger" / "keys" / "laboratory.pem")
    assert answer(capsys, str(paper), "--trust", trust)[1]["status"] == "UNKNOWN_SIGNER"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_the_laboratory_answers_online_what_is_in_force(
    done: Done, paper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trust = str(done.lab.place.home / "keys" / "laboratory.pem")
    monkeypatch.setenv("LIMS_HOME", str(tmp_path / "nowhere"))
    server = make_server("127.0.0.1", 0, create_app(done.lab.place, throwaway_secret()))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        words = (str(paper), "--trust", trust, "--online", f"http://127.0.0.1:{server.port}")
        assert answer(capsys, *words)[1]["status"] == "VALID"
        withdrawn(done)
        assert answer(capsys, *words)[1]["status"] == "WITHDRAWN"
        assert answer(capsys, *words[:3])[1]["status"] == "VALID"
    finally:
        server.shutdown()
    assert verify.main([*words[:3], "--online", f"http://127.0.0.1:{server.port}"]) == 2


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_malformed_words_are_told_on_stderr_alone(
    done: Done, paper: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ([str(tmp_path / "no.pdf")], [str(paper), "--trust", str(paper)], [str(paper), "--online", "ftp://x"]):
        assert verify.main(words) == 2
    assert capsys.readouterr().out == ""
