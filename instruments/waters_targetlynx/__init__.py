"""Waters MassLynx: QuanLynx and TargetLynx summary reports, as tab separated blocks or as XML."""

from instruments.adapter import Adapter
from instruments.waters_targetlynx import layout

ADAPTER = Adapter(
    key="waters_targetlynx",
    version="1.0",
    technique="LC-MS/MS, GC-MS/MS",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
