"""A file of an instrument at the bench: corrected, repeated, diluted, wrongly named, or late for a verified result."""

from __future__ import annotations

from datetime import date

import pytest

from lims.domain.rules.actor import SYSTEM
from lims.domain.rules.errors import Forbidden, LimsError, Refused
from lims.services import result, run, run_amend, run_names, transition, worksheet
from lims.services.reading import run as runs
from lims.services.reading import worksheet as sheets
from lims.services.transaction import transaction, view
from tests import builders as b
from tests.faults import stages
from tests.faults.test_two_at_once import Act, at_once

METHOD = "GB 5009.12-2023"


class Bench:
    """A worksheet of two samples for lead, read from two-dimensional lists."""

    def __init__(self, lab: b.Laboratory, samples: int = 2) -> None:
        self.lab = lab
        with transaction(lab.place, SYSTEM, b.NOW, "builder") as tx:
            device = b.an_instrument("LIST-9", "lab_two_dimensional", date(2027, 1, 1))
            transition.install(tx, device, "in_service", "builder")
        self.samples = [b.received(lab, stages.declared(lab, n)) for n in range(1, samples + 1)]
        with lab.acting(lab.cast.anna) as tx:
            made = worksheet.make(
                tx, worksheet.MakeWorksheet(METHOD, sample_nos=tuple(self.samples), instrument="LIST-9")
            )
        self.no, self.ids = made.no, made.analysis_ids

    def read(self, *values: str, name: str = "list.csv", analyte: str = "PB") -> run.Previewed:
        lines = [f"{sample},{value}," for sample, value in zip(self.samples, values, strict=False)]
        return self.lines(lines, analyte, name)

    def lines(self, lines: list[str], analyte: str = "PB", name: str = "list.csv") -> run.Previewed:
        content = "\n".join([f",{analyte},end", *lines, "end,,", ""]).encode()
        with self.lab.acting(self.lab.cast.anna) as tx:
            return run.preview(tx, run.ReceiveRun(self.no, name, content))

    def accept(self, no: str, rows: tuple[int, ...] | None = None, reason: str = "") -> run.Accepted:
        with self.lab.acting(self.lab.cast.anna) as tx:
            return run.accept(tx, no, rows, reason)

    def seen(self, no: str, show: str = "all") -> runs.RunView:
        with view(self.lab.place, self.lab.cast.anna, b.NOW) as tx:
            return runs.window(tx, no, show)

    def texts(self) -> list[str]:
        with view(self.lab.place, self.lab.cast.anna, b.NOW) as tx:
            cells = [cell for row in sheets.grid(tx, self.no).positions for cell in row.cells if cell is not None]
        return [f"{cell.result.text}/{cell.result.number}" if cell.result else "" for cell in cells]


@pytest.fixture
def bench(laboratory: b.Laboratory) -> Bench:
    return Bench(laboratory)


def test_a_corrected_file_writes_the_difference_and_the_same_file_nothing(bench: Bench) -> None:
    first = bench.read("0.011", "0.012")
    bench.accept(first.no)
    corrected = bench.read("0.011", "0.019", name="list-corrected.csv")
    assert (corrected.counts["unchanged"], corrected.counts["changed"]) == (1, 1)
    assert bench.seen(corrected.no).corrects == first.no
    with pytest.raises(Refused) as told:
        bench.accept(corrected.no)
    assert told.value.refusals[0].code == "REASON_NEEDED"
    done = bench.accept(corrected.no, reason="peak integrated again")
    assert (done.written, done.unchanged, done.state) == (1, 1, "accepted")
    assert bench.texts() == ["0.011/1", "0.019/2"]
    assert bench.seen(first.no).state == "superseded"
    again = bench.read("0.011", "0.019", name="sent twice.csv")
    assert (again.no, again.new) == (corrected.no, False)
    assert bench.texts() == ["0.011/1", "0.019/2"]


