"""Rigaku Supermini and ZSX: the list of quantitative results, compounds across, statistics below."""

from instruments.adapter import Adapter
from instruments.rigaku_supermini import layout

ADAPTER = Adapter(
    key="rigaku_supermini",
    version="1.0",
    technique="WD-XRF",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
