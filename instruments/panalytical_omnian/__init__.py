"""PANalytical SuperQ with Omnian: the report of one sample, and the list of several."""

from instruments.adapter import Adapter
from instruments.panalytical_omnian import layout

ADAPTER = Adapter(
    key="panalytical_omnian",
    version="1.0",
    technique="WD-XRF",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
