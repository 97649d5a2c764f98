"""The order of the demonstration.

In: an engine and a database with a world. Out: ``DemoReport``. Old clients work until cleanup and come back after the rollback;
new clients come at dual_read and stay.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from chat.demo.crowd import Crowd
from chat.demo.engine import Engine, Made
from chat.demo.report import DemoReport, MoveReport, UntouchedReport
from chat.demo.untouched import Untouched
from chat.demo.witness import Witness
from chat.operations import Form
from chat.traffic.clients import SHARED_USERS

LEAST_USERS = SHARED_USERS + 2
"""Clients act for the first users; the documents of the others are compared with what was imported."""

_UNTIL_DUAL_READ = ("schema", "dual_write", "backfill", "dual_read")
_TO_THE_END = ("cleanup", "complete")


def demonstrate(engine: Engine, url: str, migrations: Sequence[str], *, clients: int, seconds: float) -> DemoReport:
    """Move migrations through every stage, back from complete and forward again, under load.

    Args:
        engine: Moves them.
        url: The database, with an imported world and nothing started.
        migrations: Their ids, in the order in which they move.
        clients: How many clients of each form.
        seconds: How long both forms work side by side, each time.
    """
    with ExitStack() as stack:
        story = _Story(engine=engine, url=url, migrations=tuple(migrations), size=clients, pause_s=seconds)
        stack.callback(story.end)
        story.tell()
    return story.report()


@dataclass(slots=True, kw_only=True)
class _Story:
    """A demonstration under way."""

    engine: Engine
    url: str
    migrations: tuple[str, ...]
    size: int
    pause_s: float
    moves: list[MoveReport] = field(default_factory=list)
    untouched: list[UntouchedReport] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)
    old: Crowd = field(init=False)
    new: Crowd = field(init=False)
    witness: Witness = field(init=False)

    def __post_init__(self) -> None:
        self.old = Crowd(url=self.url, form=Form.OLD, size=self.size)
        self.new = Crowd(url=self.url, form=Form.NEW, size=self.size)
        self.witness = Witness(self.url, seed=1)

    def tell(self) -> None:
        """Tell it from the beginning to the end."""
        imported = Untouched(self.url)
        self._say(f"{self.size} old clients begin to work, and a witness that remembers every write")
        self.old.come()
        self.witness.come(Form.OLD)
        self._forward(_UNTIL_DUAL_READ)
        self._say(f"both shapes are open: {self.size} new clients join")
        self.new.come()
        self.witness.use(Form.OLD, Form.NEW)
        self._side_by_side(imported, "at dual_read")
        self._old_ones_go()
        self._forward(_TO_THE_END)
        self.witness.look(Form.NEW)
        self._say("and back, with new clients writing")
        self._back("dual_read")
        self._say("the nested values are there again, and the old clients too")
        self.old.come()
        self.witness.use(Form.OLD, Form.NEW)
        self._side_by_side(imported, "after the rollback")
        self._old_ones_go()
        self._forward(_TO_THE_END)
        self.new.go()
        self.witness.go()
        self.witness.look(Form.NEW)

    def end(self) -> None:
        """Let everybody go, however the story ended."""
        self.old.go()
        self.new.go()
        self.witness.go()

    def report(self) -> DemoReport:
        """Return what was done and found."""
        return DemoReport(
            moves=tuple(self.moves),
            clients=(self.old.report(), self.new.report()),
            witness=self.witness.report(),
            untouched=tuple(self.untouched),
            seconds=time.monotonic() - self.started,
        )

    def _side_by_side(self, imported: Untouched, when: str) -> None:
        time.sleep(self.pause_s)
        for migration in self.migrations:
            self._verified(migration, ())
        self.witness.look(Form.OLD, Form.NEW)
        self.untouched.append(imported.compare(when))

    def _old_ones_go(self) -> None:
        self._say("the old clients go: their shape is retired now")
        self.witness.use(Form.NEW)
        self.old.go()

    def _forward(self, stages: Sequence[str]) -> None:
        for migration in self.migrations:
            for stage in stages:
                self._verified(migration, self.engine.forward(migration, stage))

    def _back(self, stage: str) -> None:
        for migration in self.migrations:
            self._verified(migration, self.engine.back(migration, stage))

    def _verified(self, migration: str, made: Sequence[Made]) -> None:
        """Verify, and enter the moves with the result; without a move, that both applications are at work."""
        differences = self.engine.verify(migration)
        *earlier, last = [(move.origin, move.target, move.seconds) for move in made] or [("dual_read", "dual_read", 0.0)]
        for (origin, target, seconds), found in [*((move, 0) for move in earlier), (last, differences)]:
            self.moves.append(MoveReport(migration=migration, origin=origin, target=target, seconds=seconds, differences=found))

    def _say(self, text: str) -> None:
        self.engine.say(text)
