"""What ``plan`` shows is what the runner runs: a whole life cycle, statement by statement."""

from typing import Any

import psycopg
import pytest

from chat.migrations import MIGRATIONS
from unnest import Migration, Stage, ledger
from unnest.runner import Runner
from unnest.script import plan, retire
from unnest.script.prelude import prelude
from unnest.script.statement import Statement, digest
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


def planned(migration: Migration, move: Move, *, convergent: bool = False) -> list[Statement]:
    shown = plan.planned(migration, move, convergent=convergent)
    return [statement for statements in shown.values() for statement in statements]


def noted_digest(connection: psycopg.Connection[Any], move: Move) -> str:
    """Return what the ledger has noted of the last move between two stages."""
    query = (
        "SELECT sql_digest FROM unnest.event WHERE what = 'move started' AND from_stage = %s AND to_stage = %s ORDER BY id DESC"
    )
    row = connection.execute(query, [move.origin.value, move.target.value]).fetchone()
    assert row is not None
    return str(row[0])


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
            assert noted_digest(connection, move) == digest(expected)


def test_tables_with_triggers_of_the_users_own_get_the_form_that_plan_shows_for_them(
    legacy_database: str, connection: psycopg.Connection[Any]
) -> None:
    migration = MIGRATIONS[0]
    connection.execute("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    connection.execute("CREATE TRIGGER touch BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION touch()")
    with Runner(legacy_database, [migration]) as runner:
        for move in FIRST:
            is_armed = move.origin not in (Stage.PENDING, Stage.SCHEMA)
            expected = planned(migration, move, convergent=is_armed or move.target is Stage.DUAL_WRITE)
            assert make(runner, migration, move) == [statement.name for statement in expected]
            assert noted_digest(connection, move) == digest(expected), move


def test_the_life_cycle_visits_every_move() -> None:
    assert {(move.origin, move.target) for move in MOVES} == {
        (one, other) for one in ORDER for other in ORDER if abs(ORDER.index(one) - ORDER.index(other)) == 1
    }
