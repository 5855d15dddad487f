"""Agilent MSD ChemStation: the quantitation report of a GC-MS, as a workbook or as printed text."""

from instruments.adapter import Adapter
from instruments.agilent_chemstation_msd import layout

ADAPTER = Adapter(
    key="agilent_chemstation_msd",
    version="1.0",
    technique="GC-MS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
