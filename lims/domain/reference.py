"""The kinds of reference items: the fields of each, what must be true of them, and what they point at.

It knows neither rows nor files; where an item is kept and who may change it is the catalogue's service.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lims.domain import disposition
from lims.domain.decision_rule import decision_rule_from
from lims.domain.factors import factor_set_from
from lims.domain.goods import product_from
from lims.domain.method import check_formula, method_from
from lims.domain.portion import TAKES_NOTHING, amount, replicates
from lims.domain.qc_plan import qc_plan_from
from lims.domain.recipe import recipe_from
from lims.domain.requirement import analyte_from
from lims.domain.residue import check_among, residue_from
from lims.domain.rules.errors import BadInput
from lims.domain.sampling.pools import pool_size
from lims.domain.sampling.setting import check_alone, inspection_plan_from, setting_from
from lims.domain.specification import limit_from
from lims.domain.sums import check_among as check_sums
from lims.domain.validation import check_record

Check = Callable[[str, Mapping[str, str]], object]
Among = Callable[[str, Mapping[str, str], Mapping[str, Mapping[str, str]]], None]


@dataclass(frozen=True)
class Kind:
    """One kind of item. ``fields`` are all texts; ``check`` raises BadInput for a content that cannot stand."""

    kind: str
    file: str
    """Name of its table in the seed, and ``key`` the column there that holds the code."""
    key: str
    fields: tuple[str, ...]
    check: Check
    searched: Mapping[str, str] = field(default_factory=dict)
    """What the item is searched by -> the field that says it."""
    links: tuple[tuple[str, str], ...] = ()
    """(kind pointed at, field that holds its code or codes)."""
    among: Among | None = None
    """Raises BadInput for a content that cannot stand beside the other items of its kind."""
    fixed: frozenset[str] = frozenset()
    """Codes of items that have their shipped version and no other."""


def _needing(*names: str) -> Check:
    def check(_code: str, content: Mapping[str, str]) -> object:
        for name in names:
            if not (content.get(name) or "").strip():
                raise BadInput("FIELD_NEEDED", field=name)
        return content

    return check


def _decision_rule(code: str, content: Mapping[str, str]) -> object:
    return decision_rule_from(code, 1, content)


def _category(code: str, content: Mapping[str, str]) -> object:
    _needing("name_en", "name_zh")(code, content)
    if (content.get("portion") or "").strip():
        amount(content["portion"])
    return setting_from(content)


def _inspection_plan(_code: str, content: Mapping[str, str]) -> object:
    return inspection_plan_from(content)


def _limit(code: str, content: Mapping[str, str]) -> object:
    return limit_from(0, code, 1, content)


def _method(code: str, content: Mapping[str, str]) -> object:
    method = method_from(0, code, 1, content)
    check_formula(method)
    check_record(method)
    if content.get("portion", "").strip() not in ("", TAKES_NOTHING):
        amount(content["portion"])
    replicates(content.get("replicates", ""))
    pool_size(content.get("pool_size", ""))
    return method


def _table_recipe(code: str, content: Mapping[str, str]) -> object:
    """What the entries mean is the reader's matter, who asks again before a table is read by it."""
    _needing("name_en", "name_zh", "recipe")(code, content)
    try:
        told = json.loads(content["recipe"])
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise BadInput("RECIPE_NOT_READABLE", field="recipe")
    return told


def _qc_plan(code: str, content: Mapping[str, str]) -> object:
    """One plan a method, under the method's own code."""
    if content.get("method") != code:
        raise BadInput("PLAN_OF_ANOTHER_METHOD", field="method", value=content.get("method", ""), expected=code)
    return qc_plan_from(content)


def _disposition_rule(code: str, content: Mapping[str, str]) -> object:
    priority = content.get("priority", "")
    if not (priority.isascii() and priority.isdigit()):
        raise BadInput("NOT_A_NUMBER", field="priority", value=priority)
    asked = (
        "jurisdiction", "goods_class", "verdict", "worst_severity", "state", "disposition", "document", "deadline",
        "legal_basis",
    )  # fmt: skip
    _needing(*asked)(code, content)
    disposition.check(content)
    return content


