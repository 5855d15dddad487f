"""The JSON door under ``/api/v1``: the same use-cases as the pages, for programs with a bearer token."""

from lims.api.install import install

__all__ = ["install"]
