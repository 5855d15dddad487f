"""The bench room: waiting work, worksheets, the result grid, single results and instrument files."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("bench", __name__, url_prefix="/bench")

from lims.web.bench import cells, results, runs, waiting, worksheets  # noqa: E402, F401  (they add the routes)
