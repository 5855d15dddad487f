"""Which of the two shapes a report has: the sheet of a custom report, or the printed quantitation report."""

from __future__ import annotations

from instruments.agilent_chemstation_msd import printed, workbook
from instruments.reading import Tally
from instruments.source import FileView


def recognise(view: FileView) -> bool:
    return printed.is_ours(view.text) or any(workbook.table_of(sheet) is not None for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    if printed.is_ours(view.text):
        printed.parse(view.text, tally)
    else:
        workbook.parse(view, tally)
