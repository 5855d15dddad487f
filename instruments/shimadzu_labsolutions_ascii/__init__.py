"""Shimadzu LabSolutions, GCsolution and GCMSsolution: the data file converted to ASCII, titled sections."""

from instruments.adapter import Adapter
from instruments.shimadzu_labsolutions_ascii import layout

ADAPTER = Adapter(
    key="shimadzu_labsolutions_ascii",
    version="1.0",
    technique="HPLC, IC, GC, GC-MS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
