"""Benchmarks: `python -m tests.bench` times the product against yardsticks, in turn."""
