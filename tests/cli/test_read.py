"""``lims read``: the lines it prints and the exits it takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from instruments.registry import ADAPTERS
from lims.cli.read import main
from tests.instruments.examples import EXAMPLES, VISIONLITE


def answers(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def a_file(folder: Path, data: bytes, name: str = "anything.bin") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


@pytest.mark.parametrize("key", EXAMPLES)
def test_readings_come_one_a_line_and_the_account_last(
    key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, wanted = EXAMPLES[key]
    assert main([a_file(tmp_path, data)]) == 0
    *readings, last = answers(capsys)
    assert [(r["sample_id"], r["analyte"], r["value"]) for r in readings] == [row[:3] for row in wanted]
    summary = last["summary"]
    assert summary["adapter"] == key
    assert summary["result_cells"] == summary["emitted"] + sum(item["count"] for item in summary["skipped"])


def test_a_reading_says_where_it_stands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([a_file(tmp_path, VISIONLITE.encode())]) == 0
    first = answers(capsys)[0]
    assert first["source"] == {"sheet": "", "line": 2, "column": "Concentration [mg/L]"}
    assert (first["unit"], first["quantity"], first["dilution"]) == ("mg/L", "concentration", "10")


def test_a_foreign_file_exits_3_with_the_candidates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([a_file(tmp_path, b"a,b\n1,2\n")]) == 3
    (last,) = answers(capsys)
    assert (last["summary"]["reason"], last["summary"]["candidates"]) == ("NOT_RECOGNISED", [])


def test_a_fixed_adapter_only_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_file(tmp_path, VISIONLITE.encode())
    assert main([path, "--adapter", "lab_two_dimensional"]) == 3
    (last,) = answers(capsys)
    assert last["summary"]["candidates"] == ["thermo_visionlite"]
    assert main([path, "--adapter", "thermo_visionlite"]) == 0


@pytest.mark.parametrize("argv", [[], ["--nonesuch"], ["/no/such/file"], ["FILE", "--adapter", "nonesuch"]])
def test_malformed_words_exit_2_and_say_so_on_stderr(
    argv: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = a_file(tmp_path, VISIONLITE.encode())
    assert main([path if word == "FILE" else word for word in argv]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err


def test_the_list_names_every_adapter(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = [line for line in answers(capsys) if line["kind"] == "adapter"]
    assert [line["key"] for line in listed] == [adapter.key for adapter in ADAPTERS]
    assert all(isinstance(line["tried_on_real_files"], bool) for line in listed)


def test_a_recipe_of_the_callers_own_reads_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = {"key": "oven", "version": "1.0", "recipe": "wide", "columns": {"sample": "No."}, "analytes": ["Ash"]}
    layout = a_file(tmp_path, json.dumps(recipe).encode(), "oven.json")
    assert main([a_file(tmp_path, b"No.,Ash\nT-1,0.50\n"), "--recipe", layout]) == 0
    first, last = answers(capsys)
    assert (first["sample_id"], first["value"], last["summary"]["adapter"]) == ("T-1", "0.50", "oven")


def test_a_malformed_recipe_exits_2_and_names_the_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layout = a_file(tmp_path, b'{"recipe": "rows", "columns": {}}', "bad.json")
    assert main([a_file(tmp_path, b"a,b\n1,2\n"), "--recipe", layout]) == 2
    assert "columns.sample" in capsys.readouterr().err
