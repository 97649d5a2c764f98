"""The fixtures of the suite, one file per resource."""
