"""``lims limits``: a library from a file by its own headings or a saved recipe, each refused row on a line."""

from __future__ import annotations

import gzip
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lims import cli, installation
from lims.cli import bench
from lims.cli.benchmarks import decide as decide_bench
from lims.cli.benchmarks import entry as entry_bench
from lims.cli.benchmarks import limits as limits_bench
from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import BadInput
from lims.services import facts
from lims.services.limit_sheet import recipe_from, rows_of
from lims.services.transaction import view
from tests.builders import Laboratory
from tests.cast import NOW

HEAD = "limit_id,jurisdiction,product,analyte,operator,value,unit,standard,valid_from,severity"
GOOD = "K1,KR,RICE,CD,LE,0.2,mg/kg,Food Code,2020-01-01,SHE"
NO_UNIT = "K2,KR,RICE,PB,LE,0.2,,Food Code,2020-01-01,SHE"
RECIPE = {
    "columns": {"limit_id": "Nr", "product": "Ware", "analyte": "Stoff", "operator": "Art", "value": "Wert",
                "valid_from": "ab"},
    "always": {"jurisdiction": "EU", "unit": "mg/kg", "standard": "Reg. 1", "severity": "SHE"},
    "words": {"operator": {"höchstens": "LE"}, "product": {"Reis": "RICE"}},
    "delimiter": ";", "decimal": ",", "dates": "%d.%m.%Y", "encoding": "latin-1",
}  # fmt: skip


@pytest.fixture
def lab(laboratory: Laboratory, monkeypatch: pytest.MonkeyPatch) -> Laboratory:
    """The laboratory as an installation that commands find by LIMS_HOME."""
    home = laboratory.place.home
    installation.create(home, {"laboratory": "HK"})
    monkeypatch.setenv("LIMS_HOME", str(home))
    monkeypatch.setenv("LIMS_DATABASE_URL", laboratory.place.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("LC_ALL", "C")
    return laboratory


def run(heard: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]], str]:
    heard.readouterr()
    code = cli.main(["limits", *words])
    said = heard.readouterr()
    return code, [json.loads(line) for line in said.out.splitlines()], said.err


