"""Extents in order: those of an archive, damaged or not, and those made from disks."""
