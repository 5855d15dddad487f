"""Benchmarks, each a file with its floor beside it; only ratios are reported."""
