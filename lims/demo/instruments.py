"""The demo's instruments: a hundred and twenty-eight over the techniques of a customs technical centre.

Five of them stand in the story; the others come in at once, with due dates spread over the year: some soon, some past.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lims.domain.equipment_check import Point
from lims.services import booking, equipment, equipment_check
from lims.services.booking import Book
from lims.services.equipment import Identity, RegisterInstrument
from lims.services.equipment_check import PlanChecks, RecordCheck
from lims.services.equipment_intake import Known, KnownPlan, take_over
from lims.services.transaction import Transaction

STORY = (
    ("ICPMS-07", "电感耦合等离子体质谱仪", "ICP-MS", "ICP-MS", "Agilent", "7900", "agilent_icpms_batch", 180),
    ("LCMS-02", "液相色谱串联质谱仪", "LC-MS/MS", "LC-MS/MS", "Shimadzu", "LCMS-8050", "shimadzu_labsolutions_quant",
     90),
    ("UV-01", "紫外可见分光光度计", "UV-Vis", "UV-Vis", "Thermo", "Genesys", "thermo_visionlite", 40),
    ("GCMS-03", "气相色谱质谱联用仪", "GC-MS", "GC-MS", "Agilent", "7010", "agilent_masshunter_quant", 300),
    ("AAS-01", "石墨炉原子吸收光谱仪", "Graphite furnace AAS", "GFAAS", "PerkinElmer", "PinAAcle", "", -12),
)  # fmt: skip
"""Code, names, technique, maker, model, adapter, days until calibration is due (negative: past)."""


@dataclass(frozen=True)
class Kind:
    """Instruments of one kind: how many besides those of the story, of which makes, where, and how they are checked."""

    prefix: str
    zh: str
    en: str
    technique: str
    count: int
    room: str
    makes: tuple[str, ...]
    """Maker | model | software with version, where it has any."""
    reach: str
    accuracy: str
    every: int = 365
    plans: tuple[KnownPlan, ...] = ()


_MONTHLY = KnownPlan("intermediate", 30)
_HALF_YEARLY = KnownPlan("intermediate", 182)
_SERVICE = KnownPlan("maintenance", 182)
_COLUMN = KnownPlan("intermediate", 90, 2000, "injections")
KINDS = (
    Kind("ICPMS", "电感耦合等离子体质谱仪", "ICP-MS", "ICP-MS", 4, "A-10",
         ("Agilent|7900|MassHunter 5.2", "PerkinElmer|NexION 2000|Syngistix 3.3", "Thermo|iCAP RQ|Qtegra 2.14"),
         "2–260 u", "RSD ≤ 3 %", 365, (_COLUMN, _SERVICE)),
    Kind("ICPOES", "电感耦合等离子体发射光谱仪", "ICP-OES", "ICP-OES", 3, "A-11",
         ("Agilent|5110|ICP Expert 7.5", "Shimadzu|ICPE-9820|ICPEsolution 1.3"), "167–785 nm", "RSD ≤ 2 %", 365,
         (_HALF_YEARLY, _SERVICE)),
    Kind("AAS", "原子吸收光谱仪", "AAS", "AAS", 4, "A-12",
         ("PerkinElmer|PinAAcle 900T|WinLab32 7.3", "Thermo|iCE 3500|SOLAAR 11.1"), "185–900 nm", "0.1 nm", 365,
         (_HALF_YEARLY,)),
    Kind("AFS", "原子荧光光谱仪", "AFS", "AFS", 4, "A-12", ("Titan|AFS-8530|AFS 8X 2.0", "Jitian|AFS-933|AFS 1.6"),
         "0.01–100 µg/L", "RSD ≤ 5 %", 365, (_HALF_YEARLY,)),
    Kind("DMA", "直接测汞仪", "Direct mercury analyser", "DMA", 2, "A-12", ("Milestone|DMA-80 evo|easyDOC 3.3",),
         "0.0015–1500 ng", "RSD ≤ 2 %", 365, (_SERVICE,)),
    Kind("LCMS", "液相色谱串联质谱仪", "LC-MS/MS", "LC-MS/MS", 8, "B-20",
         ("Waters|Xevo TQ-S|MassLynx 4.2", "SCIEX|QTRAP 6500+|SCIEX OS 3.1", "Shimadzu|LCMS-8060|LabSolutions 5.99",
          "Thermo|TSQ Altis|TraceFinder 5.1"), "2–2000 u", "±0.1 u", 365, (_COLUMN, _SERVICE)),
    Kind("HRMS", "高分辨质谱仪", "High-resolution MS", "LC-HRMS", 2, "B-21",
         ("Thermo|Q Exactive|Xcalibur 4.3", "SCIEX|X500R|SCIEX OS 3.1"), "50–6000 u", "3 ppm", 365, (_MONTHLY,)),
    Kind("GCMS", "气相色谱质谱联用仪", "GC-MS", "GC-MS", 8, "B-22",
         ("Agilent|8890/5977B|MassHunter 10.1", "Shimadzu|GCMS-TQ8050|GCMSsolution 4.5",
          "Thermo|TSQ 9000|TraceFinder 5.1"), "1.5–1050 u", "±0.1 u", 365, (_COLUMN, _SERVICE)),
    Kind("GC", "气相色谱仪", "Gas chromatograph", "GC", 5, "B-23",
         ("Agilent|7890B|OpenLab 2.6", "Shimadzu|GC-2030|LabSolutions 5.99"), "4–450 °C", "±0.5 °C", 730,
         (_HALF_YEARLY,)),
    Kind("HPLC", "高效液相色谱仪", "HPLC", "HPLC", 8, "B-24",
         ("Agilent|1260 Infinity II|OpenLab 2.6", "Waters|ACQUITY Arc|Empower 3",
          "Shimadzu|LC-40|LabSolutions 5.99"), "190–800 nm", "flow ±1 %", 730, (_HALF_YEARLY,)),
    Kind("IC", "离子色谱仪", "Ion chromatograph", "IC", 3, "B-25",
         ("Thermo|ICS-6000|Chromeleon 7.3", "Metrohm|930 Compact|MagIC Net 4.0"), "0–15 000 µS/cm", "RSD ≤ 1.5 %", 730,
         (_HALF_YEARLY,)),
    Kind("PCR", "实时荧光定量PCR仪", "Real-time PCR", "qPCR", 5, "C-30",
         ("Thermo|QuantStudio 5|QuantStudio 1.5", "Bio-Rad|CFX96|CFX Maestro 2.3"), "4–99 °C", "±0.25 °C", 365,
         (_HALF_YEARLY,)),
    Kind("ELISA", "酶标仪", "Plate reader", "ELISA", 3, "C-31",
         ("Tecan|Infinite F50|Magellan 7.3", "BioTek|ELx808|Gen5 3.11"), "0–4 Abs", "±1 %", 365, (_HALF_YEARLY,)),
    Kind("UV", "紫外可见分光光度计", "UV-Vis", "UV-Vis", 4, "A-14",
         ("Thermo|Genesys 150|VISIONlite 5", "Shimadzu|UV-2700|LabSolutions UV-Vis 1.12"), "190–1100 nm", "±0.5 nm",
         365, (_HALF_YEARLY,)),
    Kind("FTIR", "傅里叶变换红外光谱仪", "FTIR", "FTIR", 3, "D-40", ("Thermo|Nicolet iS50|OMNIC 9.12",
         "PerkinElmer|Spectrum Two|Spectrum 10"), "400–7800 cm⁻¹", "0.1 cm⁻¹", 365, (_MONTHLY,)),
    Kind("XRF", "X射线荧光光谱仪", "XRF", "XRF", 4, "D-41",
         ("PANalytical|Axios|Omnian 2.4", "Rigaku|ZSX Primus|ZSX 8", "Olympus|Vanta M|Vanta 3.30"), "Na–U", "RSD ≤ 1 %",
         365, (_MONTHLY,)),
    Kind("FIA", "流动注射分析仪", "Flow injection analyser", "FIA", 2, "A-15", ("FOSS|FIAstar 5000|SoFIA 1.4",
         "SEAL|AQ2|AQ2 3.0"), "0.002–10 mg/L", "RSD ≤ 2 %", 365, (_HALF_YEARLY,)),
    Kind("EA", "碳硫元素分析仪", "Carbon and sulfur analyser", "combustion", 2, "D-42", ("Eltra|CS-800|Uni 3.8",
         "LECO|CS844|Cornerstone 3"), "0.6 ppm–6 %", "RSD ≤ 0.5 %", 365, (_MONTHLY,)),
    Kind("CAL", "量热仪", "Bomb calorimeter", "calorimetry", 2, "D-43", ("IKA|C 6000|CalWin 2.1",), "≤ 40 000 J",
         "RSD ≤ 0.05 %", 365, (_MONTHLY,)),
    Kind("TIT", "自动电位滴定仪", "Potentiometric titrator", "titration", 5, "A-16",
         ("Metrohm|905 Titrando|tiamo 2.5", "Mettler Toledo|T7|LabX 11"), "±2000 mV", "±0.2 mV", 365,
         (_MONTHLY,)),
    Kind("BAL", "电子天平", "Balance", "weighing", 14, "A-01",
         ("Mettler Toledo|XPR205|", "Sartorius|Cubis MCA225|", "Mettler Toledo|ML3002|"), "1 mg–220 g", "d = 0.01 mg",
         365, (_MONTHLY,)),
    Kind("PH", "酸度计", "pH meter", "pH", 6, "A-02", ("Mettler Toledo|SevenExcellence|", "Thermo|Orion Star A211|"),
         "pH 0–14", "±0.002 pH", 365, (KnownPlan("intermediate", 7),)),
    Kind("OVEN", "干燥箱", "Drying oven", "drying", 5, "A-03", ("Memmert|UF110|", "Binder|FD 115|"), "30–300 °C",
         "±1 °C", 365, (_HALF_YEARLY,)),
    Kind("FURN", "马弗炉", "Muffle furnace", "ashing", 3, "A-03", ("Nabertherm|L 9/11|",), "100–1100 °C", "±5 °C", 365),
    Kind("INC", "培养箱", "Incubator", "incubation", 6, "C-32", ("Memmert|IN110|", "Binder|KB 115|"), "5–70 °C",
         "±0.5 °C", 365, (KnownPlan("intermediate", 90),)),
    Kind("AUTO", "高压灭菌器", "Autoclave", "sterilising", 2, "C-33", ("Tuttnauer|5075 EL|", "Hirayama|HVE-50|"),
         "105–135 °C", "±0.5 °C", 365, (KnownPlan("qualification", 365),)),
    Kind("MIC", "显微镜", "Microscope", "microscopy", 2, "C-34",
         ("Olympus|BX53|cellSens 3.2", "Zeiss|Axio Imager|ZEN 3"), "40–1000×", "", 730),
    Kind("TEX", "强力试验机", "Tensile tester", "tensile", 2, "E-50", ("Instron|5969|Bluehill 3",), "0.4 N–50 kN",
         "±0.5 %", 365, (_HALF_YEARLY,)),
    Kind("COL", "测色仪", "Colour spectrophotometer", "colour", 1, "E-51", ("Datacolor|SF600|Tools 2.1",), "360–700 nm",
         "ΔE ≤ 0.15", 365, (KnownPlan("intermediate", 7),)),
    Kind("FLASH", "闭口闪点仪", "Closed-cup flash point tester", "flash point", 1, "F-60",
         ("Anton Paar|PMA 500|",), "40–405 °C", "±0.1 °C", 365, (_HALF_YEARLY,)),
)  # fmt: skip
_PROVIDERS = ("中国计量科学研究院", "省计量科学研究院", "Mettler Toledo Service", "Agilent CrossLab")
_OUT = ("真空泵故障，待修 vacuum pump defective", "检定不合格 failed its verification", "待报废 to be written off")


def instruments(tx: Transaction, today: date) -> None:
    """Those of the story one by one, all others together."""
    for code, zh, en, technique, maker, model, adapter, days in STORY:
        what = Identity(zh, en, technique, maker, model, f"SN-{code}", f"A-{code}", place="A-101", adapter=adapter)
        equipment.register_instrument(tx, RegisterInstrument(code, what))
        due = today + timedelta(days=days)
        done = min(due - timedelta(days=365), tx.today)
        passed = RecordCheck(code, "calibration", done, "省计量科学研究院", "demo certificate", outcome="pass", due=due)
        equipment_check.record(tx, passed)
        equipment.put_in_service(tx, code, "demo check")
    equipment_check.plan(tx, PlanChecks("ICPMS-07", "intermediate", 90, 5000, "injections"))
    take_over(tx, list(_others(today)), "register taken over")


def questioned(tx: Transaction) -> None:
    """Today's check found a point outside and mended it: the results since the last good one wait to be judged."""
    points = (
        Point("Pb 208, 1 µg/L", "0.9", "1.1", "µg/L", "1.14", "1.01"),
        Point("Cd 111, 1 µg/L", "0.9", "1.1", "µg/L", "0.98"),
    )
    equipment_check.record(
        tx, RecordCheck("ICPMS-07", "intermediate", tx.today, standard="GBW(E)080129", points=points)
    )


