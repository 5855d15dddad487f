"""What the bench may be asked for beside a result, by the method and the limit of its analysis."""

from __future__ import annotations

from dataclasses import dataclass

from lims.domain import basis, correction, plate_count
from lims.domain.method import MethodVersion
from lims.domain.sampling import pools
from lims.domain.workup import TOY, basis_of, usual_source
from lims.persistence.analysis import AnalysisRow
from lims.services import crossing, judging
from lims.services.crossing import FactAsked
from lims.services.transaction import Transaction


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
    pools: int = 0
    """Units of the plan, where they may be tested together."""
    pool_size: int = 0
    """How many of them the method lets into one pool; 0: as many as wanted."""
    pool_portion: str = ""
    bases: tuple[BasisChoice, ...] = ()
    """On what the result may be given; the first is the basis of the limit."""
    basis_readings: tuple[str, ...] = ()
    recovery: str = ""
    """``asked``, or the recovery that the method fixes."""
    facts: tuple[FactAsked, ...] = ()
    """What leads to the limit's unit from one of another kind: a density, the surface per mass, the molar mass."""
    correction: str = ""
    """The analytical correction of the element in per cent."""


def asks_of(tx: Transaction, row: AnalysisRow, method: MethodVersion | None) -> Asks:
    limit = row.limit or {}
    counted = (row.unit or limit.get("unit") or "").upper().startswith("CFU")
    kept = plate_count.count_range(method.plate_range if method else "", row.analyte)
    bases, readings = _bases(row)
    pooled = pools.may_be_pooled(judging.limit_of(row.limit))
    toy = method is not None and method.analytical_correction == TOY
    return Asks(
        repeatability=method.repeatability if method else "",
        plates=int(limit.get("n") or 1) if counted else 0,
        plate_range=f"{kept.low}-{kept.high}" if counted else "",
        pools=int(limit["n"]) if pooled else 0,
        pool_size=pools.pool_size(method.pool_size) if pooled and method else 0,
        pool_portion=str(limit.get("portion") or "") if pooled else "",
        bases=bases,
        basis_readings=readings,
        recovery=method.recovery_correction if method else "",
        facts=crossing.asked(tx, row, method),
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
