"""What goods are inspected for piece by piece, at which level and AQL: of a category, or for a product by its own plan.

Each kind of nonconformity (critical, major, minor) has its own AQL and is counted as a characteristic of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lims.domain.rules.errors import BadInput
from lims.domain.sampling.tables import LEVELS, preferred_aql

NONCONFORMITIES = ("critical", "major", "minor")
_LONGEST = 60
_SPLIT = "/"


@dataclass(frozen=True)
class Setting:
    characteristic: str
    level: str
    aql: Decimal
    nonconformity: str = ""
    """critical, major or minor; empty: not told apart."""
    source: str = ""
    """The item of the catalogue and its version."""
    standard: str = ""

    @property
    def key(self) -> str:
        """What lots are counted by: ``SEAMS/major``."""
        return self.characteristic + (f"{_SPLIT}{self.nonconformity}" if self.nonconformity else "")


def parts_of(key: str) -> tuple[str, str]:
    """The characteristic and the kind of nonconformity that a key is made of."""
    characteristic, _, kind = key.partition(_SPLIT)
    return characteristic, kind


def is_grave(key: str) -> bool:
    """A critical nonconformity makes the goods unsafe (ISO 2859-1, 3.1.6 and its notes), so its lot fails as such."""
    return parts_of(key)[1] == "critical"


def setting_from(content: Mapping[str, str], source: str = "") -> Setting | None:
    """None where the category is not inspected piece by piece; BadInput for a setting that is not whole."""
    level, aql, what = (_text(content, name) for name in ("inspection_level", "aql", "characteristic"))
    if not (level or aql or what):
        return None
    _check(level, what)
    return Setting(what, level, preferred_aql(aql), source=source)


def inspection_plan_from(content: Mapping[str, str], source: str = "") -> Setting:
    """A plan of its own for a product or for all goods of a category; BadInput names the field that cannot stand."""
    level, aql, what = (_text(content, name) for name in ("inspection_level", "aql", "characteristic"))
    product, category, kind = (_text(content, name) for name in ("product", "category", "nonconformity"))
    if bool(product) == bool(category):
        raise BadInput("PRODUCT_OR_CATEGORY", field="category" if product else "product")
    if kind and kind not in NONCONFORMITIES:
        raise BadInput("UNKNOWN_CHOICE", field="nonconformity", value=kind[:40])
    _check(level, what)
    return Setting(what, level, preferred_aql(aql), kind, source, _text(content, "standard"))


def check_alone(code: str, content: Mapping[str, str], others: Mapping[str, Mapping[str, str]]) -> None:
    """One plan for the same goods, characteristic and kind of nonconformity."""
    same = ("product", "category", "characteristic", "nonconformity")
    mine = [_text(content, name) for name in same]
    twin = next((other for other, its in others.items() if [_text(its, name) for name in same] == mine), None)
    if twin is not None and twin != code:
        raise BadInput("INSPECTION_PLAN_TWICE", field="characteristic", plan=twin)


def chosen(
    of_product: Iterable[Setting], of_category: Iterable[Setting], default: Setting | None
) -> tuple[Setting, ...]:
    """For each characteristic the plans of the product, else those of its category, else the category's default."""
    found: dict[str, tuple[Setting, ...]] = {}
    for level in (tuple(of_product), tuple(of_category), (default,) if default else ()):
        for what in dict.fromkeys(one.characteristic for one in level if one.characteristic not in found):
            found[what] = tuple(one for one in level if one.characteristic == what)
    rank = ("", *NONCONFORMITIES)
    every = (one for what in found for one in found[what])
    return tuple(sorted(every, key=lambda one: (one.characteristic, rank.index(one.nonconformity))))


def _text(content: Mapping[str, str], name: str) -> str:
    return (content.get(name) or "").strip()


def _check(level: str, what: str) -> None:
    if level not in LEVELS:
        raise BadInput("UNKNOWN_CHOICE", field="inspection_level", value=level[:40])
    if not what or len(what) > _LONGEST or _SPLIT in what:
        raise BadInput("FIELD_NEEDED", field="characteristic")
