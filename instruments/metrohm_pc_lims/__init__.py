"""Metrohm Titrando and Ti-Touch: PC/LIMS reports of nested sections."""

from instruments.adapter import Adapter
from instruments.metrohm_pc_lims import layout

ADAPTER = Adapter(
    key="metrohm_pc_lims",
    version="1.0",
    technique="titration",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
