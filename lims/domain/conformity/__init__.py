"""Does a result conform to its limit? One comparison by one declared rule, with the line that anyone can check by hand.

Sources: GB/T 8170-2008 clause 4, ILAC-G8:09/2019 4.2, JCGM 106:2012 7.3, ICMSF plans as in GB 4789.1.
"""

from lims.domain.conformity.groups import BOUNDS, COMBINES, GroupVerdict, Member, judge_group
from lims.domain.conformity.judging import judge
from lims.domain.conformity.values import (
    COMPARISONS,
    OPERATORS,
    PLANS,
    RULES,
    UPPER,
    VERDICTS,
    Conformity,
    DecisionRule,
    Limit,
    Measured,
    Uncertainty,
    worst,
)

__all__ = [
    "BOUNDS",
    "COMBINES",
    "COMPARISONS",
    "OPERATORS",
    "PLANS",
    "RULES",
    "UPPER",
    "VERDICTS",
    "Conformity",
    "DecisionRule",
    "GroupVerdict",
    "Limit",
    "Measured",
    "Member",
    "Uncertainty",
    "judge",
    "judge_group",
    "worst",
]
