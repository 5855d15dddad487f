"""The national specifications of shared/data/limits_kr as rows of a library, and back to the source's own columns."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lims.services.limit_library import LibraryRow

FILES = ("common_spec.csv.gz", "individual_spec.csv.gz")
UNITS = {"μg/kg": "ug/kg", "℃": "degC", "mg/100g": "mg/100 g", "g/100g": "g/100 g", "μg/cm²": "ug/cm2"}
THEIRS = {ours: theirs for theirs, ours in UNITS.items()}
"""Other spellings of the same units. ``ppm`` is not among them: by mass or by volume is not guessed."""
OPEN_END = "99991231"
FIGURES = (
    "MIMM_VAL", "MIMM_VAL_DVS_CD", "MXMM_VAL", "MXMM_VAL_DVS_CD", "A082_CF_FNPRT_CD_NM",
    "MCRRGNSM_2N", "MCRRGNSM_2C", "MCRRGNSM_2M", "MCRRGNSM_3M", "UNIT_NM", "VALD_BEGN_DT", "VALD_MANLI",
)  # fmt: skip
"""What a specification says; the rest of a row says where it stands."""


@dataclass
class Source:
    """Rows of the source, what could not be said in ours with its reason, and the items that rows point at."""

    lines: dict[str, Mapping[str, str]] = field(default_factory=dict)
    rows: list[LibraryRow] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    products: dict[str, str] = field(default_factory=dict)
    analytes: dict[str, str] = field(default_factory=dict)


def read(folder: Path, most: int | None = None) -> Source:
    found = Source()
    for letter, name in zip("CI", FILES, strict=True):
        with gzip.open(folder / name, "rt", encoding="utf-8-sig", newline="") as stream:
            for number, line in enumerate(csv.DictReader(stream), 2):
                if most is not None and number > most + 1:
                    break
                _take(found, f"KR-{letter}{number:05}", number, line)
    return found


def _take(found: Source, code: str, number: int, line: Mapping[str, str]) -> None:
    said = _said(line)
    if isinstance(said, str):
        found.left_out[said] += 1
        return
    found.lines[code] = line
    found.products.setdefault(line["PRDLST_CD"], line["PRDLST_CD_NM"])
    found.analytes.setdefault(line["TESTITM_CD"], line["TESTITM_NM"])
    last = "" if line["VALD_END_DT"] == OPEN_END else _day(line["VALD_END_DT"])
    matrix = " / ".join(filter(None, (line.get("SPEC_NM"), line["FNPRT_ITM_NM"], line["PIAM_KOR_NM"])))
    decimals = line["VALD_MANLI"]
    content = {
        "jurisdiction": "KR", "product": line["PRDLST_CD"], "analyte": line["TESTITM_CD"], **said,
        "standard": line["SORC"] or "MFDS", "severity": "SHE", "matrix": matrix,
        "note": f"decimals={decimals}" if decimals else "",
    }  # fmt: skip
    found.rows.append(LibraryRow(number, code, content, _day(line["VALD_BEGN_DT"]), last))


def _said(line: Mapping[str, str]) -> dict[str, str] | str:
    """The criterion in our words, or why it has none."""
    unit = UNITS.get(line["UNIT_NM"], line["UNIT_NM"])
    kind = line["JDGMNT_FOM_CD"]
    if line["A082_CF_FNPRT_CD_NM"] and any(line[name] for name in ("MIMM_VAL", "MXMM_VAL", "MCRRGNSM_2N")):
        return "a figure and a text at once"
    if kind == "02":
        outcome = line["A082_CF_FNPRT_CD_NM"]
        return {"operator": "OUTCOME", "value": outcome, "unit": "outcome"} if outcome else "text without an outcome"
    if kind in ("03", "04"):
        plan = {"n": line["MCRRGNSM_2N"], "c": line["MCRRGNSM_2C"], "m": line["MCRRGNSM_2M"], "unit": unit}
        return {**plan, "operator": "NCM3", "M": line["MCRRGNSM_3M"]} if kind == "03" else {**plan, "operator": "NCM2"}
    low, high = line["MIMM_VAL"], line["MXMM_VAL"]
    if low and high:
        strict = [end for end, name in (("low", "MIMM"), ("high", "MXMM")) if line[f"{name}_VAL_DVS_CD"] == "02"]
        return {"operator": "RANGE", "value": low, "value2": high, "strict": ";".join(strict), "unit": unit}
    if high:
        return {"operator": "LT" if line["MXMM_VAL_DVS_CD"] == "02" else "LE", "value": high, "unit": unit}
    if low:
        return {"operator": "GT" if line["MIMM_VAL_DVS_CD"] == "02" else "GE", "value": low, "unit": unit}
    return "bounds without a figure"


def back(content: Mapping[str, str], valid_from: str) -> dict[str, str]:
    """The columns of the source that a stored limit says, in the source's own words."""
    operator, value = content["operator"], content["value"]
    strict = content["strict"].split(";")
    said = dict.fromkeys(FIGURES, "")
    said["VALD_BEGN_DT"] = valid_from.replace("-", "")
    said["VALD_MANLI"] = content["note"].removeprefix("decimals=")
    if operator == "OUTCOME":
        return {**said, "A082_CF_FNPRT_CD_NM": value}
    said["UNIT_NM"] = THEIRS.get(content["unit"], content["unit"])
    if operator in ("NCM2", "NCM3"):
        names = {"MCRRGNSM_2N": "n", "MCRRGNSM_2C": "c", "MCRRGNSM_2M": "m", "MCRRGNSM_3M": "M"}
        return said | {column: content[name] for column, name in names.items()}
    if operator in ("GE", "GT", "RANGE"):
        said["MIMM_VAL"], said["MIMM_VAL_DVS_CD"] = value, "02" if operator == "GT" or "low" in strict else "01"
    if operator in ("LE", "LT", "RANGE"):
        said["MXMM_VAL"] = content["value2"] if operator == "RANGE" else value
        said["MXMM_VAL_DVS_CD"] = "02" if operator == "LT" or "high" in strict else "01"
    return said


def items(names: Mapping[str, str], **more: str) -> Iterator[LibraryRow]:
    """Products or analytes that the specifications point at, under the source's codes and names."""
    for number, (code, name) in enumerate(names.items(), 2):
        yield LibraryRow(number, code, {"name_zh": name, "name_en": name, **more})


def _day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}"
