"""What the bench may be asked for beside a result, by the method and the limit of its analysis."""

from __future__ import annotations

from dataclasses import dataclass

from lims.domain import basis, correction, plate_count
from lims.domain.method import MethodVersion
from lims.domain.workup import TOY, basis_of, usual_source
from lims.persistence.analysis import AnalysisRow


@dataclass(frozen=True)
class BasisChoice:
    code: str
    en: str
    zh: str


@dataclass(frozen=True)
class Asks:
    """Empty fields are not asked for."""

    repeatability: str = ""
    """The method's limit, where repeated readings may be given."""
    plates: int = 0
    """How many subsamples are counted."""
    plate_range: str = ""
    bases: tuple[BasisChoice, ...] = ()
    """On what the result may be given; the first is the basis of the limit."""
    basis_readings: tuple[str, ...] = ()
    recovery: str = ""
    """``asked``, or the recovery that the method fixes."""
    correction: str = ""
    """The analytical correction of the element in per cent."""


def asks_of(row: AnalysisRow, method: MethodVersion | None) -> Asks:
    limit = row.limit or {}
    counted = (row.unit or limit.get("unit") or "").upper().startswith("CFU")
    kept = plate_count.count_range(method.plate_range if method else "", row.analyte)
    bases, readings = _bases(row)
    toy = method is not None and method.analytical_correction == TOY
    return Asks(
        repeatability=method.repeatability if method else "",
        plates=int(limit.get("n") or 1) if counted else 0,
        plate_range=f"{kept.low}-{kept.high}" if counted else "",
        bases=bases,
        basis_readings=readings,
        recovery=method.recovery_correction if method else "",
        correction=str(correction.PERCENT.get(row.analyte, "")) if toy else "",
    )


def _bases(row: AnalysisRow) -> tuple[tuple[BasisChoice, ...], tuple[str, ...]]:
    """Nothing is asked where the limit holds for the goods as they are weighed."""
    target = basis_of(row.limit)
    if target is None or target == usual_source(target):
        return (), ()
    sources = [usual_source(target)]
    if basis.BASES[target].family == "coal":
        sources.append(basis.COAL_AR)
    codes = dict.fromkeys((target, *sources))
    readings = dict.fromkeys(name for source in sources for name in basis.needed(source, target))
    found = tuple(BasisChoice(code, basis.BASES[code].en, basis.BASES[code].zh) for code in codes)
    return found, tuple(readings)
