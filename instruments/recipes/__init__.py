"""Layouts of instrument files written as JSON, without code: one result a row, or analytes across."""
