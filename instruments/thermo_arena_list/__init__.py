"""Thermo Arena, Gallery, Konelab and Indiko: the list with samples down and tests across."""

from instruments.adapter import Adapter
from instruments.thermo_arena_list import layout

ADAPTER = Adapter(
    key="thermo_arena_list",
    version="1.0",
    technique="photometric analyser",
    tried_on_real_files=False,
    recognise=layout.recognise,
    parse=layout.parse,
)
