"""The errors of unnest, split by what the caller does next.

::

    UnnestError
    ├── DeclarationError   the declaration is wrong: fix it (raised when it is imported)
    ├── UsageError         the command was called wrongly: call it differently
    ├── InputError         a file or value from outside is bad: it names the entry and the line
    ├── Refused            a rule stands against it: do what the message says first
    │   ├── GateClosed     a gate of the stage table does not hold yet
    │   ├── LeaseHeld      another runner is at work on this migration
    │   └── Paused         the migration is paused: resume it
    ├── Interrupted        stopped on request: the same command goes on
    ├── Retryable          locks, deadlocks, serialization: try again
    └── Inconsistent       the data disagrees: investigate (verification, accounting)

A message says what, where, what was given, and what to do next; names stand in quotes.
"""


class UnnestError(Exception):
    """Root of all errors of this package."""


class DeclarationError(UnnestError):
    """A migration is declared wrongly; the message names the field."""


class UsageError(UnnestError):
    """A command or function was called wrongly."""


class InputError(UnnestError):
    """Input from outside is bad; the message names the entry and the line."""


class Refused(UnnestError):
    """A rule stands against the request; the message says what has to happen first."""


class GateClosed(Refused):
    """A gate of the stage table does not hold yet."""


class LeaseHeld(Refused):
    """Another runner is at work on this migration."""


class Paused(Refused):
    """The migration is paused."""


class Interrupted(UnnestError):
    """The run was stopped on request; the same command goes on from there."""


class Retryable(UnnestError):
    """Locks could not be had in time; the same command may be tried again."""


class Inconsistent(UnnestError):
    """The data disagrees with itself; the message names the rows."""
