"""PerkinElmer WinLab32 for ICP-OES and AAS: the results exported by a data manager, one analyte a row."""

from instruments.adapter import Adapter
from instruments.perkinelmer_winlab32 import layout

ADAPTER = Adapter(
    key="perkinelmer_winlab32",
    version="2.0",
    technique="ICP-OES, AAS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
