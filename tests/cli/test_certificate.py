"""``lims certificate export``: the very bytes that were issued, and nothing of anybody else's is overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lims import installation
from lims.cli import certificate
from lims.domain.rules.errors import BadInput
from tests import builders as b
from tests.cli.done import a_released_lot


def test_every_document_or_the_named_ones_are_written_as_issued(
    laboratory: b.Laboratory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = a_released_lot(laboratory)
    monkeypatch.setattr(installation, "opened", lambda: installation.Opened(laboratory.place, "", {}))
    assert certificate.main(["export", "--all", "--to", str(tmp_path / "out")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["number"] == done.certificate_no
    assert Path(told["file"]).read_bytes() == done.pdf
    assert certificate.main(["export", done.certificate_no, "--to", str(tmp_path / "out")]) == 0
    with pytest.raises(BadInput):
        certificate.main(["export", "HK2026P999999", "--to", str(tmp_path / "out")])
    assert certificate.main(["export", "--to", str(tmp_path / "out")]) == 2
    Path(told["file"]).write_bytes(b"mine")
    capsys.readouterr()
    assert certificate.main(["export", "--all", "--to", str(tmp_path / "out")]) == 3
    assert json.loads(capsys.readouterr().out)["reason"] == "OTHER_FILE_THERE"
    assert Path(told["file"]).read_bytes() == b"mine"
