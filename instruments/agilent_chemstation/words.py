"""The maker's words in the languages its reports are printed in."""

from __future__ import annotations

import re

DATA_FILE = re.compile(r"^\s*(?:Data File|Datendatei|Datei|Fichier de données|Archivo de datos|数据文件|数据文件名)"
                       r"\s*[:：]?\s*(?P<path>\S.*\.(?:D|dx)\b.*)$", re.IGNORECASE)
SAMPLE = re.compile(r"^\s*(?:Sample Name|Probenname|Probename|Nom (?:de l')?échantillon|Nombre de (?:la )?muestra|"
                    r"样品名称|样品名)\s*[:：]\s*(?P<name>.*?)\s*$", re.IGNORECASE)
OPERATOR = re.compile(r"^\s*(?:Acq\. Operator|Sample Operator|Acq\. Instrument|Acq\. Bediener|操作者|仪器)\s*[:：]",
                      re.IGNORECASE)
DOUBLE_RULE = re.compile(r"^={20,}\s*$")
END = re.compile(r"^\s*\*{3}\s.+\s\*{3}\s*$")
INJECTED = re.compile(r"^\s*(?:Injection Date|Injektionsdatum|Date d'injection|进样日期)\s*[:：]\s*"
                      r"(?P<text>.*?)\s*(?:Inj\b.*)?$", re.IGNORECASE)
FACTOR = re.compile(r"^\s*(?P<name>Multiplier|Dilution|Verdünnung|乘积因子|稀释因子)\s*:?\s*[:：]\s*"
                    r"(?P<text>[\d.,eE+-]+)", re.IGNORECASE)
SIGNAL = re.compile(r"^\s*(?:Signal|信号)\s*\d+\s*[:：]\s*(?P<text>.*?),?\s*$", re.IGNORECASE)
TOTALS = re.compile(r"^\s*(?:Totals?|Summe|Totaux|总量|总计)\b", re.IGNORECASE)

NAME = frozenset({"name", "compound", "grp name", "nom", "nombre", "名称", "化合物", "组分名"})
AMOUNT = frozenset({"amount", "amt", "menge", "quantité", "cantidad", "含量", "数量"})
AREA = frozenset({"area", "fläche", "aire", "área", "峰面积", "面积"})
TYPE = frozenset({"type", "typ", "sig type", "类型", "峰类型"})
TIME = frozenset({"rettime", "rt", "retzeit", "保留时间"})
