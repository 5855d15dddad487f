"""The bench room: waiting work, worksheets, the result grid, single results and instrument files."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("bench", __name__, url_prefix="/bench")

from lims.web.bench import (  # noqa: E402, F401  (they add the routes)
    cells,
    inbox,
    material_lot,
    materials,
    results,
    runs,
    scanning,
    waiting,
    weighing,
    worksheets,
)
