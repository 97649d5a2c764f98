"""Old writes become rows: the forward triggers, those of lookups, and the refusal of early writes.

In: a context. Out: named statements. Row level with WHEN, so that writes that change nothing that E reads cost next to nothing.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import BinaryExpression, ColumnElement

from unnest import naming
from unnest.mapping.base import Follow, Lookup, Mapping
from unnest.naming import Role
from unnest.script import pieces
from unnest.script.functions import Context, function, set_guard, trigger, unless
from unnest.script.pieces import Reading
from unnest.script.statement import Statement
from unnest.sql import (
    ONE,
    Condition,
    body,
    columns_read,
    moved,
    perform,
    quote,
    raw,
    row,
    row_columns,
    said,
    string,
    table_name,
    text,
)

_DONE = "RETURN NULL;"


def forward(context: Context) -> Iterator[Statement]:
    """Yield the triggers that carry inserts, updates and deletes of the source."""
    mapping = context.mapping
    table, columns = mapping.source.table, pieces.read_columns(mapping)
    yield from functions(context, Reading.DERIVED)
    target = table_name(table)
    nested = " OR ".join(f"NEW.{quote(name)} IS NOT NULL" for name in mapping.source.nested)
    yield trigger(context, Role.FORWARD, "insert", "AFTER INSERT", target, "forward_insert", condition=nested)
    different = pieces.changed(table, columns)
    yield trigger(context, Role.FORWARD, "update", "AFTER UPDATE", target, "forward_update", condition=different)
    yield trigger(context, Role.FORWARD, "delete", "AFTER DELETE", target, "forward_delete")


def functions(context: Context, reading: Reading) -> Iterator[Statement]:
    """Yield what the forward triggers call.

    While history is not copied, followers would not learn what they lose: there is no row yet that could go. They are told.
    """
    mapping = context.mapping
    table, columns = mapping.source.table, pieces.read_columns(mapping)
    new, old = row(table, columns, "NEW"), row(table, columns, "OLD")
    key = quote(mapping.source.key)
    both = _one_of(f"OLD.{key}", f"NEW.{key}")
    is_told = bool(mapping.followers) and reading is Reading.DERIVED and not context.convergent
    before = "\n".join([*(_told(mapping, old, key) if is_told else ()), _probe(mapping, old)])
    yield _carrier(context, "forward_insert", [*_locks(mapping), *pieces.applied(mapping, new, None)])
    yield _carrier(context, "forward_update", [before, *_locks(mapping), *pieces.applied(mapping, new, both)])
    yield _carrier(context, "forward_delete", [before, *pieces.removed(mapping, _one_of(f"OLD.{key}"))])


def _told(mapping: Mapping, old: Any, key: str) -> Iterator[str]:
    """Yield the statements that put followers of a row as it was on the list for the end of the statement."""
    derived = mapping.derive(old)
    for output in mapping.targets:
        for number, face in enumerate(mapping.followers):
            if face.name in output.faces:
                keys = text(sa.select(derived[output.name].subquery("e").c[output.faces[face.name]]))
                yield _appended(naming.touched(mapping.name, number), f"ARRAY({keys})", pieces.key_type(face))
    yield _appended(naming.changed(mapping.name), f"ARRAY[OLD.{key}::text]", "text")


def _appended(setting: str, values: str, kind: str) -> str:
    present = f"coalesce(nullif(current_setting({string(setting)}, true), ''), '{{}}')::{kind}[]"
    both = f"ARRAY(SELECT DISTINCT k FROM unnest({present} || {values}) AS k)::text"
    return f"u_set := set_config({string(setting)}, coalesce(nullif({both}, '{{}}'), ''), true);"


def _carrier(context: Context, name: str, statements: list[Any]) -> Statement:
    mapping = context.mapping
    lines = [
        unless(context, "u_guard = 'rev'"),
        # 'row': what follows waits for the end of the application's statement, or a bulk write would rebuild it for each row.
        set_guard(mapping, "'row'" if mapping.followers and not context.convergent else "'fwd'"),
        body(statements),
        set_guard(mapping, "u_guard"),
        _DONE,
    ]
    return function(context, name, "\n".join(lines))


def _one_of(*keys: str) -> Condition:
    def scope(column: ColumnElement[Any]) -> ColumnElement[bool]:
        values = [raw(key, column.type) for key in keys]
        return column == values[0] if len(values) == 1 else column.in_(values)

    return scope


def _probe(mapping: Mapping, old: Any) -> str:
    """Above READ COMMITTED a row that the snapshot can't see must become 40001 and not a phantom."""
    statements = body(pieces.probed(mapping, old))
    return f"IF current_setting('transaction_isolation') <> 'read committed' THEN\n{statements}\nEND IF;"


# -- lookups --------------------------------------------------------------------------------------------------------------


