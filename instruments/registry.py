"""Every adapter there is, who recognises a file, and the one way to read one.

Recognition never chooses: exactly one adapter must claim the file, or its candidates are named. An instrument
registered with an adapter fixes it; recognition may then only refuse.
"""

from __future__ import annotations

from instruments import (
    agilent_icpms_batch,
    agilent_masshunter_quant,
    lab_two_dimensional,
    shimadzu_labsolutions_quant,
    thermo_visionlite,
)
from instruments.adapter import Adapter
from instruments.errors import AdapterFault, Ambiguous, FileRefused, NotRecognised, UnknownAdapter
from instruments.reading import Parsed, Tally
from instruments.recipes.shelf import adapter_from, shipped
from instruments.source import FileView, view_of

ADAPTERS: tuple[Adapter, ...] = (
    agilent_icpms_batch.ADAPTER,
    agilent_masshunter_quant.ADAPTER,
    lab_two_dimensional.ADAPTER,
    shimadzu_labsolutions_quant.ADAPTER,
    thermo_visionlite.ADAPTER,
)


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
    return tuple(adapter for adapter in everyone() if _recognises(adapter, view))


def recognise(view: FileView) -> Adapter:
    """The one adapter that claims the file; NotRecognised or Ambiguous otherwise."""
    found = candidates(view)
    if not found:
        raise NotRecognised()
    if len(found) > 1:
        raise Ambiguous(tuple(adapter.key for adapter in found))
    return found[0]


def read(data: bytes, adapter_key: str | None = None) -> Parsed:
    """Read the bytes of one file. Raises FileRefused with a code, UnknownAdapter, or AdapterFault."""
    fixed = adapter_for(adapter_key) if adapter_key is not None else None
    view = view_of(data)
    if fixed is None:
        return parse(view, recognise(view))
    if not _recognises(fixed, view):
        raise NotRecognised("NOT_THIS_ADAPTER", adapter=fixed.key,
                            candidates=tuple(adapter.key for adapter in candidates(view)))
    return parse(view, fixed)


def read_by_recipe(data: bytes, document: bytes) -> Parsed:
    """Read by a recipe that is not shipped; RecipeError for the recipe, FileRefused for the file."""
    recipe = adapter_from(document)
    return parse(view_of(data), recipe)


def parse(view: FileView, adapter: Adapter) -> Parsed:
    tally = Tally()
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


def _recognises(adapter: Adapter, view: FileView) -> bool:
    try:
        return adapter.recognise(view)
    except FileRefused:
        # The structure is this maker's but broken: it is claimed, and parsing will say what is wrong.
        return True
