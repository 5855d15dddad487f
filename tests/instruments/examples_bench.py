"""Hand-written files of PCR, plates, XRF, titrators, combustion and analyser messages, with what they must say."""

from __future__ import annotations

QUANTSTUDIO = """\
* Block Type = 96-Well Block
* Instrument Type = QuantStudio

[Amplification Data]
Well\tCycle\tTarget Name\tRn
1\t1\tP35S\t0.627

[Results]
Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tCT\tCt Mean
1\tA1\tfalse\tTEA-7\tP35S\tUNKNOWN\tFAM\t27.145\t27.1
2\tA2\ttrue\tTEA-7\tLectin\tUNKNOWN\tVIC\t22.010\t22.0
3\tA3\tfalse\t\tP35S\tNTC\tFAM\tUndetermined\t
4\tA4\tfalse\tCal 1\tP35S\tSTANDARD\tFAM\t\t
"""
QUANTSTUDIO_SAYS = [
    ("TEA-7", "P35S", "27.145", "", "", "sample"),
    ("TEA-7", "Lectin", "22.010", "", "Omit", "sample"),
    ("", "P35S", "Undetermined", "", "", "blank"),
]

CFX = """\
,Well,Fluor,Target,Content,Sample,Cq,Starting Quantity (SQ)
,A01,FAM,P35S,Unkn-01,TEA-7,27.14,NaN
,A02,HEX,,Unkn-01,TEA-7,N/A,NaN
,A03,FAM,P35S,NTC,,,NaN
,A04,FAM,P35S,Std-1,,20.01,1000
,A05,FAM,P35S,Pos Ctrl,Maize,21.5,NaN
"""
CFX_SAYS = [
    ("TEA-7", "P35S", "27.14", "", "", "sample"),
    ("TEA-7", "HEX", "N/A", "", "", "sample"),
    ("", "P35S", "20.01", "", "", "standard"),
    ("Maize", "P35S", "21.5", "", "", "qc"),
]

GEN5 = """\
Software Version\t3.12.08
Plate Number\tPlate 1
Reader Type:\tSynergy H1
Procedure Details
Read\tabs450
\tAbsorbance Endpoint
Layout
\t1\t2\t3\t4
A\tBLK\tTEA-7\tSPL2\tSPL3\tWell ID
B\tSTD1\tTEA-8\tSPL5\tSPL6\tWell ID
Results
\t1\t2\t3\t4
A\t0.050\t2.130\tOVRFLW\t1.0\tabs450:450
B\t1.000\t2.150\t\tMISSED\tabs450:450
"""
GEN5_SAYS = [
    ("BLK", "abs450:450", "0.050", "", "", "blank"),
    ("TEA-7", "abs450:450", "2.130", "", "", "sample"),
    ("SPL2", "abs450:450", "OVRFLW", "", "", "sample"),
    ("SPL3", "abs450:450", "1.0", "", "", "sample"),
    ("STD1", "abs450:450", "1.000", "", "", "standard"),
    ("TEA-8", "abs450:450", "2.150", "", "", "sample"),
    ("SPL6", "abs450:450", "MISSED", "", "", "sample"),
]

PLATE = """\
Layout
<>\t1\t2\t3
A\tTEA-7\tTEA-8\tTEA-9
B\tBlank\tNeg\tPos
OD 450
<>\t1\t2\t3
A\t0.101\t1.202\tOVER
B\t0.050\t\t-0.003
"""
PLATE_SAYS = [
    ("TEA-7", "OD 450", "0.101", "", "", "sample"),
    ("TEA-8", "OD 450", "1.202", "", "", "sample"),
    ("TEA-9", "OD 450", "OVER", "", "", "sample"),
    ("Blank", "OD 450", "0.050", "", "", "sample"),
    ("Pos", "OD 450", "-0.003", "", "", "sample"),
]

