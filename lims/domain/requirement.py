"""Which analyses does this import need? The limits in force, and for each the method that can judge it.

A pure decision over values: what is unknown comes back as a gap with its code, never as an empty answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from lims.domain.goods import Product
from lims.domain.method import MethodVersion
from lims.domain.narrowing import UNDECLARED, Held, Situation, narrowed
from lims.domain.numbers.units import convert
from lims.domain.rules.errors import BadInput
from lims.domain.section import section_of
from lims.domain.specification import PLANS, LimitVersion, frozen


@dataclass(frozen=True)
class Analyte:
    code: str
    name_zh: str
    name_en: str
    kind: str
    """numeric, sum, microbiological or qualitative."""
    default_unit: str
    cas: str = ""
    sum_members: str = ""
    """Codes of the members joined by ``+``; empty for what is no group."""
    combine: str = ""
    """How its members are taken together where that does not hang on the limit: EACH, TEQ, RATIO_SUM; empty: SUM."""
    factor_set: str = ""
    shown_by: tuple[str, ...] = ()
    """Members whose detection in another method's list calls for this analyte by a method of its own."""


@dataclass(frozen=True)
class Candidate:
    """A method that could be used, and how its limit of quantification stands to the limit."""

    method: str
    fit: str
    """One of FITS."""


@dataclass(frozen=True)
class Requirement:
    """One analysis that the import needs, with the reasons for it as codes."""

    analyte: str
    analyte_zh: str
    analyte_en: str
    limit: LimitVersion | None
    """None only for an analysis that somebody added though no limit is in force for it."""
    method: MethodVersion | None
    why: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    shares: tuple[LimitVersion, ...] = ()
    """Of a sum of ratios: the limits of its members, of which it is reckoned."""
    choices: tuple[LimitVersion, ...] = ()
    """The limits of which a person takes one, where what is declared does not settle it; ``limit`` is None then."""
    capable: bool | None = None
    """Whether somebody is authorised for the method on that day; None where it was not asked."""

    @property
    def unit(self) -> str:
        return self.limit.unit if self.limit else next((one.unit for one in self.choices), "")

    @property
    def portion(self) -> str:
        """The least amount that one determination takes; empty where neither limit nor method says it."""
        stated = self.method.portion.strip() if self.method else ""
        if self.limit is not None and self.limit.operator in PLANS and self.limit.n:
            one = self.limit.portion.strip() or stated
            return f"{self.limit.n} × {one}" if one else ""
        return stated

    @property
    def section(self) -> str:
        return section_of(self.method.technique) if self.method else ""

    @property
    def unknown(self) -> tuple[str, ...]:
        """What could not be said of it, as codes."""
        if self.method is None:
            return ("NO_METHOD",)
        told = (
            ("PORTION_NOT_STATED", not self.portion), ("SECTION_UNKNOWN", self.section == "SECTION_UNKNOWN"),
            ("NOBODY_AUTHORISED", self.capable is False),
        )  # fmt: skip
        return tuple(code for code, so in told if so)

    @property
    def blocked(self) -> bool:
        """The method cannot see down to the limit: a result below its LOQ will not be judged."""
        return "LOQ_ABOVE_LIMIT" in self.why

    def frozen_limit(self) -> dict[str, Any] | None:
        return frozen(self.limit) if self.limit else None

    def record(self) -> dict[str, Any]:
        """Which rows of the catalogue made this proposal, as plain JSON."""
        return {
            "limit": self.limit.code if self.limit else None,
            "limit_id": self.limit.id if self.limit else None,
            "limit_version": self.limit.version if self.limit else None,
            "method": self.method.code if self.method else None,
            "method_id": self.method.id if self.method else None,
            "method_version": self.method.version if self.method else None,
            "why": list(self.why),
            "candidates": [{"method": item.method, "fit": item.fit} for item in self.candidates],
            "portion": self.portion,
            "section": self.section,
            "unknown": list(self.unknown),
            "choices": [_choice(one) for one in self.choices],
            "shares": [{"limit": one.code, "version": one.version, "analyte": one.analyte} for one in self.shares],
        }


def _choice(limit: LimitVersion) -> dict[str, Any]:
    """One of several limits, as a person has it before them."""
    named = ("matrix", "origin", "intended_use", "trade_mode", "operator", "value", "value2", "unit", "standard",
             "clause", "note")  # fmt: skip
    return {"limit": limit.code, "version": limit.version} | {name: getattr(limit, name) for name in named}


