"""Runners killed with SIGKILL in the middle of their moves, while an application goes on: the same command then goes on, too."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import psycopg
import pytest
from soak.life import IS_SOAK, Crowd, Life, import_world

from chat.migrations import MIGRATIONS
from chat.traffic import NewClient, OldClient, WorldOptions
from unnest.runner import Runner
from unnest.stages import Stage

WORLD = WorldOptions(seed=6, users=9, projects_per_user=3, conversations_per_project=10, messages_per_conversation=2.0)
COMMAND = """
import sys
from chat.migrations import MIGRATIONS
from unnest.runner import Runner
from unnest.stages import Stage
url, way, id, target = sys.argv[1:]
with Runner(url, MIGRATIONS) as runner:
    getattr(runner, way)(id, Stage(target), "to be killed")
"""
SEEN = "SELECT count(*) FROM unnest.checkpoint WHERE migration = %s AND step = %s"
HELD = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1 AND"
    " (classid::bigint << 32) + objid::bigint = hashtextextended('unnest:' || %s, 0)"
)
FORTH = ("expand", "functions", "copy", "correct", "harden", "drain", "open")
AWAY = ("seal_indexes", "retire", "seal")
BACK = ("unseal", "show", "rebuild", "rearm")
# In the short version each migration dies at every second of these.
EVERY = 1 if IS_SOAK else 3


class Killer:
    """Starts a move in a process of its own, and kills that at a chosen moment."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]], url: str, id: str, random: Random) -> None:
        self.connection, self.url, self.id, self.random = connection, url, id, random
        self.killed = 0

    def move(self, way: str, target: Stage, moments: tuple[str, ...]) -> None:
        """Kill the move at each of the moments, then let it come to its end."""
        for moment in moments:
            self._kill_at(way, target, moment)
        with Runner(self.url, MIGRATIONS) as runner:
            move = runner.advance if way == "advance" else runner.rollback
            assert move(self.id, target, "to the end") is target
            assert runner.verify(self.id).clean
            assert all(part.balances for part in runner.accounting(self.id))
            assert (runner.status(self.id).moving_to, runner.status(self.id).holder) == (None, None)

    def _kill_at(self, way: str, target: Stage, moment: str) -> None:
        command = [sys.executable, "-c", COMMAND, self.url, way, self.id, target.value]
        with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
            while process.poll() is None and not self._is_reached(moment):
                time.sleep(0.002)
            time.sleep(self.random.random() * 0.02)  # into the step after, at an instant of no meaning
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert process.stderr is not None
            assert process.returncode in (0, -signal.SIGKILL), process.stderr.read().decode()
        self.killed += process.returncode != 0
        deadline = time.monotonic() + 10
        while self.connection.execute(HELD, [self.id]).fetchone() != (0,):
            assert time.monotonic() < deadline, "the lease of a killed runner is still held"
            time.sleep(0.01)

    def _is_reached(self, moment: str) -> bool:
        return self.connection.execute(SEEN, [self.id, moment]).fetchone() != (0,)


@pytest.mark.soak
@pytest.mark.timeout(0 if IS_SOAK else 300)
@pytest.mark.parametrize("id", [migration.id for migration in MIGRATIONS])
def test_a_killed_runner_is_followed_by_one_that_goes_on(legacy_database: str, tmp_path: Path, id: str) -> None:
    import_world(legacy_database, tmp_path, WORLD)
    for seed in range(20 if IS_SOAK else 1):
        _live_and_die(legacy_database, id, Random(seed))


def _live_and_die(url: str, id: str, random: Random) -> None:
    (other,) = (migration.id for migration in MIGRATIONS if migration.id != id)
    with Runner(url, MIGRATIONS) as runner:
        runner.set(id, batch_bytes=3000)
        runner.set(other, batch_bytes=3000)
    with psycopg.connect(url, autocommit=True) as connection:
        killer = Killer(connection, url, id, random)
        _kill_all_the_way(killer, Life(url, writers=0, seconds=0))
    assert killer.killed > 0
    for each in (id, other):
        with Runner(url, MIGRATIONS) as runner:
            assert runner.rollback(each, Stage.PENDING) is Stage.PENDING


def _kill_all_the_way(killer: Killer, life: Life) -> None:
    first, url = killer.random.randrange(EVERY), killer.url
    old = Crowd([OldClient(url, 1, pause_s=0.01)])
    killer.move("advance", Stage.DUAL_READ, FORTH[first::EVERY])
    life.forth(Stage.DUAL_READ)
    old.go()
    new = Crowd([NewClient(url, 2, pause_s=0.01)])
    killer.move("advance", Stage.COMPLETE, AWAY[first::EVERY])
    killer.move("rollback", Stage.DUAL_READ, BACK[first::EVERY])
    new.go()
    life.compare("after all the kills")
