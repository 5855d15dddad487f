"""Eltra CS-2000 carbon and sulphur analysers: a list without a header."""

from instruments.adapter import Adapter
from instruments.eltra_cs import layout

ADAPTER = Adapter(
    key="eltra_cs",
    version="1.0",
    technique="carbon/sulphur combustion",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
