"""The maker's words for sections, fields, columns and kinds of sample, in English and Chinese."""

from __future__ import annotations

import re

HEADER = ("header", "头信息", "文件头")
SAMPLE = ("sample information", "样品信息")
# In the order in which they are trusted: quantified compounds first, then peaks with a name.
COMPOUNDS = re.compile(r"^(?:compound results|quantitative results|ms quantitative results|化合物结果|"
                       r"定量结果|ms定量结果)(?: ?\((?P<detector>.*)\))?$", re.IGNORECASE)
PEAKS = re.compile(r"^(?:peak table|mc peak table|峰表)(?: ?\((?P<detector>.*)\))?$", re.IGNORECASE)
CURVES = re.compile(r"^(?:lc |gc |ms )?chromatogram\b|^(?:pda|ms) spectrum|^status trace|^(?:lc|gc)色谱图",
                    re.IGNORECASE)
FIELDS = {
    "name": ("Sample Name", "样品名称", "样品名"),
    "code": ("Sample ID", "样品ID"),
    "type": ("Sample Type", "样品类型"),
    "level": ("Level", "级别"),
    "dilution": ("Dilution Factor", "稀释因子", "稀释倍数"),
    "position": ("Vial#", "Vial #", "样品瓶#"),
    "measured_at": ("Acquired", "Analysis Date", "采集时间"),
    "operator": ("Operator Name", "操作者", "操作员"),
    "datafile": ("Data File Name", "Data File", "数据文件名"),
}
COUNT = ("# of IDs", "# of Peaks")
NAME = ("Name", "Compound Name", "名称", "化合物名")
CONC = re.compile(r"^(?:conc\.|concentration|浓度)(?: ?[\[(] ?(?P<unit>.*?) ?[\])])?$", re.IGNORECASE)
AREA = ("Area", "面积")
UNIT = ("Unit", "Conc. Unit", "Units", "单位", "浓度单位")
RT = ("R.Time", "Ret.Time", "Ret. Time", "Retention Time", "保留时间")
MARK = ("Mark", "标记")
MODE = ("Mode",)
KIND = ("Type", "类型")
_ROLES = {
    "": "sample", "unknown": "sample", "standard": "standard", "control": "qc", "qc": "qc", "blank": "blank",
    "unknown(qa/qc)": "qc", "unknown(blank)": "blank", "未知": "sample", "未知样品": "sample",
    "标准": "standard", "标准样品": "standard", "控制": "qc", "质控": "qc", "空白": "blank",
}


def role_of(text: str) -> str:
    """``1:Standard`` by its word; an unknown word is kept, in lower case."""
    word = (text.partition(":")[2] or text).strip().casefold()
    return _ROLES.get(word, "standard" if word.startswith("standard") else word)


def is_internal_standard(kind: str) -> bool:
    return kind.casefold() in {"istd", "is", "i.s.", "internal standard", "内标"}
