"""Devices and configs written to their targets, and taken up again after a stop."""