QUBIT = """\
Run ID,Assay Name,Test Name,Test Date,Qubit tube conc.,Units,Original sample conc.,Units,Volume (uL),Dilution Factor
R,dsDNA HS,TEA-7,04/11/2023,106,ng/mL,21.2,ng/uL,1,200
R,dsDNA HS,TEA-8,04/11/2023,Out of range,ng/mL,Out of range,ng/uL,1,200
"""
QUBIT_SAYS = [
    ("TEA-7", "dsDNA HS", "21.2", "ng/uL", "", "sample"),
    ("TEA-8", "dsDNA HS", "Out of range", "ng/uL", "", "sample"),
]

OMNIAN = """\
02/01/2024 10:15:44
PANalytical
"Quantification of sample TEA-7 - 1g H3BO3 - 1:0,5",
R.M.S.:,"0,035"
Sum before normalization:,"119,5 %"
Analyte,Calibration,Compound,Concentration,Unit,Calculation,Status
,status,formula,,,method,
Na,Calibrated,Na2O,"3,085",%,Calculate,BgC;
As,Calibrated,As,"< 2,1",ppm,Calculate,
<H>,Not Found,H2O,,%,Fixed,
"""
OMNIAN_SAYS = [
    ("TEA-7", "Na2O", "3,085", "%", "BgC;", "sample"),
    ("TEA-7", "As", "< 2,1", "ppm", "", "sample"),
]
OMNIAN_LIST = """\
11/03/2024 14:46:46
PANalytical
Results quantitative - Omnian 2013,
Number of results selected:,2
Seq.,Sample name (1-20),Sum,Result type,Al2O3,As
,,of conc.,,--,--
,,(%),,(%),(ppm)
1,TEA-7,"100,000",Concentration,"0,198",
2,TEA-8,"99,900",Concentration,"0,068","12,5"
"""
OMNIAN_LIST_SAYS = [
    ("TEA-7", "Al2O3", "0,198", "%", "", "sample"),
    ("TEA-8", "Al2O3", "0,068", "%", "", "sample"),
    ("TEA-8", "As", "12,5", "ppm", "", "sample"),
]

RIGAKU = """\
,,,,Al2O3,,As
,,,,mass%,,ppm
TEA-7   ,PIGMT,90.916,2015/03/31 14:33,19.847,,-53
Average ,PIGMT,86.135,2015/03/31 14:59,12.474,#,92
Average,,,,16.2,,19
RSD(%),,,,23.1,,99
"""
RIGAKU_SAYS = [
    ("TEA-7", "Al2O3", "19.847", "mass%", "", "sample"),
    ("TEA-7", "As", "-53", "ppm", "", "sample"),
    ("Average", "Al2O3", "12.474", "mass%", "#", "sample"),
    ("Average", "As", "92", "ppm", "", "sample"),
]

GEOQUANT = """\
Sample,Formula,Concentration,Z,Status,Line 1,Net int.,LLD
TEA-7,SiO2,28.8 % -,14,XRF 1,Si KA1,60.63,211.9 PPM
TEA-7,TiO2,0.27%,22,XRF 1,Ti KA1,2.684,77.2 PPM
TEA-7,Tb4O7,231 PPM,65,XRF 1,Tb LA1,3.326,296.7 PPM
TEA-7,Na2O,0.0 PPM -,11,Not detected,Na KA1,0.06595,466.4 PPM
TEA-7,Cl,n.d.,17,XRF 1,Cl KA1,0.1,70.2 PPM
"""
GEOQUANT_SAYS = [
    ("TEA-7", "SiO2", "28.8", "%", "-", "sample"),
    ("TEA-7", "TiO2", "0.27", "%", "", "sample"),
    ("TEA-7", "Tb4O7", "231", "PPM", "", "sample"),
    ("TEA-7", "Na2O", "0.0", "PPM", "- Not detected", "sample"),
    ("TEA-7", "Cl", "n.d.", "", "", "sample"),
]

ELTRA = """\
3/24/2024 7:55 AM\tTEA-7\t0.109\t0.0168\tI 1 / 3\t149.9\t50\t0.109\t1.3E-14\t0.0168\t0.0103
3/24/2024 7:56 AM\tTEA-8\t1.3E-14\t0.1802\tI 2 / 3\t152.4\t50\tNaN\t1.3E-14\t0.1802\t0.2015
"""
ELTRA_SAYS = [
    ("TEA-7", "C", "0.109", "%", "", "sample"),
    ("TEA-7", "S", "0.0168", "%", "", "sample"),
    ("TEA-8", "C", "1.3E-14", "%", "", "sample"),
    ("TEA-8", "S", "0.1802", "%", "", "sample"),
]

