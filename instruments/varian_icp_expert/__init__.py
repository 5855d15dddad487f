"""Varian and Agilent ICP Expert (Vista-PRO, 700-ES): the result list, one element line of one solution a row."""

from instruments.adapter import Adapter
from instruments.varian_icp_expert import layout

ADAPTER = Adapter(
    key="varian_icp_expert",
    version="1.0",
    technique="ICP-OES",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
