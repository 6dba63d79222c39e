"""Benchmarks from a checkout: ratios against named references measured in the same run."""
