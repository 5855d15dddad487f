"""Finds the real exports: LIMS_SHARED, or the folder ``shared`` beside the checkout. They are not shipped."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

SUFFIX = ".expected.json"
CLAIMED = {
    "wateas/20200713_ICPMS_FoliarSprays.xlsx": "agilent_icpms_batch",
    "senaite.core/LCMS-8050.txt": "shimadzu_labsolutions_quant",
    "senaite.instruments/agilent.masshunter.quantitative.csv": "agilent_masshunter_quant",
    "midar/3_Testdata_MHQuant_DefaultSampleInfo_DetailedResults.csv": "agilent_masshunter_quant",
    "MSOrganiser/ISO_8859_1_Encoding.csv": "agilent_masshunter_quant",
    "allotropy/Thermo_VISIONlite_example_quant.csv": "thermo_visionlite",
    "allotropy/Fixed_tab_sep.csv": "thermo_visionlite",
    "senaite.core/2dimension.csv": "lab_two_dimensional",
    "senaite.instruments/winlab32.csv": "perkinelmer_winlab32",
    "senaite.core/4357.csv": "foss_fiastar",
    "senaite.core/ArenaRPR.csv": "thermo_arena",
    "senaite.core/ft120.csv": "foss_winescan",
    "allotropy/thermo_fisher_qubit4_example_3.csv": "thermo_qubit4",
    "senaite.core/13-12-12 ENVASS BH REST ANIONS.csv": "seal_aq2",
}
# These makers export no kind of sample; the laboratory tells its standards by their names alone.
ROLE_ONLY_BY_NAME = {"senaite.core/4357.csv", "senaite.core/13-12-12 ENVASS BH REST ANIONS.csv"}
REFUSED = {
    "icpmsflow/001SMPL-2.csv": "NO_RESULTS",
    "midar/14_Testdata_MHQuant_Corrupt_RowAreaDeleted.csv": "CORRUPT_HEADER",
}


def _folder() -> Path:
    beside = Path(__file__).resolve().parents[2].parent / "shared"
    return Path(os.environ.get("LIMS_SHARED", beside)) / "instruments" / "files"


def names() -> list[str]:
    """Every real export, as folder/name; empty where the folder is absent."""
    folder = _folder()
    return sorted(str(path.relative_to(folder))[: -len(SUFFIX)] for path in folder.glob(f"*/*{SUFFIX}"))


def real(name: str) -> bytes:
    path = _folder() / name
    if not path.is_file():
        pytest.skip("the real instrument exports are not here; set LIMS_SHARED to the folder that holds them")
    return path.read_bytes()


def expected(name: str) -> list[dict[str, Any]]:
    return json.loads((_folder() / (name + SUFFIX)).read_text(encoding="utf-8"))