def added(analyte: Analyte, method: MethodVersion | None, limit: LimitVersion | None) -> Requirement:
    """An analysis that a person asked for: judged where a limit is in force, else only reported."""
    how = "NO_METHOD" if method is None else fit(method, limit) if limit else "LOQ_UNKNOWN"
    return Requirement(
        analyte.code,
        analyte.name_zh,
        analyte.name_en,
        limit,
        method,
        ("ASKED_FOR", "LIMIT_IN_FORCE" if limit else "NO_LIMIT", how),
        (Candidate(method.code, how),) if method else (),
    )


def general(asked: Requirement) -> Requirement:
    """The same requirement, marked as coming from the general product of the category."""
    return replace(asked, why=(*asked.why, "GENERAL_PRODUCT"))


FITS = {
    "LOQ_FITS": 0,
    "LOQ_NOT_NEEDED": 0,
    "LOQ_NEAR_LIMIT": 1,
    "LOQ_UNKNOWN": 2,
    "LOQ_NOT_COMPARABLE": 2,
    "LOQ_ABOVE_LIMIT": 3,
}
"""How a method's limit of quantification stands to a limit, and how far down the list that puts it."""
_WITHOUT_LOQ = frozenset({"pH", "grade", "degC", "outcome", "presence"})


def propose(
    product: Product,
    jurisdiction: str,
    on: date,
    limits: Iterable[LimitVersion],
    methods: Sequence[MethodVersion],
    analytes: Mapping[str, Analyte],
    here: Situation = UNDECLARED,
) -> tuple[tuple[Requirement, ...], str]:
    """Requirements in the order of the limits' codes, and the gap: empty, or NO_LIMITS.

    A limit on a sum of ratios holds for other products as well (GB 2760 Appendix A is for any food): it is proposed
    where its members are.
    """
    there = [limit for limit in limits if limit.jurisdiction == jurisdiction and limit.in_force(on)]
    ratios = [limit for limit in there if _is_ratio(analytes.get(limit.analyte))]
    asked = [limit for limit in there if limit.product == product.code and limit not in ratios]
    usable = [method for method in methods if method.in_force(on)]
    found = [
        _to_choose(held, product.category, usable, analytes) if held.why
        else _first_step(held.limits[0], product.category, usable, analytes)
        for held in narrowed(asked, here)
    ]  # fmt: skip
    together = (_together(limit, analytes[limit.analyte], found) for limit in sorted(ratios, key=lambda one: one.code))
    found += [one for one in together if one is not None]
    return tuple(found), "" if found else "NO_LIMITS"


def _to_choose(
    held: Held, category: str, methods: Sequence[MethodVersion], analytes: Mapping[str, Analyte]
) -> Requirement:
    """By the method that sees down to the lowest of the limits; none of them is taken."""
    lowest = min(held.limits, key=lambda one: (one.lowest is None, one.lowest or 0))
    asked = direct(lowest, category, methods, analytes)
    return replace(asked, limit=None, choices=held.limits, why=("LIMIT_TO_CHOOSE", *held.why, *asked.why[1:]))


def _is_ratio(analyte: Analyte | None) -> bool:
    return analyte is not None and analyte.combine == "RATIO_SUM"


def _together(limit: LimitVersion, ratio: Analyte, asked: Sequence[Requirement]) -> Requirement | None:
    """What several members that the goods have maxima for come to; None where fewer than two are proposed.

    The maxima must be those of the standard that has them added up, of whatever edition. It takes no test of its
    own, so its method is that of its members.
    """
    wanted, standard = ratio.sum_members.split("+"), _standard(limit)
    members = [one for one in asked if one.analyte in wanted and _maxima(one, standard)]
    if len({one.analyte for one in members}) < 2:
        return None
    method = members[0].method
    return Requirement(
        ratio.code, ratio.name_zh, ratio.name_en, limit, method,
        ("LIMIT_IN_FORCE", "USED_TOGETHER", "LOQ_NOT_NEEDED" if method else "NO_METHOD"),
        (Candidate(method.code, "LOQ_NOT_NEEDED"),) if method else (),
        tuple(limit for one in members for limit in _maxima(one, standard)),
    )  # fmt: skip


def _maxima(asked: Requirement, standard: str) -> tuple[LimitVersion, ...]:
    """The member's maximum by that standard, or those of which one is still to be chosen."""
    limits = (asked.limit,) if asked.limit is not None else asked.choices
    return tuple(
        one for one in limits
        if one.operator in MAXIMA and one.analyte == asked.analyte and _standard(one) == standard
    )  # fmt: skip


