"""Builders of document contents for the tests of reports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reports.certificate.content import (
    CertificateContent,
    DecisionRule,
    Laboratory,
    Mark,
    Pair,
    ResultRow,
    Sampling,
    Signatory,
)

URL = "https://lims.example.org/verify/HK2026R000187?c=K7Q293VDXM4T0P8RK7Q293VD"
ANALYTES = (
    (Pair("镉(总)", "Cadmium, total"), "GB 5009.268-2025", "0.62", "0.05", "LE", "0.5", "mg/kg", "FAIL"),
    (Pair("铅(总)", "Lead, total"), "GB 5009.268-2025", "0.31", "0.03", "LE", "0.5", "mg/kg", "PASS"),
    (Pair("氯霉素", "Chloramphenicol"), "GB 31658.2-2021", "< 0.10", "", "ND", "", "µg/kg", "PASS"),
    (
        Pair("呋喃唑酮代谢物 AOZ", "Furazolidone metabolite"),
        "GB 31656.13-2021",
        "< 0.50",
        "",
        "ND",
        "",
        "µg/kg",
        "PASS",
    ),
    (
        Pair("副溶血性弧菌", "Vibrio parahaemolyticus"),
        "GB 4789.7-2013",
        "< 3 (5×)",
        "",
        "NCM3",
        "n 5 c 1 m 100 M 1000",
        "MPN/g",
        "PASS",
    ),
    (
        Pair("菌落总数", "Aerobic plate count"),
        "GB 4789.2-2022",
        "2.5×10⁴",
        "",
        "NCM3",
        "n=5 c=2 m=10⁵ M=10⁶",
        "CFU/g",
        "PASS",
    ),
    (
        Pair("挥发性盐基氮", "Total volatile basic nitrogen"),
        "GB 5009.228-2016",
        "12.4",
        "1.1",
        "LE",
        "30",
        "mg/100 g",
        "PASS",
    ),
)


def a_row(seq: int = 1, **changes: Any) -> ResultRow:
    analyte, method, result, uncertainty, operator, limit, unit, verdict = ANALYTES[(seq - 1) % len(ANALYTES)]
    row = ResultRow(
        seq=seq,
        sample=f"S2026-{(seq - 1) // 21 + 123:06d}",
        analyte=analyte,
        method=method,
        result=result,
        uncertainty=uncertainty,
        coverage="2" if uncertainty else "",
        operator=operator,
        limit=limit,
        unit=unit,
        verdict=verdict,
        standard="GB 2762-2022",
        clause="表 2",
        lod="0.02",
        loq="0.05",
        limit_id="CN-GB2762-CD-07",
        limit_version="3",
        rule="SIMPLE",
    )
    if verdict == "FAIL":
        row = replace(row, worked="0.62 mg/kg > 0.5 mg/kg；w = r·U = 0；p(合格 conforming) = 0.0000 → 不合格 fails")
    return replace(row, **changes)


def rows(count: int, *, passing: bool = False) -> tuple[ResultRow, ...]:
    made = [a_row(seq) for seq in range(1, count + 1)]
    if passing:
        made = [
            replace(row, result="0.12", worked="", verdict="PASS") if row.verdict == "FAIL" else row for row in made
        ]
    return tuple(made)


SUMMARIES = {
    "PASS": (
        "PASS",
        Pair(
            "经检验，所检项目符合 GB 2762-2022、GB 2733-2015 的要求。",
            "The goods were inspected; the items tested conform to GB 2762-2022 and GB 2733-2015.",
        ),
        Pair("准予销售、使用", "Permitted to be sold and used"),
        Pair(),
    ),
    "FAIL": (
        "FAIL",
        Pair("镉超过 GB 2762-2022 表 2 限量。", "Cadmium exceeds the limit of GB 2762-2022, Table 2."),
        Pair("技术处理", "Technical treatment"),
        Pair("依据《食品安全法》第九十二条", "Food Safety Law, Art. 92"),
    ),
    "RETURN": (
        "FAIL",
        Pair("镉超过 GB 2762-2022 表 2 限量。", "Cadmium exceeds the limit of GB 2762-2022, Table 2."),
        Pair("退运", "Return"),
        Pair("《食品安全法》第九十二、九十四条", "Food Safety Law, Arts. 92 and 94"),
    ),
    "TEST_REPORT": ("", Pair("检验结果见下表。", "See the table for the results."), Pair(), Pair()),
}


def a_content(kind: str = "RETURN", count: int = 5, **changes: Any) -> CertificateContent:
    verdict, summary, disposition, basis = SUMMARIES[kind]
    content = CertificateContent(
        kind=kind,
        number="HK2026R000187",
        revision=0,
        issued_at="2026-11-23",
        laboratory=Laboratory(
            Pair("某海关技术中心", "Customs Technical Centre"),
            Pair("江东新区海关路 1 号", "1 Customs Road, Jiangdong New District"),
            "+86 000 0000 0000",
        ),
        goods=Pair("冻去壳虾", "Frozen peeled shrimp"),
        verdict=verdict,
        summary=summary,
        rows=rows(count, passing=kind == "PASS"),
        signatories=(
            Signatory(
                "APPROVED",
                "林薇 Lin Wei",
                Pair("授权签字人", "Authorised signatory"),
                "2026-11-23 10:12",
                "HK2026T004412",
            ),
            Signatory("DECIDED", "吴丹 Wu Dan", Pair("综合评定人", "Decision officer"), "2026-11-23 11:05"),
            Signatory("ISSUED", "陈诚 Chen Cheng", Pair("签证人", "Certificate officer"), "2026-11-23 11:20"),
        ),
        verify_url=URL,
        verify_code="K7Q2-93VD-XM4T-0P8R",
        declaration="530120261100044187",
        consignee="海南远洋水产有限公司",
        consignor="Pesquera del Pacífico S.A.",
        producer="Camaronera Ñusta Cía. Ltda.",
        hs="0306.17",
        quantity="24 000 kg",
        packages="1 200 箱 cartons",
        origin=Pair("厄瓜多尔", "Ecuador"),
        lot="PP-2026-0911",
        container="OOLU 418733 5",
        seal="0093121",
        port=Pair("海口", "Haikou"),
        entry_date="2026-11-19",
        disposition=disposition,
        legal_basis=basis,
        rules=(
            DecisionRule(
                "SIMPLE",
                Pair(
                    "简单接受，全数值比较法(GB/T 8170-2008)。",
                    "Simple acceptance, full-value comparison; U at about 95 %.",
                ),
                "0",
                "2",
            ),
        ),
        sampling=Sampling(
            Pair("GB/T 2828.1，n = 13", ""),
            "2026-11-20",
            ("许明 Xu Ming", "高远 Gao Yuan"),
            Pair("海口冷库 3 号", "Cold store 3, Haikou"),
            ("HK-55012",),
        ),
        received="2026-11-20 14:05, −18 °C",
        condition=Pair("封识完好", "seal intact"),
        work_from="2026-11-21",
        work_to="2026-11-23",
        customer_supplied=("lot", "producer"),
        marks=(
            Mark("CMA", "No. 210000000000"),
            Mark("CNAS", "L00000", "*", Pair("该项目不在 CNAS 认可范围内", "not in the CNAS scope")),
        ),
    )
    return replace(content, **changes)
