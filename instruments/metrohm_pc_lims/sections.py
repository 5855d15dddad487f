"""The nested sections of a PC/LIMS report: ``$S name`` opens one, ``$E`` closes it, cells are parted by tabs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from instruments.errors import FileRefused, cut_short

_DEEPEST = 50


@dataclass(frozen=True)
class Line:
    number: int
    cells: tuple[str, ...]

    def at(self, index: int) -> str:
        return self.cells[index] if index < len(self.cells) else ""


@dataclass
class Section:
    """``title`` is its opening line: the name with a version, or a mode with its place and kind."""

    title: Line
    lines: list[Line] = field(default_factory=list)
    children: list[Section] = field(default_factory=list)

    def named(self, name: str) -> bool:
        return self.title.at(0) == name or self.title.at(0).startswith(f"{name} ")

    def walk(self) -> Iterator[Section]:
        yield self
        for child in self.children:
            yield from child.walk()


def root(text: str) -> Section:
    """A nameless section around the whole report; CUT_SHORT where one is left open."""
    open_sections = [Section(Line(0, ()))]
    number = 0
    for number, plain in enumerate(text.split("\n"), start=1):
        if not plain.strip():
            continue
        cells = tuple(cell.strip() for cell in plain.split("\t"))
        if cells[0].startswith("$S "):
            section = Section(Line(number, (cells[0][3:].strip(), *cells[1:])))
            open_sections[-1].children.append(section)
            open_sections.append(section)
            if len(open_sections) > _DEEPEST:
                raise FileRefused("BROKEN_MESSAGE", line=number)
        elif cells == ("$E",):
            if len(open_sections) == 1:
                raise FileRefused("BROKEN_MESSAGE", line=number)
            open_sections.pop()
        else:
            open_sections[-1].lines.append(Line(number, cells))
    if len(open_sections) != 1:
        raise cut_short(line=number)
    return open_sections[0]
