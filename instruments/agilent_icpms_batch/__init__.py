"""Agilent ICP-MS MassHunter: the batch table with samples down and isotopes across."""

from instruments.adapter import Adapter
from instruments.agilent_icpms_batch import layout

ADAPTER = Adapter(
    key="agilent_icpms_batch",
    version="1.0",
    technique="ICP-MS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
