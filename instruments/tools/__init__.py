"""Tools every adapter may use: decoding, delimited text, workbooks, tables. None of them knows a maker."""
