"""Bruker S8 TIGER with GEO-QUANT or QUANT-EXPRESS: the formulas of one sample, which the file's name tells."""

from instruments.adapter import Adapter
from instruments.bruker_geoquant import layout

ADAPTER = Adapter(
    key="bruker_geoquant",
    version="1.0",
    technique="WD-XRF",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
    sample_in_file_name=True,
)
