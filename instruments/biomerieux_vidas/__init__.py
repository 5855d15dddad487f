"""bioMérieux mini VIDAS and VIDAS: one message a result, its fields told apart by two-letter tags."""

from instruments.adapter import Adapter
from instruments.biomerieux_vidas import layout

ADAPTER = Adapter(
    key="biomerieux_vidas",
    version="1.0",
    technique="immunoassay",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
