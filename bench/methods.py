"""Other ways of copying history, with which the engine is compared.

In: a database with legacy data. Out: rows in the new table.
"""

import re
from functools import cache

import sqlalchemy as sa

from bench.cases import Case
from bench.databases import execute, settled
from bench.engine import REASON
from bench.meter import Connection, Cost, cost_of
from unnest import naming
from unnest.runner import Runner
from unnest.script import expand
from unnest.sql import each, quote, table_name, text
from unnest.stages import Stage

PROJECTS_PER_BATCH = 50
MESSAGES_PER_BATCH = 100
TOUCHED_PER_BATCH = 1_000


def insert_of_e(connection: Connection, case: Case) -> None:
    """Copy everything with one statement: the rows that the mapping's E gives."""
    with connection.transaction():
        connection.execute("SELECT set_config(%s, 'on', true)", [naming.ENGINE_SETTING])
        for statement in _inserts(case):
            execute(connection, statement)


@cache
def _inserts(case: Case) -> list[str]:
    mapping = case.mapping
    derived = mapping.derive(mapping.source.table.alias("p"))
    found = []
    for output in mapping.targets:
        rows = derived[output.name].subquery("e")
        columns = each(output.columns, rows)
        found.append(text(sa.insert(output.table).from_select(list(output.columns), sa.select(*columns))))
    return found


def harden_at_once(connection: Connection, case: Case) -> None:
    """Build indexes and constraints as one may while nobody else writes."""
    for statement in expand.harden(case.migration):
        execute(connection, statement.sql.replace(" CONCURRENTLY", ""))


# -- row by row -----------------------------------------------------------------------------------------------------------


def row_by_row(connection: Connection, case: Case, rows: int) -> None:
    """Copy about so many rows as the application's own migration scripts did: look, then insert, a round trip each."""
    _ROW_BY_ROW[case.name](connection, rows)


def _links(connection: Connection, rows: int) -> None:
    left, last = rows, ""
    while left > 0:
        with connection.transaction():
            page = connection.execute(
                "SELECT id, user_id, conversation_ids FROM projects WHERE id > %s ORDER BY id LIMIT %s",
                [last, PROJECTS_PER_BATCH],
            ).fetchall()
            if not page:
                return
            for project, owner, ids in page:
                for conversation in ids[:left]:
                    _link(connection, project, owner, conversation)
                left -= len(ids)
            last = page[-1][0]


def _link(connection: Connection, project: str, owner: str, conversation: str) -> None:
    found = connection.execute("SELECT project_id, created_at FROM conversations WHERE id = %s", [conversation]).fetchone()
    if found is None or found[0] != project:
        return
    existing = connection.execute(
        "SELECT 1 FROM project_conversations WHERE project_id = %s AND conversation_id = %s", [project, conversation]
    ).fetchone()
    if existing is None:
        connection.execute(
            "INSERT INTO project_conversations (project_id, conversation_id, added_at, added_by)"
            " VALUES (%s, %s, to_timestamp(%s / 1000), %s)",
            [project, conversation, found[1], owner],
        )


def _attachments(connection: Connection, rows: int) -> None:
    left, last = rows, ""
    while left > 0:
        with connection.transaction():
            page = connection.execute(
                "SELECT id, conversation_id, user_id, created_at, attachments FROM messages WHERE id > %s ORDER BY id LIMIT %s",
                [last, MESSAGES_PER_BATCH],
            ).fetchall()
            if not page:
                return
            for message in page:
                left -= _attach(connection, message)
            last = page[-1][0]


def _attach(connection: Connection, message: tuple[object, ...]) -> int:
    key, conversation, user, created, array = message
    found = array if isinstance(array, list) else []
    if found and connection.execute("SELECT 1 FROM attachments WHERE message_id = %s LIMIT 1", [key]).fetchone() is None:
        for position, element in enumerate(found):
            details = element.get("metadata", {})
            connection.execute(
                "INSERT INTO attachments (message_id, position, conversation_id, user_id, type, name, storage_id, mime_type,"
                " size, width, height, created_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, to_timestamp(%s / 1000))",
                [
                    *(key, position, conversation, user),
                    *(element[name] for name in ("type", "name", "storageId", "mimeType", "size")),
                    *(details.get("width"), details.get("height"), created),
                ],
            )
    return len(found)


_ROW_BY_ROW = {"links": _links, "attachments": _attachments}


# -- touch ----------------------------------------------------------------------------------------------------------------


def touch_all(url: str, connection: Connection, case: Case, rows: int) -> Cost:
    """Let the forward trigger copy about so many rows: its condition is taken away, and every parent is set to itself."""
    with Runner(url, [case.migration]) as runner:
        runner.advance(case.migration.id, Stage.DUAL_WRITE, skip_gates=REASON)
    _make_unconditional(connection, case)
    settled(connection)
    return cost_of(connection, lambda: _touch(connection, case, case.parents(rows)))


def _make_unconditional(connection: Connection, case: Case) -> None:
    table = table_name(case.mapping.source.table)
    found = connection.execute(
        "SELECT t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid"
        " WHERE t.tgrelid = %s::regclass AND p.proname = %s",
        [table, naming.function(case.mapping.name, "forward_update")],
    ).fetchall()
    ((name, definition),) = found
    execute(connection, f"DROP TRIGGER {quote(name)} ON {table}")
    execute(connection, re.sub(r" WHEN \(.*\) EXECUTE ", " EXECUTE ", definition, flags=re.DOTALL))


def _touch(connection: Connection, case: Case, parents: int) -> None:
    source = case.mapping.source
    table, key, column = table_name(source.table), quote(source.key), quote(source.nested[0])
    bound = f"SELECT max(k) FROM (SELECT {key} AS k FROM {table} WHERE {key} > %s ORDER BY {key} LIMIT {TOUCHED_PER_BATCH}) AS w"
    touch = f"UPDATE {table} SET {column} = {column} WHERE {key} > %s AND {key} <= %s"
    done, last = 0, ""
    while done < parents:
        row = connection.execute(bound, [last]).fetchone()
        if row is None or row[0] is None:
            return
        done += connection.execute(touch, [last, row[0]]).rowcount
        last = row[0]
