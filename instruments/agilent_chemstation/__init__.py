"""Agilent ChemStation and OpenLab CDS: the printed report as text (external, internal standard, area percent)."""

from instruments.adapter import Adapter
from instruments.agilent_chemstation import layout

ADAPTER = Adapter(
    key="agilent_chemstation",
    version="1.0",
    technique="GC, HPLC",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
