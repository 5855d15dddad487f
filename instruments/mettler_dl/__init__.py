"""Mettler-Toledo DL titrators with a sample changer: bottles down, quantities across."""

from instruments.adapter import Adapter
from instruments.mettler_dl import layout

ADAPTER = Adapter(
    key="mettler_dl",
    version="1.0",
    technique="titration, pH, conductivity",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
