"""Every adapter there is, who recognises a file, and the one way to read one.

Recognition never chooses: exactly one adapter must claim the file, or its candidates are named. An instrument
registered with an adapter fixes it; recognition may then only refuse.
"""

from __future__ import annotations

import re

from instruments import (
    agilent_chemstation,
    agilent_chemstation_msd,
    agilent_gen5,
    agilent_icpms_batch,
    agilent_masshunter_quant,
    allotropy_extra,
    appbio_quantstudio,
    astm_e1394,
    biomerieux_vidas,
    biorad_cfx,
    bruker_geoquant,
    eltra_cs,
    foss_winescan,
    handheld_xrf,
    lab_two_dimensional,
    leco_cornerstone,
    metrohm_pc_lims,
    mettler_dl,
    panalytical_omnian,
    perkinelmer_syngistix,
    perkinelmer_winlab32,
    plate_grid,
    result_list,
    rigaku_supermini,
    sciex_os,
    shimadzu_gcms_browser,
    shimadzu_icpe,
    shimadzu_labsolutions_ascii,
    shimadzu_labsolutions_quant,
    thermo_arena_list,
    thermo_genesys,
    thermo_qtegra,
    thermo_qubit4,
    thermo_tracefinder,
    thermo_visionlite,
    thermo_xcalibur,
    varian_icp_expert,
    waters_targetlynx,
)
from instruments.adapter import Adapter
from instruments.errors import AdapterFault, Ambiguous, FileRefused, NotRecognised, UnknownAdapter
from instruments.reading import Parsed, Tally
from instruments.recipes.shelf import adapter_from, shipped
from instruments.source import FileView, view_of

ADAPTERS: tuple[Adapter, ...] = (
    agilent_chemstation.ADAPTER,
    agilent_chemstation_msd.ADAPTER,
    agilent_gen5.ADAPTER,
    agilent_icpms_batch.ADAPTER,
    agilent_masshunter_quant.ADAPTER,
    appbio_quantstudio.ADAPTER,
    astm_e1394.ADAPTER,
    biomerieux_vidas.ADAPTER,
    biorad_cfx.ADAPTER,
    bruker_geoquant.ADAPTER,
    eltra_cs.ADAPTER,
    foss_winescan.ADAPTER,
    handheld_xrf.ADAPTER,
    lab_two_dimensional.ADAPTER,
    leco_cornerstone.ADAPTER,
    metrohm_pc_lims.ADAPTER,
    mettler_dl.ADAPTER,
    panalytical_omnian.ADAPTER,
    perkinelmer_syngistix.ADAPTER,
    perkinelmer_winlab32.ADAPTER,
    plate_grid.ADAPTER,
    result_list.ADAPTER,
    rigaku_supermini.ADAPTER,
    sciex_os.ADAPTER,
    shimadzu_gcms_browser.ADAPTER,
    shimadzu_icpe.ADAPTER,
    shimadzu_labsolutions_ascii.ADAPTER,
    shimadzu_labsolutions_quant.ADAPTER,
    thermo_arena_list.ADAPTER,
    thermo_genesys.ADAPTER,
    thermo_qtegra.ADAPTER,
    thermo_qubit4.ADAPTER,
    thermo_tracefinder.ADAPTER,
    thermo_visionlite.ADAPTER,
    thermo_xcalibur.ADAPTER,
    varian_icp_expert.ADAPTER,
    waters_targetlynx.ADAPTER,
    *allotropy_extra.ADAPTERS,
)

_RUN_NUMBER = re.compile(r"-\d{9,}$")


def everyone() -> tuple[Adapter, ...]:
    """The adapters and, after them, the shipped recipes."""
    return ADAPTERS + shipped()


def adapter_for(key: str) -> Adapter:
    for adapter in everyone():
        if adapter.key == key:
            return adapter
    raise UnknownAdapter(key, tuple(adapter.key for adapter in everyone()))


def candidates(view: FileView) -> tuple[Adapter, ...]:
    """Every adapter that claims the file by its structure."""
    asked = [adapter for adapter in everyone() if not adapter.fixed_only]
    first = tuple(adapter for adapter in asked if not adapter.last_resort and _recognises(adapter, view))
    return first or tuple(adapter for adapter in asked if adapter.last_resort and _recognises(adapter, view))


def recognise(view: FileView) -> Adapter:
    """The one adapter that claims the file; NotRecognised or Ambiguous otherwise."""
    found = candidates(view)
    if not found:
        raise NotRecognised()
    if len(found) > 1:
        raise Ambiguous(tuple(adapter.key for adapter in found))
    return found[0]


def read(data: bytes, adapter_key: str | None = None, name: str = "") -> Parsed:
    """Read the bytes of one file. Raises FileRefused with a code, UnknownAdapter, or AdapterFault.

    ``name`` is the file's own name; it is used only where the maker writes the sample nowhere else.
    """
    fixed = adapter_for(adapter_key) if adapter_key is not None else None
    view = view_of(data)
    if fixed is None:
        return parse(view, recognise(view), name)
    claimed = fixed in candidates(view) if fixed.last_resort else _recognises(fixed, view)
    if not claimed:
        raise NotRecognised("NOT_THIS_ADAPTER", adapter=fixed.key,
                            candidates=tuple(adapter.key for adapter in candidates(view)))
    return parse(view, fixed, name)


def read_by_recipe(data: bytes, document: bytes, name: str = "") -> Parsed:
    """Read by a recipe that is not shipped; RecipeError for the recipe, FileRefused for the file."""
    recipe = adapter_from(document)
    return parse(view_of(data), recipe, name)


def parse(view: FileView, adapter: Adapter, name: str = "") -> Parsed:
    tally = Tally(_sample_of(name) if adapter.sample_in_file_name else "")
    for code, text in view.notices:
        tally.notice(code, **({"encoding": text} if text else {}))
    try:
        adapter.parse(view, tally)
        return tally.close(adapter.key, adapter.version, view.encoding)
    except FileRefused as refused:
        refused.adapter = adapter.key
        raise
    except AdapterFault:
        raise
    except Exception as error:  # whatever it is, it is ours, and nothing of the file may be used
        raise AdapterFault("ADAPTER_FAILED", adapter=adapter.key, error=type(error).__name__) from error


def _sample_of(name: str) -> str:
    """The name without folders and ending, and without the run number some makers hang on (``-123456789``)."""
    stem = name.replace("\\", "/").rpartition("/")[2].strip()
    return _RUN_NUMBER.sub("", stem.rpartition(".")[0] or stem)


def _recognises(adapter: Adapter, view: FileView) -> bool:
    try:
        return adapter.recognise(view)
    except FileRefused:
        # The structure is this maker's but broken: it is claimed, and parsing will say what is wrong.
        return True
