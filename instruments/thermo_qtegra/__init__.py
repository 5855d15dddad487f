"""Thermo Qtegra for iCAP ICP-MS and ICP-OES: the LabBook's result table, samples down and analytes across."""

from instruments.adapter import Adapter
from instruments.thermo_qtegra import layout

ADAPTER = Adapter(
    key="thermo_qtegra",
    version="1.0",
    technique="ICP-MS, ICP-OES",
    tried_on_real_files=False,
    recognise=layout.recognise,
    parse=layout.parse,
)
