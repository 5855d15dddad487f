"""Applied Biosystems QuantStudio, ViiA 7, StepOne and 7500: the Results table of a qPCR experiment."""

from instruments.adapter import Adapter
from instruments.appbio_quantstudio import layout

ADAPTER = Adapter(
    key="appbio_quantstudio",
    version="1.0",
    technique="qPCR",
    tried_on_real_files=True,
    recognise=layout.recognise,
    parse=layout.parse,
)
