"""The only room that executes: connections, leases, steps, moves."""

from unnest.runner.runner import Runner

__all__ = ["Runner"]
