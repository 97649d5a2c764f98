"""Which functions and triggers stand at which stage, and how they go.

In: a migration. Out: named statements for arming, opening, closing and disarming.
"""

from collections.abc import Iterator

from unnest import naming
from unnest.mapping.base import Mapping
from unnest.migration import Migration
from unnest.naming import Role
from unnest.script import batches, forward, reverse
from unnest.script.functions import Context, drop_trigger
from unnest.script.pieces import Reading
from unnest.script.statement import Statement
from unnest.sql import quote, string, table_name


def contexts(migration: Migration, convergent: bool) -> Iterator[Context]:
    """Yield what statements are made for, mapping by mapping."""
    for mapping in migration.mappings:
        yield Context(migration=migration.id, mapping=mapping, convergent=convergent)


def calls(migration: Migration, *, convergent: bool = False) -> Iterator[Statement]:
    """Yield the functions that the runner calls; they need the tables, and no lock on them."""
    for context in contexts(migration, convergent):
        yield from batches.batches(context)


def close(migration: Migration, *, convergent: bool = False) -> Iterator[Statement]:
    """Yield the refusal of writes to the new tables, which stands from their creation to dual_read."""
    for context in contexts(migration, convergent):
        yield from forward.closed(context)


def arm(migration: Migration, *, convergent: bool = False) -> Iterator[Statement]:
    """Yield dual write, old to new: from here on no later step can miss a write."""
    for context in contexts(migration, convergent):
        yield from forward.closed(context)
        yield from forward.forward(context)
        yield from forward.lookups(context)
        yield from reverse.follow(context, Reading.DERIVED)
        yield from reverse.flush(context, Reading.DERIVED)
        yield from reverse.correct(context, Reading.DERIVED)
        yield from forward.truncated(context)


def read_live(migration: Migration, *, convergent: bool = False) -> Iterator[Statement]:
    """Yield the followers' functions anew: history is copied and corrected, so they read rows, and no drift is left to record."""
    for context in contexts(migration, convergent):
        for name, output, face in reverse.followed(context):
            yield reverse.follow_function(context, Role.FOLLOW, output, face, Reading.LIVE, name)
        for face in context.mapping.followers:
            yield reverse.correct_function(context, face, Reading.LIVE)
        if context.mapping.followers:
            yield from forward.functions(context, Reading.LIVE)
            if not convergent:
                yield reverse.flush_function(context, Reading.LIVE)


def open_new(migration: Migration, *, convergent: bool = False) -> Iterator[Statement]:
    """Yield dual write, new to old, and the opening of the new tables."""
    for context in contexts(migration, convergent):
        if context.mapping.followers:
            yield from forward.functions(context, Reading.LIVE)
        yield from reverse.reverse(context)
        yield from reverse.follow(context, Reading.LIVE)
        yield from reverse.flush(context, Reading.LIVE)
        yield from reverse.correct(context, Reading.LIVE)
        yield from reverse.keep(context)
        for output in context.mapping.targets:
            yield drop_trigger(Role.CLOSED, context.mapping, f"closed_{output.table.name}", table_name(output.table))


def rearm_reverse(migration: Migration, *, convergent: bool = False) -> Iterator[Statement]:
    """Yield only what carries new writes back: the first step of a rollback from cleanup, while the old side is not back yet."""
    for context in contexts(migration, convergent):
        yield from reverse.reverse(context)
        yield from reverse.follow(context, Reading.LIVE)


def close_new(migration: Migration, *, convergent: bool = False) -> Iterator[Statement]:
    """Yield the way back from dual_read: new writes are refused again."""
    for context in contexts(migration, convergent):
        mapping = context.mapping
        yield from forward.closed(context)
        for output in mapping.targets:
            if mapping.source.name in output.faces:
                for event in ("insert", "update", "delete"):
                    detail = f"reverse_{output.name}_{mapping.source.name}_{event}"
                    yield drop_trigger(Role.REVERSE, mapping, detail, table_name(output.table))
        yield drop_trigger(Role.KEEP, mapping, "keep", table_name(mapping.source.table))


def disarm(migration: Migration) -> Iterator[Statement]:
    """Yield the removal of every trigger and trigger function of the migration, whatever stage they are from."""
    for mapping in migration.mappings:
        for table in _tables(mapping):
            yield Statement(
                name=f"{mapping.name}.disarm.{table}",
                sql=f"SELECT unnest.drop_triggers({string(table)}, {string(naming.of_mapping(mapping.name))})",
                locks=(table,),
            )


def _tables(mapping: Mapping) -> list[str]:
    tables = [
        *(face.table for face in mapping.faces),
        *(output.table for output in mapping.targets),
        *(lookup.table for lookup in mapping.lookups),
    ]
    return list(dict.fromkeys(table_name(table) for table in tables))


DROP_TRIGGERS = """\
CREATE OR REPLACE FUNCTION unnest.drop_triggers(u_table text, u_functions text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $unnest$
DECLARE u_trigger record;
BEGIN
FOR u_trigger IN SELECT t.tgname FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE t.tgrelid = to_regclass(u_table) AND NOT t.tgisinternal AND n.nspname = 'unnest' AND t.tgname ~ u_functions LOOP
EXECUTE format('DROP TRIGGER %I ON %s', u_trigger.tgname, u_table);
END LOOP;
END $unnest$"""


def drop_own(mapping: Mapping) -> Iterator[Statement]:
    """Yield the removal of what only dual write needs: the queue, recent elements, corrected followers."""
    for table in (naming.dirty(mapping.name), naming.recent(mapping.name), naming.corrected(mapping.name)):
        yield Statement(name=f"{mapping.name}.drop.{table}", sql=f"DROP TABLE IF EXISTS unnest.{quote(table)}")
