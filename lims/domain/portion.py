"""Whether what was drawn is enough: test portions of the chosen methods, reserve and retained parts against the sample.

Grams, millilitres and pieces are three accounts; nothing is carried from one to another. It knows no sample row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from lims.domain.numbers import units
from lims.domain.numbers.rounding import plain
from lims.domain.rules.errors import BadInput
from lims.domain.rules.refusal import Refusal, refusal

ACCOUNTS = ("g", "mL", "pcs")
"""The unit each account is kept in."""
USES = ("test", "reserve", "retained")
TAKES_NOTHING = "-"
"""A method's portion where it takes nothing of the sample: a document is read, a vehicle looked at."""
_SPELLINGS = {
    "g": "g", "kg": "kg", "ml": "mL", "l": "L",
    "克": "g", "千克": "kg", "公斤": "kg", "毫克": "mg", "毫升": "mL", "升": "L",
    **dict.fromkeys(("piece", "pieces", "pc", "pcs", "件", "个", "只", "块", "片"), "pcs"),
}
_MEASURES = ("mg", "g", "kg", "µL", "mL", "dL", "L")
"""Units of a portion; the rest of the laboratory's units say something about goods, not how much of them."""
_AMOUNT = re.compile(r"(?P<value>[0-9]{1,9}(?:\.[0-9]{1,6})?)\s*(?P<unit>[^\W0-9_]{1,10})")
_LONGEST = 40
_MOST_TIMES = 10_000
_MOST_REPLICATES = 100


@dataclass(frozen=True)
class Amount:
    """How much, in the unit of its account, and as it was written."""

    value: Decimal
    account: str
    written: str

    def __str__(self) -> str:
        return self.written

    def times(self, count: int) -> Amount:
        value = self.value * count
        return Amount(value, self.account, _shown(value, self.account))


@dataclass(frozen=True)
class Need:
    """One claim on the sample: a method's test portion, a part held in reserve or retained; ``portion`` as ``25 g``."""

    name: str
    portion: str
    use: str = "test"
    times: int = 1
    """Portions of that size: n units of a plan, or repeated determinations."""
    duplicate: bool = False
    """Each portion is taken twice."""
    usual: bool = False
    """The method states no portion of its own; that of the category is reckoned with."""

    @property
    def count(self) -> int:
        return self.times * (2 if self.duplicate else 1)


@dataclass(frozen=True)
class Row:
    """One account: what is needed for each use, what was drawn, and what would be left (below zero: missing)."""

    account: str
    by_use: tuple[tuple[str, Decimal], ...]
    needed: Decimal
    drawn: Decimal

    @property
    def left(self) -> Decimal:
        return self.drawn - self.needed

    @property
    def shown(self) -> tuple[str, str, str]:
        """Needed, drawn and left, with their unit."""
        needed, drawn, left = (_shown(value, self.account) for value in (self.needed, self.drawn, self.left))
        return needed, drawn, left


@dataclass(frozen=True)
class Budget:
    """The accounts that are touched, and every reason why what was drawn is not enough."""

    rows: tuple[Row, ...]
    shortfall: tuple[Refusal, ...]


