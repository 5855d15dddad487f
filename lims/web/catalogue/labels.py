"""Names of kinds and fields of reference items in the reader's language, and the choices a field has."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from lims.domain.conformity import COMPARISONS, RULES
from lims.domain.reference import KINDS
from lims.domain.requirement import ANALYTE_KINDS
from lims.domain.sampling.setting import NONCONFORMITIES
from lims.domain.specification import OPERATORS, SEVERITIES

KIND_NAMES: Mapping[str, object] = {
    "category": _l("Categories"),
    "product": _l("Products"),
    "analyte": _l("Analytes"),
    "residue_definition": _l("Residue definitions"),
    "factor_set": _l("Factor sets"),
    "inspection_plan": _l("Inspection plans"),
    "method": _l("Methods"),
    "decision_rule": _l("Decision rules"),
    "limit": _l("Limits"),
    "unit": _l("Units"),
    "disposition_rule": _l("Disposition rules"),
    "table_recipe": _l("Mappings of tables"),
    "qc_plan": _l("Plans of quality control"),
    "recipe": _l("Recipes of instrument files"),
}

FIELD_NAMES: Mapping[str, object] = {
    "M": _l("M (never above)"),
    "intended_use": _l("Intended use it holds for (empty: any)"),
    "nd_in_sums": _l("What is not found in a sum (LB, MB, UB)"),
    "origin": _l("Origin it holds for (empty: any)"),
    "trade_mode": _l("Trade mode it holds for (empty: any)"),
    "allowed_choices": _l("Choices allowed"),
    "analyte": _l("Analyte"),
    "analytical_correction": _l("Analytical correction (toy: by element)"),
    "analytes": _l("Analytes"),
    "base_unit": _l("Base unit"),
    "aql": _l("AQL of piece inspection"),
    "basis": _l("Basis"),
    "c": _l("c (how many above m)"),
    "cas": _l("CAS number"),
    "categories": _l("Categories"),
    "category": _l("Category"),
    "characteristic": _l("Characteristic inspected"),
    "clause": _l("Clause"),
    "combine": _l("How the members are taken together (empty: added)"),
    "comparison": _l("How values are compared"),
    "confidence": _l("Confidence"),
    "deadline": _l("Deadline"),
    "decimals": _l("Decimals to round to"),
    "decision_rule_hint": _l("Decision rule"),
    "default_unit": _l("Usual unit"),
    "demo_cma": _l("CMA (demonstration)"),
    "demo_cnas": _l("CNAS (demonstration)"),
    "dimension": _l("Dimension"),
    "disposition": _l("Disposition"),
    "document": _l("Document"),
    "editable": _l("Editable"),
    "example": _l("File it was made from (SHA-256)"),
    "expanded": _l("Uncertainty the rule brings"),
    "factor_set": _l("Factor set of a weighted sum"),
    "factors": _l("Factors (code:factor; …)"),
    "first": _l("Total that may be measured first"),
    "factor_to_base": _l("Factor to the base unit"),
    "figures": _l("Significant figures of a calculated result"),
    "formula": _l("Formula"),
    "formula_analytes": _l("Analytes of the formula (empty: all)"),
    "formula_unit": _l("Unit of the formula"),
    "goods_class": _l("Goods class"),
    "hs_examples": _l("HS codes"),
    "inspection_level": _l("Inspection level"),
    "instrument": _l("Instrument"),
    "jurisdiction": _l("Jurisdiction"),
    "k": _l("Coverage factor k"),
    "kind": _l("Kind"),
    "layout": _l("Recipe (JSON)"),
    "legal_basis": _l("Legal basis"),
    "lod": _l("LOD"),
    "lod_unit": _l("Unit of the LOD"),
    "loq": _l("LOQ"),
    "loq_unit": _l("Unit of the LOQ"),
    "m": _l("m (good up to)"),
    "members": _l("Members (code:molar mass; …)"),
    "molar_mass": _l("Molar mass the sum is expressed in, g/mol"),
    "maker": _l("Maker"),
    "matrix": _l("Matrix"),
    "method": _l("Method"),
    "n": _l("n (samples)"),
    "name": _l("Name"),
    "name_en": _l("English name"),
    "name_zh": _l("Chinese name"),
    "nd_rule": _l("Rule for not detected"),
    "nonconformity": _l("Kind of nonconformity (empty: not told apart)"),
    "note": _l("Note"),
    "offset_to_base": _l("Offset to the base unit"),
    "operator": _l("Comparison"),
    "p_min": _l("Least probability of conformity"),
    "pool_size": _l("Units that may be tested together in a pool"),
    "plate_range": _l("Colonies on a counted plate (empty: as usual)"),
    "portion": _l("Portion"),
    "priority": _l("Priority"),
    "product": _l("Product"),
    "r": _l("Guard band r (times U)"),
    "recipe": _l("Mapping (JSON)"),
    "recovery_correction": _l("Recovery correction (82%, or asked)"),
    "repeatability": _l("Repeatability limit r (10%, 0.02 mg/kg; by level)"),
    "readings": _l("Readings (name:unit:English:Chinese; …)"),
    "replicates": _l("Determinations a sample"),
    "rule": _l("Rule"),
    "seq": _l("Order"),
    "severity": _l("Severity"),
    "source": _l("Source"),
    "shown_by": _l("Shown by (codes joined by +)"),
    "standard": _l("Standard"),
    "state": _l("State"),
    "strict": _l("Ends not included"),
    "sum_members": _l("Members of the sum"),
    "sum_rule": _l("Rule for the sum"),
    "technique": _l("Technique"),
    "title": _l("Title"),
    "u_rel_pct_k2_typical": _l("Planning uncertainty in % (never printed)"),
    "uncertainty": _l("Uncertainty (20%; k=2; source: report)"),
    "unit": _l("Unit"),
    "validation": _l("Validation record (JSON)"),
    "value": _l("Value"),
    "value2": _l("Upper value of a range"),
    "verdict": _l("Verdict"),
    "what_is_tested": _l("What is tested"),
    "worst_severity": _l("Worst severity"),
    "back_percent": _l("Back-calculated levels, ± %"),
    "blank_every": _l("Samples to one blank"),
    "blank_tenth": _l("A blank also holds below 1/10 of the lowest sample"),
    "calibration": _l("Calibration is recorded"),
    "calibration_levels": _l("Levels of the calibration, at least"),
    "calibration_r": _l("Coefficient of correlation, at least"),
    "ccv": _l("Calibration check: name and value"),
    "ccv_every": _l("Positions to one calibration check"),
    "ccv_low_percent": _l("Calibration check near the LOQ, ± %"),
    "ccv_near": _l("Near the LOQ means up to so many times"),
    "ccv_percent": _l("Calibration check, ± %"),
    "chart_rules": _l("Rules of the control charts"),
    "controls": _l("Controls (positive:strain; negative:medium)"),
    "crm": _l("Reference material: name and certified value"),
    "crm_every": _l("Samples to one reference material"),
    "crm_percent": _l("Reference material without uncertainty, window in %"),
    "duplicate_every": _l("Samples to one duplicate"),
    "duplicate_percent": _l("Duplicates, % of the mean"),
    "internal_standard": _l("Internal standard, window in %"),
    "ion_ratio_percent": _l("Ion ratio, ± % relative"),
    "recovery": _l("Recovery by level (60-120%; 80-110% from 0.1 mg/kg; …)"),
    "rt_minutes": _l("Retention time, ± min"),
    "spike": _l("What is added to a spike"),
    "spike_every": _l("Samples to one spike"),
}

CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("qc_plan", "blank_tenth"): ("Y", "N"),
    ("qc_plan", "calibration"): ("Y", "N"),
    ("qc_plan", "chart_rules"): ("westgard", "nelson", "westgard;nelson"),
    ("limit", "operator"): tuple(sorted(OPERATORS)),
    ("limit", "severity"): SEVERITIES,
    ("decision_rule", "name"): RULES,
    ("decision_rule", "comparison"): COMPARISONS,
    ("analyte", "kind"): ANALYTE_KINDS,
    ("inspection_plan", "nonconformity"): NONCONFORMITIES,
}
"""(kind, field) -> the words it may hold; every other field is free text."""

LONG = frozenset({"validation", "uncertainty", "recipe", "layout"})
"""Fields that are written into a box of several lines."""

ACTIVITY_NAMES: Mapping[str, object] = {
    "test": _l("Test"),
    "review": _l("Review"),
    "sign": _l("Sign reports"),
}

ORGANISATION_NAMES: Mapping[str, object] = {
    "importer": _l("Importers"),
    "producer": _l("Producers"),
    "customs_office": _l("Customs offices"),
    "site": _l("Laboratory sites"),
}

STATE_NAMES: Mapping[str, object] = {
    "proposed": _l("proposed"),
    "released": _l("released"),
    "rejected": _l("rejected"),
    "retired": _l("retired"),
    "new": _l("new"),
    "in_service": _l("in service"),
    "out_of_service": _l("out of service"),
}

CALIBRATION_NAMES: Mapping[str, object] = {
    "good": _l("in calibration"),
    "soon": _l("due soon"),
    "past": _l("past calibration"),
    "unknown": _l("never calibrated"),
}

NAMELESS = sorted({name for kind in KINDS.values() for name in kind.fields} - set(FIELD_NAMES))
"""Fields without a name in the reader's language; a test keeps this empty."""
