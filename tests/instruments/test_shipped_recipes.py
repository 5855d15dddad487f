"""The shipped recipes no real export was found for, each on a small hand-written file in GB18030 or a workbook."""

from __future__ import annotations

from instruments.registry import read
from tests.instruments.examples import says, workbook


def test_an_afs_list_in_chinese_is_read() -> None:
    text = ("样品编号\t样品类型\t元素\t荧光强度\t浓度\t单位\n"
            "S0\t标准\tAs\t12.1\t0.000\tμg/L\n茶叶-1\t样品\tHg\t180.2\t0.021\tμg/L\n")
    parsed = read(text.encode("gb18030"))
    assert parsed.adapter == "afs_result_list_zh"
    assert says(parsed) == [("S0", "As", "0.000", "μg/L", "", "standard"),
                            ("茶叶-1", "Hg", "0.021", "μg/L", "", "sample")]
    assert parsed.readings[1].extra == {"intensity": "180.2"}


def test_the_laboratorys_own_lists_are_read_in_both_languages() -> None:
    for head in ("Lab no.,Analyte,Result,Unit", "实验室编号,检测项目,检测结果,单位"):
        parsed = read(f"{head}\nT-1,Pb,ND,mg/kg\nMean,Pb,,\n".encode())
        assert (parsed.adapter, says(parsed)) == ("lab_result_list", [("T-1", "Pb", "ND", "mg/kg", "", "sample")])


def test_analytes_down_and_colony_counts_are_read() -> None:
    down = read(b"Analyte / Lab no.,Unit,T-1,T-2\nPb,mg/kg,0.1,<0.05\n")
    assert says(down) == [("T-1", "Pb", "0.1", "mg/kg", "", "sample"), ("T-2", "Pb", "<0.05", "mg/kg", "", "sample")]
    counts = read(b"Lab no.,Medium,Dilution,Plate,Colonies\nT-1,PCA,-2,1,TNTC\nBlank,PCA,0,1,0\n")
    assert [(r.value, r.role, r.extra.get("state")) for r in counts.readings] == [
        ("TNTC", "sample", "over_range"), ("0", "blank", None)]


def test_the_bench_form_is_read_by_address() -> None:
    parsed = read(workbook([["Bench form"], ["Lab no.", "T-7"], ["Analyst", "Anna"], [None],
                            ["Analyte", "Result", "Unit"], ["Ash", 12.5, "%"], ["Moisture", "n.d.", "%"]]))
    assert (parsed.adapter, dict(parsed.skipped)) == ("lab_bench_form", {"EMPTY_CELL": 1})
    assert says(parsed) == [("T-7", "Ash", "12.5", "%", "", "sample"), ("T-7", "Moisture", "n.d.", "%", "", "sample")]