def amount(text: str, field: str = "portion") -> Amount:
    """``25 g``, ``0.5 kg``, ``250 mL``, ``3 pcs``, ``500克``; BadInput naming the field for anything else."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        raise BadInput("NOT_AN_AMOUNT", field=field, value=text[:_LONGEST])
    value, unit = Decimal(match["value"]), _SPELLINGS.get(match["unit"].casefold(), match["unit"])
    if not value:
        raise BadInput("NOT_AN_AMOUNT", field=field, value=text[:_LONGEST])
    written = f"{match['value']} {unit}" if unit != "pcs" else _shown(value, "pcs")
    account, size = _account(unit, field)
    in_account = value * size
    if account == "pcs" and in_account != in_account.to_integral_value():
        raise BadInput("NOT_AN_AMOUNT", field=field, value=text[:_LONGEST])
    return Amount(in_account, account, written)


def _account(unit: str, field: str) -> tuple[str, Decimal]:
    """The account that a unit belongs to, and how much of it one unit is."""
    if unit == "pcs":
        return "pcs", Decimal(1)
    unit = "µL" if unit == "uL" or unit == "μL" else unit
    if unit in _MEASURES:
        one = units.amount(Decimal(1), unit.replace("µ", "u"))
        for account in ("g", "mL"):
            size = units.number_of(one, account)
            if size is not None:
                return account, size
    raise BadInput("UNKNOWN_UNIT", field=field, unit=unit[:_LONGEST])


def need_of_method(
    code: str, content: Mapping[str, str], *, duplicate: bool = False, times: int = 1, usual: str = ""
) -> Need | None:
    """What a method takes of the sample, from the ``portion`` of its content, else the usual one; None for nothing."""
    stated = (content.get("portion") or "").strip()
    if stated == TAKES_NOTHING:
        return None
    return Need(code, stated or usual.strip(), "test", times, duplicate, usual=not stated and bool(usual.strip()))


def replicates(text: str) -> int:
    """Determinations that a method makes of one sample; one where nothing is said, BadInput naming the field."""
    text = text.strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= _MOST_REPLICATES):
        raise BadInput("COUNT_OUT_OF_RANGE", field="replicates", value=text[:_LONGEST], least=1, most=_MOST_REPLICATES)
    return int(text or 1)


def held_for(needs: Iterable[Need], use: str) -> tuple[Need, ...]:
    """The same tests once more, to be kept for ``reserve`` or ``retained``, so that each could be repeated."""
    return tuple(replace(need, use=use) for need in needs if need.use == "test")


def budget(needs: Iterable[Need], drawn: Iterable[str]) -> Budget:
    """What is needed against what was drawn, account by account.

    A need without a portion is itself a reason: it is never taken for nothing. BadInput for a text that is no amount.
    """
    wanted: dict[tuple[str, str], Decimal] = {}
    shortfall = []
    for need in needs:
        _check(need)
        if not need.portion:
            shortfall.append(refusal("PORTION_NOT_STATED", what=need.name))
            continue
        found = amount(need.portion, "portion").times(need.count)
        wanted[found.account, need.use] = wanted.get((found.account, need.use), Decimal(0)) + found.value
    available = _available(drawn)
    rows = tuple(row for account in ACCOUNTS if (row := _row(account, wanted, available)))
    return Budget(rows, (*(_short(row) for row in rows if row.left < 0), *shortfall))


def _check(need: Need) -> None:
    if need.use not in USES:
        raise BadInput("UNKNOWN_PORTION_USE", field="use", text=need.use[:_LONGEST])
    if type(need.times) is not int or not 1 <= need.times <= _MOST_TIMES:
        raise BadInput("COUNT_OUT_OF_RANGE", field="times", value=str(need.times)[:_LONGEST], least=1, most=_MOST_TIMES)


def _available(drawn: Iterable[str]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for text in drawn:
        found = amount(text, "drawn")
        total[found.account] = total.get(found.account, Decimal(0)) + found.value
    return total


def _row(
    account: str, wanted: Mapping[tuple[str, str], Decimal], available: Mapping[str, Decimal]
) -> Row | None:
    """The account's row; None where it is neither wanted nor drawn."""
    by_use = tuple((use, wanted[account, use]) for use in USES if (account, use) in wanted)
    if not by_use and account not in available:
        return None
    needed = sum((value for _, value in by_use), Decimal(0))
    return Row(account, by_use, needed, available.get(account, Decimal(0)))


def _short(row: Row) -> Refusal:
    return refusal(
        "PORTION_SHORT", needed=_shown(row.needed, row.account), drawn=_shown(row.drawn, row.account),
        missing=_shown(-row.left, row.account),
    )


def _shown(value: Decimal, account: str) -> str:
    """Without an exponent or idle zeros: ``1500 mL``, ``3 pcs``."""
    number = plain(value.normalize()) if value else "0"
    return f"{number} {account}"
