"""The demo's store of reference materials, standards, reagents: some forty lots, solutions in two steps, their use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from lims.domain.rules.actor import Actor
from lims.domain.rules.errors import Refused
from lims.services import material, material_use, preparation
from lims.services.preparation import Part, Prepare
from lims.services.reading import worksheet as worksheets
from lims.services.transaction import Installation, transaction, view


class Kind(NamedTuple):
    code: str
    kind: str
    zh: str
    en: str
    cas: str = ""
    hazard: str = ""
    storage: str = ""
    open_days: int | None = None


class Bought(NamedTuple):
    """A lot as received so many days ago and good for so many more; ``values`` as ``PB 1000 ± 4 mg/L; …``."""

    name: str
    material: str
    lot_no: str
    supplier: str
    quantity: str
    days: int | None
    values: str = ""
    place: str = ""
    opened: bool = True


FRIDGE, SHELF, FREEZER, CABINET = "2–8 °C", "室温 RT", "-20 °C", "通风柜 cabinet"
KINDS = (
    Kind("GBW08619", "crm", "铅单元素溶液标准物质", "Lead single-element solution", "7439-92-1", "", SHELF, 180),
    Kind("GBW08612", "crm", "镉单元素溶液标准物质", "Cadmium single-element solution", "7440-43-9", "", SHELF, 180),
    Kind("GBW08611", "crm", "砷单元素溶液标准物质", "Arsenic single-element solution", "7440-38-2", "H301", SHELF, 180),
    Kind("GBW08617", "crm", "汞单元素溶液标准物质", "Mercury single-element solution", "7439-97-6", "H373", FRIDGE, 90),
    Kind("GBW08614", "crm", "铬单元素溶液标准物质", "Chromium single-element solution", "7440-47-3", "", SHELF, 180),
    Kind("GBW10024", "crm", "扇贝成分分析标准物质", "Scallop, elements", "", "", SHELF),
    Kind("GBW10010", "crm", "大米成分分析标准物质", "Rice, elements", "", "", SHELF),
    Kind("AFB1-STD", "standard", "黄曲霉毒素B1标准品", "Aflatoxin B1 standard", "1162-65-8", "H350", FREEZER, 90),
    Kind("BENZ-STD", "standard", "苯甲酸标准品", "Benzoic acid standard", "65-85-0", "", SHELF, 730),
    Kind("SORB-STD", "standard", "山梨酸标准品", "Sorbic acid standard", "110-44-1", "", SHELF, 730),
    Kind("MEL-STD", "standard", "三聚氰胺标准品", "Melamine standard", "108-78-1", "", SHELF, 730),
    Kind("HIST-STD", "standard", "组胺标准品", "Histamine standard", "51-45-6", "", FRIDGE, 365),
    Kind("HNO3", "reagent", "硝酸(优级纯)", "Nitric acid, ultrapure", "7697-37-2", "H272 H314", CABINET, 365),
    Kind("H2O2", "reagent", "过氧化氢30%", "Hydrogen peroxide 30 %", "7722-84-1", "H271 H314", FRIDGE, 180),
    Kind("HCL", "reagent", "盐酸(优级纯)", "Hydrochloric acid", "7647-01-0", "H314", CABINET, 365),
    Kind("MEOH", "reagent", "甲醇(色谱纯)", "Methanol, HPLC", "67-56-1", "H225 H301", CABINET, 365),
    Kind("ACN", "reagent", "乙腈(色谱纯)", "Acetonitrile, HPLC", "75-05-8", "H225", CABINET, 365),
    Kind("NAOH", "reagent", "氢氧化钠", "Sodium hydroxide", "1310-73-2", "H314", SHELF, 365),
    Kind("PCA", "media", "平板计数琼脂", "Plate count agar", "", "", SHELF, 180),
    Kind("XLD", "media", "木糖赖氨酸脱氧胆盐琼脂", "XLD agar", "", "", SHELF, 180),
    Kind("BPW", "media", "缓冲蛋白胨水", "Buffered peptone water", "", "", SHELF, 180),
    Kind("ATCC14028", "strain", "鼠伤寒沙门氏菌", "Salmonella Typhimurium", "", "BSL-2", FREEZER, 30),
    Kind("ATCC25922", "strain", "大肠埃希氏菌", "Escherichia coli", "", "BSL-2", FREEZER, 30),
    Kind("SPE-HLB", "consumable", "HLB固相萃取柱", "SPE cartridge HLB", "", "", SHELF),
    Kind("MEM-045", "consumable", "0.45 µm滤膜", "Membrane 0.45 µm", "", "", SHELF),
    Kind("MIX-10", "standard", "元素混合中间液 10 mg/L", "Mixed elements, intermediate 10 mg/L", "", "", FRIDGE, 30),
    Kind("MIX-1", "standard", "元素混合工作液", "Mixed elements, working solution", "", "", FRIDGE, 14),
    Kind("HG-1", "standard", "汞中间液", "Mercury, intermediate", "", "", FRIDGE, 30),
    Kind("HG-01", "standard", "汞工作液", "Mercury, working solution", "", "", FRIDGE, 14),
    Kind("ACID-5", "reagent", "5%硝酸", "Nitric acid 5 %", "", "", SHELF, 60),
    Kind("BS-100", "standard", "苯甲酸山梨酸混合液", "Benzoic and sorbic acid, mixed", "", "", FRIDGE, 60),
)
NCS, NIM, MERCK = "NCS 国家标准物质中心", "NIM 中国计量院", "Merck"
LOTS = (
    Bought("PB", "GBW08619", "23101", NIM, "50 mL", 400, "PB 1000 ± 2 mg/L", "R-201-1"),
    Bought("CD", "GBW08612", "23047", NIM, "50 mL", 380, "CD 1000 ± 2 mg/L", "R-201-1"),
    Bought("AS", "GBW08611", "23066", NIM, "50 mL", 290, "AS 1000 ± 3 mg/L", "R-201-1"),
    Bought("HG", "GBW08617", "24012", NIM, "50 mL", 200, "HG 1000 ± 3 mg/L", "C-01-2"),
    Bought("CR", "GBW08614", "23088", NIM, "50 mL", 420, "CR 1000 ± 2 mg/L", "R-201-1"),
    Bought("PB-OLD", "GBW08619", "21077", NIM, "50 mL", -20, "PB 1000 ± 2 mg/L", "R-201-1"),
    Bought("PB-NEW", "GBW08619", "24003", NIM, "50 mL", 900, "PB 1000 ± 2 mg/L", "R-201-2", False),
    Bought("SCALLOP", "GBW10024", "2024-3", NCS, "25 g", 900, "PB 0.12 ± 0.01 mg/kg; CD 1.06 ± 0.10 mg/kg", "R-202"),
    Bought("RICE", "GBW10010", "2023-8", NCS, "35 g", 20, "CD 0.087 ± 0.005 mg/kg; PB 0.08 ± 0.03 mg/kg", "R-202"),
    Bought("AFB1", "AFB1-STD", "LRAC9051", MERCK, "1 mL", 60, "AFB1 20.0 ± 0.4 ug/mL", "F-03"),
    Bought("BENZ", "BENZ-STD", "G141120", "Dr. Ehrenstorfer", "1 g", 500, "BENZOIC (99.7 ± 0.3) %", "R-203"),
    Bought("SORB", "SORB-STD", "G140877", "Dr. Ehrenstorfer", "1 g", 500, "SORBIC (99.4 ± 0.4) %", "R-203"),
    Bought("MEL", "MEL-STD", "BCCG1120", MERCK, "1 g", 700, "MELAMINE (99.8 ± 0.2) %", "R-203"),
    Bought("HIST", "HIST-STD", "BCCF3301", MERCK, "1 g", 15, "HISTAMINE (99.1 ± 0.5) %", "C-01-3"),
    Bought("HNO3", "HNO3", "Z0871456", MERCK, "2 L", 600, "", "V-1"),
    Bought("HNO3-2", "HNO3", "Z0871999", MERCK, "2 L", 800, "", "V-1", False),
    Bought("H2O2", "H2O2", "20240611", "国药 Sinopharm", "500 mL", 90, "", "C-02"),
    Bought("HCL", "HCL", "20240502", "国药 Sinopharm", "2 L", 500, "", "V-1"),
    Bought("MEOH", "MEOH", "I1187018", MERCK, "4 L", 600, "", "V-2"),
    Bought("ACN", "ACN", "JB095530", MERCK, "4 L", 600, "", "V-2"),
    Bought("NAOH", "NAOH", "20230912", "国药 Sinopharm", "500 g", 300, "", "R-204"),
    Bought("PCA", "PCA", "20240315", "北京陆桥 Land Bridge", "250 g", 350, "", "M-1"),
    Bought("XLD", "XLD", "20240108", "北京陆桥 Land Bridge", "250 g", 25, "", "M-1"),
    Bought("BPW", "BPW", "20240220", "北京陆桥 Land Bridge", "500 g", 320, "", "M-1"),
    Bought("SALM", "ATCC14028", "0363-3", "Microbiologics", "2 piece", 200, "", "F-80"),
    Bought("ECOLI", "ATCC25922", "0335-7", "Microbiologics", "2 piece", 210, "", "F-80"),
    Bought("HLB", "SPE-HLB", "0123F", "Waters", "300 piece", None, "", "R-205"),
    Bought("MEM", "MEM-045", "R1PB7", "Millipore", "500 piece", None, "", "R-205"),
    Bought("ACN-BAD", "ACN", "JB094001", MERCK, "4 L", 500, "", "V-2"),
    Bought("MEOH-OUT", "MEOH", "I1150077", MERCK, "4 L", 300, "", "V-2"),
)
_ELEMENTS = tuple(f"GB 5009.268-2016 ({symbol})" for symbol in ("Pb", "Cd", "As", "Cr"))
FOR_METHODS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("GB 5009.12-", "GB 5009.15-", "GB 5009.11-", "GB 5009.123-", *_ELEMENTS), ("MIX-1", "ACID-5", "H2O2")),
    (("GB 5009.17-", "GB 5009.268-2016 (Hg)"), ("HG-01", "ACID-5")),
    (("GB 5009.22-",), ("AFB1", "ACN")),
    (("GB 5009.28-",), ("BS-100", "MEOH")),
    (("GB/T 22388-",), ("MEL", "ACN", "HLB")),
    (("GB 5009.208-",), ("HIST",)),
    (("GB 4789.", "ISO 6579", "ISO 11290"), ("BPW", "PCA")),
)
RECEIVED, PREPARED = timedelta(days=25), timedelta(days=8)
MOST_SHEETS = 200


def stock(place: Installation, people: Mapping[str, Actor], now: datetime) -> dict[str, str]:
    """Everything on the shelves; answers the barcodes by the names used here."""
    with transaction(place, people["quentin"], now - RECEIVED, "demo") as tx:
        for one in KINDS:
            material.define(tx, material.DefineMaterial(
                one.code, one.zh, one.en, one.kind, one.cas, one.hazard, one.storage, one.open_days
            ))  # fmt: skip
    found = {}
    with transaction(place, people["anna"], now - RECEIVED, "demo") as tx:
        for lot in LOTS:
            found[lot.name] = material.receive(tx, _received(lot, tx.today, now))
            if lot.opened:
                material.open_lot(tx, found[lot.name])
    with transaction(place, people["anna"], now - PREPARED, "demo") as tx:
        for name, cmd in _solutions(found):
            found[name] = preparation.prepare(tx, cmd)
    with transaction(place, people["anna"], now - PREPARED / 2, "demo") as tx:
        for name, cmd in _second_solutions(found):
            found[name] = preparation.prepare(tx, cmd)
        material.use_up(tx, found["MEOH-OUT"])
        material.expire(tx, found["PB-OLD"])
    with transaction(place, people["quentin"], now - PREPARED / 2, "demo") as tx:
        material.withdraw(tx, found["ACN-BAD"], "空白有干扰峰 blank shows an interfering peak")
    return found


def _received(lot: Bought, today: date, now: datetime) -> material.ReceiveLot:
    quantity, _, unit = lot.quantity.partition(" ")
    expiry = None if lot.days is None else now.date() + timedelta(days=lot.days)
    number = f"{lot.material}-{lot.lot_no}" if lot.values else ""
    return material.ReceiveLot(
        lot.material, lot.lot_no, lot.supplier, number, expiry, today, None, quantity, unit, lot.place,
        values=tuple(_values(lot.values)),
    )  # fmt: skip


def _values(text: str) -> Iterable[tuple[str, str, str]]:
    for part in filter(None, (one.strip() for one in text.split(";"))):
        analyte, _, value = part.partition(" ")
        yield analyte, value, ""


def _made(code: str, final: str, parts: Iterable[str], found: Mapping[str, str], unit: str = "") -> Prepare:
    """``PB 1.000 mL 0.006`` of each part: the lot, the amount, the tolerance of what took it."""
    taken = []
    for part in parts:
        name, amount, measure, *tolerance = part.split()
        taken.append(Part(found[name], amount, measure, *tolerance))
    volume, measure, width = final.split()
    return Prepare(code, tuple(taken), volume, measure, width, unit=unit, place="C-01-1")


def _solutions(found: Mapping[str, str]) -> Iterable[tuple[str, Prepare]]:
    yield "ACID-5", _made("ACID-5", "1000 mL 0.4", ("HNO3 50 mL 0.5",), found)
    elements = tuple(f"{name} 1.000 mL 0.006" for name in ("PB", "CD", "AS", "CR"))
    yield "MIX-10", _made("MIX-10", "100.0 mL 0.1", (*elements, "HNO3 5 mL 0.05"), found)
    yield "HG-1", _made("HG-1", "100.0 mL 0.1", ("HG 1.000 mL 0.006", "HNO3 5 mL 0.05"), found)
    acids = ("BENZ 10.05 mg 0.02", "SORB 10.11 mg 0.02", "MEOH 20 mL")
    yield "BS-100", _made("BS-100", "100.0 mL 0.1", acids, found, "mg/L")


def _second_solutions(found: Mapping[str, str]) -> Iterable[tuple[str, Prepare]]:
    yield "MIX-1", _made("MIX-1", "100.0 mL 0.1", ("MIX-10 10.00 mL 0.02", "ACID-5 50 mL 0.5"), found)
    yield "MIX-02", _made("MIX-1", "100.0 mL 0.1", ("MIX-10 2.00 mL 0.01", "ACID-5 50 mL 0.5"), found, "ug/L")
    yield "HG-01", _made("HG-01", "100.0 mL 0.1", ("HG-1 1.000 mL 0.006", "ACID-5 50 mL 0.5"), found, "ug/L")


def use(place: Installation, people: Mapping[str, Actor], now: datetime, found: Mapping[str, str]) -> int:
    """Scan onto the newest open worksheets what their methods take; answers how many uses."""
    with view(place, people["anna"], now) as tx:
        sheets = worksheets.listing(tx, state="open", size=MOST_SHEETS).items
    count = 0
    for sheet in reversed(sheets):
        for beginnings, names in FOR_METHODS:
            if sheet.method.startswith(beginnings):
                count += _scan(place, people["anna"], now - timedelta(minutes=4), sheet.no, [found[n] for n in names])
        if sheet.method == "GB 5009.12-2023":
            with view(place, people["anna"], now) as tx:
                has_control = any(one.kind == "crm" for one in worksheets.grid(tx, sheet.no).positions)
            if has_control:
                count += _scan(place, people["anna"], now - timedelta(minutes=4), sheet.no, [found["SCALLOP"]])
    return count


def _scan(place: Installation, analyst: Actor, at: datetime, no: str, barcodes: Iterable[str]) -> int:
    """A control that was found already is left as it is."""
    done = 0
    for barcode in barcodes:
        try:
            with transaction(place, analyst, at, "demo") as tx:
                material_use.scan(tx, no, barcode)
            done += 1
        except Refused:
            continue
    return done
