"""Thermo VISIONlite, UV-Vis photometers: Quant and Fixed result lists; scans and kinetics are curves."""

from instruments.adapter import Adapter
from instruments.thermo_visionlite import layout

ADAPTER = Adapter(
    key="thermo_visionlite",
    version="1.0",
    technique="UV-Vis",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
