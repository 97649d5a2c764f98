"""Verification: the engine's against EXCEPT both ways, and whether it sees what was broken on purpose.

In: an empty server. Out: CPU for each row, and the planted differences that were named.
"""

from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.sql.selectable import Select

from bench.cases import CASES, Case
from bench.databases import Databases, connect, execute, settled
from bench.engine import advance
from bench.meter import Connection, Cost, cost_of, median
from bench.results import Aim, Result, Table, at_least
from bench.sizes import Sizes
from bench.worlds import create_legacy
from unnest.runner import Runner
from unnest.script import pieces
from unnest.sql import each, text
from unnest.stages import Stage

METHOD = """\
The engine's verification (`Runner.verify`) compares, range by range, E with the rows, E with the residue, **and** R with the
nested values of every table; it names the rows that differ. "EXCEPT, rows" is the usual `(E EXCEPT rows) + (rows EXCEPT E)`
over whole tables, which does only the first of these. "EXCEPT, everything" does the same work as the engine's, in the same way
for residue and nested values. Rounds are interleaved in one database; x = CPU of the method / CPU of the engine. Afterwards
differences are planted past all triggers, and the engine's verification has to name each of them."""

ENGINE, ROWS, ALL = "engine", "EXCEPT, rows", "EXCEPT, everything"

_FIRST = "(SELECT min(message_id) FROM attachments WHERE message_id > '{}')"
_MEMBER = "(SELECT min(conversation_id) FROM project_conversations WHERE conversation_id > '{}')"
PLANTED: dict[str, tuple[tuple[str, str, str], ...]] = {
    "attachments": (
        ("value of a row changed", _FIRST.format("1"), "UPDATE attachments SET name = name || '!' WHERE message_id = {}"),
        ("row missing", _FIRST.format("2"), "DELETE FROM attachments WHERE message_id = {} AND position = 0"),
        (
            "row too many",
            _FIRST.format("3"),
            "INSERT INTO attachments (message_id, position, type, name, storage_id, mime_type, size)"
            " VALUES ({}, 99, 'file', 'n', 's', 't', 1)",
        ),
        (
            "two values swapped",
            _FIRST.format("4"),
            "UPDATE attachments SET storage_id = mime_type, mime_type = storage_id WHERE message_id = {} AND position = 0",
        ),
        (
            "copied column changed",
            _FIRST.format("5"),
            "UPDATE attachments SET user_id = 'somebody' WHERE message_id = {} AND position = 0",
        ),
        ("element of a nested value gone", _FIRST.format("6"), "UPDATE messages SET attachments = attachments - 0 WHERE id = {}"),
        ("nested value null", _FIRST.format("7"), "UPDATE messages SET attachments = NULL WHERE id = {}"),
    ),
    "links": (
        (
            "link to another project",
            _MEMBER.format("1"),
            "UPDATE project_conversations SET project_id = 'other' WHERE conversation_id = {}",
        ),
        ("link missing", _MEMBER.format("2"), "DELETE FROM project_conversations WHERE conversation_id = {}"),
        ("pointer cleared", _MEMBER.format("3"), "UPDATE conversations SET project_id = NULL WHERE id = {}"),
        (
            "id gone from an array",
            "(SELECT min(id) FROM projects)",
            "UPDATE projects SET conversation_ids = conversation_ids - 0 WHERE id = {}",
        ),
        ("array null", "(SELECT max(id) FROM projects)", "UPDATE projects SET conversation_ids = NULL WHERE id = {}"),
    ),
}
"""What is broken on purpose: words, the key that must be named, the statement."""


def measure(databases: Databases, sizes: Sizes) -> Result:
    """Measure every case, then plant differences in it."""
    tables: list[Table] = []
    aims: list[Aim] = []
    for case in CASES:
        url = databases.create("verify")
        with connect(url) as connection:
            create_legacy(connection)
            case.fill(connection, sizes.verify_rows)
            advance(url, (case.migration,), Stage.BACKFILL)
            settled(connection)
            costs = _costs(url, connection, case, sizes.rounds)
            tables.append(_table(case, sizes, costs))
            aims.append(at_least(f"{case.name}: verification against EXCEPT", 2, costs[ALL].cpu_s / costs[ENGINE].cpu_s))
            planted = _planted(url, connection, case)
        tables.append(planted)
        seen = sum(row[2] == "yes" for row in planted.rows) / len(planted.rows)
        aims.append(at_least(f"{case.name}: share of planted differences that were named", 1, seen))
        databases.drop("verify")
    return Result(suite="verify", title="Verification", method=METHOD, tables=tables, aims=aims)


