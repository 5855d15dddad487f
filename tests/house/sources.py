"""The product's own source files, read once: what the rules of the house are held against."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("lims", "instruments", "reports")


@dataclass(frozen=True)
class Source:
    """One file: its path from the root with slashes, its text, and its tree where it is Python."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.text)

    def is_in(self, *folders: str) -> bool:
        return any(self.path == folder or self.path.startswith(folder.rstrip("/") + "/") for folder in folders)


@cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


@cache
def modules(*folders: str) -> tuple[Source, ...]:
    """Python files below the folders; migrations are written by the tool and left out."""
    found = _files(folders or FLOORS, "*.py")
    return tuple(source for source in found if not source.is_in("lims/migrations/versions"))


@cache
def templates() -> tuple[Source, ...]:
    return tuple(_files(("lims/templates",), "*.*"))


def _files(folders: tuple[str, ...], pattern: str) -> Iterator[Source]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                yield Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
