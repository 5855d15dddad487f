"""Handheld XRF (Vanta, Delta, Niton, S1 Titan): elements across, each with its error beside it."""

from instruments.adapter import Adapter
from instruments.handheld_xrf import layout

ADAPTER = Adapter(
    key="handheld_xrf",
    version="1.0",
    technique="ED-XRF",
    tried_on_real_files=False,
    recognise=layout.recognise,
    parse=layout.parse,
)
