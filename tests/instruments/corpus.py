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
    "allotropy/240411_172731_BNCH2345883_abs450_96well_non_numeric_values.txt": "agilent_gen5",
    "allotropy/appbio_quantstudio_example05.txt": "appbio_quantstudio",
    "allotropy/example01.csv": "biorad_cfx",
    "calkulate/PC_LIMS_Report-SEA2-20200317-130328.txt": "metrohm_pc_lims",
    "senaite.astm/cobas_c111.txt": "astm_e1394",
    "senaite.astm/genexpert.txt": "astm_e1394",
    "senaite.astm/mini_vidas.txt": "biomerieux_vidas",
    "senaite.core/BOG.csv": "rigaku_supermini",
    "senaite.core/Eltra BOG.txt": "eltra_cs",
    "senaite.core/ResultData.rsfc.RSF": "roche_cobas_taqman",
    "senaite.core/axios_02.csv": "panalytical_omnian",
    "senaite.core/axios_multi_00.csv": "panalytical_omnian",
    "senaite.core/metlerToledoDL55.xlsx": "mettler_dl",
    "senaite.instruments/DU-0001.csv": "bruker_geoquant",
    "MSOrganiser/SciExTestData.txt": "sciex_os",
    "p2m2tools/070120_Saturation_CQA.txt": "waters_targetlynx",
    "p2m2tools/Report_Ex1.txt": "agilent_chemstation",
    "p2m2tools/quandata.xml": "waters_targetlynx",
    "p2m2tools/resuts_inj1_Long.XLS": "thermo_xcalibur",
    "saleslab/Javits_Anion_Set2.txt": "shimadzu_labsolutions_ascii",
    "senaite.core/QP2010.txt": "shimadzu_labsolutions_ascii",
    "senaite.core/TQ8030.txt": "shimadzu_gcms_browser",
    "senaite.core/export.csv": "varian_icp_expert",
    "senaite.core/icp output.csv": "shimadzu_icpe",
    "senaite.instruments/agilent.chemstation.chemstation.xls": "agilent_chemstation_msd",
    "senaite.instruments/nexion350x.xlsx": "perkinelmer_syngistix",
}
# These makers export no kind of sample; the laboratory tells its standards by their names alone.
ROLE_ONLY_BY_NAME = {"senaite.core/4357.csv", "senaite.core/13-12-12 ENVASS BH REST ANIONS.csv"}
REFUSED = {
    "chromconv/Report.TXT": "NO_RESULTS",
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
