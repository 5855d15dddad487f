"""The fixed words of certificates and reports, in both languages. Chinese prevails (see SENTENCES)."""

from __future__ import annotations

from reports.certificate.content import Pair

TITLES = {
    "PASS": Pair("入境货物检验检疫证明", "Certificate of inspection and quarantine of entry goods"),
    "FAIL": Pair("检验检疫处理通知书", "Notice of inspection and quarantine treatment"),
    "RETURN": Pair("退运处理通知单", "Notice of return of inspected goods"),
    "TEST_REPORT": Pair("检验报告", "Test report"),
}

VERDICTS = {
    "PASS": Pair("合格", "Conforms"),
    "FAIL": Pair("不合格", "Does not conform"),
    "INCONCLUSIVE": Pair("无法判定", "Inconclusive"),
    "CONDITIONAL": Pair("有条件判定", "Conditional"),
    "CONDITIONAL_PASS": Pair("有条件合格", "Conditionally conforms"),
    "CONDITIONAL_FAIL": Pair("有条件不合格", "Conditionally fails"),
    "": Pair("不作判定", "No statement of conformity"),
}

ROW_VERDICTS = {
    "PASS": Pair("合格", "Pass"),
    "FAIL": Pair("不合格", "Fail"),
    "INCONCLUSIVE": Pair("无法判定", "Inconclusive"),
    "CONDITIONAL_PASS": Pair("有条件合格", "Cond. pass"),
    "CONDITIONAL_FAIL": Pair("有条件不合格", "Cond. fail"),
}

OPERATORS = {"LE": "≤", "LT": "<", "GE": "≥", "GT": ">", "INFO_LE": "≤"}
NOT_DETECTED = Pair("不得检出", "not detected")

ACTS = {
    "APPROVED": Pair("批准", "Approved"),
    "DECIDED": Pair("综合评定", "Decided"),
    "ISSUED": Pair("签发", "Issued"),
}

LABELS = {
    "number": Pair("编号", "No."),
    "issued_at": Pair("签发日期", "Date of issue"),
    "customer": Pair("委托方", "Customer"),
    "request": Pair("检验申请号", "Inspection request"),
    "consignee": Pair("收货人", "Consignee"),
    "consignor": Pair("发货人", "Consignor"),
    "producer": Pair("生产商", "Producer"),
    "goods": Pair("品名 / 商品编码", "Goods / HS code"),
    "declaration": Pair("报关单号", "Declaration no."),
    "port": Pair("入境口岸 / 日期", "Port / date of entry"),
    "quantity": Pair("数量 / 包装", "Quantity / packages"),
    "origin": Pair("原产国 / 批号", "Origin / lot"),
    "container": Pair("集装箱 / 封志", "Container / seal"),
    "analysis": Pair("项目", "Analysis"),
    "method": Pair("方法", "Method"),
    "result": Pair("结果", "Result"),
    "limit": Pair("限量 / 标准", "Limit / standard"),
    "unit": Pair("单位", "Unit"),
    "verdict": Pair("判定", "Verdict"),
    "uncertainty": Pair("不确定度", "U"),
    "sample": Pair("样品", "Sample"),
    "basis": Pair("依据", "Legal basis"),
    "reason": Pair("原因", "Reason"),
    "rule": Pair("判定规则", "Decision rule"),
    "sampling": Pair("抽样", "Sampling"),
    "receipt": Pair("收样", "Receipt"),
    "work": Pair("检测日期", "Dates of work"),
    "deviations": Pair("偏离", "Deviations"),
    "opinions": Pair("意见和解释", "Opinions and interpretations"),
    "subcontracted": Pair("分包", "Subcontracted"),
    "supplied": Pair("委托方提供", "Supplied"),
    "replaces": Pair("代替", "Replaces"),
    "changes": Pair("更改", "Changes"),
    "marks": Pair("标识说明", "Marks"),
    "statements": Pair("声明", "Statements"),
    "digest": Pair("数据摘要", "Data digest"),
}

SENTENCES = (
    Pair("结果仅与所检样品有关。", "The results relate only to the items tested or sampled."),
    Pair(
        "未经本实验室书面批准，不得部分复制本文件。",
        "Not to be reproduced except in full without the laboratory's written approval.",
    ),
    Pair("中英文如有歧义，以中文为准。", "If the two languages differ, the Chinese prevails."),
)
CUSTOMER_SIGN = "†"
CUSTOMER_SUPPLIED = Pair("由委托方提供，本实验室不对其真实性负责。", "Supplied by the customer, who answers for it.")
PROVIDER_SIGN = "‡"
SCAN = Pair("请扫码核验真伪与现状", "Scan to verify that this document is genuine and current")
CODE = Pair("校验码", "Code")
SIGNED = Pair("本文件经电子签名，任何改动均可被发现", "Signed electronically: any change is detectable")
END = Pair("报告结束", "End of report")
DEMO = "演示 DEMO"
CONTINUED = Pair("续", "continued")


def page_words(number: int, count: int) -> str:
    return f"第 {number} 页 共 {count} 页  Page {number} of {count}"