def sides(lookup: Lookup) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return the source's and the lookup's side of a join condition, which is an equality."""
    on = lookup.on
    assert isinstance(on, BinaryExpression)
    pair: tuple[Any, Any] = (on.left, on.right)
    is_lookups = [any(c.table is lookup.table for c in columns_read(side)) for side in pair]
    return (pair[0], pair[1]) if is_lookups[1] else (pair[1], pair[0])


def _locks(mapping: Mapping) -> list[str]:
    """Return the statements that hold the lookups still while E reads them.

    A lookup that decides is locked FOR KEY SHARE, which its ordinary updates don't wait for. Where it does not exist yet there is
    no row to lock: an advisory lock on its key takes the row's place. A copied column needs no lock in READ COMMITTED: its
    changes come through the queue. Above that only FOR SHARE becomes 40001 where the row has changed since the snapshot; and one
    that the snapshot can't see may be there all the same, so its key is queued and the runner looks again.
    """
    found = []
    for lookup in mapping.lookups:
        share = perform(_shared(mapping, lookup))
        if lookup.follow is Follow.LATER:
            found.append(f"IF current_setting('transaction_isolation') <> 'read committed' THEN {share} END IF;")
            continue
        key_share = perform(_shared(mapping, lookup, key_share=True))
        held = f"IF current_setting('transaction_isolation') = 'read committed' THEN\n{key_share}\nELSE\n{share}\nEND IF;"
        value = text(moved(sides(lookup)[0], mapping.source.table, row_columns(mapping.source.table, "NEW")))
        absent = f"PERFORM pg_advisory_xact_lock_shared({_advisory(mapping, lookup, value)});"
        queued = _queued(mapping, lookup, [value])
        unseen = f"IF current_setting('transaction_isolation') <> 'read committed' THEN\n{queued}\nEND IF;"
        found.append(f"IF {value} IS NOT NULL THEN\n{held}\nIF NOT FOUND THEN\n{absent}\n{unseen}\nEND IF;\nEND IF;")
    return found


def _queued(mapping: Mapping, lookup: Lookup, values: list[str]) -> str:
    """Return the statement that queues keys of a lookup, whose parents the runner derives again."""
    rows = ", ".join(f"({string(lookup.table.name)}, ({value})::text)" for value in values)
    return (
        f"INSERT INTO unnest.{quote(naming.dirty(mapping.name))} (lookup, value)\n"
        f"SELECT DISTINCT q.lookup, q.value FROM (VALUES {rows}) AS q(lookup, value) WHERE q.value IS NOT NULL;"
    )


def _shared(mapping: Mapping, lookup: Lookup, *, key_share: bool = False) -> sa.Select[Any]:
    on = moved(lookup.on, mapping.source.table, row_columns(mapping.source.table, "NEW"))
    return sa.select(ONE).select_from(lookup.table).where(on).with_for_update(read=True, key_share=key_share)


def _advisory(mapping: Mapping, lookup: Lookup, value: str) -> str:
    name = string(f"{mapping.name}.{lookup.table.name}")
    return f"hashtextextended({name} || ':' || ({value})::text, 0)"


def lookups(context: Context) -> Iterator[Statement]:
    """Yield the triggers on the other tables that E reads."""
    for lookup in context.mapping.lookups:
        make = _decides if lookup.follow is Follow.NOW else _queues
        yield from make(context, lookup)


def _events(lookup: Lookup, columns: list[str]) -> Iterator[tuple[str, tuple[str, ...], str]]:
    yield "insert", ("NEW",), ""
    yield "update", ("OLD", "NEW"), pieces.changed(lookup.table, columns)
    yield "delete", ("OLD",), ""


def _decides(context: Context, lookup: Lookup) -> Iterator[Statement]:
    """The affected parents are locked in key order and derived again, in the writer's transaction."""
    mapping, target = context.mapping, table_name(lookup.table)
    columns = pieces.lookup_columns(mapping, lookup)
    for event, variables, condition in _events(lookup, columns):
        name = f"lookup_{lookup.table.name}_{event}"
        key = mapping.source.table.c[mapping.source.key]
        ons = [moved(lookup.on, lookup.table, row_columns(lookup.table, variable)) for variable in variables]
        found = text(sa.select(key).where(sa.or_(*ons)).order_by(key))
        lines = [
            unless(context, "u_guard = 'rev'"),
            _hold(mapping, lookup, event),
            f"{pieces.KEYS} := ARRAY({found});",
            f"IF {pieces.KEYS} = '{{}}' THEN RETURN NULL; END IF;",
            perform(pieces.lock(mapping.source, pieces.in_keys)),
            set_guard(mapping, "'fwd'"),
            body(pieces.applied(mapping, pieces.parents(mapping, mapping.source, pieces.in_keys), pieces.in_keys)),
            set_guard(mapping, "u_guard"),
            _DONE,
        ]
        yield function(context, name, "\n".join(lines), declare=_keys_variable(mapping))
        yield trigger(context, Role.LOOKUP, name, f"AFTER {event.upper()}", target, name, condition=condition)


