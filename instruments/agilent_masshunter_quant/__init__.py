"""Agilent MassHunter Quantitative Analysis: the batch table exported with samples down, compounds across."""

from instruments.adapter import Adapter
from instruments.agilent_masshunter_quant import layout

ADAPTER = Adapter(
    key="agilent_masshunter_quant",
    version="1.0",
    technique="LC-MS/MS, GC-MS/MS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
