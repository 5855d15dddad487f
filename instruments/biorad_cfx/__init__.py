"""Bio-Rad CFX Maestro and CFX Manager: the table of quantification cycles."""

from instruments.adapter import Adapter
from instruments.biorad_cfx import layout

ADAPTER = Adapter(
    key="biorad_cfx",
    version="1.0",
    technique="qPCR",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
