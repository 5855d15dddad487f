"""Hand-written files of the chromatography formats, small enough to read, with what they must say."""

from __future__ import annotations

Says = list[tuple[str, str, str, str, str, str]]


def tabbed(*rows: str) -> str:
    """Rows written with ``;`` for readability, as tab separated lines."""
    return "".join(row.replace(";", "\t") + "\n" for row in rows)


LABSOLUTIONS_ASCII = tabbed(
    "[Header]", "Application Name;LabSolutions", "Data File Name;C:\\Data\\tea_007.lcd", "",
    "[Sample Information]", "Sample Type;0:Unknown", "Level;0", "Sample Name;Green tea", "Sample ID;TEA-7",
    "Vial#;4", "Dilution Factor;10", "",
    "[Compound Results(Detector A)]", "# of IDs;2",
    "ID#;Name;R.Time;Area;Conc.;Unit", "1;Nitrate;14.2;2011;5.040;mg/L", "2;Chloride;0.000;0;0.000;mg/L", "",
    "[Compound Results(Detector B)]", "# of IDs;0", "",
    "[Header]", "Application Name;LabSolutions", "Data File Name;C:\\Data\\std_003.lcd", "",
    "[Sample Information]", "Sample Type;1:Standard", "Level;3", "Sample Name;Anions", "Sample ID;3", "",
    "[Compound Results(Detector A)]", "# of IDs;2",
    "ID#;Name;R.Time;Area;Conc.;Unit", "1;Nitrate;14.1;990;2.500;mg/L", "2;Chloride;8.2;870;2.4;mg/L", "",
)
LABSOLUTIONS_ASCII_SAYS: Says = [
    ("TEA-7", "Nitrate", "5.040", "mg/L", "", "sample"),
    ("TEA-7", "Chloride", "0.000", "mg/L", "", "sample"),
    ("Anions", "Nitrate", "2.500", "mg/L", "", "standard"),
    ("Anions", "Chloride", "2.4", "mg/L", "", "standard"),
]


def _browser(compound: str, first: str, second: str) -> list[str]:
    return [
        compound + ";" * 12,
        f"run_01.qgd;TEA-7;{first};---;---;1;Unknown;---;---",
        f"run_02.qgd;QC;{second};---;---;2;Control;---;---",
        *(f"{word};;8.7;0.1;10;0.1;5;;0;;;;0" for word in ("Average", "%RSD", "Maximum", "Minimum", "Std. Dev.")),
        ";" * 12,
    ]


GCMS_BROWSER = tabbed(*_browser("Captan", "---;---;---;---;---", "8.70;1.25;\"3,794\";0.12;580"),
                      *_browser("Bifenthrin", "9.1;-0.063;76;0.024;52", "9.12;<0.01;80;0.02;55"))
GCMS_BROWSER_SAYS: Says = [
    ("TEA-7", "Captan", "---", "", "", "sample"),
    ("QC", "Captan", "1.25", "", "", "qc"),
    ("TEA-7", "Bifenthrin", "-0.063", "", "", "sample"),
    ("QC", "Bifenthrin", "<0.01", "", "", "qc"),
]

TARGETLYNX = tabbed(
    "Quantify Compound Summary Report", "", "Printed Tue Jan 07 17:28:50 2020", "",
    "Compound 1:  Diuron", "", ";Name;Type;Std. Conc;RT;Area;Conc.;Detection Flags",
    "1;TEA-7;Analyte;;4.1;1200;0.104;bb", "2;Cal 3;Standard;0.5;4.1;5000;0.498;MM", "",
    "Compound 2:  Diuron-d6", "", ";Name;Type;Std. Conc;RT;Area;Conc.;Detection Flags",
    "1;TEA-7;Analyte;;4.0;9000;;bb", "2;Cal 3;Standard;1;4.0;9100;1.000;bb", "",
)
TARGETLYNX_SAYS: Says = [
    ("TEA-7", "Diuron", "0.104", "", "bb", "sample"),
    ("Cal 3", "Diuron", "0.498", "", "MM", "standard"),
    ("Cal 3", "Diuron-d6", "1.000", "", "bb", "standard"),
]
TARGETLYNX_XML = """\
<?xml version="1.0"?>
<QUANDATASET version="1"><GROUPDATA count="1"><GROUP id="1"><SAMPLELISTDATA count="2">
<SAMPLE id="1" name="run_01" sampleid="TEA-7" type="Analyte" vial="1:A,2">
<COMPOUND id="1" name="Diuron" type=""><PEAK area="1200.0" foundrt="4.1" pkflags="bb" analconc="0.1040" conccalc="RF"/>
</COMPOUND><COMPOUND id="2" name="Linuron" type=""/></SAMPLE>
<SAMPLE id="2" name="run_02" sampleid="" type="Blank"><COMPOUND id="1" name="Diuron" type="">
<PEAK area="0.0" foundrt="0.0" pkflags="" analconc="0.0000" conccalc="NaN"/></COMPOUND></SAMPLE>
</SAMPLELISTDATA></GROUP></GROUPDATA></QUANDATASET>
"""

