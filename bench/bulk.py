"""Old writes of many rows at once, for the overhead suite.

In: copies of a database with and without triggers. Out: the cost of each statement. Every statement is rolled back, so that the
next one finds the same data.
"""

from dataclasses import dataclass

from bench.databases import execute
from bench.meter import Connection, Cost, cost_of, median

_SOME = "(SELECT id FROM conversations ORDER BY id LIMIT {rows})"
_MESSAGES = "(SELECT id FROM messages WHERE attachments IS NOT NULL ORDER BY id LIMIT {rows})"
_ADDED = '[{"type": "file", "name": "n", "storageId": "s", "mimeType": "t", "size": 1}]'
_STATEMENTS = (
    ("assign {rows} conversations to one project", 100, "UPDATE conversations SET project_id = {one} WHERE id IN " + _SOME),
    ("assign {rows} conversations to one project", 400, "UPDATE conversations SET project_id = {one} WHERE id IN " + _SOME),
    ("clear the pointers of {rows} conversations", 400, "UPDATE conversations SET project_id = NULL WHERE id IN " + _SOME),
    ("delete {rows} conversations", 100, "DELETE FROM conversations WHERE id IN " + _SOME),
    ("delete a project", 1, "DELETE FROM projects WHERE id = {one}"),
    (
        "append to {rows} attachments arrays",
        400,
        "UPDATE messages SET attachments = attachments || '{added}' WHERE id IN " + _MESSAGES,
    ),
    ("delete {rows} messages", 400, "DELETE FROM messages WHERE id IN " + _MESSAGES),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """One statement on one copy."""

    name: str
    variant: str
    cost: Cost


def measure_bulk(copies: dict[str, Connection], most_rows: int, rounds: int) -> list[Bulk]:
    """Measure every statement on every copy, in turn; the first round is left out."""
    found = []
    for name, rows, pattern in _STATEMENTS:
        rows = min(rows, most_rows)
        values = {"rows": rows, "one": "(SELECT min(id) FROM projects)", "added": _ADDED}
        statement = pattern
        for key, value in values.items():
            statement = statement.replace(f"{{{key}}}", str(value))
        costs: dict[str, list[Cost]] = {variant: [] for variant in copies}
        for _ in range(1 + rounds):
            for variant, connection in copies.items():
                costs[variant].append(_cost(connection, statement))
        words = name.replace("{rows}", str(rows))
        found += [Bulk(name=words, variant=variant, cost=median(some[1:])) for variant, some in costs.items()]
    return found


def _cost(connection: Connection, statement: str) -> Cost:
    with connection.transaction(force_rollback=True):
        return cost_of(connection, lambda: execute(connection, statement))
