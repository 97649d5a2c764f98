"""What can go wrong with an embedded server beyond wrong usage.

In: nothing. Out: one error.
"""

from unnest.errors import UnnestError


class EmbeddedServerError(UnnestError):
    """The embedded server could not be made, started or stopped; the message ends with what it said."""
