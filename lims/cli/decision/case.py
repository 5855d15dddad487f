"""One case of ``lims decide``: from a line of JSON to the domain's values, or what is wrong with it.

It knows the words of the public interface and judges nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lims.cli.decision.measured import Results, members_of, results_of
from lims.cli.decision.wording import a_text, bad, limit_of, rule_of, uncertainty_of
from lims.domain.conformity import BOUNDS, COMBINES, UPPER, DecisionRule, Limit, Member, Uncertainty
from lims.domain.rules.errors import BadInput

MOST_BYTES = 1_000_000
"""A case is a line of text; a longer one is a mistake."""
_NOT_FOR_GROUPS = ("NCM2", "NCM3", "OUTCOME")


@dataclass(frozen=True)
class Case:
    """What is asked: results, or a group of members, against a limit by a rule."""

    id: Any
    results: Results
    limit: Limit | None
    rule: DecisionRule
    uncertainty: Uncertainty | None
    members: Mapping[str, Member] | None = None
    combine: str = ""
    bound: str | None = None


def case_of(line: bytes) -> Case:
    """The case in one line; BadInput BAD_CASE names the field and says what is wrong with it."""
    given = _parsed(line)
    try:
        return _case(given)
    except BadInput as error:
        named = given.get("id")
        raise BadInput("BAD_CASE", case=named if isinstance(named, str | int) else None, **error.params) from None


def _no_number(word: str) -> Any:
    """NaN and the infinities are words of some writers of JSON, not of JSON; echoed, they would spoil the answer."""
    raise ValueError(word)


def _parsed(line: bytes) -> Mapping[str, Any]:
    if len(line) > MOST_BYTES:
        raise BadInput("BAD_CASE", field="case", why="too long")
    try:
        given = json.loads(line.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError:
        raise BadInput("BAD_CASE", field="case", why="not UTF-8") from None
    except (ValueError, RecursionError):
        raise BadInput("BAD_CASE", field="case", why="not JSON") from None
    if not isinstance(given, dict):
        raise BadInput("BAD_CASE", field="case", why="not a JSON object")
    return given


def _case(given: Mapping[str, Any]) -> Case:
    limit = limit_of(given.get("limit"))
    rule = rule_of(given.get("rule"), given.get("comparison"))
    unit = limit.unit if limit else ""
    uncertainty = uncertainty_of(given.get("uncertainty"), "uncertainty", unit)
    results, members = given.get("results"), given.get("members")
    if members is None:
        if given.get("combine") is not None or given.get("bound") is not None:
            _words_of_group(given)
        outcome = limit is not None and limit.operator == "OUTCOME"
        return Case(given.get("id"), results_of(results, unit, outcome), limit, rule, uncertainty)
    if results is not None:
        raise bad("members", "results and members exclude each other")
    combine, bound = _words_of_group(given)
    if limit is not None and limit.operator in _NOT_FOR_GROUPS:
        raise bad("limit.operator", "not for groups", limit.operator)
    found = members_of(members, unit)
    if combine == "RATIO_SUM":
        _only_maxima(found)
    return Case(given.get("id"), [], limit, rule, uncertainty, found, combine, bound)


def _only_maxima(members: Mapping[str, Member]) -> None:
    """A ratio is taken of what may be there at most; no other limit can be divided by (GB 2760 appendix A)."""
    for name, member in members.items():
        if member.limit is None:
            continue
        if member.limit.operator not in UPPER:
            raise bad(f"members.{name}.limit.operator", "not for sums of ratios", member.limit.operator)
        if Decimal(member.limit.value or "0") <= 0:
            raise bad(f"members.{name}.limit.value", "not above zero", member.limit.value)


def _words_of_group(given: Mapping[str, Any]) -> tuple[str, str | None]:
    combine, bound = a_text(given.get("combine"), "combine"), a_text(given.get("bound"), "bound")
    if combine not in COMBINES:
        raise bad("combine", "unknown word", combine)
    if bound is not None and bound not in BOUNDS:
        raise bad("bound", "unknown word", bound)
    return combine, bound
