"""Documents whose nested values have been retired, as they would be today.

In: migrations and their stages. Out: for each legacy table that lacks columns, a Select that rebuilds them from the rows.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from unnest.mapping.base import Face, Mapping
from unnest.migration import Migration
from unnest.runner import Runner
from unnest.script.pieces import Reading, rows_read
from unnest.stages import Stage

RETIRED = frozenset({Stage.CLEANUP, Stage.COMPLETE})


def sources_of(runner: Runner, migrations: Iterable[Migration]) -> dict[str, sa.Select[tuple[object, ...]]]:
    """Return, by name of the table, a Select of all its columns, with those that are retired rebuilt."""
    retired = [m for m in migrations if Stage(runner.status(m.id).stage) in RETIRED]
    faces: dict[sa.Table, list[tuple[Mapping, Face]]] = {}
    for mapping, face in _retired_faces(retired):
        faces.setdefault(face.table, []).append((mapping, face))
    return {table.name: _whole(table, found) for table, found in faces.items()}


def _retired_faces(migrations: Iterable[Migration]) -> Iterator[tuple[Mapping, Face]]:
    for migration in migrations:
        for mapping in migration.mappings:
            for face in mapping.faces:
                if face.retired:
                    yield mapping, face


def _whole(table: sa.Table, faces: list[tuple[Mapping, Face]]) -> sa.Select[Any]:
    gone = {name for _, face in faces for name in face.retired}
    columns = [sa.cast(sa.null(), c.type).label(c.name) if c.name in gone else c for c in table.c]
    parents = sa.select(*columns).subquery("p")
    relation: sa.FromClause = parents
    rebuilt = {}
    for number, (mapping, face) in enumerate(faces):
        again = mapping.rebuild(face, sa.select(*parents.c).subquery(f"p{number}"), rows_read(mapping, Reading.LIVE))
        made = again.subquery(f"r{number}")
        relation = relation.join(made, made.c[face.key] == parents.c[face.key])
        rebuilt.update({name: made.c[name] for name in face.retired})
    chosen = [rebuilt[c.name].label(c.name) if c.name in rebuilt else c for c in parents.c]
    return sa.select(*chosen).select_from(relation)
