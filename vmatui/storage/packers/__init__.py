"""Compressed streams as they are written: archive bytes in, what the real programs read out."""
