"""Benchmarks: how the engine compares with the obvious ways of doing the same, measured side by side in one run.

In: sizes. Out: a table, JSON in ``bench/results``, and ``docs/benchmarks.md``. Each suite starts from data that it makes
itself, on a server of its own.
"""
