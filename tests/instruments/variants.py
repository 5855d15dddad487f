"""Exports as other sites, versions and languages of the same programs write them, and what each must give.

None is a real file; every one is written by hand. Long plates are built, not listed.
"""

# ruff: noqa: E501

from __future__ import annotations

Row = tuple[str, str, str, str, str]
VARIANTS: dict[str, tuple[str, str, str, tuple[Row, ...]]] = {
    'icpms_de': (
        'utf-8', 'agilent_icpms_batch',
        'Probe;;;;;;75  As  [ He ] ;;111  Cd  [ He ] ;\n'
        ';Rjct;Datendatei;Erf.-Datum/Zeit;Typ;Probenname;Konz. [ ppb ];Konz. RSD;Konz. [ ppb ];Konz. RSD\n'
        ';;001SMPL.d;12.03.2024 10:11;Sample;W-1;1,234;2,1;<0,000;N/A\n'
        ';;002SMPL.d;12.03.2024 10:14;Sample;W-2;0,511;2,1;0,020;4,4\n'
        ,
        (('W-1', '75 As [ He ]', '1,234', 'ppb', 'sample'),
         ('W-1', '111 Cd [ He ]', '<0,000', 'ppb', 'sample'),
         ('W-2', '75 As [ He ]', '0,511', 'ppb', 'sample'),
         ('W-2', '111 Cd [ He ]', '0,020', 'ppb', 'sample'),),
    ),
    'icpms_en_csv': (
        'utf-8', 'agilent_icpms_batch',
        'Sample,,,,,,,"75  As  [ No Gas ] ",,"208  Pb  [ He ] ",,"115  In ( ISTD )  [ He ] ",\n'
        ',Rjct,Data File,Acq. Date-Time,Type,Level,Sample Name,Conc. [ ug/l ],Conc. RSD,Conc. [ ug/l ],Conc. RSD,CPS,CPS RSD\n'
        ',False,005SMPL.d,3/12/2024 10:11,Sample,,W-1,1.234,2.1,<0.000,N/A,1000,1\n'
        ',True,006CCV.d,3/12/2024 10:14,CCV,,CCV 10,9.98,2.1,10.2,0.5,1002,1\n'
        ,
        (('W-1', '75 As [ No Gas ]', '1.234', 'ug/l', 'sample'),
         ('W-1', '208 Pb [ He ]', '<0.000', 'ug/l', 'sample'),
         ('CCV 10', '75 As [ No Gas ]', '9.98', 'ug/l', 'qc'),
         ('CCV 10', '208 Pb [ He ]', '10.2', 'ug/l', 'qc'),),
    ),
    'icpms_zh': (
        'gb18030', 'agilent_icpms_batch',
        '样品,,,,,,"75  As  [ He ] ",,"208  Pb  [ He ] ",\n'
        ',拒绝,数据文件,采集日期-时间,类型,样品名称,浓度 [ ppb ],浓度 RSD,浓度 [ ppb ],浓度 RSD\n'
        ',,001.d,2024-03-12 10:11,样品,茶叶1,1.234,2.1,<0.000,N/A\n'
        ',,002.d,2024-03-12 10:14,样品,茶叶2,0.5,2.1,0.02,4.4\n'
        ,
        (('茶叶1', '75 As [ He ]', '1.234', 'ppb', 'sample'),
         ('茶叶1', '208 Pb [ He ]', '<0.000', 'ppb', 'sample'),
         ('茶叶2', '75 As [ He ]', '0.5', 'ppb', 'sample'),
         ('茶叶2', '208 Pb [ He ]', '0.02', 'ppb', 'sample'),),
    ),
    'mh_zh': (
        'utf-8', 'agilent_masshunter_quant',
        '样品,,,,,吡虫啉 结果,,,啶虫脒 结果,,\n'
        '名称,数据文件,类型,级别,采集日期-时间,RT,面积,最终浓度,RT,面积,最终浓度\n'
        'S1,a.d,样品,,2024-01-02 10:00,1.2,100,0.53,2.0,40,0.10\n'
        'S2,b.d,样品,,2024-01-02 10:20,1.2,110,0.55,,,\n'
        ,
        (('S1', '吡虫啉', '0.53', '', 'sample'),
         ('S1', '啶虫脒', '0.10', '', 'sample'),
         ('S2', '吡虫啉', '0.55', '', 'sample'),),
    ),
    'mh_de': (
        'cp1252', 'agilent_masshunter_quant',
        'Probe;;;;Imidacloprid Ergebnisse;;;Acetamiprid Ergebnisse;;\n'
        'Name;Datendatei;Typ;Stufe;RT;Fläche;Endkonz.;RT;Fläche;Endkonz.\n'
        'P1;a.d;Probe;;1,2;100;0,53;2,0;40;0,10\n'
        ,
        (('P1', 'Imidacloprid', '0,53', '', 'sample'),
         ('P1', 'Acetamiprid', '0,10', '', 'sample'),),
    ),
    'mh_en_units': (
        'utf-8', 'agilent_masshunter_quant',
        'Sample,,,,,,Imidacloprid Method,Imidacloprid Results,,,,\n'
        ',,Name,Data File,Type,Acq. Date-Time,Exp. Conc.,RT,Area,Calc. Conc.,Final Conc.,Accuracy\n'
        ',,S1,a.d,Sample,1/2/2024 10:00 AM,,1.2,100,0.53,5.3,\n'
        ',,Cal 1,b.d,Cal,1/2/2024 10:20 AM,1,1.2,90,1.02,1.02,102\n'
        ,
        (('S1', 'Imidacloprid', '5.3', '', 'sample'),
         ('Cal 1', 'Imidacloprid', '1.02', '', 'standard'),),
    ),
    'lsq_de': (
        'utf-8', 'shimadzu_labsolutions_ascii',
        '[Header]\n'
        'Application Name\tLabSolutions\n'
        'Version\t5.97\n'
        '\n'
        '[Compound Results(Detector A)]\n'
        '# of IDs\t2\n'
        'ID#\tName\tR.Time\tArea\tHeight\tConc.\tCurve\t3rd\n'
        '1\tKoffein\t3,21\t10000\t400\t12,5\tLinear\t\n'
        '2\tTheobromin\t0,000\t0\t0\t0,000\tLinear\t\n'
        ,
        (('', 'Koffein', '12,5', '', 'sample'),
         ('', 'Theobromin', '0,000', '', 'sample'),),
    ),
    'ls_ascii_zh': (
        'gb18030', 'shimadzu_labsolutions_ascii',
        '[Header]\n'
        '应用程序名\tLabSolutions\n'
        '版本\t5.99\n'
        '数据文件名\tC:\\LabSolutions\\Data\\S1.lcd\n'
        '输出日期\t2024-3-1\n'
        '\n'
        '[样品信息]\n'
        '操作员姓名\tadmin\n'
        '样品名\t茶叶1\n'
        '样品ID\tT-001\n'
        '样品类型\t未知\n'
        '\n'
        '[化合物结果(检测器A)]\n'
        '# of IDs\t2\n'
        'ID#\t名称\t保留时间\t面积\t高度\t浓度\t曲线\n'
        '1\t咖啡因\t3.21\t10000\t400\t12.5\t线性\n'
        '2\t茶碱\t0.000\t0\t0\t0.000\t线性\n'
        ,
        (('T-001', '咖啡因', '12.5', '', 'sample'),
         ('T-001', '茶碱', '0.000', '', 'sample'),),
    ),
    'waters_txt_fr': (
        'utf-8', 'waters_targetlynx',
        'Quantify Compound Summary Report\n'
        '\n'
        'Printed Tue Mar 12 10:00:00 2024\n'
        '\n'
        'Compound 1:  Imidaclopride\n'
        '\n'
        '\t#\tName\tType\tStd. Conc\tRT\tArea\tIS Area\tResponse\tConc.\t%Dev\n'
        '1\t1\tS1\t\t\t1.20\t100\t\t100\t0.53\t\n'
        '2\t2\tS2\t\t\t\t\t\t\t\t\n'
        '\n'
        'Compound 2:  Carbendazime\n'
        '\n'
        '\t#\tName\tType\tStd. Conc\tRT\tArea\tIS Area\tResponse\tConc.\t%Dev\n'
        '1\t1\tS1\t\t\t1.20\t100\t\t100\t0.11\t\n'
        '2\t2\tS2\t\t\t1.3\t20\t\t20\t0.02\t\n'
        ,
        (('S1', 'Imidaclopride', '0.53', '', 'sample'),
         ('S1', 'Carbendazime', '0.11', '', 'sample'),
         ('S2', 'Carbendazime', '0.02', '', 'sample'),),
    ),
    'waters_unifi': (
        'utf-8', 'result_list',
        'Component name,Item name,Sample type,Observed RT (min),Response,Concentration,Unit\n'
        'Caffeine,S1,Unknown,3.2,1000,12.5,mg/L\n'
        'Caffeine,S2,Unknown,3.2,500,6.2,mg/L\n'
        ,
        (('S1', 'Caffeine', '12.5', 'mg/L', 'sample'),
         ('S2', 'Caffeine', '6.2', 'mg/L', 'sample'),),
    ),
    'sciex_de': (
        'utf-8', 'sciex_os',
        'Probenname\tKomponentenname\tFläche\tRetentionszeit\tBerechnete Konzentration\tProbentyp\n'
        'P1\tImidacloprid\t1234,5\t3,21\t0,53\tUnbekannt\n'
        'P2\tImidacloprid\tN/A\tN/A\tN/A\tUnbekannt\n'
        ,
        (('P1', 'Imidacloprid', '0,53', '', 'sample'),
         ('P2', 'Imidacloprid', 'N/A', '', 'sample'),),
    ),
    'sciex_os3': (
        'utf-8', 'sciex_os',
        'Index\tSample Index\tSample Name\tSample ID\tSample Type\tComponent Name\tComponent Type\tMass Info\tIS Name\tArea\tIS Area\tActual Concentration\tCalculated Concentration\tAccuracy\tUsed\n'
        '1\t1\tS1\t\tUnknown\tOTA\tQuantifiers\t404.1 / 239.0\tOTA-IS\t1000\t2000\tN/A\t0.53\tN/A\tTrue\n'
        '2\t1\tS1\t\tUnknown\tOTA 2\tQualifiers\t404.1 / 102\tOTA-IS\t500\t2000\tN/A\t<1 point\tN/A\tTrue\n'
        ,
        (('S1', 'OTA', '0.53', '', 'sample'),
         ('S1', 'OTA 2', '<1 point', '', 'sample'),),
    ),
    'sciex_analyst': (
        'utf-8', 'sciex_os',
        'Sample Name,Sample ID,Sample Type,File Name,Dilution Factor,Analyte Peak Name,Analyte Units,Analyte Peak Area (counts),Analyte Concentration (ng/mL),Calculated Concentration (ng/mL),Accuracy (%)\n'
        'S1,1,Unknown,a.wiff,1.00,OTA,ng/mL,1.2e4,N/A,0.53,N/A\n'
        'S2,2,Standard,a.wiff,1.00,OTA,ng/mL,1.2e4,1.00,1.02,102\n'
        ,
        (('S1', 'OTA', '0.53', 'ng/mL', 'sample'),
         ('S2', 'OTA', '1.02', 'ng/mL', 'standard'),),
    ),
    'sciex_zh': (
        'utf-16', 'sciex_os',
        '样品名称\t组分名称\t样品类型\t面积\t保留时间\t计算浓度\n'
        '茶1\t吡虫啉\t未知\t100\t3.2\t0.53\n'
        '茶2\t吡虫啉\t未知\tN/A\tN/A\tN/A\n'
        ,
        (('茶1', '吡虫啉', '0.53', '', 'sample'),
         ('茶2', '吡虫啉', 'N/A', '', 'sample'),),
    ),
    'tracefinder_zh': (
        'utf-8', 'thermo_tracefinder',
        '化合物,文件名,样品ID,样品类型,理论量,计算量,单位,面积,实际保留时间\n'
        'OTA,r1,S1,未知,,0.53,ppb,1000,3.2\n'
        'OTA,r2,S2,未知,,N/F,ppb,N/F,N/F\n'
        ,
        (('S1', 'OTA', '0.53', 'ppb', 'sample'),
         ('S2', 'OTA', 'N/F', 'ppb', 'sample'),),
    ),
    'qtegra': (
        'utf-8', 'thermo_qtegra',
        'Qtegra LabBook\n'
        '\n'
        'Concentration average\n'
        '\n'
        'Label,Time,Main Runs,75As (KED) [ppb],111Cd (KED) [ppb]\n'
        'S1,3/12/2024 10:00:00 AM,3,1.23,<LOD\n'
        'S2,3/12/2024 10:03:00 AM,3,0.53,0.02\n'
        ,
        (('S1', '75As (KED)', '1.23', 'ppb', 'sample'),
         ('S1', '111Cd (KED)', '<LOD', 'ppb', 'sample'),
         ('S2', '75As (KED)', '0.53', 'ppb', 'sample'),
         ('S2', '111Cd (KED)', '0.02', 'ppb', 'sample'),),
    ),
    'winlab_csv': (
        'utf-8', 'perkinelmer_winlab32',
        'Sample ID,Date,Time,Analyte Name,Int (Corr),Conc (Calib),Units,RSD (Conc)\n'
        'S1,3/12/2024,10:00:00,Pb 220.353,1000,0.512,mg/L,1.2\n'
        'S1,3/12/2024,10:00:00,Cd 228.802,-2,-0.001,mg/L,55\n'
        ,
        (('S1', 'Pb 220.353', '0.512', '', 'sample'),
         ('S1', 'Cd 228.802', '-0.001', '', 'sample'),),
    ),
    'icpexpert_5110': (
        'utf-8', 'varian_icp_expert',
        'Solution Label,Rack:Tube,Type,Date Time,Element,Int,Soln Conc,Unit,% RSD,Corrected Conc\n'
        'S1,1:1,Sample,3/12/2024 10:00,Pb 220.353 nm,1000,0.512,ppm,1.2,5.12\n'
        'S1,1:1,Sample,3/12/2024 10:00,Cd 214.439 nm,10,0.0012 u,ppm,9.2,0.012\n'
        ,
        (('S1', 'Pb 220.353 nm', '5.12', 'ppm', 'sample'),
         ('S1', 'Cd 214.439 nm', '0.012', 'ppm', 'sample'),),
    ),
    'icpexpert_wide': (
        'utf-8', 'result_list',
        'Label,Type,Date Time,As 188.980 nm ppm,Cd 214.439 nm ppm,Pb 220.353 nm ppm\n'
        'Blank,BLK,3/12/2024 10:00,0.000,0.000,0.000\n'
        'S1,Samp,3/12/2024 10:05,0.123,0.001 u,0.52\n'
        ,
        (('Blank', 'As 188.980 nm', '0.000', 'ppm', 'blank'),
         ('Blank', 'Cd 214.439 nm', '0.000', 'ppm', 'blank'),
         ('Blank', 'Pb 220.353 nm', '0.000', 'ppm', 'blank'),
         ('S1', 'As 188.980 nm', '0.123', 'ppm', 'sample'),
         ('S1', 'Cd 214.439 nm', '0.001 u', 'ppm', 'sample'),
         ('S1', 'Pb 220.353 nm', '0.52', 'ppm', 'sample'),),
    ),
    'icpe': (
        'utf-8', 'result_list',
        'Sample Name,Element,Wavelength,Conc.,Unit,RSD\n'
        'S1,Pb,220.353,0.512,mg/L,1.2\n'
        'S1,Cd,214.438,ND,mg/L,\n'
        ,
        (('S1', 'Pb', '0.512', 'mg/L', 'sample'),
         ('S1', 'Cd', 'ND', 'mg/L', 'sample'),),
    ),
    'chemstation_de': (
        'cp1252', 'agilent_chemstation',
        'Datei C:\\CHEM32\\1\\DATA\\S1.D\n'
        'Probenname: P1\n'
        '\n'
        '=====================================================================\n'
        'Acq. Operator   : anna                           Seq. Line :   5\n'
        'Injection Date  : 12.03.2024 10:11:12              Inj :   1\n'
        '=====================================================================\n'
        '                     Externer Standard Report                      \n'
        '=====================================================================\n'
        '\n'
        'Sortiert nach         :      Signal\n'
        'Multiplikator:                  :      1.0000\n'
        'Verdünnung:                    :      1.0000\n'
        '\n'
        'Signal 1: DAD1 A, Sig=254,4 Ref=off\n'
        '\n'
        'RetZeit  Typ     Fläche     Menge/Fl.     Menge  Grp   Name\n'
        ' [min]          [mAU*s]                  [mg/l]\n'
        '-------|------|----------|----------|----------|--|------------------\n'
        '  3.210 BB     1000.12345 1.25000e-2   12.50154     Koffein\n'
        '  4.100          -            -          -          Theobromin\n'
        '\n'
        'Summe :                                12.50154\n'
        '\n'
        '=====================================================================\n'
        '                          *** Ende des Reports ***\n'
        ,
        (('P1', 'Koffein', '12.50154', 'mg/l', 'sample'),
         ('P1', 'Theobromin', '-', 'mg/l', 'sample'),),
    ),
    'qs_v2': (
        'utf-8', 'appbio_quantstudio',
        '* Block Type = 96-Well\n'
        '* Chemistry = TAQMAN\n'
        '* Experiment File Name = x.eds\n'
        '* Instrument Type = QuantStudio 5\n'
        '\n'
        '[Results]\n'
        'Well\tWell Position\tOmit\tSample Name\tTarget Name\tTask\tReporter\tQuencher\tCT\tCt Mean\tCt SD\tQuantity\n'
        '1\tA1\tFalse\tS1\tGMO35S\tUNKNOWN\tFAM\tNFQ\t24.5\t24.4\t0.1\t\n'
        '2\tA2\tFalse\tNTC\tGMO35S\tNTC\tFAM\tNFQ\tUndetermined\t\t\t\n'
        ,
        (('S1', 'GMO35S', '24.5', '', 'sample'),
         ('NTC', 'GMO35S', 'Undetermined', '', 'blank'),),
    ),
    'qs_da2_csv': (
        'utf-8', 'appbio_quantstudio',
        '# Barcode: ,\n'
        '# Instrument Type: ,QuantStudio 6 Pro\n'
        '# Instrument Name: ,qs\n'
        '"Well","Well Position","Omit","Sample","Target","Task","Reporter","Quencher","Amp Status","Cq","Cq Mean"\n'
        '"1","A01","false","S1","35S","UNKNOWN","FAM","NFQ","AMP","24.51","24.5"\n'
        '"2","A02","false","S2","35S","UNKNOWN","FAM","NFQ","NO_AMP","UNDETERMINED",""\n'
        ,
        (('S1', '35S', '24.51', '', 'sample'),
         ('S2', '35S', 'UNDETERMINED', '', 'sample'),),
    ),
    'cfx_de': (
        'utf-8', 'biorad_cfx',
        ';Well;Fluor;Target;Inhalt;Probe;Cq;Startmenge (SQ)\n'
        ';A01;FAM;35S;Unbek;P1;24,51;N/A\n'
        ';A02;FAM;35S;Unbek;P2;N/A;N/A\n'
        ,
        (('P1', '35S', '24,51', '', 'sample'),
         ('P2', '35S', 'N/A', '', 'sample'),),
    ),
    'cfx_maestro_fr': (
        'utf-8', 'biorad_cfx',
        ',Puits,Fluor,Cible,Contenu,Echantillon,Cq,Quantité de départ (SQ)\n'
        ',A01,FAM,35S,Unkn,E1,24.51,NaN\n'
        ',A02,FAM,35S,NTC,,NaN,NaN\n'
        ,
        (('', '35S', '24.51', '', 'sample'),
         ('', '35S', 'NaN', '', 'blank'),),
    ),
    'rigaku_zh': (
        'gb18030', 'result_list',
        '样品名称,日期,成分,结果,单位,检出限\n'
        'S1,2024-3-12,Fe2O3,5.12,mass%,0.01\n'
        'S1,2024-3-12,SiO2,55.1,mass%,0.02\n'
        ,
        (('S1', 'Fe2O3', '5.12', 'mass%', 'sample'),
         ('S1', 'SiO2', '55.1', 'mass%', 'sample'),),
    ),
    'vanta': (
        'utf-8', 'handheld_xrf',
        'Date,Time,Reading,Method Name,Cr,Cr +/-,Pb,Pb +/-,Sample ID,Unit\n'
        '2024-03-12,10:00,1,Soil,120,5,<LOD,3,S1,ppm\n'
        '2024-03-12,10:05,2,Soil,130,5,22,3,S2,ppm\n'
        ,
        (('S1', 'Cr', '120', 'ppm', 'sample'),
         ('S1', 'Pb', '<LOD', 'ppm', 'sample'),
         ('S2', 'Cr', '130', 'ppm', 'sample'),
         ('S2', 'Pb', '22', 'ppm', 'sample'),),
    ),
    'niton': (
        'utf-8', 'handheld_xrf',
        'Index,Reading No,Time,Type,Duration,Units,SAMPLE,Pb,Pb Error,As,As Error\n'
        '1,100,2024-03-12 10:00,SOIL,60,ppm,S1,22.1,3.1,< LOD,5.5\n'
        '2,101,2024-03-12 10:05,SOIL,60,ppm,S2,< LOD,3.1,12.1,2.2\n'
        ,
        (('S1', 'Pb', '22.1', 'ppm', 'sample'),
         ('S1', 'As', '< LOD', 'ppm', 'sample'),
         ('S2', 'Pb', '< LOD', 'ppm', 'sample'),
         ('S2', 'As', '12.1', 'ppm', 'sample'),),
    ),
    'xmet': (
        'utf-8', 'handheld_xrf',
        'Reading;Mode;Sample;Pb (%);Pb +/-;Sn (%);Sn +/-\n'
        '1;Alloy;S1;1,22;0,01;8,80;0,1\n'
        '2;Alloy;S2;ND;;7,70;0,1\n'
        ,
        (('S1', 'Pb', '1,22', '%', 'sample'),
         ('S1', 'Sn', '8,80', '%', 'sample'),
         ('S2', 'Pb', 'ND', '%', 'sample'),
         ('S2', 'Sn', '7,70', '%', 'sample'),),
    ),
    'gallery': (
        'utf-8', 'result_list',
        'Sample ID;Test;Result;Unit;Flags;Date\n'
        'S1;Nitrate;12,5;mg/l;;12.03.2024\n'
        'S1;Chlorid;>200;mg/l;Abs high;12.03.2024\n'
        ,
        (('S1', 'Nitrate', '12,5', 'mg/l', 'sample'),
         ('S1', 'Chlorid', '>200', 'mg/l', 'sample'),),
    ),
    'aq2': (
        'utf-8', 'result_list',
        'Sample ID,Test,Results,Units,Absorbance,Date and Time\n'
        'S1,NO3,0.512,mg N/L,0.123,3/12/2024 10:00\n'
        'S2,NO3,-0.001,mg N/L,0.002,3/12/2024 10:01\n'
        ,
        (('S1', 'NO3', '0.512', 'mg N/L', 'sample'),
         ('S2', 'NO3', '-0.001', 'mg N/L', 'sample'),),
    ),
    'leco': (
        'utf-8', 'leco_cornerstone',
        'Name\tMethod\tMass (g)\tCarbon %\tSulfur %\tAnalysis Date\n'
        'S1\tCS\t0.5012\t1.234\t0.0123\t3/12/2024\n'
        ,
        (('S1', 'Carbon', '1.234', '%', 'sample'),
         ('S1', 'Sulfur', '0.0123', '%', 'sample'),),
    ),
    'leco_de': (
        'utf-8', 'leco_cornerstone',
        'Name;Methode;Masse (g);Kohlenstoff %;Schwefel %;Analysendatum\n'
        'P1;CS;0,5012;1,234;0,0123;12.03.2024\n'
        ,
        (('P1', 'Kohlenstoff', '1,234', '%', 'sample'),
         ('P1', 'Schwefel', '0,0123', '%', 'sample'),),
    ),
    'eltra_header': (
        'utf-8', 'leco_cornerstone',
        'Nr;Probe;Gewicht;C %;S %;Datum\n'
        '1;P1;0,5;1,23;0,02;12.03.2024\n'
        ,
        (('P1', 'C', '1,23', '%', 'sample'),
         ('P1', 'S', '0,02', '%', 'sample'),),
    ),
    'mettler_labx_de': (
        'utf-8', 'result_list',
        'Proben-ID;Methode;Resultat;Einheit;Datum\n'
        'P1;Säurezahl;0,53;mg/g;12.03.2024\n'
        'P2;Säurezahl;0,51;mg/g;12.03.2024\n'
        ,
        (('P1', 'Säurezahl', '0,53', 'mg/g', 'sample'),
         ('P2', 'Säurezahl', '0,51', 'mg/g', 'sample'),),
    ),
    'qubit3_de': (
        'utf-8', 'thermo_qubit4',
        'Run ID;Assay Name;Test Name;Test Date;Qubit Tube Conc.;Qubit Tube Conc. Units;Original Sample Conc.;Original Sample Conc. Units;Sample Volume (uL);Dilution Factor\n'
        '2024-03-12_1;dsDNA HS;Probe 1;12.03.2024 10:00;0,53;ng/mL;10,6;ng/uL;10;20\n'
        '2024-03-12_1;dsDNA HS;Probe 2;12.03.2024 10:01;Out of range;;<0,50;ng/uL;10;20\n'
        ,
        (('Probe 1', 'dsDNA HS', '10,6', 'ng/uL', 'sample'),
         ('Probe 2', 'dsDNA HS', '<0,50', 'ng/uL', 'sample'),),
    ),
    'astm_sysmex': (
        'utf-8', 'astm_e1394',
        'H|\\^&|||XN-1000|||||||P|1|20240312100000\rP|1\rO|1|S-1||^^^WBC^1|R\rR|1|^^^WBC^1|6.12|10*3/uL||N||F||||20240312\rR|2|^^^RBC^1|----|10*6/uL||A||F\rL|1|N\r'
        ,
        (('S-1', 'WBC', '6.12', '10*3/uL', 'sample'),
         ('S-1', 'RBC', '----', '10*6/uL', 'sample'),),
    ),
    'elementar': (
        'utf-8', 'result_list',
        'No.\tName\tWeight [mg]\tMethod\tN [%]\tC [%]\tC/N ratio\n'
        '1\tS1\t20.1\tplant\t2.31\t45.1\t19.5\n'
        ,
        (('S1', 'N', '2.31', '%', 'sample'),
         ('S1', 'C', '45.1', '%', 'sample'),),
    ),
    'dionex_zh': (
        'gb18030', 'result_list',
        '样品名称,峰名,保留时间,峰面积,浓度,单位\n'
        '水1,氯离子,3.21,10.5,12.5,mg/L\n'
        '水1,硝酸根,5.21,6.1,n.a.,mg/L\n'
        ,
        (('水1', '氯离子', '12.5', 'mg/L', 'sample'),
         ('水1', '硝酸根', 'n.a.', 'mg/L', 'sample'),),
    ),
    'empower': (
        'utf-8', 'result_list',
        'SampleName\tVial\tName\tRT\tArea\tAmount\tUnits\n'
        'S1\t1:A,1\tCaffeine\t3.21\t1000\t12.5\tmg/L\n'
        'S2\t1:A,2\tCaffeine\t3.21\t\t\t\n'
        ,
        (('S1', 'Caffeine', '12.5', 'mg/L', 'sample'),),
    ),
    'gcmssolution': (
        'utf-8', 'shimadzu_labsolutions_ascii',
        '[Header]\n'
        'Application Name\tGCMSsolution\n'
        'Version\t4.45\n'
        'Data File Name\tC:\\GCMSsolution\\Data\\S1.qgd\n'
        '\n'
        '[MS Quantitative Results]\n'
        '# of IDs\t2\n'
        'ID#\tName\tType\tISTD Group#\tMass\tRet. Time\tStart Tm\tEnd Tm\tArea\tHeight\tConc.\tUnit\tMode\tPeak#\n'
        '1\tToluene\tTarget\t1\t91.00\t5.21\t5.1\t5.3\t1000\t500\t0.53\tppm\tAuto\t1\n'
        '2\tXylene\tTarget\t1\t91.00\t0.000\t0\t0\t0\t0\tN.D.(Ref)\tppm\t\t0\n'
        ,
        (('S1', 'Toluene', '0.53', 'ppm', 'sample'),
         ('S1', 'Xylene', 'N.D.(Ref)', 'ppm', 'sample'),),
    ),
}

