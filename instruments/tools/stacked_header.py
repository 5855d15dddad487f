"""Tables whose header is two rows deep: group titles above, column names below, titles reaching right."""

from __future__ import annotations

from dataclasses import dataclass

from instruments.errors import corrupt_header
from instruments.tools.grid import Sheet, collapsed, same, width_of
from instruments.tools.header_words import english, title_in_english


@dataclass(frozen=True)
class Column:
    """``group`` and ``name`` are in English where we know the words; ``printed`` is both, as the file has them."""

    index: int
    group: str
    name: str
    printed: str


@dataclass(frozen=True)
class StackedHeader:
    """Columns in file order. A title stands once, over its first column, or repeated over each."""

    columns: tuple[Column, ...]
    width: int

    def groups(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column.group for column in self.columns))

    def within(self, group: str) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.group == group)

    def find(self, group: str, *names: str) -> Column | None:
        """The column of the group with the first of these names that it has; twice is corrupt."""
        for name in names:
            found = [column for column in self.within(group) if same(column.name, name)]
            if len(found) > 1:
                raise corrupt_header(group=group, column=name, because="COLUMN_TWICE")
            if found:
                return found[0]
        return None

    def required(self, group: str, *names: str) -> Column:
        column = self.find(group, *names)
        if column is None:
            raise corrupt_header(group=group, column=names[0], because="COLUMN_MISSING")
        return column


def stacked(sheet: Sheet, at: int) -> StackedHeader:
    """The header in the rows ``at`` and ``at + 1`` of the sheet."""
    upper, lower = sheet.rows[at], sheet.rows[at + 1]
    width = max(sheet.width(upper), sheet.width(lower))
    columns: list[Column] = []
    title = ""
    for index in range(max(width_of(upper), width_of(lower))):
        title = collapsed(upper.at(index)) or title
        name = collapsed(lower.at(index))
        columns.append(Column(index, title_in_english(title), english(name), f"{title} / {name}"))
    return StackedHeader(tuple(columns), width)
