"""Deadlocks and serialization failures are tried again, anything else is not."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import psycopg
import pytest
from app.application import NOW_MS, Chat
from psycopg import Connection
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation
from psycopg.rows import TupleRow

from chat import operations as do


def failing(times: int, error: Exception) -> Callable[[Connection[TupleRow]], str]:
    """Return work that fails so many times, and then does not."""
    left = iter(range(times))

    def work(_: Connection[TupleRow]) -> str:
        if next(left, None) is not None:
            raise error
        return "done"

    return work


@pytest.mark.parametrize("error", [DeadlockDetected("d"), SerializationFailure("s")])
def test_work_is_tried_again_after_growing_pauses(connection: Connection[TupleRow], error: Exception) -> None:
    pauses: list[float] = []
    retries: list[Exception] = []
    done = do.retrying(connection, failing(5, error), random=Random(1), on_retry=retries.append, sleep=pauses.append)
    assert (done, retries) == ("done", [error] * 5)
    assert all(0 <= pause <= 0.01 * 2**attempt for attempt, pause in enumerate(pauses))


def test_the_last_failure_is_told(connection: Connection[TupleRow]) -> None:
    pauses: list[float] = []
    with pytest.raises(DeadlockDetected):
        do.retrying(connection, failing(9, DeadlockDetected("d")), attempts=3, random=Random(1), sleep=pauses.append)
    assert len(pauses) == 2


def test_other_errors_are_not_retried(connection: Connection[TupleRow]) -> None:
    with pytest.raises(UniqueViolation):
        do.retrying(connection, failing(1, UniqueViolation("u")), random=Random(1))


def test_a_part_of_a_transaction_is_not_retried(connection: Connection[TupleRow]) -> None:
    with pytest.raises(DeadlockDetected), connection.transaction():
        do.retrying(connection, failing(1, DeadlockDetected("d")), random=Random(1))


@pytest.mark.parametrize("form", [do.Form.OLD], indirect=True)
def test_a_real_deadlock_ends_with_both_done(app: Chat) -> None:
    meeting = Barrier(2)

    def rename_both(order: tuple[str, str]) -> int:
        retries: list[Exception] = []

        def work(own: Connection[TupleRow]) -> None:
            with own.transaction():
                do.rename_conversation.old(own, order[0], order[0], now_ms=NOW_MS)
                if not retries:
                    meeting.wait()
                do.rename_conversation.old(own, order[1], order[0], now_ms=NOW_MS)

        with psycopg.connect(app.url, autocommit=True) as own:
            do.retrying(own, work, random=Random(1), on_retry=retries.append)
        return len(retries)

    with ThreadPoolExecutor() as pool:
        assert sum(pool.map(rename_both, [("c0", "c1"), ("c1", "c0")])) >= 1
    titles = app.rows("SELECT DISTINCT title FROM conversations WHERE id IN ('c0', 'c1')")
    assert titles in ([("c0",)], [("c1",)])
