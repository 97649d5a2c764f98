"""The whole life of both migrations under load: what the stress test and the test at full size have in common.

In: a database, sizes and times. Out: nothing, or an ``AssertionError`` that says at which stage what was wrong.
"""

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import psycopg

from chat.demo.untouched import Untouched
from chat.demo.witness import Witness
from chat.legacy import metadata
from chat.migrations import MIGRATIONS
from chat.operations import Form
from chat.traffic import NewClient, OldClient, WorldOptions, write_snapshot
from chat.traffic.clients import Client
from chat.traffic.snapshot import SnapshotFacts
from unnest.convex import import_snapshot
from unnest.runner import Runner
from unnest.stages import ORDER, Stage

IS_SOAK = bool(os.environ.get("UNNEST_SOAK"))
# At full speed eight clients take all the processors there are, and a move takes minutes.
PAUSE_S = 0.0 if IS_SOAK else 0.02
IDS = tuple(migration.id for migration in MIGRATIONS)
UNLINKED = (
    "SELECT count(*) FROM conversations AS c JOIN projects AS p ON p.id = c.project_id AND p.user_id = c.user_id"
    " LEFT JOIN project_conversations AS l ON l.conversation_id = c.id AND l.project_id = p.id WHERE l.conversation_id IS NULL"
)
UNMEANT = (
    "SELECT count(*) FROM project_conversations AS l LEFT JOIN conversations AS c ON c.id = l.conversation_id"
    " AND c.project_id = l.project_id WHERE c.id IS NULL"
)
LISTED = (
    "SELECT p.id, e FROM projects AS p, jsonb_array_elements_text(CASE WHEN jsonb_typeof(p.conversation_ids) = 'array'"
    " THEN p.conversation_ids ELSE '[]' END) AS e"
)
UNLISTED = f"SELECT count(*) FROM (SELECT project_id, conversation_id FROM project_conversations EXCEPT ALL {LISTED}) AS x"
LISTED_IN_VAIN = f"SELECT count(*) FROM ({LISTED} EXCEPT ALL SELECT project_id, conversation_id FROM project_conversations) AS x"


def import_world(url: str, directory: Path, options: WorldOptions) -> SnapshotFacts:
    """Make up a snapshot and import it."""
    path = directory / "snapshot.zip"
    facts = write_snapshot(path, options)
    new = {table.name for migration in MIGRATIONS for table in migration.targets}
    with psycopg.connect(url, autocommit=True) as connection:
        import_snapshot(connection, path, tables=[table for table in metadata.sorted_tables if table.name not in new])
    return facts


class Crowd:
    """Clients that write without a break until they are told to go."""

    def __init__(self, clients: Sequence[Client]) -> None:
        self.clients, self.stop = clients, Event()
        self.threads = [Thread(target=client.run, args=(self.stop,), daemon=True) for client in clients]
        for thread in self.threads:
            thread.start()

    def go(self) -> int:
        """End, and check that no request has failed; return how many were done."""
        self.stop.set()
        for thread in self.threads:
            thread.join()
        for client in self.clients:
            assert client.report.failures == 0, client.report.errors[:5]
        return sum(client.report.operations.total() for client in self.clients)


@contextmanager
def crowd(clients: Sequence[Client], seconds: float) -> Iterator[None]:
    """Let clients work while something is done, and for some seconds beyond."""
    working = Crowd(clients)
    try:
        yield
        time.sleep(seconds)  # the load is the test
    except BaseException:
        working.stop.set()
        raise
    assert working.go() > 0


class Life:
    """Both migrations of one database, moved forth and back while clients write."""

    def __init__(self, url: str, *, writers: int, seconds: float) -> None:
        self.url, self.writers, self.seconds = url, writers, seconds
        self.seeds = iter(range(1, 10_000))
        self.untouched = Untouched(url)
        self.witness = Witness(url, seed=1)

    def clients(self, old: int, new: int) -> list[Client]:
        """Return clients of both forms."""
        made: list[Client] = [OldClient(self.url, next(self.seeds), pause_s=PAUSE_S) for _ in range(old)]
        return [*made, *(NewClient(self.url, next(self.seeds), pause_s=PAUSE_S) for _ in range(new))]

    def live(self) -> None:
        """Go forth, back from ``complete``, and forth again, under load all the time; both sides must agree at every stage."""
        self.witness.come(Form.OLD)
        try:
            self._live()
        finally:
            self.witness.go()
        report = self.witness.report()
        assert (report.lost, report.failures) == ((), ())
        assert report.writes > 0

    def _live(self) -> None:
        half = self.writers // 2
        with crowd(self.clients(self.writers, 0), self.seconds):
            self.forth(Stage.DUAL_READ)
        self.side_by_side(half)
        with crowd(self.clients(0, self.writers), self.seconds):
            self.forth(Stage.COMPLETE)
            self.witness.look(Form.NEW)
        with crowd(self.clients(0, self.writers), self.seconds):
            self.back(Stage.DUAL_READ)
        self.side_by_side(half)
        self.compare("back from complete")
        with crowd(self.clients(0, self.writers), self.seconds):
            self.forth(Stage.CLEANUP)
        with crowd(self.clients(0, half), 0):
            self.back(Stage.DUAL_READ)
        self.compare("back from cleanup")
        with crowd(self.clients(half, 0), 0):
            self.witness.use(Form.OLD)
            self.back(Stage.DUAL_WRITE)
            self.forth(Stage.DUAL_READ)
        self.compare("at the end")

    def side_by_side(self, each: int) -> None:
        """Let both applications work at once, and then the new one go on alone."""
        self.witness.use(Form.OLD, Form.NEW)
        with crowd(self.clients(each, each), self.seconds):
            self.verify()
        self.check_links()
        self.witness.look(Form.OLD, Form.NEW)
        self.witness.use(Form.NEW)

    def forth(self, target: Stage) -> None:
        """Move both migrations forward, one stage at a time, and verify at each."""
        for id in IDS:
            with Runner(self.url, MIGRATIONS) as runner:
                here = Stage(runner.status(id).stage)
                for stage in ORDER[ORDER.index(here) + 1 : ORDER.index(target) + 1]:
                    assert runner.advance(id, stage, "under load") is stage
                    self._verify(runner, id)
                assert all(part.balances for part in runner.accounting(id))

    def back(self, target: Stage) -> None:
        """Move both migrations back, and verify."""
        for id in IDS:
            with Runner(self.url, MIGRATIONS) as runner:
                assert runner.rollback(id, target) is target
                self._verify(runner, id)

    def verify(self) -> None:
        """Verify both migrations under load."""
        with Runner(self.url, MIGRATIONS) as runner:
            for id in IDS:
                self._verify(runner, id)

    def _verify(self, runner: Runner, id: str) -> None:
        result = runner.verify(id)
        assert result.clean, (runner.status(id).stage, result.count, result.differences[:3])

    def check_links(self) -> None:
        """Pointers, links and arrays say the same, nobody writing."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            for query in (UNLINKED, UNMEANT, UNLISTED, LISTED_IN_VAIN):
                assert connection.execute(query.encode()).fetchone() == (0,), query

    def compare(self, when: str) -> None:
        """What no client has touched means what it meant when it was imported."""
        self.check_links()
        report = self.untouched.compare(when)
        assert report.documents > 0
        assert report.differing == 0, report
