"""``blocks``: the same small table again and again, each under a key line that names its sample or its analyte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from instruments.reading import Tally
from instruments.recipes.column import column_missing
from instruments.recipes.fields import Fields
from instruments.recipes.keyed import Key, key_of
from instruments.recipes.recipe import Cell, Recipe
from instruments.recipes.table import Table, table_of
from instruments.tools.grid import Sheet


@dataclass(frozen=True)
class Blocks:
    """``also`` are further lines between the key line and the table; ``end`` closes a block before the next key."""

    gives: str
    key: Key
    also: tuple[tuple[str, Key], ...]
    end: Key | None
    ends_at_blank: bool
    may_be_empty: bool
    table: Table

    def recognise(self, recipe: Recipe, sheets: tuple[Sheet, ...]) -> bool:
        return any(self.table.header_at(block) is not None for sheet in sheets for _, block in self._blocks(sheet))

    def cells(self, recipe: Recipe, sheets: tuple[Sheet, ...], tally: Tally) -> Iterator[Cell]:
        found = False
        for sheet in sheets:
            for key, block in self._blocks(sheet):
                at = self.table.header_at(block)
                if at is None:
                    if self.may_be_empty:
                        tally.notice("BLOCK_WITHOUT_TABLE", line=block.rows[0].line)
                        continue
                    raise column_missing(self.table.missing((block,)), recipe.key)
                found = True
                yield from self.table.below(self._shortened(block, at), at, tally, self._given(key, block, at))
        if not found:
            raise column_missing(self.table.missing(sheets), recipe.key)

    def _blocks(self, sheet: Sheet) -> Iterator[tuple[str, Sheet]]:
        """(key, its lines from the key line on). Lines before the first key belong to no block."""
        starts = [(index, key) for index, row in enumerate(sheet.rows) if (key := self.key.of(row)) is not None]
        ends = [*(index for index, _ in starts[1:]), len(sheet.rows)][: len(starts)]
        for (start, key), end in zip(starts, ends, strict=True):
            last = end == len(sheet.rows)
            yield key, replace(sheet, rows=sheet.rows[start:end], ended=sheet.ended or not last)

    def _shortened(self, block: Sheet, at: int) -> Sheet:
        """Without the lines behind the table: from the closing line on, or from the first blank line on."""
        before = block.rows[at]
        for index, row in enumerate(block.rows[at + 1:], start=at + 1):
            blank = self.ends_at_blank and row.line > before.line + 1
            if blank or (self.end is not None and self.end.of(row) is not None):
                return replace(block, rows=block.rows[:index], ended=True)
            before = row
        return block

    def _given(self, key: str, block: Sheet, at: int) -> dict[str, str]:
        given = {self.gives: key}
        for word, line in self.also:
            said = next((text for row in block.rows[:at] if (text := line.of(row)) is not None), None)
            if said is not None:
                given[word] = said
        return given


def blocks_of(fields: Fields) -> Blocks:
    block = fields.inside("block", needed=True)
    inside = block.inside("key", needed=True)
    gives = inside.choice("gives", ("sample", "analyte"))
    key = key_of(inside)
    inside.close()
    more = block.inside("also")
    also = []
    for word in more.words():
        line = more.inside(word)
        also.append((word, key_of(line)))
        line.close()
    end = None
    if block.has("ends_at"):
        closing = block.inside("ends_at")
        end = key_of(closing)
        closing.close()
    kind = block.choice("table", ("rows", "wide"), "rows")
    found = Blocks(gives, key, tuple(also), end, block.flag("ends_at_blank"), block.flag("may_be_empty"),
                   table_of(fields, kind, (gives, *(word for word, _ in also))))
    block.close()
    return found
