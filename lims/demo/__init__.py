"""The demo: a Tuesday at 10:40 in a laboratory, made through the same use-cases as real work."""
