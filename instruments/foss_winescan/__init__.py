"""FOSS WineScan lists of FT-IR parameters: a row a repetition, with Mean and Sd."""

from instruments.adapter import Adapter
from instruments.foss_winescan import layout

ADAPTER = Adapter(
    key="foss_winescan",
    version="1.0",
    technique="FT-IR",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
