"""What an export takes its documents from, at any stage.

In: migrations and their stages. Out: for each legacy table that lacks columns, a Select that rebuilds them from the rows; and the
new tables, for an export that prefers them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa

from unnest.convex import Normalized
from unnest.errors import Refused
from unnest.mapping.base import Face, Mapping
from unnest.migration import Migration
from unnest.runner import Runner
from unnest.script.pieces import Reading, rows_read
from unnest.stages import ORDER, Stage

RETIRED = frozenset({Stage.CLEANUP, Stage.COMPLETE})


def sources_of(runner: Runner, migrations: Iterable[Migration]) -> dict[str, sa.Select[tuple[object, ...]]]:
    """Return, by name of the table, a Select of all its columns, with those that are retired rebuilt."""
    retired = [m for m in migrations if Stage(runner.status(m.id).stage) in RETIRED]
    faces: dict[sa.Table, list[tuple[Mapping, Face]]] = {}
    for mapping, face in _faces(retired):
        if _gone(mapping, face):
            faces.setdefault(face.table, []).append((mapping, face))
    return {table.name: _whole(table, found) for table, found in faces.items()}


def normalized_of(runner: Runner, migrations: Iterable[Migration]) -> Normalized:
    """Return the new tables of every migration whose history is copied, with the nested columns that they replace.

    Raises:
        Refused: No migration is that far.
    """
    copied = [m for m in migrations if ORDER.index(Stage(runner.status(m.id).stage)) >= ORDER.index(Stage.BACKFILL)]
    if not copied:
        raise Refused("no migration has reached backfill, so there are no new tables to export; leave out --normalized")
    replaced: dict[str, set[str]] = {}
    for _, face in _faces(copied):
        if face.retired:
            replaced.setdefault(face.table.name, set()).update(face.retired)
    return Normalized(tables=[table for migration in copied for table in migration.targets], instead_of=replaced)


def _faces(migrations: Iterable[Migration]) -> Iterator[tuple[Mapping, Face]]:
    for migration in migrations:
        for mapping in migration.mappings:
            for face in mapping.faces:
                yield mapping, face


def _gone(mapping: Mapping, face: Face) -> tuple[str, ...]:
    """Return the columns that R gives: the retired ones, and pointers that were cleared because the seals don't allow them."""
    return (*face.retired, *(mapping.unsealed if face is mapping.source else ()))


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
        rebuilt.update({name: made.c[name] for name in _gone(mapping, face)})
    chosen = [rebuilt[c.name].label(c.name) if c.name in rebuilt else c for c in parents.c]
    return sa.select(*chosen).select_from(relation)
