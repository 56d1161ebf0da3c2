"""Targets read back and compared with the archive they came from."""
