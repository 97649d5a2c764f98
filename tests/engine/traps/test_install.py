"""DDL on tables in use: it never makes later writers queue for longer than its short wait, and it is tried until it succeeds."""

import threading
import time

from engine.traps.state import both, files
from plugins.interleaving import POLL_S, MakeWorld, Session, World

from unnest.runner import Runner
from unnest.runner.report import Progress
from unnest.runner.session import LOCK_TIMEOUT_MS
from unnest.stages import Stage

QUEUE_LIMIT_S = 1.0
"""Longer than one wait of the engine for a lock, shorter than the transaction that stands in its way."""


class Install:
    """A runner that moves a migration while the application works."""

    def __init__(self, world: World, stage: Stage) -> None:
        self.notes: list[str] = []
        self.error: BaseException | None = None
        self.world, self.stage = world, stage
        self.thread = threading.Thread(target=self.move)

    def move(self) -> None:
        try:
            with Runner(self.world.url, self.world.migrations, report=self.told) as runner:
                for migration in self.world.migrations:
                    runner.advance(migration.id, self.stage, skip_gates="a test does not wait")
        except BaseException as error:  # shown by the test
            self.error = error

    def told(self, progress: Progress) -> None:
        if progress.note:
            self.notes.append(progress.note)

    def wait_for_attempts(self, count: int) -> None:
        deadline = time.monotonic() + 30
        while len(self.notes) < count and time.monotonic() < deadline:
            time.sleep(POLL_S)
        assert len(self.notes) >= count, self.notes

    def end(self) -> None:
        self.thread.join(60)
        assert not self.thread.is_alive()
        assert self.error is None, self.error


def slowest_write_s(writer: Session, install: Install, attempts: int) -> float:
    """Write other rows of the table until the engine has tried so often; return how long the slowest write took."""
    slowest, number, deadline = 0.0, 0, time.monotonic() + 30
    while len(install.notes) < attempts and time.monotonic() < deadline:
        number += 1
        started = time.monotonic()
        writer.run("INSERT INTO messages (id, attachments) VALUES (%s, %s)", f"w{number}", files("a"))
        writer.commit()
        slowest = max(slowest, time.monotonic() - started)
        time.sleep(POLL_S)
    assert number > attempts
    return slowest


def test_arming_behind_an_open_transaction_does_not_hold_up_later_writers(make_world: MakeWorld) -> None:
    world = make_world(Stage.SCHEMA, 1)
    open_writer, writer = world.session("open"), world.session("writer")
    open_writer.run("UPDATE messages SET content = 'x' WHERE id = 'm1'")
    install = Install(world, Stage.DUAL_WRITE)
    install.thread.start()
    slowest = slowest_write_s(writer, install, attempts=3)
    open_writer.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("late"))
    open_writer.commit()
    install.end()
    assert slowest < QUEUE_LIMIT_S + LOCK_TIMEOUT_MS / 1000
    assert all("LockNotAvailable" in note for note in install.notes)
    world.advance(Stage.DUAL_READ)
    assert both(world) == (["late"], ["late"])
    assert world.differences() == []


def test_a_patient_install_would_hold_up_later_writers(make_world: MakeWorld) -> None:
    """The trap itself: a waiting CREATE TRIGGER queues a writer that touches another row."""
    world = make_world(Stage.SCHEMA, 1)
    open_writer, writer, patient = world.session("open"), world.session("writer"), world.session("patient")
    patient.run("SET lock_timeout = 0")
    patient.commit()
    open_writer.run("UPDATE messages SET content = 'x' WHERE id = 'm1'")
    creating = patient.start("LOCK TABLE messages IN SHARE ROW EXCLUSIVE MODE")
    assert creating.waits_for(open_writer)
    writing = writer.start("UPDATE messages SET content = 'y' WHERE id = 'm2'")
    assert writing.waits_for(patient)
    open_writer.commit()
    creating.rows()
    patient.rollback()
    writing.rows()
    writer.commit()


def test_every_statement_on_a_users_table_waits_only_shortly(make_world: MakeWorld) -> None:
    with make_world(Stage.PENDING).runner() as runner:
        assert runner.session.connection.execute("SHOW lock_timeout").fetchone() == (f"{LOCK_TIMEOUT_MS}ms",)
    assert LOCK_TIMEOUT_MS <= 500


def test_opening_the_new_side_behind_an_open_reader_of_it_is_tried_again(make_world: MakeWorld) -> None:
    world = make_world(Stage.BACKFILL, 1)
    writer = world.session("writer")
    writer.run("UPDATE messages SET attachments = %s WHERE id = 'm1'", files("x"))
    install = Install(world, Stage.DUAL_READ)
    install.thread.start()
    install.wait_for_attempts(2)
    assert world.value("SELECT stage FROM unnest.migration WHERE id LIKE '001%'") == "backfill"
    writer.commit()
    install.end()
    assert both(world) == (["x"], ["x"])
    assert world.differences() == []


def test_a_writer_that_began_before_arming_is_in_the_copied_history(make_world: MakeWorld) -> None:
    """Its transaction began before the triggers; its write comes after them or before the backfill, never between."""
    world = make_world(Stage.SCHEMA, 1)
    old = world.session("old")
    old.run("SELECT count(*) FROM messages WHERE false")
    old.run("INSERT INTO messages (id, conversation_id, attachments) VALUES ('x', 'c1', %s)", files("a"))
    install = Install(world, Stage.DUAL_WRITE)
    install.thread.start()
    install.wait_for_attempts(1)
    old.commit()
    install.end()
    old.run("UPDATE messages SET attachments = %s WHERE id = 'x'", files("a", "b"))
    old.commit()
    world.advance(Stage.BACKFILL)
    assert both(world, "x") == (["a", "b"], ["a", "b"])
    assert world.differences() == []
