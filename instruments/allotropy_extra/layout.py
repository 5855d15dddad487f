"""Reads what the converter makes of a file, and believes only what the file itself prints.

Known faults of the converter decide how it is used: it turns overflow into -0.0, loses rows and cycles without
a word, and guesses makers. So the maker is fixed by the instrument; every value must stand in a cell of the file,
where it gets its place and its printed form; and each row of the file that says a sample must have come back.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from instruments.errors import FileRefused, NothingToImport
from instruments.reading import Reading, Source, Tally
from instruments.source import FileView

MAKERS = (
    ("agilent_gen5", "plate reader"), ("appbio_quantstudio", "qPCR"),
    ("appbio_quantstudio_designandanalysis", "qPCR"), ("cfxmaestro", "qPCR"), ("moldev_softmax_pro", "plate reader"),
    ("perkin_elmer_envision", "plate reader"), ("thermo_fisher_genesys30", "UV-Vis"),
    ("thermo_fisher_nanodrop_eight", "UV-Vis"), ("thermo_fisher_qubit4", "fluorometer"),
    ("thermo_fisher_qubit_flex", "fluorometer"), ("thermo_fisher_visionlite", "UV-Vis"),
    ("thermo_skanit", "plate reader"),
)
_NOT_RESULTS = ("setting", "time", "wavelength", "volume", "dilution", "cutoff", "path length", "temperature",
                "standard ", "length", "threshold", "well count")
_DEEPEST = 30
Place = tuple[str, int, int, str]


def recognise(view: FileView) -> bool:
    """The instrument has fixed the maker; whether the converter takes the file shows in reading."""
    return bool(view.text)


def parse(maker: str, view: FileView, tally: Tally) -> None:
    found = list(_measurements(_converted(maker, view.text), "", 0))
    places = _places(view)
    values = [(sample, name, number, unit) for sample, name, number, unit in found if _is_result(name)]
    if not values:
        raise NothingToImport("NO_RESULT_CELLS")
    _refuse_lost_samples(view, {sample for sample, *_ in values}, {sample for sample, *_ in found})
    tally.announce(len(values))
    for sample, name, number, unit in values:
        sheet, line, column, printed = _place_of(places, sample, name, number)
        tally.emit(Reading(sample, name, printed, unit, "", "sample", "result", Source(sheet, line, str(column))))


def _converted(maker: str, text: str) -> Any:
    from allotropy.to_allotrope import allotrope_from_io

    for ending in ("csv", "txt"):
        try:
            document = allotrope_from_io(io.BytesIO(text.encode()), f"file.{ending}", maker.upper())
            return json.loads(json.dumps(document), parse_float=Decimal, parse_int=Decimal, parse_constant=str)
        except (MemoryError, RecursionError):
            raise
        except Exception as error:  # the converter raises whatever its parts raise
            said = error
    raise FileRefused("CONVERTER_REFUSES", maker=maker, error=type(said).__name__) from said


def _measurements(node: Any, sample: str, depth: int) -> Iterator[tuple[str, str, Decimal, str]]:
    """Every quantity of the tree below the sample it belongs to; anything that is no number refuses the file."""
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for item in node:
            yield from _measurements(item, sample, depth + 1)
    if not isinstance(node, dict):
        return
    named = node.get("sample document", {})
    sample = str(named.get("sample identifier", sample)) if isinstance(named, dict) else sample
    for name, below in node.items():
        if isinstance(below, dict) and set(below) >= {"value", "unit"}:
            if _is_result(name):
                yield sample, name, _number(name, below["value"]), str(below["unit"]).replace("(unitless)", "")
        else:
            yield from _measurements(below, sample, depth + 1)


def _number(name: str, value: Any) -> Decimal:
    if not isinstance(value, Decimal) or not value.is_finite() or (value == 0 and value.is_signed()):
        raise FileRefused("CONVERTER_LOST_A_VALUE", name=name[:80])
    return value


def _is_result(name: str) -> bool:
    return not any(word in name for word in _NOT_RESULTS)


def _places(view: FileView) -> dict[Decimal, list[tuple[Place, tuple[str, ...]]]]:
    found: dict[Decimal, list[tuple[Place, tuple[str, ...]]]] = {}
    for sheet in view.sheets:
        for row in sheet.rows:
            for index, text in enumerate(row.cells):
                try:
                    number = Decimal(text.replace(",", "."))
                except InvalidOperation:
                    continue
                if number.is_finite():
                    found.setdefault(number, []).append(((sheet.name, row.line, index + 1, text), row.cells))
    return found


def _place_of(places: dict[Decimal, list[tuple[Place, tuple[str, ...]]]], sample: str, name: str,
              number: Decimal) -> Place:
    """The cell that prints the value, in the sample's own row where there is one."""
    found = places.get(number, [])
    own = [place for place, cells in found if sample in cells]
    if not found:
        raise FileRefused("CONVERTER_CHANGED_A_VALUE", name=name[:80], value=str(number))
    return own[0] if own else found[0][0]


def _refuse_lost_samples(view: FileView, kept: set[str], known: set[str]) -> None:
    """The columns that print the samples must hold no other text than samples that came back."""
    for sheet in view.sheets:
        for index in range(max((len(row.cells) for row in sheet.rows), default=0)):
            rows = [row for row in sheet.rows if row.at(index) in known]
            if len(rows) < max(2, len(kept) // 2):
                continue
            below = [row for row in sheet.rows if row.line > rows[0].line and len(row.cells) == len(rows[0].cells)]
            lost = next((row for row in below if row.at(index) and row.at(index) not in kept), None)
            if lost is not None:
                raise FileRefused("CONVERTER_LOST_A_ROW", line=lost.line)
