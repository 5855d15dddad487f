"""The optional converter ``allotropy``: one adapter for each of its makers, there only where it is installed."""

from functools import partial
from importlib.util import find_spec

from instruments.adapter import Adapter
from instruments.allotropy_extra import layout

ADAPTERS = tuple(
    Adapter(
        key=f"allotropy:{maker}",
        version="1.0",
        technique=technique,
        tried_on_real_files=False,
        recognise=layout.recognise,
        parse=partial(layout.parse, maker),
        fixed_only=True,
    )
    for maker, technique in layout.MAKERS
) if find_spec("allotropy") is not None else ()
