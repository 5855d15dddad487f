"""Thermo TraceFinder: the result table exported as text or workbook, one compound of one sample a row."""

from instruments.adapter import Adapter
from instruments.thermo_tracefinder import layout

ADAPTER = Adapter(
    key="thermo_tracefinder",
    version="1.0",
    technique="LC-MS/MS, GC-MS/MS",
    tried_on_real_files=False,
    recognise=layout.recognise,
    parse=layout.parse,
)
