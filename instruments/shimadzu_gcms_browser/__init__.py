"""Shimadzu GCMSsolution browser: blocks of samples under a compound's name, without any header line."""

from instruments.adapter import Adapter
from instruments.shimadzu_gcms_browser import layout

ADAPTER = Adapter(
    key="shimadzu_gcms_browser",
    version="1.0",
    technique="GC-MS/MS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