def _costs(url: str, connection: Connection, case: Case, rounds: int) -> dict[str, Cost]:
    rows, everything = text_of_except(case, everything=False), text_of_except(case, everything=True)
    with Runner(url, [case.migration]) as runner:
        verifier = runner.session.connection

        def verify() -> None:
            assert runner.verify(case.migration.id).clean

        methods: dict[str, tuple[Connection, Callable[[], object]]] = {
            ENGINE: (verifier, verify),
            ROWS: (connection, lambda: _clean(connection, rows)),
            ALL: (connection, lambda: _clean(connection, everything)),
        }
        runs: dict[str, list[Cost]] = {name: [] for name in methods}
        for _ in range(rounds):
            for name, (metered, work) in methods.items():
                runs[name].append(cost_of(metered, work))
    return {name: median(costs) for name, costs in runs.items()}


def _clean(connection: Connection, queries: Sequence[str]) -> None:
    for query in queries:
        assert execute(connection, query).fetchall() == [(0,)], query


def text_of_except(case: Case, *, everything: bool) -> list[str]:
    """Return the queries that count what stands on one side only."""
    return [
        text(sa.select(sa.select(sa.func.count()).select_from(one.except_(other).subquery()).scalar_subquery()))
        for left, right in _pairs(case, everything)
        for one, other in ((left, right), (right, left))
    ]


def _pairs(case: Case, everything: bool) -> Iterator[tuple[Select[tuple[object, ...]], Select[tuple[object, ...]]]]:
    mapping = case.mapping
    derived = mapping.derive(mapping.source.table.alias("p"))
    for output in mapping.outputs if everything else mapping.targets:
        columns = [*output.key, *output.followed]
        yield sa.select(*each(columns, derived[output.name].subquery("e"))), sa.select(*each(columns, output.table))
    for face in mapping.faces if everything else ():
        columns = [face.key, *face.nested]
        rebuilt = mapping.rebuild(face, face.table.alias("p"), pieces.rows_read(mapping, pieces.Reading.LIVE)).subquery("r")
        yield sa.select(*each(columns, rebuilt)), sa.select(*each(columns, face.table))


def _table(case: Case, sizes: Sizes, costs: dict[str, Cost]) -> Table:
    lines = []
    for name, cost in costs.items():
        each_us = f"{cost.cpu_s / sizes.verify_rows * 1e6:.1f}"
        lines.append((name, f"{cost.wall_s:.2f}", f"{cost.cpu_s:.2f}", each_us, f"{cost.cpu_s / costs[ENGINE].cpu_s:.2f}"))
    title = f"{case.name}, {sizes.verify_rows:,} rows, median of {sizes.rounds} rounds"
    return Table(title=title, columns=("method", "wall s", "CPU s", "CPU us/row", "x"), rows=lines)


def _planted(url: str, connection: Connection, case: Case) -> Table:
    wanted = [(words, _key(connection, key), statement) for words, key, statement in PLANTED[case.name]]
    execute(connection, "SET session_replication_role = replica")
    for _, key, statement in wanted:
        execute(connection, statement.format(f"'{key}'"))
    with Runner(url, [case.migration]) as runner:
        named = {difference.key for difference in runner.verify(case.migration.id).differences}
    lines = [(words, key, "yes" if key in named else "NO") for words, key, _ in wanted]
    return Table(title=f"{case.name}: planted differences", columns=("what was broken", "key", "named"), rows=lines)


def _key(connection: Connection, query: str) -> str:
    row = execute(connection, f"SELECT {query}").fetchone()
    assert row is not None
    return str(row[0])
