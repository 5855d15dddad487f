"""Shimadzu LabSolutions quantitative browser: one block of rows for each compound, tab separated."""

from instruments.adapter import Adapter
from instruments.shimadzu_labsolutions_quant import layout

ADAPTER = Adapter(
    key="shimadzu_labsolutions_quant",
    version="1.0",
    technique="LC-MS/MS, GC-MS/MS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
