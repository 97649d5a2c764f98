"""What a failed command says, and the number it ends with.

In: an exception. Out: one line for people, without a traceback and without a password, and an exit code.
"""

import psycopg

from unnest.cli.database import without_password
from unnest.errors import (
    DeclarationError,
    GateClosed,
    Inconsistent,
    InputError,
    Interrupted,
    LeaseHeld,
    Paused,
    Refused,
    Retryable,
    UnnestError,
    UsageError,
)

DONE, REFUSED, USAGE, INTERRUPTED = 0, 1, 2, 3

_WORDS: tuple[tuple[type[UnnestError], str, int], ...] = (
    (DeclarationError, "wrong declaration", USAGE),
    (UsageError, "wrong use", USAGE),
    (InputError, "bad input", REFUSED),
    (GateClosed, "gate closed", REFUSED),
    (LeaseHeld, "busy", REFUSED),
    (Paused, "paused", REFUSED),
    (Refused, "refused", REFUSED),
    (Interrupted, "stopped", INTERRUPTED),
    (Retryable, "no lock", INTERRUPTED),
    (Inconsistent, "the data disagrees", REFUSED),
    (UnnestError, "failed", REFUSED),
)


def explain(error: UnnestError | psycopg.Error, url: str | None) -> tuple[str, int]:
    """Return what to tell of an error, and the exit code.

    Args:
        error: What went wrong.
        url: The database of the command; its password is never told.
    """
    if isinstance(error, psycopg.Error):
        text, code = _of_database(error)
    else:
        word, code = next((word, code) for kind, word, code in _WORDS if isinstance(error, kind))
        text = f"{word}: {error}"
    return without_password(text, url), code


def _of_database(error: psycopg.Error) -> tuple[str, int]:
    said = error.diag.message_primary or str(error).strip() or type(error).__name__
    if isinstance(error, psycopg.OperationalError):
        return f"the connection was lost: {said}; see that the server runs, then run the same command again", INTERRUPTED
    hints = [part for part in (error.diag.message_detail, error.diag.message_hint) if part]
    state = f" ({error.sqlstate})" if error.sqlstate else ""
    return "; ".join([f"the database refused: {said}{state}", *hints]), REFUSED
