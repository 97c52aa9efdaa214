"""Benchmarks: the figures of docs/performance.md, measured together with alternatives on the same machine."""
