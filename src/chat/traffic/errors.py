"""The errors of generating data and traffic.

In: nothing. Out: one error class, part of the tree of ``unnest``.
"""

from unnest import UsageError


class WorldError(UsageError):
    """A world was asked for that cannot be; the message names the option."""