METROHM = """\
$S PC/LIMS V1
$S Sample data V1
TEA-7\tcup 4\t5.0113\tg
$E
$S MPL V2
$S Mode 1\t01\tDET pH\tV1.0
1\t1.50800\t63.7
$E
$E
$S DETERM V1
$S Props V2.1
Acidity\tsaved\tTEA-7-1\t33\t2024-03-17 13:03:28\toriginal\tRegular without errors\tCL
$E
$S Results V1
Acid\t0.412\tg/100g
Acid\tof another shape\t3
$E
$S Mode 1\t01\tDET pH\tV2.0
$S EP V1
2.3715\t147.055\t25.203
3.1000\t190.0\t11.0
$E
$E
$E
$E
"""
METROHM_SAYS = [
    ("TEA-7", "Acid", "0.412", "g/100g", "", "sample"),
    ("TEA-7", "EP1", "2.3715", "mL", "", "sample"),
    ("TEA-7", "EP2", "3.1000", "mL", "", "sample"),
]

METTLER = """\
BOTTLE NUMBER,pH,EC (mS/m),TEMP,TALK
TEA-7,6.08,61.509,25.8,1.33
TEA-8,6.10,OVER,25.8,
"""
METTLER_SAYS = [
    ("TEA-7", "pH", "6.08", "", "", "sample"),
    ("TEA-7", "EC", "61.509", "mS/m", "", "sample"),
    ("TEA-7", "TEMP", "25.8", "", "", "sample"),
    ("TEA-7", "TALK", "1.33", "", "", "sample"),
    ("TEA-8", "pH", "6.10", "", "", "sample"),
    ("TEA-8", "EC", "OVER", "mS/m", "", "sample"),
    ("TEA-8", "TEMP", "25.8", "", "", "sample"),
]

ASTM = """\
H|\\^&|||Maker^Model^1.0|||||host||P|1|20240803131713
P|1
O|1|TEA-7^^6||^^^HIS\\^^^OCH|R||||||N
R|1|^^^HIS|40.13|mg/kg||N||F||anna||20240803131700
C|1|I|a comment|G
R|2|^^^OCH|Negative||||||F
R|3|^^^AFB||ug/kg|||||X
O|2|1^3^TEA-8||^^^HIS|R||||||Q
R|1|^^^HIS|-1^0.345|mg/kg||H||F
L|1|N
"""
ASTM_SAYS = [
    ("TEA-7", "HIS", "40.13", "mg/kg", "N", "sample"),
    ("TEA-7", "OCH", "Negative", "", "", "sample"),
    ("TEA-8", "HIS", "0.345", "mg/kg", "-1 H", "qc"),
]

VIDAS = "".join(
    f"\x02\x1emtrsl|\x1epi|\x1eci{sample}|\x1ertLMO2|\x1ernListeria|\x1etd10/25/24|{verdict}\x03\n"
    for sample, verdict in (("TEA-7", "\x1eqlPositive|\x1eqn0.85|"), ("TEA-8", "\x1eqlNegative|"), ("TEA-9", ""))
)
VIDAS_SAYS = [
    ("TEA-7", "LMO2", "0.85", "", "Positive", "sample"),
    ("TEA-8", "LMO2", "Negative", "", "", "sample"),
]

WINESCAN = """\
Sample Id,Rep #,Product,ReducingSugar,pH,Ethanol [%vol],Date,Time,Remark,
Calibration,,,,,,,,,
TEA-7,1,SFW,1.79,3.58,14.23,2/11/2025,13:33,,
TEA-7,2,SFW,-1.77,3.58,,2/11/2025,13:34,!,
TEA-7,Mean,SFW,1.78,3.58,14.24,2/11/2025,13:34,,
TEA-7,Sd,SFW,0.015,0.001,0.003,2/11/2025,13:34,,
"""
WINESCAN_SAYS = [
    ("TEA-7", "ReducingSugar", "1.79", "", "", "sample"),
    ("TEA-7", "pH", "3.58", "", "", "sample"),
    ("TEA-7", "Ethanol", "14.23", "%vol", "", "sample"),
    ("TEA-7", "ReducingSugar", "-1.77", "", "!", "sample"),
    ("TEA-7", "pH", "3.58", "", "!", "sample"),
]

