"""What a category of goods is inspected for piece by piece, at which level and AQL: a setting of the laboratory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lims.domain.rules.errors import BadInput
from lims.domain.sampling.tables import LEVELS, preferred_aql

_LONGEST = 80


@dataclass(frozen=True)
class Setting:
    characteristic: str
    level: str
    aql: Decimal


def setting_from(content: Mapping[str, str]) -> Setting | None:
    """None where the category is not inspected piece by piece; BadInput for a setting that is not whole."""
    level, aql, what = (
        (content.get(name) or "").strip() for name in ("inspection_level", "aql", "characteristic")
    )
    if not (level or aql or what):
        return None
    if level not in LEVELS:
        raise BadInput("UNKNOWN_CHOICE", field="inspection_level", value=level[:40])
    if not what or len(what) > _LONGEST:
        raise BadInput("FIELD_NEEDED", field="characteristic")
    return Setting(what, level, preferred_aql(aql))
