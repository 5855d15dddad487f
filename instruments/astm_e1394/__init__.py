"""Messages of ASTM E1394 / CLSI LIS2-A2: clinical, immunoassay and PCR analysers that send records of fields."""

from instruments.adapter import Adapter
from instruments.astm_e1394 import layout

ADAPTER = Adapter(
    key="astm_e1394",
    version="1.0",
    technique="analyser messages (immunoassay, PCR, clinical chemistry)",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