def test_check_tells_what_import_then_does(lab: Laboratory, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "korea.csv"
    file.write_text("\n".join((HEAD, GOOD, "", NO_UNIT)), encoding="utf-8")
    wanted = [{"row": 4, "code": "K2", "field": "unit", "reason": "FIELD_NEEDED"}]
    for verb in ("check", "import"):
        code, told, sums = run(capsys, verb, str(file))
        assert (code, told) == (3, wanted)
        assert "added 1, unchanged 0, refused 1" in sums and "FIELD_NEEDED unit" in sums
    file.write_text("\n".join((HEAD, GOOD)), encoding="utf-8")
    assert run(capsys, "import", str(file))[::2] == (0, "added 0, unchanged 1, refused 0\n")
    assert run(capsys, "waiting")[:2] == (0, [])


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_recipe_reads_another_table(lab: Laboratory, tmp_path: Path, capsys: Any) -> None:
    file, recipe = tmp_path / "eu.csv", tmp_path / "eu.json"
    file.write_text("Nr;Ware;Stoff;Art;Wert;ab\nE1;Reis;SUDAN1;höchstens;0,15;25.05.2023\n", encoding="latin-1")
    recipe.write_text(json.dumps(RECIPE), encoding="utf-8")
    assert run(capsys, "import", str(file), "--map", str(recipe))[0] == 0
    (row,) = rows_of(file.read_bytes(), recipe_from(recipe.read_text(encoding="utf-8")))
    assert (row.number, row.code, row.content["value"], row.valid_from) == (2, "E1", "0.15", "2023-05-25")
    recipe.write_text(json.dumps({"columns": {"value": "Wret"}}), encoding="utf-8")
    assert run(capsys, "import", str(file), "--map", str(recipe))[0] == 2


COLUMNS = (
    "PRDLST_CD", "PRDLST_CD_NM", "TESTITM_CD", "TESTITM_NM", "SPEC_VAL", "JDGMNT_FOM_CD", "MIMM_VAL",
    "MIMM_VAL_DVS_CD", "MXMM_VAL", "MXMM_VAL_DVS_CD", "A082_CF_FNPRT_CD_NM", "MCRRGNSM_2N", "MCRRGNSM_2C",
    "MCRRGNSM_2M", "MCRRGNSM_3M", "UNIT_NM", "VALD_MANLI", "VALD_BEGN_DT", "VALD_END_DT", "SORC",
)  # fmt: skip
NATIONAL = f"""{",".join(COLUMNS)}
C01,쌀겨,T1,수분,5이하,01,,,5.0,02,,,,,,%,1,20140101,99991231,
C01,쌀겨,T2,세균수,,03,,,,,,5,1,100,1000,CFU/g,0,20140101,20201231,MFDS 2014-1
C02,잡곡,T3,용매,,01,,,2,01,,,,,,ppm,1,20140101,99991231,
"""


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_mapping_of_the_product_brings_the_goods_and_analytes_it_speaks_of(
    lab: Laboratory, tmp_path: Path, capsys: Any
) -> None:
    file = tmp_path / "individual_spec.csv.gz"
    file.write_bytes(gzip.compress(NATIONAL.encode()))
    why = {"row": 4, "code": "KR-I00004", "field": "unit", "reason": "MASS_OR_VOLUME", "value": "ppm"}
    for verb in ("check", "import"):
        code, told, sums = run(capsys, verb, str(file), "--mapping", "kr")
        assert (code, told) == (3, [why])
        assert "product: added 1," in sums and "analyte: added 2," in sums and "limit: added 2," in sums
    with view(lab.place, SYSTEM, NOW) as tx:
        (one,) = facts.limits_of(tx, "C01", "KR", date(2026, 11, 24))
    assert (one.code, one.operator, one.value, one.unit, one.decimals) == ("KR-I00002", "LT", "5.0", "%", 1)
    assert (one.standard, one.valid_from, one.valid_to) == ("MFDS", date(2014, 1, 1), None)
    other = tmp_path / "korea.csv"
    other.write_text(NATIONAL, encoding="utf-8")
    assert run(capsys, "check", str(other), "--mapping", "kr")[0] == 2


def test_a_workbook_says_the_same_as_a_table() -> None:
    book = openpyxl.Workbook()
    for line in (HEAD, GOOD):
        book.active.append(line.split(","))
    raw = io.BytesIO()
    book.save(raw)
    assert list(rows_of(raw.getvalue())) == list(rows_of(f"{HEAD}\n{GOOD}\n".encode()))


BAD = [
    ("{", "recipe"), ("[]", "recipe"), ('{"colums": {}}', "colums"), ('{"decimal": "x"}', "decimal"),
    ('{"columns": {"value": 1}}', "columns"), ('{"words": {"value": "x"}}', "words"),
    ('{"steps": {}}', "steps"), ('{"steps": [{"step": "eval"}]}', "steps[0]"),
    ('{"steps": [{"step": "join", "to": "note"}]}', "steps[0].from"),
    ('{"steps": [{"step": "join", "to": "note", "from": ["A", 1]}]}', "steps[0].from"),
    ('{"steps": [{"step": "join", "to": "note", "from": ["A"], "code": "x"}]}', "steps[0].code"),
    ('{"steps": [{"step": "refuse", "because": "SO"}]}', "steps[0].because"),
    ('{"steps": [{"step": "table", "from": ["A"], "words": {"x": "y"}}]}', "steps[0].to"),
    ('{"steps": [{"step": "table", "from": ["A"], "words": {"x": {"y": 1}}}]}', "steps[0].words"),
    ('{"blocks": {"level": "x"}}', "blocks.none"), ('{"replace": [["", "x"]]}', "replace"),
    ('{"items": {"method": {}}}', "items"), ('{"items": {"product": {"columns": {}}}}', "items"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), BAD)
def test_a_recipe_that_cannot_be_read_names_its_entry(text: str, name: str) -> None:
    with pytest.raises(BadInput) as caught:
        recipe_from(text)
    assert (caught.value.code, caught.value.params["field"]) == ("RECIPE_NOT_READABLE", name)


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"", "COLUMN_MISSING"), (b"a,b\n", "COLUMN_MISSING"), (b"\xff\xfe", "ENCODING_OTHER"),
     (f'{HEAD}\n"K1"x'.encode(), "TABLE_NOT_READABLE"), (b"\x1f\x8bno", "TABLE_NOT_READABLE"),
     (gzip.compress(HEAD.encode(), mtime=0)[:-9], "TABLE_NOT_READABLE")],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_as_a_whole(raw: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        list(rows_of(raw))
    assert caught.value.code == code


def test_every_benchmark_of_numbers_and_limits_runs_small_and_names_its_floor() -> None:
    assert {"decide", "entry", "limits"} <= set(bench.NAMES)
    found = [*decide_bench.measure(50, 2), *entry_bench.measure(10, 2), *limits_bench.measure(80, 600, 1)]
    assert {one.target for one in found} == {"4", "12", "1.5", "reported"}
    assert all(one.ratio > 0 and one.floor for one in found)
