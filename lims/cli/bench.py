"""``lims bench``: the product's own benchmarks as ratios to a floor, the same work with bare parts in the same run."""

from __future__ import annotations

import argparse
import importlib
import json
import sys

NAMES = ("register", "worklist", "certificate", "decide", "entry", "limits", "import", "read", "start")
FILE_OF = {"import": "run"}
"""Where the word is none that a module may have."""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="lims bench", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[*NAMES, []], help=f"any of: {', '.join(NAMES)}")
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args(argv)
    for name in words.name or NAMES:
        print(f"{name} …", file=sys.stderr)
        measured = importlib.import_module(f"lims.cli.benchmarks.{FILE_OF.get(name, name)}").measure()
        for item in measured:
            line = {"name": item.name, "ratio": f"{item.ratio:.2f}", "target": item.target, "floor": item.floor}
            print(
                json.dumps(line)
                if words.json
                else f"{item.name:<28} {item.ratio:5.2f}  (at most {item.target})  {item.floor}"
            )
    return 0
