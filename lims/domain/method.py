"""Methods: one edition of one way of measuring, what it can find and from which level on.

The planning uncertainty serves planning only; it is never printed and never judged with.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lims.domain.rules.errors import BadInput
from lims.domain.specification import in_force


@dataclass(frozen=True)
class MethodVersion:
    """One version of a method; lod, loq and k are texts as given, empty when not known."""

    id: int
    code: str
    version: int
    title: str
    technique: str
    analytes: tuple[str, ...]
    categories: tuple[str, ...]
    lod: str
    lod_unit: str
    loq: str
    loq_unit: str
    u_rel_pct: str
    """Typical relative expanded uncertainty in per cent, for planning."""
    instrument: str
    valid_from: date | None
    valid_to: date | None
    matrix: str = ""
    formula: str = ""
    k: str = "2"
    marks: tuple[str, ...] = ()
    """Marks flagged in the catalogue (CMA, CNAS); the scope itself stands in the scope rows."""
    note: str = ""

    def covers(self, analyte: str, category: str) -> bool:
        return analyte in self.analytes and category in self.categories

    def in_force(self, on: date) -> bool:
        return in_force(self.valid_from, self.valid_to, on)

    @property
    def edition(self) -> int:
        """The year in the code of the standard (GB 5009.15-2023, ISO 6579-1:2017); 0 without one."""
        years = re.findall(r"[-: ]((?:19|20)\d\d)\b", self.code)
        return int(years[-1]) if years else 0


def method_from(
    id: int,
    code: str,
    version: int,
    content: Mapping[str, str],
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> MethodVersion:
    """Reads the stored fields of a method; raises BadInput naming the field that cannot stand."""
    text = {key: (value or "").strip() for key, value in content.items()}
    for name in ("title", "technique", "analytes", "categories"):
        if not text.get(name):
            raise BadInput("FIELD_NEEDED", field=name)
    for name in ("lod", "loq", "u_rel_pct_k2_typical", "k"):
        _positive(name, text.get(name, ""))
    for name in ("lod", "loq"):
        if text.get(name) and not text.get(f"{name}_unit"):
            raise BadInput("FIELD_NEEDED", field=f"{name}_unit")
    flags = (("CMA", "demo_cma"), ("CNAS", "demo_cnas"))
    return MethodVersion(
        id=id,
        code=code,
        version=version,
        title=text["title"],
        technique=text["technique"],
        analytes=listed(text["analytes"]),
        categories=listed(text["categories"]),
        lod=text.get("lod", ""),
        lod_unit=text.get("lod_unit", ""),
        loq=text.get("loq", ""),
        loq_unit=text.get("loq_unit", ""),
        u_rel_pct=text.get("u_rel_pct_k2_typical", ""),
        instrument=text.get("instrument", ""),
        valid_from=valid_from,
        valid_to=valid_to,
        matrix=text.get("matrix", ""),
        formula=text.get("formula", ""),
        k=text.get("k") or "2",
        marks=tuple(mark for mark, flag in flags if text.get(flag) == "Y"),
        note=text.get("note", ""),
    )


def listed(text: str) -> tuple[str, ...]:
    """The members of a list that is kept as text with semicolons."""
    return tuple(item.strip() for item in text.split(";") if item.strip())


def _positive(field: str, text: str) -> None:
    if not text:
        return
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise BadInput("NOT_A_NUMBER", field=field, value=text) from None
    if not number.is_finite() or number <= 0:
        raise BadInput("NOT_POSITIVE", field=field, value=text)
