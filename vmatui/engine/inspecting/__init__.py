"""Bytes at any place of an archive or a device, and what each of them means."""
