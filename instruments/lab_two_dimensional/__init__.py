"""The laboratory's own two-dimensional list: samples down, analytes across, both lists closed by ``end``."""

from instruments.adapter import Adapter
from instruments.lab_two_dimensional import layout

ADAPTER = Adapter(
    key="lab_two_dimensional",
    version="1.0",
    technique="any",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
