"""Agilent BioTek Gen5: plates read at endpoints, printed as grids under the procedure."""

from instruments.adapter import Adapter
from instruments.agilent_gen5 import layout

ADAPTER = Adapter(
    key="agilent_gen5",
    version="1.0",
    technique="plate reader (ELISA)",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