SCIEX = """\
Sample Name\tSample Type\tComponent Name\tComponent Type\tArea\tRetention Time\tCalculated Concentration\tUsed
TEA-7\tUnknown\tDiuron\tQuantifiers\t1200.5\t4.1\t0.104\tTrue
TEA-7\tUnknown\tDiuron-d6\tInternal Standards\t9000\t4.0\tN/A\tTrue
Blank 01\tBlank\tDiuron\tQuantifiers\tN/A\tN/A\tN/A\tTrue
Cal 3\tStandard\tDiuron\tQuantifiers\t5000\t4.1\t0.5\tFalse
QC low\tQuality Control\tDiuron\tQuantifiers\t1100\t4.1\t< 0\tTrue
"""
SCIEX_SAYS: Says = [
    ("TEA-7", "Diuron", "0.104", "", "", "sample"),
    ("TEA-7", "Diuron-d6", "N/A", "", "", "istd"),
    ("Blank 01", "Diuron", "N/A", "", "", "blank"),
    ("Cal 3", "Diuron", "0.5", "", "not used", "standard"),
    ("QC low", "Diuron", "< 0", "", "", "qc"),
]

XCALIBUR = tabbed(
    "Component Name;;Curve Index;Equation", "Diuron;;Linear;Y = 3.1 X", "",
    "Filename;Sample Type;Sample Name;Sample ID;Exp Amt;Calc Amt;Units;Peak Status;Area;RT",
    "run_01;Unknown Sample;TEA-7;1;NA;0.104;ng/ml;;1200;4.1",
    "run_02;QC Sample;;2;0.5;NF;ng/ml;Not Found;NF;NF",
    "run_03;Std Bracket Sample;Cal 3;3;0.5;NA;NA;Response Low;5000.25;4.1", "",
    "Created By:;;;;;;;;;", "User Name;;Date",
)
XCALIBUR_SAYS: Says = [
    ("TEA-7", "Diuron", "0.104", "ng/ml", "", "sample"),
    ("run_02", "Diuron", "NF", "ng/ml", "Not Found", "qc"),
    ("Cal 3", "Diuron", "5000.25", "", "Response Low", "standard"),
]

TRACEFINDER = """\
Compound,Type,Peak Label,Filename,Sample Type,Sample Name,Area,Theoretical Amt,Calculated Amt,Final Units,Excluded
Diuron,Target Compound,T1,run_01,Unknown,TEA-7,1200,,0.104,ng/ml,False
Diuron,Target Compound,C1,run_01,Unknown,TEA-7,300,,0.110,ng/ml,False
Diuron,Target Compound,T1,run_02,Matrix Blank,,N/F,,N/F,ng/ml,False
Diuron,Target Compound,T1,run_03,Cal Std,Cal 3,5000,0.5,0.498,ng/ml,True
Diuron-d6,Internal Standard,T1,run_01,Unknown,TEA-7,9000,1,1.000,ng/ml,False
"""
TRACEFINDER_SAYS: Says = [
    ("TEA-7", "Diuron", "0.104", "ng/ml", "", "sample"),
    ("run_02", "Diuron", "N/F", "ng/ml", "", "blank"),
    ("Cal 3", "Diuron", "0.498", "ng/ml", "excluded", "standard"),
    ("TEA-7", "Diuron-d6", "1.000", "ng/ml", "", "istd"),
]