def _hold(mapping: Mapping, lookup: Lookup, event: str) -> str:
    """Wait for the old writers that have read this row (or its absence) before looking for parents."""
    if event == "insert":
        value = text(moved(sides(lookup)[1], lookup.table, row_columns(lookup.table, "NEW")))
        return f"PERFORM pg_advisory_xact_lock({_advisory(mapping, lookup, value)});"
    if event == "delete":
        return ""
    new = row_columns(lookup.table, "NEW")
    own = [column == new[column.name] for column in lookup.table.primary_key.columns]
    return perform(sa.select(ONE).select_from(lookup.table).where(*own).with_for_update())


def _keys_variable(mapping: Mapping) -> str:
    return f"{pieces.KEYS} {pieces.key_type(mapping.source)}[];"


def _queues(context: Context, lookup: Lookup) -> Iterator[Statement]:
    """The change is queued under the lookup's key; the runner derives the parents again."""
    mapping, target = context.mapping, table_name(lookup.table)
    columns, own = pieces.lookup_columns(mapping, lookup), sides(lookup)[1]
    for event, variables, condition in _events(lookup, columns):
        name = f"lookup_{lookup.table.name}_{event}"
        values = [text(moved(own, lookup.table, row_columns(lookup.table, variable))) for variable in variables]
        yield function(context, name, f"{_queued(mapping, lookup, values)}\n{_DONE}")
        yield trigger(context, Role.LOOKUP, name, f"AFTER {event.upper()}", target, name, condition=condition)


# -- refusal and TRUNCATE -------------------------------------------------------------------------------------------------


def closed(context: Context) -> Iterator[Statement]:
    """Yield the refusal of writes to the new tables before dual_read.

    A write to a row that is not copied yet would overwrite legacy data. Foreign-key cascades and our own triggers come through
    (they run at a depth above 0), and so does the engine, which says so in one common setting.
    """
    for output in context.mapping.targets:
        message = (
            f"unnest: {output.table.name} is not open for writing before stage dual_read (migration {context.migration}); "
            "write to the legacy tables, they are carried over"
        )
        lines = [
            f"IF coalesce(current_setting({string(naming.ENGINE_SETTING)}, true), '') = '' THEN",
            f"RAISE EXCEPTION {said(message)} USING ERRCODE = 'object_not_in_prerequisite_state';",
            "END IF;",
            _DONE,
        ]
        name = f"closed_{output.table.name}"
        yield function(context, name, "\n".join(lines))
        yield trigger(
            context,
            Role.CLOSED,
            name,
            "BEFORE INSERT OR UPDATE OR DELETE",
            table_name(output.table),
            name,
            condition="pg_trigger_depth() = 0",
            level="STATEMENT",
        )


def truncated(context: Context) -> Iterator[Statement]:
    """Yield what happens on TRUNCATE: that of the source is carried, that of any other table is refused.

    The source's trigger sets the guard before any table is emptied, so that TRUNCATE ... CASCADE reaches the new tables too.
    That fires no trigger for their rows, so followers are rebuilt here.
    """
    mapping = context.mapping
    source = table_name(mapping.source.table)
    yield function(context, "truncate_before", f"{set_guard(mapping, chr(39) + 'fwd' + chr(39))}\n{_DONE}")
    emptied = [pieces.refreshed(mapping, face, lambda _: sa.true(), pieces.Reading.LIVE) for face in mapping.followers]
    everything = body([*pieces.removed(mapping, lambda _: sa.true()), *emptied])
    yield function(context, "truncate_after", f"{everything}\n{set_guard(mapping, chr(39) * 2)}\n{_DONE}")
    yield trigger(context, Role.TRUNCATE, "truncate_before", "BEFORE TRUNCATE", source, "truncate_before", level="STATEMENT")
    yield trigger(context, Role.TRUNCATE, "truncate_after", "AFTER TRUNCATE", source, "truncate_after", level="STATEMENT")
    message = f"unnest: TRUNCATE is not carried for this table while migration {context.migration} is under way; use DELETE"
    refusal = f"RAISE EXCEPTION {said(message)} USING ERRCODE = 'object_not_in_prerequisite_state';"
    yield function(context, "truncate_refused", f"IF u_guard <> 'fwd' THEN\n{refusal}\nEND IF;\n{_DONE}")
    for table in truncate_refused_on(mapping):
        detail = f"truncate_{table.name}"
        yield trigger(context, Role.TRUNCATE, detail, "BEFORE TRUNCATE", table_name(table), "truncate_refused", level="STATEMENT")


def truncate_refused_on(mapping: Mapping) -> list[sa.Table]:
    """Return the tables whose TRUNCATE is refused: lookups, followers and new tables."""
    tables = [
        *(o.table for o in mapping.targets),
        *(lookup.table for lookup in mapping.lookups),
        *(face.table for face in mapping.followers),
    ]
    return list(dict.fromkeys(tables))
