"""Thermo Xcalibur Quan Browser: the Excel export, one sheet for each component (Short, Long and XReport)."""

from instruments.adapter import Adapter
from instruments.thermo_xcalibur import layout

ADAPTER = Adapter(
    key="thermo_xcalibur",
    version="1.0",
    technique="LC-MS, GC-MS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
