"""One runner at a time: an advisory lock that a crash frees, and a name beside it for the one who is refused.

In: a connection and a migration. Out: a context in which this runner is alone.
"""

import getpass
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from unnest import ledger
from unnest.errors import LeaseHeld
from unnest.runner.session import Connection

PATIENCE_S = 5.0
"""How long a refused runner tries: the server notices a killed one within a second or so."""


def identity() -> str:
    """Return who this runner is: user, host and process."""
    return f"{getpass.getuser()}@{socket.gethostname()} (process {os.getpid()})"


@contextmanager
def lease(connection: Connection, migration: str, holder: str, patience_s: float = PATIENCE_S) -> Iterator[None]:
    """Hold the lease of a migration.

    Raises:
        LeaseHeld: Another runner holds it; the message names it.
    """
    key = f"unnest:{migration}"
    deadline = time.monotonic() + patience_s
    while not _try(connection, key):
        if time.monotonic() > deadline:
            current = ledger.record(connection, migration).holder or "an unknown runner"
            raise LeaseHeld(f'migration "{migration}" is being worked on by {current}; wait for it, or stop it and try again')
        time.sleep(0.1)
    try:
        ledger.update(connection, migration, holder=holder, heartbeat=ledger.NOW)
        yield
    finally:
        if not connection.closed:
            ledger.update(connection, migration, holder=None)
            connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def _try(connection: Connection, key: str) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key]).fetchone()
    return bool(row and row[0])
