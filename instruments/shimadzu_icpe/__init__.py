"""Shimadzu ICPE-9000 and ICPE-9800: the quantitative result list, one element line a row, without a header."""

from instruments.adapter import Adapter
from instruments.shimadzu_icpe import layout

ADAPTER = Adapter(
    key="shimadzu_icpe",
    version="1.0",
    technique="ICP-OES",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
