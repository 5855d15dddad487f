"""How the members of a group are taken together against a limit, at which bound, and why: law first, then the analyte.

Also which members there are and by what factor each counts. It judges nothing; that is conformity/groups.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from lims.domain.factors import FactorSet
from lims.domain.requirement import Analyte
from lims.domain.residue import Residue, Share, in_force_for, shares
from lims.domain.rules.errors import BadInput
from lims.domain.specification import LimitVersion


class Combination(NamedTuple):
    """``bound`` None: both bounds are judged, and a verdict that hangs on them is not given."""

    combine: str
    bound: str | None
    reason: str
    """A code: which rule said so."""


BOUND_OF = {"SUM_LB": "LB", "SUM_UB": "UB", "CN_ND_HALF_LOD_OR_CONFIG": "MB"}
CONFIGURED = "CN_ND_HALF_LOD_OR_CONFIG"
"""Half of what was not found, unless the laboratory's decision rule says otherwise."""


def combination(limit: LimitVersion | None, analyte: Analyte, nd_in_sums: str = "") -> Combination:
    """The limit's own rule for the sum, else what the analyte is, else a plain sum at both bounds.

    ``nd_in_sums`` is the bound that the decision rule names; it counts where the limit leaves it to the laboratory.
    """
    rule = limit.sum_rule if limit else ""
    if rule == "EACH_MEMBER":
        return Combination("EACH", None, rule)
    if analyte.combine == "EACH":
        return Combination("EACH", None, "ANALYTE_IS_EACH")
    if limit is not None and limit.operator == "ND":
        return Combination("EACH", None, "NONE_MAY_BE_DETECTED")
    combine = analyte.combine or "SUM"
    if rule == CONFIGURED and nd_in_sums:
        return Combination(combine, nd_in_sums, "SET_BY_THE_LABORATORY")
    if rule in BOUND_OF:
        return Combination(combine, BOUND_OF[rule], rule)
    return Combination(combine, None, "NO_BOUND_GIVEN")


def members(
    analyte: Analyte, definitions: Iterable[Residue], factors: FactorSet | None, jurisdiction: str
) -> tuple[Share, ...]:
    """What is measured for the group, by its residue definition, its factor set, or its plain list; empty: no group."""
    known = in_force_for(definitions, jurisdiction)
    if analyte.combine in ("", "SUM") and analyte.code in known:
        return shares(known[analyte.code], known)
    listed = tuple(part.strip() for part in analyte.sum_members.split("+") if part.strip())
    if analyte.combine != "TEQ":
        return tuple(Share(code) for code in listed)
    if factors is None:
        raise BadInput("NO_FACTOR_SET", field="factor_set", text=analyte.factor_set or analyte.code)
    return tuple(_weighed(code, factors.factors) for code in listed)


def _weighed(code: str, factors: Mapping[str, Decimal]) -> Share:
    if code not in factors:
        raise BadInput("NO_FACTOR", field="factor_set", member=code)
    return Share(code, factors[code])
