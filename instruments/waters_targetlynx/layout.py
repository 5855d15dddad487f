"""Which of the two shapes a report has: blocks of text, or XML. Each is read in its own file."""

from __future__ import annotations

from instruments.reading import Tally
from instruments.source import FileView
from instruments.waters_targetlynx import blocks, document


def recognise(view: FileView) -> bool:
    return document.is_ours(view.text) or any(blocks.begins(sheet) for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    if document.is_ours(view.text):
        document.parse(view.text, tally)
    else:
        blocks.parse(view, tally)
