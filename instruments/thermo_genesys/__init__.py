"""Thermo GENESYS photometers, files written by the instrument itself: lists of absorbance; scans are curves."""

from instruments.adapter import Adapter
from instruments.thermo_genesys import layout

ADAPTER = Adapter(
    key="thermo_genesys",
    version="1.0",
    technique="UV-Vis",
    tried_on_real_files=False,
    recognise=layout.recognise,
    parse=layout.parse,
)
