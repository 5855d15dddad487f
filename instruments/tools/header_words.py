"""Header words of programs that speak another language, by the English word the same program prints.

It serves comparing alone: what is shown of a file stays as the file prints it.
"""

from __future__ import annotations

import re
import unicodedata

_WORDS = {
    "sample": "Probe|Échantillon|Muestra|Campione|Amostra|Образец|样品|试样|試料|サンプル|시료",
    "sample name": "Probenname|Probename|Probenbezeichnung|Name der Probe|Nom de l'échantillon|Nom d'échantillon"
                   "|Nom échantillon|Nombre de la muestra|Nombre de muestra|Nome campione|Nome da amostra|Имя образца"
                   "|样品名称|样品名|试样名|试样名称|試料名|サンプル名|시료명",
    "sample id": "Proben-ID|ProbenID|Proben ID|Proben-Nr.|Probennummer|Proben-Nummer|Probennr.|ID échantillon"
                 "|ID de l'échantillon|ID d'échantillon|N° échantillon|ID de muestra|ID de la muestra|ID campione"
                 "|ID da amostra|样品ID|样品编号|样品号|试样编号|试样ID|試料ID|サンプルID",
    "sample type": "Probentyp|Probenart|Type d'échantillon|Tipo de muestra|Tipo campione|样品类型|样本类型|试样类型"
                   "|サンプルタイプ|サンプル種別|試料タイプ",
    "name": "名称|名前|Nom|Nombre|Nome|Bezeichnung",
    "type": "Typ|Tipo|类型|種類|タイプ",
    "data file": "Datendatei|Fichier de données|Archivo de datos|数据文件|データファイル",
    "file name": "Dateiname|Nom de fichier|Nom du fichier|Nombre de archivo|文件名|ファイル名",
    "level": "Stufe|Niveau|Nivel|级别|レベル",
    "area": "Fläche|Aire|Surface|Área|峰面积|面积|面積|ピーク面積|Площадь",
    "peak area": "Peakfläche|Aire du pic|Surface du pic|Área del pico",
    "height": "Höhe|Hauteur|Altura|峰高|高度|高さ|ピーク高さ",
    "retention time": "Retentionszeit|Temps de rétention|Tiempo de retención|Tempo di ritenzione|保留时间|保持時間"
                      "|Время удерживания",
    "conc.": "Konz.|浓度|濃度",
    "concentration": "Konzentration|Concentración|Concentrazione|Concentração|Концентрация",
    "final conc.": "Endkonz.|Endkonzentration|Finale Konz.|Conc. finale|Concentration finale|Conc. final|最终浓度"
                   "|最終濃度",
    "calc. conc.": "Ber. Konz.|Berechn. Konz.|Conc. calc.|计算的浓度",
    "calculated concentration": "Berechnete Konzentration|Berechnete Konz.|Concentration calculée|Conc. calculée"
                                "|Concentración calculada|Concentrazione calcolata|计算浓度|計算濃度",
    "unit": "Einheit|Unité|Unidad|Unità|Unidade|单位|単位|Единица",
    "units": "Einheiten|Unités|Unidades",
    "dilution factor": "Verdünnungsfaktor|Facteur de dilution|Factor de dilución|Fattore di diluizione|稀释因子"
                       "|稀释倍数|希釈率|希釈倍率",
    "dilution": "Verdünnung|Dilución|Diluizione|稀释|希釈",
    "date": "Datum|Fecha|Data|日期|日付|Дата",
    "time": "Zeit|Uhrzeit|Heure|Hora|时间|時刻",
    "acq. date-time": "Erf.-Datum/Zeit|Erfassungsdatum|Aufnahmedatum/-zeit|Date/heure d'acq.|采集日期-时间|采集时间"
                      "|采集日期和时间|採取日時",
    "compound": "Verbindung|Composé|Compuesto|Composto|化合物",
    "compound name": "Verbindungsname|Nom du composé|Nombre del compuesto|化合物名称|化合物名",
    "component": "Komponente|Composant|Componente|组分|成分",
    "component name": "Komponentenname|Nom du composant|Nombre del componente|组分名称|成分名|成分名称",
    "peak name": "Peakname|Nom du pic|Nombre del pico|峰名称|峰名|ピーク名",
    "analyte": "Analyt|Analito|Analita|分析物|被测物|分析対象",
    "analyte name": "Analytname|Nom de l'analyte|分析物名称",
    "element": "Élément|Elemento|元素|Элемент",
    "wavelength": "Wellenlänge|Longueur d'onde|Longitud de onda|波长|波長",
    "result": "Ergebnis|Resultat|Résultat|Resultado|Risultato|结果|結果|Результат|测定结果",
    "results": "Ergebnisse|Resultate|Résultats|Resultados|Risultati",
    "method": "Methode|Méthode|Método|Metodo|方法|メソッド",
    "mass": "Masse|Masa|Massa|质量|質量",
    "weight": "Gewicht|Einwaage|Poids|Peso|重量|称样量|サンプル量",
    "comment": "Kommentar|Bemerkung|Commentaire|Comentario|Commento|备注|コメント",
    "position": "Posición|Posizione|位置",
    "rjct": "Verw.|Rejet|拒绝",
    "well": "Kavität|Vertiefung|Puits|Pocillo|Pozzetto|孔|孔位|ウェル",
    "well position": "Position de puits|Position der Vertiefung|孔位置|ウェル位置",
    "target": "Cible|Objetivo|Bersaglio|目标|靶标|ターゲット",
    "target name": "Targetname|Nom de la cible|Nombre del objetivo|目标名称|靶基因|ターゲット名",
    "content": "Inhalt|Contenu|Contenido|Contenuto|内容",
    "fluor": "Fluorophor|Fluorophore|Fluoróforo|荧光|荧光素|蛍光",
    "starting quantity (sq)": "Startmenge (SQ)|Quantité de départ (SQ)|Cantidad inicial (SQ)|起始量 (SQ)",
    "test": "Prüfung|Essai|Ensayo|测试|检测项目|項目",
    "test name": "Testname|Nom du test|测试名称",
    "flags": "Markierungen|Indicateurs|标记|フラグ",
    "ethanol": "Alkohol|Éthanol|Etanol|乙醇|酒精度",
    "lod": "Nachweisgrenze|Limite de détection|检出限|検出下限",
    "label": "标签|ラベル|Étiquette|Etiqueta",
    "category": "Kategorie|Catégorie|Categoría|类别",
    "filename": "Nom fichier",
    "carbon": "Kohlenstoff|Carbone|Carbono|碳",
    "sulfur": "Schwefel|Soufre|Azufre|硫|Sulphur",
    "nitrogen": "Stickstoff|Azote|Nitrógeno|氮",
    "analysis date": "Analysendatum|Date d'analyse|Fecha de análisis|分析日期|分析日",
    "absorbance": "Extinktion|Absorbanz|Absorption|Absorbancia|Assorbanza|吸光度",
    # What a row is.
    "unknown": "Unbekannt|Unbek|Unbek.|Inconnu|Desconocido|Sconosciuto|未知|未知样品|未知試料|未知样",
    "standard": "Étalon|Estándar|标准品|标准|标样|标准样品|標準|標準試料",
    "blank": "Leerwert|Leerprobe|Blindwert|Blanc|Blanco|Bianco|空白|空白样品|ブランク",
    "quality control": "Qualitätskontrolle|Kontrolle|QK|Contrôle qualité|Control de calidad|质控|质控样|質控|品質管理",
}
_RESULTS_OF = re.compile(r"^(?P<what>.+?)[ -]?(?:Ergebnisse|Résultats|Resultados|Risultati|结果|結果)$", re.IGNORECASE)
_BRACKET = re.compile(r"\s*(?P<bracket>[\[(（].*[\])）]|(?<=\s)(?:%|ppm|ppb))$")


def _key(text: str) -> str:
    """Signs of full width and accents written as two signs count as one and the same."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold().replace("’", "'")


_ENGLISH = {_key(word): english for english, words in _WORDS.items() for word in words.split("|")}


def english(name: str) -> str:
    """The English words for a header text, its bracket of units kept; the text itself where it is not known."""
    if name.isascii() and not name[:1].isalpha():
        return name
    known = _ENGLISH.get(_key(name))
    if known is not None:
        return known.title()
    found = _BRACKET.search(name)
    if found:
        known = _ENGLISH.get(_key(name[:found.start()]))
        if known is not None:
            return f"{known.title()} {found['bracket']}"
    return name


def title_in_english(title: str) -> str:
    """As ``english``, for the title of a group of columns: what it is the results of stays as it is."""
    found = _RESULTS_OF.match(title)
    return f"{found['what']} Results" if found else english(title)
