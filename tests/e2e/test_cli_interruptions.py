"""A command that is stopped, killed, paused or not alone."""

import re
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from e2e.command import Command, until

SKIP = ("--skip-gates", "the test does not wait")
MESSAGES = 12_000
BACKFILL = ("advance", "1", "--to", "backfill", *SKIP)


@pytest.fixture
def slow(unnest: Command, database: str, snapshot: Path) -> Command:
    """Give the command before a backfill of many small batches."""
    unnest("import", snapshot)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO messages (id, conversation_id, attachments) SELECT 'm' || g, 'c', jsonb_build_array(jsonb_build_object("
            "'type', 'file', 'name', 'n', 'storageId', g::text, 'mimeType', 't', 'size', g)) FROM generate_series(1, %s) AS g",
            [MESSAGES],
        )
    unnest("advance", "1", "--to", "dual_write")
    unnest("set", "1", "batch_ms=0")
    return unnest


@pytest.fixture
def copied(database: str) -> Callable[[], int]:
    """Give a function that says how many parents the backfill has walked by now."""

    def count() -> int:
        with psycopg.connect(database, autocommit=True) as connection:
            row = connection.execute("SELECT coalesce(sum(parents), 0)::int FROM unnest.batch WHERE step = 'copy'").fetchone()
            return int(row[0]) if row else 0

    return count


def test_a_backfill_that_is_stopped_or_killed_goes_on_with_the_same_command(slow: Command, copied: Callable[[], int]) -> None:
    first = slow.start(*BACKFILL)
    until(lambda: copied() > 1000)
    first.send_signal(signal.SIGINT)
    stopped = slow.wait(first)
    assert stopped.code == 3, stopped
    assert "stopping after this batch" in stopped.err
    assert "the same command goes on from there" in stopped.err
    reached = copied()
    assert reached < MESSAGES
    assert slow.json("status", "1")[0]["moving_to"] == "backfill"

    second = slow.start(*BACKFILL)
    until(lambda: copied() > reached + 1000)
    second.send_signal(signal.SIGKILL)
    assert slow.wait(second).code == -signal.SIGKILL
    assert copied() < 2 * MESSAGES

    third = slow.start(*BACKFILL)
    until(lambda: copied() > reached + 2000)
    third.send_signal(signal.SIGTERM)
    assert slow.wait(third).code == 3

    assert slow.json(*BACKFILL)["stage"] == "backfill"
    assert slow.json("verify", "1")[0]["clean"]
    accounts = [each for each in slow.json("audit")["checks"] if each["check"] == "accounting of attachments.messages"]
    elements = int(re.sub(r"\D", "", accounts[0]["detail"].split(" elements")[0]))
    assert accounts[0]["holds"]
    assert elements > MESSAGES


def test_a_second_signal_stops_at_once(slow: Command, copied: Callable[[], int]) -> None:
    slow("pause", "1")
    assert "paused by" in slow(*BACKFILL, code=1).err
    slow("resume", "1")
    working = slow.start(*BACKFILL)
    until(lambda: copied() > 100)
    working.send_signal(signal.SIGINT)
    working.send_signal(signal.SIGTERM)
    assert slow.wait(working).code == 3
    slow(*BACKFILL)


def test_a_pause_from_another_process_holds_a_walk_and_a_second_runner_is_refused(
    slow: Command, copied: Callable[[], int]
) -> None:
    working = slow.start(*BACKFILL)
    until(lambda: copied() > 500)
    slow("pause", "1")
    reached = copied()
    refused = slow("advance", "1", *SKIP, code=1).err
    assert "is being worked on by" in refused
    assert f"(process {working.pid}): advance" in refused
    status = slow.json("status", "1")[0]
    assert f"(process {working.pid})" in status["holder"]
    assert status["paused_by"]
    assert copied() <= reached + 1_000
    assert working.poll() is None
    patient = slow.start("verify", "1")
    slow("resume", "1")
    finished = slow.wait(working)
    assert finished.code == 0, finished
    assert "note: paused by" in finished.out
    assert slow.wait(patient).code in (0, 1)  # it may have come before its time
    assert slow.json("status", "1")[0]["stage"] == "backfill"


def test_patience_waits_for_the_other_runner(slow: Command, copied: Callable[[], int]) -> None:
    working = slow.start(*BACKFILL)
    until(lambda: copied() > 500)
    waited = slow.start(*BACKFILL, "--patience", "100")
    assert slow.wait(working).code == 0
    assert slow.wait(waited).code == 0
