"""Mapping kinds: what a nested value means as rows, in both directions."""
