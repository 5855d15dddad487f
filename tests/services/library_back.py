"""Stored limits back in the words of their sources, worked out here anew: nothing of a mapping is used."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from io import StringIO

FIGURES = (
    "MIMM_VAL", "MIMM_VAL_DVS_CD", "MXMM_VAL", "MXMM_VAL_DVS_CD", "A082_CF_FNPRT_CD_NM",
    "MCRRGNSM_2N", "MCRRGNSM_2C", "MCRRGNSM_2M", "MCRRGNSM_3M", "UNIT_NM", "VALD_BEGN_DT", "VALD_MANLI",
)  # fmt: skip
"""What a national specification says; the rest of a row says where it stands."""
KR_UNITS = {
    "ug/kg": "μg/kg", "degC": "℃", "mg/100 g": "mg/100g", "g/100 g": "g/100g", "ug/cm2": "μg/cm²", "ug/g": "μg/g",
    "% vol": "v/v%", "N": "N(Newton)",
}  # fmt: skip
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
          "décembre")  # fmt: skip


def table(raw: bytes, delimiter: str = ",") -> list[list[str]]:
    raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
    return list(csv.reader(StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def first_rows(raw: bytes, rows: int) -> bytes:
    """The same file with its heading and so many rows."""
    out = StringIO()
    csv.writer(out).writerows(table(raw)[: rows + 1])
    return gzip.compress(out.getvalue().encode(), 1)


def kr(content: Mapping[str, str], valid_from: date) -> dict[str, str]:
    """The columns of the national source that a stored limit says."""
    operator, value, strict = content["operator"], content["value"], content["strict"].split(";")
    said = dict.fromkeys(FIGURES, "")
    said |= {"VALD_BEGN_DT": f"{valid_from:%Y%m%d}", "VALD_MANLI": content["decimals"]}
    if operator == "OUTCOME":
        return {**said, "A082_CF_FNPRT_CD_NM": value}
    said["UNIT_NM"] = KR_UNITS.get(content["unit"], content["unit"])
    if operator == "NCM2" and content["unit"].startswith("/"):  # absent in so many grams is written as a count of none
        absent = "0/" + content["unit"].removeprefix("/").replace(" ", "")
        plan = {"MCRRGNSM_2N": content["n"], "MCRRGNSM_2C": content["c"], "MCRRGNSM_2M": absent}
        return said | plan | {"UNIT_NM": "CFU/g"}
    if operator in ("NCM2", "NCM3"):
        names = {"MCRRGNSM_2N": "n", "MCRRGNSM_2C": "c", "MCRRGNSM_2M": "m", "MCRRGNSM_3M": "M"}
        return said | {column: content[name] for column, name in names.items()}
    if operator in ("GE", "GT", "RANGE"):
        said["MIMM_VAL"], said["MIMM_VAL_DVS_CD"] = value, "02" if operator == "GT" or "low" in strict else "01"
    if operator in ("LE", "LT", "RANGE"):
        said["MXMM_VAL"] = content["value2"] if operator == "RANGE" else value
        said["MXMM_VAL_DVS_CD"] = "02" if operator == "LT" or "high" in strict else "01"
    return said


def eu_levels(lines: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Number -> its cells that begin with a figure, without blanks; and under ``number unit`` that of its block."""
    found: dict[str, list[str]] = {}
    unit = ""
    for cells in lines:
        if not re.fullmatch(r"\d+(\.\d+)+", cells[0].strip()):
            continue
        if cells[2].startswith("Teneur maximale"):
            unit = " ".join(cells[2].removeprefix("Teneur maximale").split()).strip("()")
        found[cells[0]] = sorted("".join(cell.split()) for cell in cells[2:] if re.match(r"[<>]?\d", cell.strip()))
        found[f"{cells[0]} unit"] = [unit]
    return {number: cells for number, cells in found.items() if cells}


def eu(limits: Iterable[tuple[Mapping[str, str], date, date | None]], unit: str) -> list[str]:
    """The limits of one number as its cells, without blanks; a later level stands in the cell of the earlier one."""
    cells: dict[str, str] = {}
    for content, first, _ in sorted(limits, key=lambda one: one[1]):
        words = content["note"].partition(" | ")[0]
        text = content["value"].replace(".", ",") + ("" if words == unit else "".join(words.split()))
        before = cells.get(content["analyte"])
        if before is not None:
            day = f"{first.day}{'er' if first.day == 1 else ''}{MONTHS[first.month - 1]}{first.year}"
            text = f"{before}{text}àpartirdu{day}"
        cells[content["analyte"]] = text
    return sorted(cells.values())


def eu_second(raw: bytes) -> dict[str, list[str]]:
    """Number -> the figures of another reading of the same annex, one that somebody else made by hand."""
    found: dict[str, list[str]] = {}
    open_: list[object] = [json.loads(raw)]
    while open_:
        one = open_.pop()
        open_ += one.values() if isinstance(one, dict) else one if isinstance(one, list) else []
        if isinstance(one, dict) and "code" in one:
            texts = [str(text).strip() for name, text in one.items() if name.startswith("limit")]
            if texts:
                found[one["code"]] = figures(text for text in texts if text[:1].isdigit())
    return found


def figures(texts: Iterable[str]) -> list[str]:
    return sorted("".join(re.match(r"[\d\s,]+", text)[0].split()) for text in texts)  # type: ignore[index]


def follows(earlier: date | None, later: date) -> bool:
    return earlier is not None and earlier + timedelta(days=1) == later


def fda(content: Mapping[str, str]) -> dict[str, str]:
    """The columns of the source that a stored level says; its lost letters are read as they are meant."""
    unit, _, notes = content["note"].partition(" | ")
    kind, _, reference = content["clause"].partition(", ")
    space = "" if unit == "%" else " "
    return {"Contaminant Level Type": kind, "Reference": reference, "Level": f"{content['value']}{space}{unit}",
            "Notes": notes}  # fmt: skip


def read_as_meant(text: str) -> str:
    return " ".join(text.replace("\ufffdg/m", "µg/m").replace("\ufffd", " ").split())
