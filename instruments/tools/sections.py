"""Texts cut into titled sections, ``[Title]`` on a line of its own, with ``key<delimiter>value`` lines below."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from instruments.tools.grid import Row, Sheet, collapsed, same

_TITLE = re.compile(r"^\[(?P<title>[^\[\]]+)\]$")


@dataclass(frozen=True)
class Section:
    """``start`` is the index of the first row below the title, ``end`` one past the last."""

    title: str
    line: int
    start: int
    end: int
    sheet: Sheet

    @property
    def rows(self) -> tuple[Row, ...]:
        return self.sheet.rows[self.start:self.end]

    def text(self, *names: str) -> str:
        """What stands right of the first of these keys that has something there."""
        for name in names:
            for row in self.rows:
                if same(row.at(0), name) and row.at(1):
                    return row.at(1)
        return ""

    def as_sheet(self) -> Sheet:
        """The sheet up to the end of this section: line ends are only doubtful in the last one."""
        whole = self.end == len(self.sheet.rows)
        return replace(self.sheet, rows=self.sheet.rows[:self.end], ended=self.sheet.ended or not whole)


def title_of(row: Row) -> str:
    """The title a row announces, or an empty text. Padding cells right of it do not count."""
    found = _TITLE.match(row.at(0))
    return collapsed(found["title"]) if found and not any(row.cells[1:]) else ""


def sections_of(sheet: Sheet) -> tuple[Section, ...]:
    starts = [(index, title) for index, row in enumerate(sheet.rows) if (title := title_of(row))]
    ends = [index for index, _ in starts[1:]] + [len(sheet.rows)] * bool(starts)
    return tuple(Section(title, sheet.rows[index].line, index + 1, end, sheet)
                 for (index, title), end in zip(starts, ends, strict=True))