MAXIMA = frozenset({"LE", "LT"})


def _standard(limit: LimitVersion) -> str:
    """The number of the standard without its year: ``GB 2760`` of ``GB 2760-2024``."""
    return re.sub(r"[-:](?:19|20)\d\d$", "", limit.standard.strip())


def _first_step(
    limit: LimitVersion, category: str, methods: Sequence[MethodVersion], analytes: Mapping[str, Analyte]
) -> Requirement:
    """The total where the law lets it be measured first and a method for it is there; else the analyte itself."""
    if not any(method.covers(limit.first, category) for method in methods):
        return direct(limit, category, methods, analytes)
    asked = _requirement(limit, limit.first, category, methods, analytes)
    return replace(asked, why=(*asked.why, "TOTAL_FIRST"))


def direct(
    limit: LimitVersion, category: str, methods: Sequence[MethodVersion], analytes: Mapping[str, Analyte]
) -> Requirement:
    """The analyte of the limit itself: the second step of a two-step test, or its only one."""
    return _requirement(replace(limit, first=""), limit.analyte, category, methods, analytes)


def _requirement(
    limit: LimitVersion,
    measured: str,
    category: str,
    methods: Sequence[MethodVersion],
    analytes: Mapping[str, Analyte],
) -> Requirement:
    ranked = sorted(
        ((method, fit(method, limit)) for method in methods if method.covers(measured, category)),
        key=lambda pair: _preference(pair[0], pair[1], limit.jurisdiction),
    )
    name = analytes.get(measured)
    method, how = ranked[0] if ranked else (None, "NO_METHOD")
    return Requirement(
        analyte=measured,
        analyte_zh=name.name_zh if name else measured,
        analyte_en=name.name_en if name else measured,
        limit=limit,
        method=method,
        why=("LIMIT_IN_FORCE", how),
        candidates=tuple(Candidate(one.code, code) for one, code in ranked),
    )


def fit(method: MethodVersion, limit: LimitVersion) -> str:
    """Can the method see down to the limit? Near means that its LOQ lies above half the limit."""
    target = limit.lowest
    if target is None or limit.unit in _WITHOUT_LOQ:
        return "LOQ_NOT_NEEDED"
    if not method.loq:
        return "LOQ_UNKNOWN"
    try:
        loq = convert(Decimal(method.loq), method.loq_unit, limit.unit)
    except BadInput:
        return "LOQ_NOT_COMPARABLE"
    if loq > target:
        return "LOQ_ABOVE_LIMIT"
    return "LOQ_NEAR_LIMIT" if loq * 2 > target else "LOQ_FITS"


_NATIONAL = re.compile(r"(GB|SN|NY|YY|STSC|HJ)\b")


def _preference(method: MethodVersion, how: str, jurisdiction: str) -> tuple[int, bool, bool, int, str]:
    """Sort key: LOQ fit, CMA scope, standards of the jurisdiction's own kind, the newest edition."""
    foreign = bool(_NATIONAL.match(method.code)) is not (jurisdiction == "CN")
    return (FITS[how], "CMA" not in method.marks, foreign, -method.edition, method.code)


ANALYTE_KINDS = ("numeric", "sum", "microbiological", "qualitative")
ANALYTE_COMBINES = ("SUM", "EACH", "TEQ", "RATIO_SUM")


def analyte_from(code: str, content: Mapping[str, str]) -> Analyte:
    """Reads the stored fields of an analyte; raises BadInput naming the field that cannot stand."""
    for name in ("name_zh", "name_en", "kind"):
        if not (content.get(name) or "").strip():
            raise BadInput("FIELD_NEEDED", field=name)
    if content["kind"] not in ANALYTE_KINDS:
        raise BadInput("UNKNOWN_CHOICE", field="kind", value=content["kind"])
    combine = content.get("combine") or ""
    if combine and combine not in ANALYTE_COMBINES:
        raise BadInput("UNKNOWN_CHOICE", field="combine", value=combine)
    if combine == "TEQ" and not content.get("factor_set"):
        raise BadInput("FIELD_NEEDED", field="factor_set")
    return Analyte(
        code,
        content["name_zh"],
        content["name_en"],
        content["kind"],
        content.get("default_unit", ""),
        content.get("cas", ""),
        content.get("sum_members", ""),
        combine,
        content.get("factor_set") or "",
        tuple(filter(None, (content.get("shown_by") or "").split("+"))),
    )
