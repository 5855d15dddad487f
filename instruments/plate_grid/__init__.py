"""Plate readers of other makers: grids of numbered columns and lettered rows."""

from instruments.adapter import Adapter
from instruments.plate_grid import layout

ADAPTER = Adapter(
    key="plate_grid",
    version="1.0",
    technique="plate reader (ELISA)",
    tried_on_real_files=False,
    recognise=layout.recognise,
    parse=layout.parse,
)