_CATEGORY = "seq name_en name_zh what_is_tested goods_class inspection_level aql characteristic portion"
_UNIT = "dimension base_unit factor_to_base offset_to_base rule"
_ANALYTE = "name_en name_zh cas kind default_unit sum_members combine factor_set shown_by note confidence"
_PRODUCT = "category name_en name_zh hs_examples goods_class note confidence"
_INSPECTION = "product category characteristic nonconformity inspection_level aql standard note confidence"
_METHOD = (
    "technique title analytes matrix categories lod lod_unit loq loq_unit u_rel_pct_k2_typical k formula readings "
    "formula_unit formula_analytes figures portion replicates pool_size repeatability uncertainty recovery_correction "
    "analytical_correction plate_range validation instrument demo_cma demo_cnas note confidence"
)
_LIMIT = (
    "jurisdiction product analyte operator value value2 strict decimals unit basis n c m M portion standard clause "
    "severity nd_rule sum_rule decision_rule_hint first matrix origin intended_use trade_mode note confidence"
)
_RULE = (
    "priority jurisdiction goods_class verdict worst_severity state disposition allowed_choices document deadline "
    "legal_basis editable note confidence"
)
_DECISION = "jurisdiction name r p_min comparison expanded nd_in_sums source clause name_zh name_en note confidence"
_RESIDUE = "analyte jurisdiction molar_mass members source note confidence"
_FACTORS = "name_en name_zh factors source note confidence"
_RECIPE = "name_en name_zh recipe source note"
_INSTRUMENT_RECIPE = "name_en name_zh technique maker instrument example layout note"
_QC_PLAN = (
    "method blank_every duplicate_every spike_every crm_every ccv_every crm ccv spike controls calibration chart_rules "
    "blank_tenth recovery duplicate_percent crm_percent calibration_r calibration_levels back_percent ccv_percent "
    "ccv_low_percent ccv_near internal_standard rt_minutes ion_ratio_percent note"
)
_NAMES = {"name_zh": "name_zh", "name_en": "name_en"}
_WHOSE = {"jurisdiction": "jurisdiction", "product": "product", "analyte": "analyte"}


def _kinds() -> tuple[Kind, ...]:
    return (
        Kind("category", "categories", "category", _words(_CATEGORY), _category, _NAMES),
        Kind("unit", "units", "unit", _words(_UNIT), _needing("dimension", "base_unit")),
        Kind("analyte", "analytes", "analyte", _words(_ANALYTE), analyte_from, _NAMES, among=check_sums),
        Kind(
            "residue_definition", "residue_definitions", "residue", _words(_RESIDUE), residue_from,
            {"analyte": "analyte", "jurisdiction": "jurisdiction"}, (("analyte", "analyte"), ("analyte", "members")),
            check_among,
        ),
        Kind(
            "factor_set", "factor_sets", "factor_set", _words(_FACTORS), factor_set_from, _NAMES,
            (("analyte", "factors"),),
        ),
        Kind(
            "product", "products", "product", _words(_PRODUCT), product_from,
            {**_NAMES, "category": "category", "hs_codes": "hs_examples"}, (("category", "category"),),
        ),
        Kind(
            "inspection_plan", "inspection_plans", "inspection_plan", _words(_INSPECTION), _inspection_plan,
            {"product": "product", "category": "category"}, (("product", "product"), ("category", "category")),
            check_alone,
        ),
        Kind(
            "method", "methods", "method", _words(_METHOD), _method, {"name_en": "title"},
            (("analyte", "analytes"), ("category", "categories")),
        ),
        Kind("qc_plan", "qc_plans", "method", _words(_QC_PLAN), _qc_plan, {}, (("method", "method"),)),
        Kind(
            "decision_rule", "decision_rules", "rule_code", _words(_DECISION), _decision_rule,
            {**_NAMES, "jurisdiction": "jurisdiction"},
        ),
        Kind(
            "limit", "limits", "limit_id", _words(_LIMIT), _limit, _WHOSE,
            (("product", "product"), ("analyte", "analyte"), ("unit", "unit"), ("decision_rule", "decision_rule_hint")),
        ),
        Kind("recipe", "recipes", "recipe", _words(_INSTRUMENT_RECIPE), recipe_from, _NAMES),
        Kind("table_recipe", "table_recipes", "table_recipe", _words(_RECIPE), _table_recipe, _NAMES),
        Kind(
            "disposition_rule", "disposition_rules", "rule_id", _words(_RULE), _disposition_rule,
            {"jurisdiction": "jurisdiction"}, fixed=frozenset({disposition.FAIL_SAFE.rule_id}),
        ),
    )  # fmt: skip


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


KINDS: Mapping[str, Kind] = {kind.kind: kind for kind in _kinds()}
"""In the order in which they may be filled: what is pointed at comes first."""
