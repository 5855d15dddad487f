"""``lims decide [FILE|-]``: one case a line in, one verdict a line out, in the same order.

It stores nothing; it shows what the product would say about these figures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from lims.cli.decision.case import Case, case_of
from lims.cli.entry import lines_of, opened, say, speak_utf8, unopened
from lims.domain.conformity import PLANS, Conformity, Member, judge, judge_group
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput

ANSWERED, MALFORMED = 0, 2


def main(argv: list[str]) -> int:
    """Exit 0 every question got an answer, 2 a line or the caller's words are malformed."""
    parser = argparse.ArgumentParser(prog="lims decide", description="Compare results with limits by a decision rule.")
    parser.add_argument("file", nargs="?", default="-", metavar="FILE", help="JSON lines, or - for standard input")
    try:
        words = parser.parse_args(argv)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    speak_utf8()
    code = ANSWERED
    try:
        with opened(words.file) as stream:
            for number, line in enumerate(lines_of(stream), 1):
                if line.strip():
                    code = max(code, _answer(words.file, number, line))
    except OSError as error:
        return unopened("decide", words.file, error)
    return code


def _answer(name: str, number: int, line: bytes) -> int:
    """Say the verdict on one line; a script may wait for it before it asks again."""
    try:
        say(decide(case_of(line)))
        code = ANSWERED
    except BadInput as error:
        told = {key: error.params[key] for key in ("field", "case") if error.params.get(key) is not None}
        say({"id": None, "verdict": "INVALID", "reason": "BAD_CASE", "line": number, **told})
        print(f"decide: {name}, line {number}: {_told(error)}", file=sys.stderr)
        code = MALFORMED
    sys.stdout.flush()
    return code


def _told(error: BadInput) -> str:
    shown = error.params.get("text")
    told = f"{error.params.get('field', 'case')}: {error.params.get('why', 'not known here')}"
    return f"{told}: {shown!r}" if shown else told


def decide(case: Case) -> dict[str, Any]:
    """The answer to one case, as the public interface shows it."""
    if case.members is not None:
        found = judge_group(case.members, case.combine, case.limit, case.rule, case.uncertainty, case.bound)
        extra: dict[str, Any] = {"failing": list(found.failing)} if found.failing else {}
        if found.bounds:
            extra["bounds"] = {name: plain(value) for name, value in found.bounds.items()}
        return _as_json(case, found.conformity, extra)
    return _as_json(case, _judged(case), {})


def _judged(case: Case) -> Conformity:
    """Results that carry their uncertainty in their text (``0.17 ± 0.03``) are each judged with their own."""
    measured = [one for one, _ in case.results]
    own = [uncertainty for _, uncertainty in case.results]
    plan = case.limit is not None and case.limit.operator in PLANS
    if case.uncertainty is not None or plan or not any(own):
        return judge(measured, case.limit, case.rule, case.uncertainty)
    if len(measured) == 1:
        return judge(measured, case.limit, case.rule, own[0])
    members = {str(number): Member(one, uncertainty=u) for number, (one, u) in enumerate(case.results, 1)}
    return judge_group(members, "EACH", case.limit, case.rule).conformity


def _as_json(case: Case, found: Conformity, extra: Mapping[str, Any]) -> dict[str, Any]:
    return {**answer(case.id, found, case.limit.unit if case.limit else ""), **extra}


def answer(id: Any, found: Conformity, limit_unit: str) -> dict[str, Any]:
    """A verdict as the public interface shows it; one without a unit of its own is in that of the limit."""
    worked, worked_zh = found.lines
    return {
        "id": id,
        "verdict": found.verdict,
        "reason": found.reason,
        "compared": found.compared,
        "unit": found.unit or limit_unit or None,
        "acceptance_limit": found.acceptance_limit,
        "p_conform": found.p_conform,
        "worked": worked,
        "worked_zh": worked_zh,
        "qualifier": found.qualifier or None,
    }
