"""Reads the concentration of the original sample. Its unit stands in the column right of it, named ``Units``.

The tube's unit stands in a column of the same name. Where columns were moved, the figures themselves must tell
which unit is whose (tube times dilution is sample); where they cannot, the file is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from instruments.errors import corrupt_header
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView
from instruments.tools.grid import Row, Sheet, same
from instruments.tools.named_table import Table, header_line, table_at

_ASSAY = ("Assay Name", "Assay Type", "Assay")
_SAMPLE = ("Test Name", "Sample Name", "Name", "Sample ID")
_SAMPLE_CONC = ("Original sample conc.", "Original Sample Conc", "Stock Conc.", "Stock Concentration", "Concentration")
_TUBE_CONC = ("Qubit® tube conc.", "Qubit tube conc.", "Qubit tube conc", "Qubit® Tube Conc.", "QF Conc.",
              "Assay Conc.", "Reading")
_OWN_UNITS = ("Original Sample Conc. Units", "Original Sample Units", "Stock Conc. Units")
_UNITS = ("Units", "Unit")
_NEEDED = ((_SAMPLE_CONC, _ASSAY, (*_UNITS, *_OWN_UNITS)),
           (("Reading",), ("Concentration",), ("Specimen Type",), _UNITS))
_MASS = {"pg": Decimal("0.001"), "ng": Decimal(1), "µg": Decimal(1000), "μg": Decimal(1000), "ug": Decimal(1000),
         "mg": Decimal(1_000_000)}
_VOLUME = {"ml": Decimal(1), "µl": Decimal("0.001"), "μl": Decimal("0.001"), "ul": Decimal("0.001")}
_AGREE = Decimal("0.02")


def recognise(view: FileView) -> bool:
    return any(_header(sheet) is not None for sheet in view.sheets)


def parse(view: FileView, tally: Tally) -> None:
    for sheet in view.sheets:
        at = _header(sheet)
        if at is not None:
            _tell(table_at(sheet, at), tally)


def _header(sheet: Sheet) -> int | None:
    """The list of the newer instruments names the assay; that of the first ones the kind of specimen."""
    found = (header_line(sheet, needed) for needed in _NEEDED)
    return next((at for at in found if at is not None), None)


def _tell(table: Table, tally: Tally) -> None:
    value, rows = table.required(*_SAMPLE_CONC), list(table.rows(tally))
    sample = table.required(*_SAMPLE)
    unit = _unit_column(table, rows, value)
    for row in rows:
        tally.announce(1)
        extra = {"dilution": table.at(row, "Dilution Factor"), "measured_at": table.at(row, "Test Date", "Date/Time"),
                 "run": table.at(row, "Run ID")}
        tally.emit(Reading(
            sample_id=row.at(sample), analyte=table.at(row, *_ASSAY) or table.name(value), value=row.at(value),
            unit=row.at(unit), flag=table.at(row, "Remark"), role="sample", quantity="concentration",
            source=Source(table.sheet.name, row.line, table.name(value)),
            extra={word: text for word, text in extra.items() if text},
        ))


def _unit_column(table: Table, rows: Sequence[Row], value: int) -> int:
    own = table.column(*_OWN_UNITS)
    if own is not None:
        return own
    columns = [index for index, name in enumerate(table.names) if any(same(name, word) for word in _UNITS)]
    tube = table.column(*_TUBE_CONC)
    fits = [index for index in columns if _fits(table, rows, value, index, [i for i in columns if i != index])]
    if len(fits) == 1:
        return fits[0]
    beside = [concentration + 1 for concentration in (value, tube) if concentration is not None]
    if all(index in columns for index in beside):
        return value + 1
    if len(columns) == 1 and tube is None:
        return columns[0]
    raise corrupt_header(column="Units", because="UNITS_NOT_BESIDE_THEIR_VALUES")


def _fits(table: Table, rows: Sequence[Row], value: int, unit: int, others: Sequence[int]) -> bool:
    """Does tube times dilution give the sample in every row of figures, under this choice of unit?"""
    tube, dilution = table.column(*_TUBE_CONC), table.column("Dilution Factor")
    if tube is None or dilution is None or len(others) != 1:
        return False
    judged = False
    for row in rows:
        parts = (_number(row.at(value)), _factor(row.at(unit)), _number(row.at(tube)), _factor(row.at(others[0])),
                 _number(row.at(dilution)))
        if any(part is None for part in parts):
            continue
        sample, sample_unit, in_tube, tube_unit, times = (part for part in parts if part is not None)
        judged = True
        expected = in_tube * tube_unit * times
        if abs(sample * sample_unit - expected) > expected * _AGREE:
            return False
    return judged


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _factor(unit: str) -> Decimal | None:
    """How many ng/mL one of the unit is."""
    mass, _, volume = unit.partition("/")
    found = _MASS.get(mass.strip().casefold()), _VOLUME.get(volume.strip().casefold())
    return found[0] / found[1] if found[0] is not None and found[1] is not None else None
