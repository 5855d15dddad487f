"""Files of instruments: reading the largest list against bare parts, and what recognising adds to reading."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from instruments import registry, sandbox
from instruments.source import view_of
from lims.cli.benchmarks.timing import Measured, ratio

ROWS, ROUNDS = 13_664, 9
HEADER = ("Sample Name", "Component Name", "Area", "Retention Time", "Width at 50%", "Signal / Noise")
ELEMENTS = ("Pb 220.353", "Cd 214.439", "As 188.980", "Cr 267.716")


@dataclass
class Record:
    sample: str
    component: str
    value: Decimal | None
    beside: dict[str, str]


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> list[Measured]:
    large, wide, long = a_results_table(rows), a_batch_table(60), a_solution_list(1_000)
    try:
        found = ratio(lambda: sandbox.parse_apart(large), lambda: floor(large), rounds)
        memory = _memory_of_the_worker() / (200 * 1024 * 1024)
    finally:
        sandbox.close()
    return [
        Measured(f"read {rows:,} rows, warm worker", found, "3.5", "csv and Decimal, one record a row"),
        Measured("memory of the worker", memory, "1", "200 MiB resident"),
        *(Measured(f"recognise, {name}", _recognising(data, rounds), "0.10", "reading the same file")
          for name, data in (("results table", large), ("batch table", wide), ("solution list", long))),
    ]


def floor(data: bytes) -> list[Record]:
    reader = csv.reader(io.StringIO(data.decode()), delimiter="\t")
    names = next(reader)
    records = []
    for row in reader:
        cells = dict(zip(names, row, strict=True))
        try:
            value = Decimal(cells["Area"])
        except InvalidOperation:
            value = None
        records.append(Record(cells["Sample Name"], cells["Component Name"], value, cells))
    return records


def _recognising(data: bytes, rounds: int) -> float:
    """Asking everybody, beside reading with the adapter fixed; the opened view is made anew each time for both."""
    key = registry.recognise(view_of(data)).key
    opened = ratio(lambda: registry.candidates(view_of(data)), lambda: registry.read(data, key), rounds)
    bare = ratio(lambda: view_of(data), lambda: registry.read(data, key), rounds)
    return max(opened - bare, 0.0)


def _memory_of_the_worker() -> int:
    """Most bytes any reading process has held so far; its children are counted when they are gone."""
    import resource

    sandbox.close()
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024


def a_results_table(rows: int) -> bytes:
    lines = ["\t".join(HEADER)]
    for number in range(rows):
        missing = number % 3 == 0
        figures = ["N/A"] * 4 if missing else [f"{number}.83137492473", "9.57305645493725", "1.8097", "10.1307"]
        lines.append("\t".join((f"Sample {number // 120}", f"{400 + number % 120}.5 / 257.1", *figures)))
    return ("\n".join(lines) + "\n").encode()


def a_batch_table(compounds: int) -> bytes:
    titles = ["Sample", "", "", ""] + [cell for n in range(compounds) for cell in (f"C{n} Results", "", "")]
    names = ["Name", "Data File", "Type", "Acq. Date-Time"] + ["RT", "Area", "Final Conc."] * compounds
    lines = [titles, names]
    for number in range(100):
        lines.append([f"S{number}", f"{number}.d", "Sample", "2024-01-02 10:00"]
                     + [text for n in range(compounds) for text in ("1.203", f"{number * n}.25", f"0.{number}{n}")])
    return ("\n".join(",".join(line) for line in lines) + "\n").encode()


def a_solution_list(rows: int) -> bytes:
    lines = ["Solution Label,Type,Element,Soln Conc,Units,Corr Con,Units,SD,RSD,Date"]
    lines += [f"S{n // 4},Samp,{ELEMENTS[n % 4]},0.{n},mg/L,{n}.5,mg/kg,0.01,1.2,2024-01-02" for n in range(rows)]
    return ("\n".join(lines) + "\n").encode()
