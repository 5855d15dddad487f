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

from lims.domain.method import MethodVersion, listed
from lims.domain.numbers.units import convert
from lims.domain.rules.errors import BadInput
from lims.domain.specification import LimitVersion, frozen


@dataclass(frozen=True)
class Product:
    """A kind of goods of the catalogue with the HS headings it is known under."""

    code: str
    category: str
    name_zh: str
    name_en: str
    hs_codes: tuple[str, ...]
    goods_class: str = ""


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

    @property
    def unit(self) -> str:
        return self.limit.unit if self.limit else ""

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
        }


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
) -> tuple[tuple[Requirement, ...], str]:
    """Requirements in the order of the limits' codes, and the gap: empty, or NO_LIMITS."""
    asked = [
        limit
        for limit in limits
        if limit.product == product.code and limit.jurisdiction == jurisdiction and limit.in_force(on)
    ]
    usable = [method for method in methods if method.in_force(on)]
    found = tuple(
        _first_step(limit, product.category, usable, analytes) for limit in sorted(asked, key=lambda one: one.code)
    )
    return found, "" if found else "NO_LIMITS"


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


FULL_HS = 6
"""Digits of an HS code that names a subheading; a shorter one is vague."""


def find_products(wanted: str, products: Iterable[Product]) -> tuple[Product, ...]:
    """The products meant by a product code or by an HS code: none, one, or several to choose from.

    An HS code finds the products whose heading is its longest prefix; a declared code of fewer than six
    digits also finds the headings below it, so that a vague declaration is asked about and not guessed.
    """
    known = tuple(products)
    by_code = tuple(product for product in known if product.code in (wanted.strip(), wanted.strip().upper()))
    digits = hs_digits(wanted)
    if by_code or not digits:
        return by_code
    ranked = [(max((_match(digits, hs) for hs in product.hs_codes), default=0), product) for product in known]
    longest = max((length for length, _ in ranked), default=0)
    found = [product for length, product in ranked if length and length == longest]
    if len(digits) < FULL_HS:
        below = [p for p in known if any(hs_digits(hs).startswith(digits) for hs in p.hs_codes)]
        found = list(dict.fromkeys([*found, *below])) if longest < len(digits) else found
    return tuple(sorted(found, key=lambda product: product.code))


def hs_digits(text: str) -> str:
    """The digits of an HS code written with or without points and spaces; empty when it is not one."""
    bare = re.sub(r"[.\s]", "", text)
    return bare if re.fullmatch(r"[0-9]{2,12}", bare) else ""


def _match(digits: str, heading: str) -> int:
    """How many digits of the declared code the heading explains; a range of chapters explains the least."""
    span = re.fullmatch(r"(\d\d)-(\d\d)", heading)
    if span:
        return 1 if span.group(1) <= digits[:2] <= span.group(2) else 0
    bare = hs_digits(heading)
    return len(bare) if bare and digits.startswith(bare) else 0


def search_words(kind: str, content: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """(sort, word) of everything that a version of a product or of a method is looked up by; nothing for others."""
    if kind == "product":
        words = {word for heading in listed(content.get("hs_examples", "")) for word in _heading_words(heading)}
        return tuple(("hs", word) for word in sorted(words))
    if kind == "method":
        lists = (("analyte", "analytes"), ("category", "categories"))
        return tuple((sort, word) for sort, name in lists for word in sorted(set(listed(content.get(name, "")))))
    return ()


def _heading_words(heading: str) -> tuple[str, ...]:
    """The digits of a heading; a range of chapters is the chapters in it, each marked as explaining least."""
    span = re.fullmatch(r"(\d\d)-(\d\d)", heading)
    if span:
        return tuple(f"{CHAPTER}{number:02}" for number in range(int(span[1]), int(span[2]) + 1))
    bare = hs_digits(heading)
    return (bare,) if bare else ()


CHAPTER = "-"
"""What stands before a chapter that comes from a range."""


def heading_words(digits: str) -> tuple[str, ...]:
    """The words of all headings that can explain a declared code; those below a vague one are found by its digits."""
    return (*(digits[:length] for length in range(2, len(digits) + 1)), f"{CHAPTER}{digits[:2]}")


def product_from(code: str, content: Mapping[str, str]) -> Product:
    """Reads the stored fields of a product; raises BadInput naming the field that cannot stand."""
    for name in ("category", "name_zh", "name_en"):
        if not (content.get(name) or "").strip():
            raise BadInput("FIELD_NEEDED", field=name)
    headings = listed(content.get("hs_examples", ""))
    for heading in headings:
        if heading != "any" and not hs_digits(heading) and not re.fullmatch(r"\d\d-\d\d", heading):
            raise BadInput("NOT_AN_HS_CODE", field="hs_examples", value=heading)
    return Product(
        code,
        content["category"],
        content["name_zh"],
        content["name_en"],
        headings,
        content.get("goods_class", ""),
    )


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
