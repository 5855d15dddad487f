"""Units of food tested together: which units each pool holds, and what its answer says about the plan.

A negative pool clears every unit in it; a positive one says that at least one is positive, never how many.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lims.domain.conformity import Conformity, Limit, Measured, judge
from lims.domain.conformity.working import Said
from lims.domain.numbers.entry import Entry, read_entry
from lims.domain.rules.errors import BadInput
from lims.domain.workup import Part, Work

KIND = "pools"
MOST = 60
"""Pools of one plan."""
_LARGEST_N = 999
_UNITS = re.compile(r"[0-9]{1,3}(?:-[0-9]{1,3})?(?:,[0-9]{1,3}(?:-[0-9]{1,3})?)*")
_LINE = re.compile(r"(?P<units>[0-9][0-9,\s-]*):(?P<answer>.*)", re.DOTALL)
_DASHES = str.maketrans({"–": "-", "—": "-", "~": "-", "至": "-", "、": ",", "：": ":", "，": ","})
_NO_ANSWER = frozenset({"refused", "not_measured", "list", "over_range"})


@dataclass(frozen=True)
class Pool:
    """The numbers of its units in the plan, counted from 1, and its answer as typed."""

    units: tuple[int, ...]
    text: str

    @property
    def named(self) -> str:
        return spans(self.units)

    @property
    def entry(self) -> Entry:
        return read_entry(self.text)


@dataclass(frozen=True)
class Plan:
    """The plan that pools are held against, and how many units the method lets into one pool (0: as many as wanted)."""

    limit: Limit
    code: str = ""
    portion: str = ""
    size: int = 0

    @property
    def n(self) -> int:
        return self.limit.n or 0


def may_be_pooled(limit: Limit | None) -> bool:
    """Only a plan of two classes for absence: a pool is an average of counts and tells nothing of one unit."""
    return limit is not None and limit.operator == "NCM2" and limit.plan[0] == 0 and 0 < (limit.n or 0) <= _LARGEST_N


def written(text: str) -> tuple[str, ...]:
    """``1-5: ND; 6-10: detected`` in one text; empty for anything else."""
    parts = tuple(part.strip() for part in re.split(r"[;；\n]", text) if part.strip())
    return parts if parts and all(_LINE.fullmatch(_plain(part)) for part in parts) else ()


def pool_size(text: str) -> int:
    """The method's field: units that may go into one pool; nothing said is no bound. BadInput names the field."""
    text = text.strip()
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _LARGEST_N):
        raise BadInput("COUNT_OUT_OF_RANGE", field="pool_size", value=text[:40], least=1, most=_LARGEST_N)
    return int(text or 0)


def read_pools(texts: Sequence[str], plan: Plan) -> tuple[Pool, ...]:
    """One text a pool, ``1-5: ND``. Where no units are named, the n units are shared out in their order.

    BadInput POOLING_NOT_ALLOWED, POOL_UNITS_NEEDED, POOL_UNIT_TWICE, POOL_TOO_LARGE, or NOT_A_RESULT.
    """
    if not may_be_pooled(plan.limit):
        raise BadInput("POOLING_NOT_ALLOWED", field=KIND, limit=plan.code)
    if not 1 <= len(texts) <= MOST:
        raise BadInput("COUNT_OUT_OF_RANGE", field=KIND, value=str(len(texts)), least=1, most=MOST)
    lines = [_LINE.fullmatch(_plain(text)) for text in texts]
    if any(lines) and not all(lines):
        raise BadInput("POOL_UNITS_NEEDED", field=KIND)
    if all(lines):
        found = tuple(Pool(_units(line["units"]), line["answer"].strip()) for line in lines if line)
    else:
        shares = _shared(len(texts), plan)
        found = tuple(Pool(units, text.strip()) for units, text in zip(shares, texts, strict=True))
    _check(found, plan)
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_DASHES).strip()


def _units(text: str) -> tuple[int, ...]:
    bare = "".join(text.split()).strip(",")
    if not _UNITS.fullmatch(bare):
        raise BadInput("POOL_UNITS_NEEDED", field=KIND)
    found: list[int] = []
    for part in bare.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    if not found or 0 in found:
        raise BadInput("POOL_UNITS_NEEDED", field=KIND)
    return tuple(sorted(found))


