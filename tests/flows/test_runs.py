"""Real instrument files end as results, linked to their bytes; the same file twice changes nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from lims.domain.rules.actor import SYSTEM
from lims.services import run, transition, worksheet
from lims.services.reading import run as runs
from lims.services.reading import sample as samples
from lims.services.reading import worksheet as sheets
from lims.services.transaction import transaction, view
from tests import builders as b

SHARED = Path(os.environ.get("LIMS_SHARED") or Path(__file__).resolve().parents[3] / "shared")
FILES = SHARED / "instruments" / "files"
METHOD = "GB 5009.12-2023"
pytestmark = pytest.mark.skipif(not FILES.exists(), reason=f"not run: no instrument files in {FILES}")


@dataclass(frozen=True)
class Case:
    file: str
    adapter: str
    vial: str
    analyte: str
    value: str


PER_VOLUME = Case(
    "allotropy/Thermo_VISIONlite_example_quant.csv", "thermo_visionlite", "x", "Concentration", "2.23503296"
)
CASES = (
    Case("wateas/20200713_ICPMS_FoliarSprays.xlsx", "agilent_icpms_batch", "", "", ""),
    Case("senaite.core/LCMS-8050.txt", "shimadzu_labsolutions_quant", "", "", ""),
    Case(
        "senaite.instruments/agilent.masshunter.quantitative.csv",
        "agilent_masshunter_quant",
        "H2O-0001",
        "TestInterims",
        "0.1034",
    ),
    Case("senaite.core/2dimension.csv", "lab_two_dimensional", "1-0001-R01", "Mg", "2"),
)


def settled(case: Case) -> Case:
    """A reading of the file that stands alone for its sample and analyte and is a number above zero."""
    if case.value:
        return case
    from collections import Counter

    from instruments import registry

    readings = registry.read((FILES / case.file).read_bytes(), case.adapter).readings
    pairs = Counter((r.sample_id, r.analyte) for r in readings)
    found = next(
        r
        for r in readings
        if pairs[(r.sample_id, r.analyte)] == 1
        and r.role == "sample"
        and not r.flag
        and r.value.replace(".", "").isdigit()
        and r.value.strip("0.")
    )
    return Case(case.file, case.adapter, found.sample_id, found.analyte, found.value)


def prepared(laboratory: b.Laboratory, case: Case) -> tuple[str, int]:
    """A worksheet with one sample whose vial and analyte the file knows under names of its own."""
    with transaction(laboratory.place, SYSTEM, b.NOW, "builder") as tx:
        instrument = b.an_instrument("INST-X", case.adapter, date(2027, 1, 1))
        instrument.aliases = {case.analyte: "PB"}
        transition.install(tx, instrument, "in_service", "builder")
    no = b.lodged(laboratory, "FISH")
    sample_no = b.received(laboratory, no)
    with laboratory.acting(laboratory.cast.anna) as tx:
        made = worksheet.make(tx, worksheet.MakeWorksheet(METHOD, sample_nos=(sample_no,), instrument="INST-X"))
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        position = sheets.grid(tx, made.no).positions[0]
    with laboratory.acting(laboratory.cast.anna) as tx:
        worksheet.name_vial(tx, position.id, case.vial)
    return made.no, made.analysis_ids[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.adapter)
def test_a_real_file_ends_as_results_once(laboratory: b.Laboratory, case: Case) -> None:
    case = settled(case)
    sheet_no, analysis_id = prepared(laboratory, case)
    content = (FILES / case.file).read_bytes()
    cmd = run.ReceiveRun(sheet_no, Path(case.file).name, content)
    with laboratory.acting(laboratory.cast.anna) as tx:
        previewed = run.preview(tx, cmd)
    assert previewed.state == "parsed"
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        seen = runs.detail(tx, previewed.no)
    assert seen.result_cells == len(seen.readings) + sum(seen.skipped.values())
    matched = [row for row in seen.readings if row.match == "matched"]
    assert [(row.sample_text, row.value_text) for row in matched] == [(case.vial, case.value)]
    with laboratory.acting(laboratory.cast.anna) as tx:
        accepted = run.accept(tx, previewed.no, (matched[0].n,))
    assert (accepted.written, accepted.state) == (1, "accepted")
    stored = result_of(laboratory, sheet_no)
    assert (stored.text, stored.reported) == (case.value, case.value)
    assert laboratory.place.files.get(seen.digest) == content
    with laboratory.acting(laboratory.cast.anna) as tx:
        again = run.preview(tx, cmd)
    assert (again.no, again.new) == (previewed.no, False)
    assert result_of(laboratory, sheet_no).number == 1
    with laboratory.acting(laboratory.cast.anna) as tx:
        run.reverse(tx, previewed.no, "wrong file")
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        cell = sheets.grid(tx, sheet_no).positions[0].cells[0]
    assert cell is not None
    assert (cell.id, cell.state, cell.result) == (analysis_id, "assigned", None)


def result_of(laboratory: b.Laboratory, sheet_no: str) -> samples.AnalysisView:
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        cell = sheets.grid(tx, sheet_no).positions[0].cells[0]
    assert cell is not None and cell.result is not None
    return cell.result


@pytest.mark.parametrize(
    ("name", "problem"),
    [("icpmsflow/001SMPL-2.csv", "NO_RESULTS"), ("senaite.core/BOG.csv", "NOT_THIS_ADAPTER")],
)
def test_a_foreign_file_is_kept_with_its_problem_and_writes_nothing(
    laboratory: b.Laboratory, name: str, problem: str
) -> None:
    sheet_no, _ = prepared(laboratory, Case("", "agilent_icpms_batch", "x", "Pb", ""))
    with laboratory.acting(laboratory.cast.anna) as tx:
        previewed = run.preview(tx, run.ReceiveRun(sheet_no, name, (FILES / name).read_bytes()))
    assert previewed.state == "received"
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        assert runs.detail(tx, previewed.no).problem in (problem, "NOT_THIS_ADAPTER")
        cell = sheets.grid(tx, sheet_no).positions[0].cells[0]
    assert cell is not None and cell.result is None
    with laboratory.acting(laboratory.cast.anna) as tx:
        run.refuse(tx, previewed.no, "not ours")


def test_a_sample_of_another_lot_is_not_touched(laboratory: b.Laboratory) -> None:
    """A reading whose sample is on no position of this worksheet is shown as unmatched, never guessed."""
    case = PER_VOLUME
    sheet_no, _ = prepared(laboratory, Case(case.file, case.adapter, "somebody else", case.analyte, ""))
    with laboratory.acting(laboratory.cast.anna) as tx:
        previewed = run.preview(tx, run.ReceiveRun(sheet_no, "f.csv", (FILES / case.file).read_bytes()))
    assert previewed.counts.get("matched", 0) == 0
    assert previewed.counts["no_position"] == 2


def test_a_concentration_in_a_volume_is_not_taken_for_one_in_a_mass(laboratory: b.Laboratory) -> None:
    """mg/L against a limit in mg/kg needs a density that no file brings: the reading is left for a person."""
    sheet_no, _ = prepared(laboratory, PER_VOLUME)
    with laboratory.acting(laboratory.cast.anna) as tx:
        previewed = run.preview(tx, run.ReceiveRun(sheet_no, "f.csv", (FILES / PER_VOLUME.file).read_bytes()))
        accepted = run.accept(tx, previewed.no, None)
    assert (accepted.written, accepted.left) == (0, 1)
    with view(laboratory.place, laboratory.cast.anna, b.NOW) as tx:
        (row,) = (row for row in runs.detail(tx, previewed.no).readings if row.match == "matched")
    assert row.problem == "READING_OF_ANOTHER_KIND"
