"""Any maker's list with one result a row whose header says sample, analyte and result in words we know."""

from instruments.adapter import Adapter
from instruments.result_list import layout

ADAPTER = Adapter(
    key="result_list",
    version="1.0",
    technique="any",
    tried_on_real_files=False,
    recognise=layout.recognise,
    parse=layout.parse,
    last_resort=True,
)
