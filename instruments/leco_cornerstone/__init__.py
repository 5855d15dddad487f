"""LECO combustion analysers (Cornerstone and older): samples down, elements in per cent across."""

from instruments.adapter import Adapter
from instruments.leco_cornerstone import layout

ADAPTER = Adapter(
    key="leco_cornerstone",
    version="1.0",
    technique="combustion (C, H, N, O, S, protein)",
    tried_on_real_files=False,
    recognise=layout.recognise,
    parse=layout.parse,
)
