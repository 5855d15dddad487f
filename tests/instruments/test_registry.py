"""Recognition refuses, it never chooses; and an account that does not balance is a fault, not a result."""

from __future__ import annotations

from dataclasses import replace

import pytest

from instruments import registry
from instruments.errors import AdapterFault, Ambiguous, NotRecognised, UnknownAdapter
from instruments.reading import Tally
from instruments.source import FileView, view_of
from tests.instruments.examples import EXAMPLES, VISIONLITE


def test_keys_are_unique_and_name_their_folders() -> None:
    keys = [adapter.key for adapter in registry.ADAPTERS if not adapter.fixed_only]
    assert len(set(keys)) == len(keys)
    assert set(keys) == set(EXAMPLES)


def test_a_file_nobody_knows_is_not_recognised() -> None:
    with pytest.raises(NotRecognised) as refused:
        registry.read(b"hello,world\n1,2\n")
    assert refused.value.code == "NOT_RECOGNISED"


def test_two_claims_are_named_and_none_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = replace(registry.adapter_for("thermo_visionlite"), key="twin")
    monkeypatch.setattr(registry, "ADAPTERS", (*registry.ADAPTERS, twin))
    with pytest.raises(Ambiguous) as refused:
        registry.read(VISIONLITE.encode())
    assert refused.value.candidates == ("thermo_visionlite", "twin")
    assert registry.read(VISIONLITE.encode(), "twin").adapter == "twin"


def test_an_unknown_adapter_is_the_callers_mistake() -> None:
    with pytest.raises(UnknownAdapter) as error:
        registry.read(VISIONLITE.encode(), "nonesuch")
    assert "thermo_visionlite" in error.value.params["known"]


def test_a_result_cell_lost_on_the_way_is_a_fault_of_the_adapter() -> None:
    def loses_one(view: FileView, tally: Tally) -> None:
        tally.announce(2)
        tally.skip("EMPTY_CELL")

    careless = replace(registry.adapter_for("thermo_visionlite"), parse=loses_one)
    with pytest.raises(AdapterFault) as fault:
        registry.parse(view_of(VISIONLITE.encode()), careless)
    assert fault.value.code == "RESULT_CELLS_LOST"


def test_an_adapter_that_breaks_is_our_fault_and_says_so() -> None:
    def breaks(view: FileView, tally: Tally) -> None:
        raise KeyError("Conc.")

    broken = replace(registry.adapter_for("thermo_visionlite"), parse=breaks)
    with pytest.raises(AdapterFault) as fault:
        registry.parse(view_of(VISIONLITE.encode()), broken)
    assert fault.value.code == "ADAPTER_FAILED"
