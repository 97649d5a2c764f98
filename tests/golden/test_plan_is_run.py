"""What ``plan`` shows is what the runner runs: a whole life cycle, statement by statement."""

from typing import Any

import psycopg
import pytest

from chat.migrations import MIGRATIONS
from unnest import Migration, Stage, ledger
from unnest.runner import Runner
from unnest.script import plan, retire
from unnest.script.prelude import prelude
from unnest.script.statement import Statement
from unnest.stages import ORDER, Move, moves

PREPARED = {statement.name for statement in (*prelude(), *ledger.tables(), *retire.functions())}
"""What ``prepare`` makes at the beginning of each command, for all migrations."""

FIRST = list(moves(Stage.PENDING, Stage.COMPLETE))
MOVES = [*FIRST, *moves(Stage.COMPLETE, Stage.PENDING), *moves(Stage.PENDING, Stage.COMPLETE)]
"""Forward, all the way back, and forward again over what the first way has left; only then may statements be done already."""


def make(runner: Runner, migration: Migration, move: Move) -> list[str]:
    """Make a move and return the names of the statements that it ran."""
    runner.session.executed.clear()
    if move.is_forward:
        runner.advance(migration.id, move.target, skip_gates="a test")
    else:
        runner.rollback(migration.id, move.target)
    return [name for name in runner.session.executed if name not in PREPARED]


def planned(migration: Migration, move: Move) -> list[Statement]:
    return [statement for statements in plan.planned(migration, move).values() for statement in statements]


def is_there(connection: psycopg.Connection[Any], statement: Statement) -> bool:
    return bool(statement.unless) and connection.execute(statement.unless.encode()).fetchone() is not None


@pytest.mark.parametrize("migration", MIGRATIONS, ids=lambda migration: str(migration.id))
def test_each_move_runs_what_plan_shows_in_that_order(
    legacy_database: str, connection: psycopg.Connection[Any], migration: Migration
) -> None:
    with Runner(legacy_database, [migration]) as runner:
        for number, move in enumerate(MOVES):
            expected = planned(migration, move)
            ran = make(runner, migration, move)
            assert ran == [statement.name for statement in expected if statement.name in ran], move
            skipped = [statement for statement in expected if statement.name not in ran]
            assert [statement.name for statement in skipped if not is_there(connection, statement)] == [], move
            assert skipped == [] or number >= len(FIRST), move


def test_the_life_cycle_visits_every_move() -> None:
    assert {(move.origin, move.target) for move in MOVES} == {
        (one, other) for one in ORDER for other in ORDER if abs(ORDER.index(one) - ORDER.index(other)) == 1
    }
