"""A list of no known maker, one result a row."""

from __future__ import annotations

RESULTS = (
    "Sample ID;Test;Result;Unit;Flags;Date\n"
    "S-1;Nitrate;12.5;mg/l;;2024-03-12\n"
    "S-1;Chloride;>200;mg/l;Abs high;2024-03-12\n"
    "S-2;Nitrate;n.a.;mg/l;;2024-03-12\n"
)
EXAMPLES = {
    "result_list": (RESULTS.encode(), [
        ("S-1", "Nitrate", "12.5", "mg/l", "", "sample"),
        ("S-1", "Chloride", ">200", "mg/l", "Abs high", "sample"),
        ("S-2", "Nitrate", "n.a.", "mg/l", "", "sample"),
    ]),
}  # fmt: skip
