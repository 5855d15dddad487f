"""Which of the limits of a product hold for this import: by origin, intended use and trade mode, as far as declared.

A limit that names none holds for all. What is not declared is unknown, and a limit that asks for it is neither taken
nor left out: it becomes a choice for a person. So do several limits for parts or forms of the goods (matrix).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lims.domain.specification import LimitVersion

SEVERAL = "SEVERAL_MATRICES"


@dataclass(frozen=True)
class Situation:
    """What is declared of an import besides the goods; empty where nothing is."""

    origin: str = ""
    intended_use: str = ""
    trade_mode: str = ""


UNDECLARED = Situation()
CONDITIONS = (
    ("origin", "ORIGIN_NOT_DECLARED"), ("intended_use", "USE_NOT_DECLARED"), ("trade_mode", "TRADE_MODE_NOT_DECLARED"),
)  # fmt: skip
"""Fields that limit and situation have in common, and what is said where one is asked for and not declared."""


class Held(NamedTuple):
    """One limit that holds (``limits`` is that one), or several, or an uncertain one, of which a person takes one."""

    limits: tuple[LimitVersion, ...]
    why: tuple[str, ...]
    """Why it is a choice; empty where the limit holds."""


def narrowed(limits: Iterable[LimitVersion], here: Situation) -> tuple[Held, ...]:
    """What holds, in the order of the limits' codes; a limit that only informs always stands by itself."""
    groups: dict[tuple[str, str], list[LimitVersion]] = {}
    for limit in sorted(limits, key=lambda one: one.code):
        if stands(limit, here) != "no":
            own = limit.code if limit.operator == "INFO_LE" else ""
            groups.setdefault((limit.analyte, own), []).append(limit)
    return tuple(_held(group, here) for group in groups.values())


def _held(group: Sequence[LimitVersion], here: Situation) -> Held:
    """Of one analyte. The limit that asks for more than another of its matrix goes before that one."""
    most: dict[str, int] = {}
    for limit in group:
        if stands(limit, here) == "yes":
            most[limit.matrix] = max(most.get(limit.matrix, 0), _asks(limit))
    left = [one for one in group if stands(one, here) == "unknown" or _asks(one) == most[one.matrix]]
    open_ = [reason for one in left for reason in _undeclared(one, here)]
    several = [SEVERAL] if len({one.matrix for one in left}) > 1 or (len(left) > 1 and not open_) else []
    return Held(tuple(left), tuple(dict.fromkeys([*several, *open_])))


def stands(limit: LimitVersion, here: Situation) -> str:
    """``yes``, ``no``, or ``unknown`` where the limit asks for what is not declared."""
    known = [_meets(getattr(limit, name), getattr(here, name)) for name, _ in CONDITIONS]
    return "no" if False in known else "unknown" if None in known else "yes"


def _meets(asked: str, declared: str) -> bool | None:
    """``JP;KR`` for one of them, ``!JP;KR`` for none of them. A name may follow the code: ``JP 日本``."""
    words = {word.strip().casefold() for word in asked.removeprefix("!").split(";") if word.strip()}
    if not words:
        return True
    said = declared.strip().casefold()
    if not said:
        return None
    return bool(words & {said, said.split()[0]}) is not asked.startswith("!")


def _asks(limit: LimitVersion) -> int:
    return sum(1 for name, _ in CONDITIONS if getattr(limit, name))


def _undeclared(limit: LimitVersion, here: Situation) -> list[str]:
    return [reason for name, reason in CONDITIONS if _meets(getattr(limit, name), getattr(here, name)) is None]