def test_a_value_after_verification_is_asked_for_and_never_written(bench: Bench) -> None:
    lab = bench.lab
    bench.accept(bench.read("0.011", "0.012").no)
    for analysis_id in bench.ids:
        with lab.acting(lab.cast.anna) as tx:
            result.submit(tx, analysis_id)
        b.verified(lab, analysis_id)
    late = bench.read("0.011", "0.019")
    assert (late.counts["unchanged"], late.counts["locked"]) == (1, 1)
    with pytest.raises(LimsError):
        bench.accept(late.no, (2,), "late")
    with lab.acting(lab.cast.anna) as tx:
        asked = run_amend.ask(tx, late.no, 2, "integrated again")
    with pytest.raises((Forbidden, Refused)), lab.acting(lab.cast.anna) as tx:
        run_amend.grant(tx, asked, "mine")
    assert bench.texts() == ["0.011/1", "0.012/1"]
    with lab.acting(lab.cast.boris) as tx:
        run_amend.grant(tx, asked, "chromatogram seen")
    assert bench.accept(late.no, (2,), "integrated again").written == 1
    assert bench.texts() == ["0.011/1", "0.019/2"]
    assert [one.state for one in bench.seen(late.no).amendments] == ["granted"]


def test_tokens_are_results_or_problems_and_never_zero(bench: Bench) -> None:
    said = bench.read("-----", "***")
    done = bench.accept(said.no)
    assert (done.written, done.left) == (1, 1)
    assert [row.problem for row in bench.seen(said.no).readings] == ["", "INSTRUMENT_ERROR"]
    assert bench.texts() == ["-----/1", ""]


def test_several_readings_of_one_analysis_wait_for_a_person(bench: Bench) -> None:
    one, other = bench.samples
    said = bench.lines([f"{one},0.011,", f"{one},0.013,", f"{other},0.02,"])
    assert [row.problem for row in bench.seen(said.no).readings] == ["DILUTION_PROPOSED", "OTHER_DILUTION", ""]
    assert [row.proposed for row in bench.seen(said.no).readings] == [True, False, True]
    assert bench.accept(said.no).written == 1
    assert bench.texts() == ["", "0.02/1"]


def test_a_strange_word_matches_once_a_person_has_declared_it(bench: Bench) -> None:
    lab = bench.lab
    said = bench.read("0.011", "0.012", analyte="Leed 208")
    assert said.counts["no_analyte"] == 2
    (offer,) = bench.seen(said.no).offers
    assert (offer.text, offer.rows) == ("Leed 208", 2)
    with lab.acting(lab.cast.anna) as tx:
        run_names.declare(tx, said.no, "Leed 208", "PB")
    assert bench.accept(said.no).written == 2
    with pytest.raises(LimsError), lab.acting(lab.cast.anna) as tx:
        run_names.declare(tx, said.no, "Leed 208", "CD")


def test_two_who_accept_runs_into_one_worksheet_at_once_lose_nothing(laboratory: b.Laboratory) -> None:
    """Both files give the second sample: what the one wrote, the other leaves for a person to look at."""
    bench, anna = Bench(laboratory, 3), laboratory.cast.anna
    first, second, third = bench.samples
    one = bench.lines([f"{first},0.011,", f"{second},0.012,"])
    other = bench.lines([f"{second},0.018,", f"{third},0.013,"])
    acts = [Act(anna, lambda tx, no=no: run.accept(tx, no, None)) for no in (one.no, other.no)]
    for act, error in zip(acts, at_once(laboratory, *acts), strict=True):
        if error is not None:
            assert error.code in ("STALE", "BUSY")
            with laboratory.acting(anna) as tx:
                act.do(tx)
    here, twice, there = bench.texts()
    assert (here, there) == ("0.011/1", "0.013/1")
    assert twice in ("0.012/1", "0.018/1")
    assert stages.counted(laboratory)["result"] == 3
    assert stages.intact(laboratory)