def booked(tx: Transaction) -> None:
    """Somebody needs the instrument of the story tomorrow."""
    start = tx.now + timedelta(days=1)
    booking.book(tx, Book("ICPMS-07", start, start + timedelta(hours=4), "重金属批 metals in fish"))
    booking.write(tx, "LCMS-02", "更换色谱柱 column changed: C18, 2.1 × 100 mm")


def _others(today: date) -> Iterator[Known]:
    """Every eleventh is due within the month, every seventeenth past, every twenty-third out of service."""
    taken, n = {code for code, *_ in STORY}, 0
    for kind in KINDS:
        codes = (f"{kind.prefix}-{number:02}" for number in range(1, 100))
        free = (code for code in codes if code not in taken)
        for code, made in zip(free, range(kind.count), strict=False):
            n += 1
            yield _known(kind, code, made, n, today)


def _known(kind: Kind, code: str, made: int, n: int, today: date) -> Known:
    maker, model, software = kind.makes[made % len(kind.makes)].split("|")
    left = 3 + n % 26 if n % 11 == 0 else -(1 + n % 40) if n % 17 == 0 else 35 + n * 37 % (kind.every - 60)
    what = Identity(
        kind.zh, kind.en, kind.technique, maker, model, f"{kind.prefix}{2015 + n % 10}{n:04}", f"CTC-{1000 + n}",
        software=software, working_range=kind.reach, accuracy=kind.accuracy, place=f"{kind.room}{1 + made % 4}",
    )  # fmt: skip
    if n == 60:
        return Known(RegisterInstrument(code, what), plans=kind.plans)
    due = today + timedelta(days=left)
    return Known(
        RegisterInstrument(code, what),
        calibrated_on=due - timedelta(days=kind.every),
        calibration_due=due,
        certificate_no=f"CAL-{due.year - 1}-{n:03}",
        provider=_PROVIDERS[n % len(_PROVIDERS)],
        plans=kind.plans,
        checked_on=today - timedelta(days=2 + n % 5) if kind.plans else None,
        out_reason=_OUT[n % len(_OUT)] if n % 23 == 0 else "",
    )
