"""One play: a small world, two migrations, and everything that may happen to them in any order.

In: random numbers for each act. Out: an ``AssertionError`` as soon as the database and the state beside it disagree. Each act is
one write, one move (whole, interrupted, or crashed, with writes between its batches), or one verification.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import psycopg
from property.comparison import M1, M3, Comparison, findings_meant, is_reviving, moving, pointer_findings_meant
from property.new_writes import NewWrites
from property.state import LIVE, State

from chat.migrations import MIGRATIONS
from unnest.errors import Interrupted, Refused
from unnest.runner import Runner
from unnest.runner.report import Progress
from unnest.runner.session import Session
from unnest.script.statement import Statement
from unnest.stages import ORDER, Stage, after, before

BOTH = (M1, M3)


class Crash(Exception):
    """An error out of nowhere."""


@dataclass(slots=True, kw_only=True)
class FragileSession(Session):
    """A session that may die before any statement of a move."""

    danger: Callable[[], None]

    def execute(self, statement: Statement) -> None:
        """Execute one statement, if the session lives to do so."""
        if not statement.name.startswith(("prelude.", "ledger.")):
            self.danger()
        Session.execute(self, statement)


class Danger:
    """Counts down to the moment at which a runner dies; ``kill`` ends its backend, else an error is raised."""

    def __init__(self, left: int | None, kill: Callable[[], None] | None) -> None:
        self.left, self.kill = left, kill

    def __call__(self) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            if self.kill is None:
                raise Crash
            self.kill()


class Play:
    """A world under migration.

    Args:
        url: A database with the legacy tables, all empty.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = psycopg.connect(url, autocommit=True)
        self.state = State()
        self.writes = NewWrites(self.connection, self.state)
        with Runner(url, MIGRATIONS) as runner:
            for id in BOTH:
                runner.set(id, batch_bytes=1)  # a batch ends with the first nested value
        self.log: list[str] = []

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    # -- writes -------------------------------------------------------------------------------------------------------------

    def write(self, random: Random, *, new: bool) -> None:
        """Let one application write; the other side must show it at once."""
        self._write(random, new=new)
        self.check()

    def _write(self, random: Random, *, new: bool) -> None:
        self._follow()
        act = self.writes.choose(random) if new else random.choice(NewWrites.ALL)
        self.log.append(act.__name__)
        act(self.writes, random)

    def _follow(self) -> None:
        """Let the state follow the migrations to where they stand now."""
        where = moving(self.connection)
        pointers: dict[str, str | None] = dict(self.connection.execute("SELECT id, project_id FROM conversations").fetchall())
        self.state.reach(where[M1][0], where[M3][0], pointers)
        self.writes.reviving = is_reviving(where, M1)

    # -- moves --------------------------------------------------------------------------------------------------------------

    def advance(self, random: Random, *, id: str, far: int = 1) -> None:
        """Move a migration forward, whole or not."""
        self._move(random, id, True, far)

    def roll_back(self, random: Random, *, id: str, far: int = 1) -> None:
        """Move a migration back, whole or not."""
        self._move(random, id, False, far)

    def _move(self, random: Random, id: str, forward: bool, far: int) -> None:
        target = self._target(id, forward, far)
        fate = random.choice(("whole", "whole", "whole", "stopped", "error", "error", "killed"))
        self.log.append(f"{'advance' if forward else 'rollback'} {id[:3]} to {target.value}: {fate}")
        left = random.randrange(30) if fate in ("error", "killed") else None
        polls = random.randrange(4) if fate == "stopped" else None
        is_busy = random.randrange(2) == 0
        self.run_move(random, id, forward, target, left=left, kill=fate == "killed", polls=polls, is_busy=is_busy)

    def _target(self, id: str, forward: bool, far: int) -> Stage:
        stage, to, _ = moving(self.connection)[id]
        if to is not None and (ORDER.index(to) >= ORDER.index(stage)) is forward:
            return to
        for _ in range(far):
            stage = after(stage) if forward else before(stage)
        return stage

    def run_move(
        self,
        random: Random,
        id: str,
        forward: bool,
        target: Stage,
        *,
        left: int | None = None,
        kill: bool = False,
        polls: int | None = None,
        is_busy: bool = False,
    ) -> None:
        """Run one command; it may die, be stopped, or be refused because the opposite way is half gone."""
        was_moving = moving(self.connection)[id][1] is not None
        runner = Runner(self.url, MIGRATIONS, stop=self._stop(random, polls, is_busy))
        pid = runner.session.connection.info.backend_pid
        danger = Danger(left, (lambda: self._kill(pid)) if kill else None)

        def report(progress: Progress) -> None:
            if progress.part:
                danger()

        runner.report = report
        runner.session = FragileSession(connection=runner.session.connection, danger=danger)
        try:
            with runner:
                move = runner.advance if forward else runner.rollback
                move(id, target, "play")
        except (Crash, Interrupted, psycopg.OperationalError) as error:
            if left is None and polls is None:
                raise
            self.log.append(f"  died: {type(error).__name__}")
        except Refused:
            if not was_moving:
                raise
            self.log.append("  refused")
        self._follow()
        self.check()

    def _stop(self, random: Random, polls: int | None, is_busy: bool) -> Callable[[], bool]:
        asked = 0

        def stop() -> bool:
            nonlocal asked
            asked += 1
            if is_busy and asked < 12 and random.randrange(2):
                self._write(random, new=random.randrange(2) == 0)
            return polls is not None and asked > polls

        return stop

    def _kill(self, pid: int) -> None:
        self.connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    # -- looking ------------------------------------------------------------------------------------------------------------

    def check(self, *, settled: bool = False) -> None:
        """Compare the database with the state."""
        self._follow()
        Comparison(self.connection, self.state, settled=settled).compare()

    def verify(self) -> None:
        """Let the engine verify both migrations; it must agree that all is well, and show what there is to find."""
        with Runner(self.url, MIGRATIONS) as runner:
            for id in BOTH:
                if moving(self.connection)[id][1] is None:
                    self.log.append(f"verify {id[:3]}")
                    result = runner.verify(id)
                    assert result.clean, result.differences[:3]
                    self._findings(runner, id)
                    assert all(each.balances for each in runner.accounting(id))
        self.check(settled=moving(self.connection)[M1][1] is None)

    def _findings(self, runner: Runner, id: str) -> None:
        stage = self.state.stage1 if id == M1 else self.state.stage3
        if stage not in LIVE or moving(self.connection)[id][2]:
            return
        source = "messages" if id == M1 else "conversations"
        rows = runner.findings(id, limit=10_000)
        open_now = [f for f in rows if f["state"] == "open" and f["table_name"] == source and f["kind"] != "stale overwrite"]
        found = {(f["key"], f["kind"], f["path"]) for f in open_now}
        meant = set(findings_meant(self.state) if id == M1 else pointer_findings_meant(self.state))
        if stage is Stage.DUAL_WRITE:  # what is not copied yet is not known yet
            assert found <= meant, f"findings that are none: {found - meant}"
        else:
            assert found == meant

    def finish(self, random: Random) -> None:
        """End every move that has begun, verify, and compare."""
        for id in BOTH:
            self.end_move(random, id)
        self.verify()

    def end_move(self, random: Random, id: str) -> None:
        """Let the same command go on to its end."""
        stage, to, _ = moving(self.connection)[id]
        if to is not None:
            self.log.append(f"resume {id[:3]} from {stage.value} to {to.value}")
            forward = ORDER.index(to) >= ORDER.index(stage)
            self.run_move(random, id, forward, to)
        assert moving(self.connection)[id][1] is None

    def there_and_back(self, random: Random, id: str) -> None:
        """Go to ``complete``, write, and come back: nothing that the new side has written may be lost."""
        self.end_move(random, id)
        self.run_move(random, id, True, Stage.COMPLETE)
        for _ in range(5):
            self.write(random, new=True)
        self.run_move(random, id, False, Stage.DUAL_READ)
        self.verify()


def failed(play: Play, error: BaseException) -> str:
    """Return what a play has done until it failed."""
    return "\n".join([*play.log[-60:], f"{type(error).__name__}: {error}"])


__all__ = ["BOTH", "Crash", "Play", "failed"]