def _shared(count: int, plan: Plan) -> list[tuple[int, ...]]:
    """Pools of the method's size, or as even as they can be; with another number of pools than that, n is missed."""
    size = plan.size or -(-plan.n // count)
    shares = [tuple(range(start, min(start + size, plan.n + 1))) for start in range(1, plan.n + 1, size)][:count]
    if len(shares) < count:
        raise BadInput("COUNT_OUT_OF_RANGE", field=KIND, value=str(count), least=1, most=len(shares))
    return shares


def _check(pools: Sequence[Pool], plan: Plan) -> None:
    listed = [unit for pool in pools for unit in pool.units]
    twice = next((unit for unit in listed if listed.count(unit) > 1), None) if len(listed) <= _LARGEST_N else 0
    if twice is not None:
        raise BadInput("POOL_UNIT_TWICE", field=KIND, unit=twice)
    for pool in pools:
        if plan.size and len(pool.units) > plan.size:
            raise BadInput("POOL_TOO_LARGE", field=KIND, units=pool.named, most=plan.size)
        entry = pool.entry
        word = entry.status == "qualitative" and entry.word != "DETECTED"
        if entry.status in _NO_ANSWER or word:
            raise BadInput("NOT_A_RESULT", field=KIND, text=pool.text[:60])


def judge_pools(pools: Sequence[Pool], limit: Limit) -> Conformity:
    """The plan judged by its pools; INVALID where they do not hold each of its n units once.

    INCONCLUSIVE where the number of positive units hangs on the units of a positive pool; the line says which to test.
    """
    if not may_be_pooled(limit):  # asked only where a stored result is held against another limit
        return Conformity("INVALID", "POOLING_NOT_ALLOWED", basis=Said("tested in pools", "合并样检验"))
    n, c = limit.n or 0, limit.c or 0
    held = {unit for pool in pools for unit in pool.units}
    if held != set(range(1, n + 1)):
        there = spans(held)
        said = Said(f"pools of units {there}, the plan wants n = {n}", f"合并样含单位 {there}，方案要求 n = {n}")
        return Conformity("INVALID", "N_MISMATCH", None, limit.unit, basis=said)
    answers = [_answer(pool, limit) for pool in pools]
    trouble = next((one for one in answers if one.verdict == "INVALID"), None)
    if trouble is not None:
        return trouble
    positive = [(pool, one) for pool, one in zip(pools, answers, strict=True) if one.verdict != "PASS"]
    least = sum(one.verdict == "FAIL" for _, one in positive)
    open_units = [unit for pool, _ in positive for unit in pool.units]
    most = len(open_units)
    if least > c:
        verdict, reason = "FAIL", "POSITIVE_POOL"
    elif most <= c:
        verdict, reason = "PASS", None
    else:
        verdict = "INCONCLUSIVE"
        reason = "POOL_UNITS_SINGLY" if least else positive[0][1].reason
    return Conformity(verdict, reason, None, limit.unit, basis=_said(pools, limit, least, verdict, open_units))


def _answer(pool: Pool, limit: Limit) -> Conformity:
    """The pool as if it were one unit of a plan that allows none; its own portion is no other unit of measurement."""
    entry = pool.entry
    unit = "" if entry.status != "numeric" or (entry.unit or "").startswith("/") else entry.unit or ""
    measured = Measured(entry.status, entry.value, entry.qualifier, unit, entry.lod, None, entry.text, entry.word)
    return judge((measured,), replace(limit, n=1, c=0))


def _said(
    pools: Sequence[Pool], limit: Limit, least: int, verdict: str, open_units: Sequence[int]
) -> Said:
    most = len(open_units)
    named = ", ".join(pool.named for pool in pools)
    counted = str(least) if least == most else f"{least}..{most}"
    english = f"n = {limit.n}, c = {limit.c}, m = {limit.m}; pools of units {named}; positive units: {counted}"
    chinese = f"n = {limit.n}，c = {limit.c}，m = {limit.m}；合并样含单位 {named}；阳性单位数 {counted}"
    after = {
        "PASS": (", a negative pool clears all its units", "，阴性合并样即其全部单位阴性") if not most else ("", ""),
        "FAIL": (f", more than c = {limit.c}", f"，大于 c = {limit.c}"),
        "INCONCLUSIVE": (f", test units {spans(open_units)} singly", f"，须逐个检验单位 {spans(open_units)}"),
    }[verdict]
    return Said(english + after[0], chinese + after[1])


def worked(texts: Sequence[str], plan: Plan, unit: str) -> Work:
    """The result as a list with one member a pool, each kept as typed with the units that it holds."""
    pools = read_pools(texts, plan)
    shown = tuple(f"{_short(pool.entry)} ({pool.named})" for pool in pools)
    listed = [
        {"units": pool.named, "size": len(pool.units), "text": pool.text,
         "answer": {"FAIL": "positive", "PASS": "negative"}.get(_answer(pool, plan.limit).verdict, "unclear")}
        for pool in pools
    ]  # fmt: skip
    line = ", ".join(shown)
    more = {"pools": listed, "n": plan.n, "c": plan.limit.c, "portion": plan.portion}
    part = Part(KIND, line, line, unit, tuple(texts), more=more)
    typed = "; ".join(f"{pool.named}: {pool.text}" for pool in pools)
    entry = Entry(typed, "list", values=tuple(pool.entry for pool in pools))
    return Work(entry, unit, 3, (part,), members=shown)


def _short(entry: Entry) -> str:
    return "ND" if entry.status == "not_detected" else entry.text.strip()


def kept_in(calculation: Mapping[str, Any] | None) -> tuple[Pool, ...]:
    """The pools of a stored result; empty for one of another kind."""
    parts = (calculation or {}).get("parts") or ()
    listed = next((part[KIND] for part in parts if part.get("kind") == KIND), ())
    return tuple(Pool(_units(one["units"]), one["text"]) for one in listed)


def spans(units: Iterable[int]) -> str:
    """``1-5, 7``."""
    found: list[list[int]] = []
    for unit in sorted(units):
        if found and unit == found[-1][1] + 1:
            found[-1][1] = unit
        else:
            found.append([unit, unit])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in found)