CHEMSTATION = """\
Data File C:\\Chem\\1\\Data\\tea007.D
Sample Name: TEA-7

=====================================================================
Acq. Operator   : Anna                           Seq. Line :   8
Injection Date  : 10/11/2021 11:03:47 PM               Inj :   1
=====================================================================
                      Internal Standard Report
=====================================================================

Multiplier            :      1.0000
Dilution              :      5.0000
ISTD  ISTD Amount   Name
  #    [mg/l]
----|-------------|-------------------------
  1    100.00000   Butanol

Signal 1: FID1 A,

RetTime  Type  ISTD    Area     Amt/Area    Amount   Grp   Name
 [min]         used  [pA*s]      ratio     [mg/l]
-------|------|----|----------|----------|----------|--|------------------
  8.335 MF        1   10.97505    5.42183   53.12000    Methanol
  9.925                  -          -          -        Ethyl
                                                        acetate
 11.100 BB        1   90.00000    1.00000  100.00000    Butanol
 13.001 BB        1    2.00000                          ?

Totals without ISTD(s) :                  53.12
=====================================================================
                          *** End of Report ***
"""
CHEMSTATION_SAYS: Says = [
    ("TEA-7", "Methanol", "53.12000", "mg/l", "MF", "sample"),
    ("TEA-7", "Ethyl acetate", "-", "mg/l", "", "sample"),
    ("TEA-7", "Butanol", "100.00000", "mg/l", "BB", "istd"),
]

MSD_SHEET = tabbed(
    "Data File Name: C:\\msdchem\\1\\DATA\\tea007.D", "Acquired Date:  5 Mar 2019  16:03", "Sample Name: TEA-7", "",
    "Comp #;Compound Name;RT (min);Area;Amount;Units;Q-value",
    "1;Toluene;6.829;1690;3.10;ug/L;32", "2;Benzene;0.000;0;N.D.;ug/L;", "3;Styrene;7.9;945;;;4",
)
MSD_SAYS: Says = [
    ("TEA-7", "Toluene", "3.10", "ug/L", "", "sample"),
    ("TEA-7", "Benzene", "N.D.", "ug/L", "", "sample"),
]
MSD_PRINTED = """\
                       Quantitation Report    (QT Reviewed)

 Data File : C:\\msdchem\\1\\data\\tea007.D
 Acq On    : 12 Jan 2015  14:31
 Sample    : TEA-7

     Compound                        R.T. QIon  Response  Conc Units Dev(Min)
   -------------------------------------------------------------------------
 Internal Standards
    1) Fluorobenzene                5.123   96   123456    10.00 ug/L     0.00

 Target Compounds                                                  Qvalue
    2) Benzene                      4.999   78    45678m    5.12 ug/L
    3) Ethyl acetate                0.000             0      N.D.  d
   -------------------------------------------------------------------------
"""
MSD_PRINTED_SAYS: Says = [
    ("TEA-7", "Fluorobenzene", "10.00", "ug/L", "", "istd"),
    ("TEA-7", "Benzene", "5.12", "ug/L", "m", "sample"),
    ("TEA-7", "Ethyl acetate", "N.D.", "", "d", "sample"),
]

EXAMPLES: dict[str, tuple[bytes, Says]] = {
    "shimadzu_labsolutions_ascii": (LABSOLUTIONS_ASCII.encode(), LABSOLUTIONS_ASCII_SAYS),
    "shimadzu_gcms_browser": (GCMS_BROWSER.encode(), GCMS_BROWSER_SAYS),
    "waters_targetlynx": (TARGETLYNX.encode(), TARGETLYNX_SAYS),
    "sciex_os": (SCIEX.encode(), SCIEX_SAYS),
    "thermo_xcalibur": (XCALIBUR.encode(), XCALIBUR_SAYS),
    "thermo_tracefinder": (TRACEFINDER.encode(), TRACEFINDER_SAYS),
    "agilent_chemstation": (CHEMSTATION.encode(), CHEMSTATION_SAYS),
    "agilent_chemstation_msd": (MSD_SHEET.encode(), MSD_SAYS),
}
