"""Build hook: placeholder until fonts are cut."""
from setuptools.command.build_py import build_py as BuildPy
