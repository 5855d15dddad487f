"""Thermo Fisher Qubit 2.0, 3, 4 and Flex fluorometers: the list of assays, a row a tube."""

from instruments.adapter import Adapter
from instruments.thermo_qubit4 import layout

ADAPTER = Adapter(
    key="thermo_qubit4",
    version="1.1",
    technique="fluorometry",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
