"""Certificates and test reports: frozen content in, one PDF out."""
