"""Trying again what the database gave up on account of others.

In: a connection and a unit of work. Out: its result, or its last error.
"""

import time
from collections.abc import Callable
from random import Random
from typing import TypeVar

from psycopg import Connection
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

R = TypeVar("R")

_FIRST_PAUSE_S = 0.01
_LONGEST_PAUSE_S = 0.5


def retrying(
    connection: Connection[TupleRow],
    work: Callable[[Connection[TupleRow]], R],
    *,
    attempts: int = 8,
    random: Random,
    on_retry: Callable[[Exception], None] | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> R:
    """Do ``work``, again after a deadlock (40P01) or a serialization failure (40001).

    Args:
        connection: The connection that ``work`` is given; outside a transaction, because a part of one can't be repeated.
        work: Does everything in transactions of its own, so that a failed attempt leaves nothing behind.
        attempts: How often to try at most.
        random: Jitter of the pauses, which double from 10 ms to half a second at most.
        on_retry: Told the error before each pause.
        sleep: How to pause.

    Raises:
        psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure: The last attempt failed too.
    """
    for attempt in range(attempts):
        try:
            return work(connection)
        except (DeadlockDetected, SerializationFailure) as error:
            inside = connection.info.transaction_status != TransactionStatus.IDLE
            if inside or attempt == attempts - 1:
                raise
            if on_retry is not None:
                on_retry(error)
            sleep(random.uniform(0, min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**attempt)))
    raise ValueError(f"'attempts' is 1 or more; got {attempts}.")
