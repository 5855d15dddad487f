"""PerkinElmer Syngistix for NexION ICP-MS: the data set exported to a workbook, or one sheet of it as text."""

from instruments.adapter import Adapter
from instruments.perkinelmer_syngistix import layout

ADAPTER = Adapter(
    key="perkinelmer_syngistix",
    version="1.0",
    technique="ICP-MS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
