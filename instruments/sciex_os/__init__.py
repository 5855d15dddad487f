"""SCIEX OS, MultiQuant and Analyst: the results table exported as text, one component of one sample a row."""

from instruments.adapter import Adapter
from instruments.sciex_os import layout

ADAPTER = Adapter(
    key="sciex_os",
    version="1.0",
    technique="LC-MS/MS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
