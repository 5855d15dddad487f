"""Reads the XML of TargetLynx: groups of samples, samples of compounds, compounds of one peak.

A concentration that was never calculated is written ``0.0000000000`` beside ``conccalc="NaN"``: it is no
result. The concentration is reported where any peak of the file has a calculated one, else the peak area.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from instruments.errors import NothingToImport
from instruments.reading import Reading, Source, Tally
from instruments.tools.grid import collapsed
from instruments.tools.markup import Element, root_tag, tree_of
from instruments.tools.naming import file_name
from instruments.waters_targetlynx.words import is_internal_standard, role_of

NOT_CALCULATED = "NOT_CALCULATED"
NO_PEAK = "NO_PEAK"
_ZERO = re.compile(r"^0*[.,]?0*$")
Measured = tuple[Element, Element, Element]


def is_ours(text: str) -> bool:
    return root_tag(text) == "QUANDATASET"


def parse(text: str, tally: Tally) -> None:
    root = tree_of(text)
    samples = list(root.all("SAMPLE"))
    compounds = [(sample, compound) for sample in samples for compound in sample.all("COMPOUND")]
    if not compounds:
        raise NothingToImport("NO_RESULT_CELLS")
    tally.announce(len(compounds))
    measured = [(sample, compound, peak) for sample, compound in compounds
                if (peak := compound.child("PEAK")) is not None]
    tally.skip(NO_PEAK, len(compounds) - len(measured))
    quantified = any(_is_calculated(peak) for _, _, peak in measured)
    units = _units(root)
    for sample, compound, peak in measured:
        if quantified and not _is_calculated(peak):
            tally.skip(NOT_CALCULATED)
        else:
            tally.emit(_reading((sample, compound, peak), quantified, units))


def _is_calculated(peak: Element) -> bool:
    """``conccalc`` says how the concentration came about; where it is absent, a number other than zero counts."""
    how = peak.get("conccalc")
    if how.casefold() == "nan":
        return False
    return bool(peak.get("analconc")) and (bool(how) or not _ZERO.match(peak.get("analconc")))


def _units(root: Element) -> str:
    """The unit of concentration, where the method says one."""
    found = {unit for tag in ("METHODDATA", "METHOD", "CURVE", "CALIBRATION") for element in root.all(tag)
             if (unit := element.get("concunits", "units", "concunit"))}
    return found.pop() if len(found) == 1 else ""


def _reading(measured: Measured, quantified: bool, units: str) -> Reading:
    sample, compound, peak = measured
    column = "analconc" if quantified else "area"
    internal = is_internal_standard(compound.get("type"))
    return Reading(
        sample_id=sample.get("sampleid") or sample.get("name") or sample.get("desc"),
        analyte=collapsed(compound.get("name")), value=peak.get(column), unit=units if quantified else "",
        flag=peak.get("pkflags"), role="istd" if internal else role_of(sample.get("type")),
        quantity="concentration" if quantified else "area", source=Source("", peak.line, f"PEAK {column}"),
        extra=dict(_beside(sample, peak)),
    )


def _beside(sample: Element, peak: Element) -> Iterator[tuple[str, str]]:
    name, dilution = sample.get("name"), sample.get("userdilutionfac", "dilutionfac")
    found = {
        "alt_id": name if sample.get("sampleid") and name != sample.get("sampleid") else "",
        "rt": peak.get("foundrt"), "position": sample.get("vial"), "job": sample.get("job"),
        "dilution": "" if _ZERO.match(dilution) else dilution, "date": sample.get("createdate"),
        "time": sample.get("createtime"), "method": file_name(sample.get("inletmethodname")),
        "description": sample.get("desc"),
    }
    for word, text in found.items():
        if text:
            yield word, text
