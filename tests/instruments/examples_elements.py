"""Hand-written files of the element spectrometers, small enough to read, with what they must say."""

from __future__ import annotations

Says = list[tuple[str, str, str, str, str, str]]


def _icpe(kind: str, sample: str, element: str, line: str, conc: tuple[str, str, str], flag: str = "") -> str:
    """One row of 44 cells: two replicates and their mean, or none; then two intensities and theirs."""
    first, second, mean = conc
    cells = ["Metals", kind, sample, "9/23/2016 11:54", "", "MRC", element, "QUANT", line, "1", "ppb"]
    cells += [first, second] + [""] * 8 + [mean, "0.1" if mean else "", "2.5" if mean else "", "1", flag]
    cells += [""] * 4 + ["After Drift Correction", "-0.09", "-0.10"] + [""] * 8 + ["-0.10", "0.01", "10.2"]
    assert len(cells) == 44
    return "\t".join(cells) + "\n"


ICPE = (
    _icpe("CAL1", "Blank", "As", "193.759", ("", "", ""))
    + _icpe("UNK", "TEA-7", "As", "193.759", ("22.5", "23.4", "22.9"), "L")
    + _icpe("UNK", "TEA-7", "Pb", "220.353", ("-130", "-198", "-164"), "L")
    + _icpe("QC1", "Check", "As", "193.759", ("11.2", "11.4", "11.3"))
)
ICPE_SAYS: Says = [
    ("TEA-7", "As", "22.9", "ppb", "L", "sample"),
    ("TEA-7", "Pb", "-164", "ppb", "L", "sample"),
    ("Check", "As", "11.3", "ppb", "", "qc"),
]

VARIAN = """\
Solution Label,Type,Element,Flags,Soln Conc,Units,Corr Con,Units,Int,DF
Blank,Blk,Mn 257.610,,0,mg/L,0,mg/L,41.5,1
TEA-7,Samp,Mn 257.610,uv,-0.01,mg/L,-0.5,mg/kg,40.1,50
TEA-7,Samp,Fe 259.940,x,-,mg/L,-,mg/kg,,50
LCS,LCS,Mn 257.610,,0.51,mg/L,0.51,mg/L,400,1
"""
VARIAN_SAYS: Says = [
    ("Blank", "Mn 257.610", "0", "mg/L", "", "blank"),
    ("TEA-7", "Mn 257.610", "-0.5", "mg/kg", "uv", "sample"),
    ("TEA-7", "Fe 259.940", "-", "mg/kg", "x", "sample"),
    ("LCS", "Mn 257.610", "0.51", "mg/L", "", "qc"),
]

SYNGISTIX = """\
,Sample Id,R,Acquisition Time,QC Status,Dataset File,As 75 (ug/L),Pb 208 (ug/L)
1,BLK,,13/09/19 11:47,,C:\\BLK.1098,,
2,TEA-7,,13/09/19 11:50,,C:\\TEA.1099,0.111,<0.01
6,Calibration Curves,,13/09/19 11:59,,,,
,Sample Id,R,Acquisition Time,QC Status,Dataset File,Ce 140 (ug/L),Dy 164 (ug/L)
7,CCV,,13/09/19 12:03,Failed,C:\\CCV.1103,1.5,2
"""
SYNGISTIX_SAYS: Says = [
    ("TEA-7", "As 75", "0.111", "ug/L", "", "sample"),
    ("TEA-7", "Pb 208", "<0.01", "ug/L", "", "sample"),
    ("CCV", "Ce 140", "1.5", "ug/L", "Failed", "sample"),
    ("CCV", "Dy 164", "2", "ug/L", "Failed", "sample"),
]

WINLAB = """\
Sample ID,A/S Loc,Sample Units,Analyte Name,Reported Conc (Samp),Reported Conc (Calib),Conc (Samp)1,Conc (Samp)2
ICV,5,mg/kg,Ag 328.068,4.96,0.0496,4.87,5.05
TEA-7,6,mg/kg,Ag 328.068,< 0.02,0.0001,0.01,0.03
TEA-7,6,mg/kg,Al 396.153,,,,
"""
WINLAB_SAYS: Says = [
    ("ICV", "Ag 328.068", "4.96", "mg/kg", "", "sample"),
    ("TEA-7", "Ag 328.068", "< 0.02", "mg/kg", "", "sample"),
]

QTEGRA = """\
Run,Time,Label,Sample Type,Category,75As (KED),208Pb (KED)
1,11:02,TEA-7,UNKNOWN,Concentration average [ppb],0.111,<LOD
1,11:02,TEA-7,UNKNOWN,Concentration RSD,2.1,
1,11:02,TEA-7,UNKNOWN,Intensity average [cps],1200,3
2,11:06,CCV 1,QC,Concentration average [ppb],9.95,10.1
"""
QTEGRA_SAYS: Says = [
    ("TEA-7", "75As (KED)", "0.111", "ppb", "", "sample"),
    ("TEA-7", "208Pb (KED)", "<LOD", "ppb", "", "sample"),
    ("CCV 1", "75As (KED)", "9.95", "ppb", "", "qc"),
    ("CCV 1", "208Pb (KED)", "10.1", "ppb", "", "qc"),
]

EXAMPLES: dict[str, tuple[bytes, Says]] = {
    "shimadzu_icpe": (ICPE.encode(), ICPE_SAYS),
    "varian_icp_expert": (VARIAN.encode(), VARIAN_SAYS),
    "perkinelmer_syngistix": (SYNGISTIX.encode(), SYNGISTIX_SAYS),
    "perkinelmer_winlab32": (WINLAB.encode(), WINLAB_SAYS),
    "thermo_qtegra": (QTEGRA.encode(), QTEGRA_SAYS),
}
