"""Layouts of instrument files written as JSON, without code: nine kinds, one file each; document.py reads them."""