ARENA_LIST = """\
Gallery v. 6.1,,
Results from time period:,,
Mon Nov 10 22:26:32 2025,,
,DFruc EZ,DGluc EZ [g/l]
TEA-7,30.284,17.142
TEA-8,,-0.039
"""
ARENA_LIST_SAYS = [
    ("TEA-7", "DFruc EZ", "30.284", "", "", "sample"),
    ("TEA-7", "DGluc EZ", "17.142", "g/l", "", "sample"),
    ("TEA-8", "DGluc EZ", "-0.039", "g/l", "", "sample"),
]

HANDHELD = """\
Test Label,Date,Time,Method ID,Test Status,Units,As Concentration,As Error1s,Fe Concentration,Fe Error1s
TEA-7,2025-01-02,10:00,Geo,,PPM,<LOD,4,41201,120
TEA-8,2025-01-02,10:02,Geo,Aborted,PPM,12,4,,
"""
HANDHELD_SAYS = [
    ("TEA-7", "As", "<LOD", "PPM", "", "sample"),
    ("TEA-7", "Fe", "41201", "PPM", "", "sample"),
    ("TEA-8", "As", "12", "PPM", "Aborted", "sample"),
]

LECO = """\
Name,Mass,Method,Nitrogen %,Protein %,Analysis Date
TEA-7,0.2504,Feed,2.513,15.71,1/2/2025
TEA-8,0.2510,Feed,<0.02,,1/2/2025
Average,,,1.2,7.5,
"""
LECO_SAYS = [
    ("TEA-7", "Nitrogen", "2.513", "%", "", "sample"),
    ("TEA-7", "Protein", "15.71", "%", "", "sample"),
    ("TEA-8", "Nitrogen", "<0.02", "%", "", "sample"),
]

GENESYS = """\
Quant,Quant_20250914.csv,
Mode,ABS,
Wavelength,540,
Sample,ABS,Conc (mg/L)
TEA-7,0.385,2.41
TEA-8,3.5,OVER
"""
GENESYS_SAYS = [
    ("TEA-7", "Conc", "2.41", "mg/L", "", "sample"),
    ("TEA-8", "Conc", "OVER", "mg/L", "", "sample"),
]

EXAMPLES = {
    "foss_winescan": (WINESCAN.encode(), WINESCAN_SAYS),
    "handheld_xrf": (HANDHELD.encode(), HANDHELD_SAYS),
    "leco_cornerstone": (LECO.encode(), LECO_SAYS),
    "thermo_arena_list": (ARENA_LIST.encode(), ARENA_LIST_SAYS),
    "thermo_genesys": (GENESYS.encode(), GENESYS_SAYS),
    "agilent_gen5": (GEN5.encode(), GEN5_SAYS),
    "appbio_quantstudio": (QUANTSTUDIO.encode(), QUANTSTUDIO_SAYS),
    "astm_e1394": (ASTM.encode(), ASTM_SAYS),
    "biomerieux_vidas": (VIDAS.encode(), VIDAS_SAYS),
    "biorad_cfx": (CFX.encode(), CFX_SAYS),
    "bruker_geoquant": (GEOQUANT.encode(), GEOQUANT_SAYS),
    "eltra_cs": (ELTRA.encode(), ELTRA_SAYS),
    "metrohm_pc_lims": (METROHM.encode(), METROHM_SAYS),
    "mettler_dl": (METTLER.encode(), METTLER_SAYS),
    "panalytical_omnian": (OMNIAN.encode(), OMNIAN_SAYS),
    "plate_grid": (PLATE.encode(), PLATE_SAYS),
    "rigaku_supermini": (RIGAKU.encode(), RIGAKU_SAYS),
    "thermo_qubit4": (QUBIT.encode(), QUBIT_SAYS),
}