FOREIGN: dict[str, str] = {
    'chromeleon': (
        'Injection Details\n'
        'Injection Name:,S1,,\n'
        '\n'
        'Integration Results\n'
        'No.,Peak Name,Retention Time,Area,Height,Relative Area,Relative Height,Amount\n'
        ',,min,mAU*min,mAU,%,%,mg/L\n'
        '1,Chloride,3.2,10.1,50,60,60,12.5\n'
        '2,Nitrate,5.2,6.1,30,40,40,n.a.\n'
    ),
    'openlab_txt': (
        'Sample name:\tS1\n'
        'Data file:\tC:\\a.dx\n'
        'Instrument:\tHPLC-1\n'
        'Injection date:\t2024-03-12 10:00:00\n'
        'Acq. method:\tx.amx\n'
        '\n'
        'Signal:\tDAD1A\n'
        'Name\tRT [min]\tArea\tAmount\tUnit\n'
        'Caffeine\t3.21\t1000.1\t12.5\tmg/L\n'
        'Theobromine\t2.11\t100.1\t1.5\tmg/L\n'
    ),
    'rotorgene': (
        '"No.","Colour","Name","Type","Ct","Given Conc (Copies)","Calc Conc (Copies)","% Var"\n'
        '"1","","S1","Unknown","24.51","","120",""\n'
        '"2","","NTC","NTC","","","",""\n'
    ),
    'lightcycler480': (
        'Experiment: x  Selected Filter: FAM (465-510)\n'
        'Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus\n'
        'True\t255\tA1\tS1\t24.51\t\t0\t\n'
        'True\t255\tA2\tS2\t\t\t0\t\n'
    ),
    'softmax': (
        '##BLOCKS= 1\n'
        'Plate:\tPlate1\t1.3\tPlateFormat\tEndpoint\tAbsorbance\tRaw\tFALSE\t1\t\t\t\t\t\t1\t450\t1\t12\t96\t1\t8\n'
        '\tTemperature(¡C)\t1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\t12\n'
        '\t23.5\t0.1\t0.1\t0.1\t0.1\t0.1\t0.1\t0.1\t0.1\t0.1\t0.1\t0.1\t0.1\n'
        '\t\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\n'
        '\t\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\n'
        '\t\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\n'
        '\t\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\n'
        '\t\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\n'
        '\t\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\n'
        '\t\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\t0.2\n'
        '\n'
        '~End\n'
    ),
    'visionlite_de': (
        '"Probenname";"Messwert";"Konz. (mg/l)"\n'
        '"P1";0,123;1,5\n'
        '"P2";0,456;5,5\n'
    ),
    'genesys': (
        'Sample,Abs,Conc,Units,Wavelength\n'
        'S1,0.123,1.5,mg/L,540\n'
    ),
    'winescan_de': (
        'Probennummer;Position;Datum;Ethanol;Gesamtsäure;pH\n'
        'P1;1;12.03.2024;12,51;5,6;3,45\n'
        'P2;2;12.03.2024;12,01;5,9;3,40\n'
    ),
    'milkoscan': (
        'Date;Time;Id;Rep;Fat;Protein;Lactose\n'
        '12/03/2024;10:00;S1;1;3.51;3.21;4.81\n'
    ),
    'tiamo_csv': (
        'Ident;Sample size;Unit;RS01 Name;RS01;RS01 Unit;Determination time\n'
        'S1;1.2;g;Chloride;0.53;%;2024-03-12 10:00\n'
    ),
}
"""Of programs that no adapter knows: refused as foreign, never read by halves."""
