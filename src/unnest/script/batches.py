"""What the runner calls again and again: copying history, correcting followers, verifying, repairing, draining the queue.

In: a context. Out: functions in schema ``unnest``. Each takes bounds and works on the next parents in key order; rows never
travel to the client. A batch binds the last key as a value (a sub-select would ruin the plan), locks its parents, and derives in
a *second* statement exactly those keys, so that what it reads of other tables is as new as its locks.
"""

import functools
import operator
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from unnest import naming
from unnest.mapping.base import Account, Face, Lookup, Mapping, Output
from unnest.script import pieces
from unnest.script.forward import sides
from unnest.script.functions import Context, function, set_guard
from unnest.script.pieces import Reading, in_keys
from unnest.script.reverse import finding_insert, in_fresh, keys_variable, settled
from unnest.script.statement import Statement
from unnest.sql import ONE, body, differs, perform, quote, raw, string, table_name, text, type_name

_PLANS = "force_custom_plan"
_ENGINE_ON = f"u_set := set_config({string(naming.ENGINE_SETTING)}, 'on', true);"
_DIFFERENCE = "what text, key text, path text, expected jsonb, actual jsonb"


def batches(context: Context) -> Iterator[Statement]:
    """Yield every function that the runner calls for one mapping."""
    mapping = context.mapping
    yield backfill(context)
    for face in mapping.faces:
        yield window(context, face)
        yield rebuild(context, face)
        yield verify(context, face)
        yield repair(context, face)
    yield window(context, mapping.source, sized=False)
    yield verify_rows(context)
    yield noted(context)
    yield sweep(context)
    if mapping.lookups:
        yield drain(context)


# -- windows of keys ------------------------------------------------------------------------------------------------------


def _bounds(face: Face) -> str:
    kind = pieces.key_type(face)
    return f"u_after {kind}, u_upto {kind}, u_rows integer, u_bytes bigint"


def _next_keys(face: Face, *, sized: bool = True) -> str:
    """Return the statement that finds the end of the next window: so many parents, or so many bytes of nested values."""
    key = quote(face.key)
    heavy = [quote(name) for name in face.nested if isinstance(face.table.c[name].type, sa.JSON)] if sized else []
    sizes = " + ".join(f"coalesce(pg_column_size({name}), 0)" for name in heavy)
    result = "SELECT (array_agg(w.k ORDER BY w.k DESC))[1], count(*), coalesce(sum(w.size), 0) INTO u_last, u_parents, u_size\n"
    keys = (
        f"(SELECT {key} AS k, {sizes or '0'} AS size FROM {table_name(face.table)}\n"
        f"WHERE (u_after IS NULL OR {key} > u_after) AND (u_upto IS NULL OR {key} <= u_upto)\nORDER BY {key} LIMIT u_rows)"
    )
    if not heavy:
        return f"{result}FROM {keys} AS w;"
    before = "sum(q.size) OVER (ORDER BY q.k) - q.size AS before"
    return f"{result}FROM (SELECT q.k, q.size, {before}\nFROM {keys} AS q) AS w WHERE w.before < u_bytes;"


def _window_variables(face: Face) -> str:
    return f"u_last {pieces.key_type(face)};\nu_parents bigint;\nu_size bigint;"


def _take_keys(mapping: Mapping, face: Face) -> str:
    """Return the statement that locks the window's parents, in key order, remembers which they are and counts their elements."""
    table, key = face.table, face.table.c[face.key]
    bounds = [sa.or_(raw("u_after IS NULL", sa.Boolean()), key > raw("u_after", key.type)), key <= raw("u_last", key.type)]
    locked = sa.select(key.label("k"), mapping.size(face, table).label("n")).where(*bounds).order_by(key)
    taken = "coalesce(array_agg(l.k), '{}'), coalesce(sum(l.n), 0)"
    return f"SELECT {taken} INTO {pieces.KEYS}, u_elements\nFROM ({text(locked.with_for_update(key_share=True))}) AS l;"


def window(context: Context, face: Face, *, sized: bool = True) -> Statement:
    """Return the function that finds the end of the next window without locking, for verification.

    Without sizes it serves while the nested columns are retired.
    """
    name = f"window_{face.name}" if sized else "window_rows"
    result = "RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size);"
    lines = [_next_keys(face, sized=sized), result]
    declare = _window_variables(face)
    return function(context, name, "\n".join(lines), declare=declare, arguments=_bounds(face), returns="jsonb", plans=_PLANS)


# -- copying history ------------------------------------------------------------------------------------------------------


def backfill(context: Context) -> Statement:
    """Return the function that copies one batch and accounts for it.

    Elements are counted from the documents, without E. Where the rows inserted make up that number, the batch balances; where
    dual write has been there first, what the tables hold for these parents is counted. A batch that does not balance fails.
    """
    mapping, face = context.mapping, context.mapping.source
    parents = pieces.parents(mapping, face, in_keys)
    derived = mapping.derive(parents)
    inserts = [_copied(group, derived) for group in pieces.independent(mapping, derived)]
    reconcile = body(pieces.applied(mapping, parents, in_keys))
    lines = [
        _next_keys(face),
        "IF u_parents = 0 THEN RETURN NULL; END IF;",
        # Nothing follows a copy: what the parents mean does not change by it, and followers have a walk of their own.
        set_guard(mapping, "'rev'"),
        _ENGINE_ON,
        _take_keys(mapping, face),
        "IF u_reconcile THEN",
        f"{reconcile}\nu_placed := -1;",
        "ELSE",
        *inserts,
        "END IF;",
        "IF u_elements <> u_placed + u_quarantined + u_merged THEN",
        _recount(mapping),
        "END IF;",
        f"IF u_elements <> u_placed + u_quarantined + u_merged THEN\n{_unbalanced(context)}\nEND IF;",
        "RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'elements', u_elements,",
        "'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);",
    ]
    names = ("elements", "placed", "quarantined", "merged", "copied", "out", "same")
    counters = "\n".join(f"u_{name} bigint := 0;" for name in names)
    declare = f"{_window_variables(face)}\n{keys_variable(face)}\n{counters}"
    arguments = f"{_bounds(face)}, u_reconcile boolean"
    return function(context, "backfill", "\n".join(lines), declare=declare, arguments=arguments, returns="jsonb", plans=_PLANS)


def _copied(group: list[Output], derived: dict[str, sa.Select[Any]]) -> str:
    """Return the statement that copies outputs that don't read each other, and counts: what they share of E is evaluated once."""
    placed, quarantined, merged = [_NONE], [_NONE], [_NONE]
    for output in group:
        account = output.table.c.account if output.internal else ONE.label("one")
        made = pieces.copied(output, derived[output.name]).returning(account).cte(f"{output.name}_copied")
        if not output.internal:
            placed.append(sa.select(sa.func.count()).select_from(made).scalar_subquery())
            continue
        for counts, kind in ((quarantined, Account.QUARANTINED), (merged, Account.MERGED)):
            counts.append(sa.select(sa.func.count()).select_from(made).where(made.c.account == kind.value).scalar_subquery())
    totals = (functools.reduce(operator.add, counts) for counts in (placed, quarantined, merged))
    return (
        f"{text(sa.select(*totals))}\nINTO u_copied, u_out, u_same;\n"
        "u_placed := u_placed + u_copied;\nu_quarantined := u_quarantined + u_out;\nu_merged := u_merged + u_same;"
    )


_NONE: Any = sa.literal_column("0", sa.BigInteger)


def _accounts(column: str) -> str:
    kinds = (Account.QUARANTINED, Account.MERGED)
    return ", ".join(f"count(*) FILTER (WHERE {column} = {string(kind.value)})" for kind in kinds)


def _recount(mapping: Mapping) -> str:
    counts = [
        f"(SELECT count(*) FROM {table_name(o.table)} WHERE {quote(o.parent)} = ANY ({pieces.KEYS}))" for o in mapping.targets
    ]
    residue = mapping.output("residue")
    return (
        f"u_placed := {' + '.join(counts)};\n"
        f"SELECT {_accounts('account')} INTO u_quarantined, u_merged\n"
        f"FROM {table_name(residue.table)} WHERE {quote(residue.parent)} = ANY ({pieces.KEYS});"
    )


def _unbalanced(context: Context) -> str:
    message = (
        f"unnest: accounting does not balance (migration {context.migration}, mapping {context.mapping.name}): "
        "parents %..%: % elements in, % placed, % merged, % quarantined"
    )
    values = "u_keys[1], u_last, u_elements, u_placed, u_merged, u_quarantined"
    return f"RAISE EXCEPTION {string(message)}, {values} USING ERRCODE = 'data_corrupted';"


# -- nested values --------------------------------------------------------------------------------------------------------


def rebuild(context: Context, face: Face) -> Statement:
    """Return the function that makes a window of nested values equal to R.

    For the source the rows are the truth and are settled afterwards. For followers, with ``u_account``, those that disagree are
    looked for first: what they are about to lose is recorded, and every element is accounted for.
    """
    mapping, is_source = context.mapping, face is context.mapping.source
    statements = settled(context) if is_source else [pieces.refreshed(mapping, face, in_fresh, Reading.LIVE)]
    lines = [
        _next_keys(face),
        "IF u_parents = 0 THEN RETURN NULL; END IF;",
        set_guard(mapping, "'rev'"),
        _ENGINE_ON,
        _take_keys(mapping, face),
        "" if is_source else _disagreeing(context, face),
        body(statements[:1]),
        "GET DIAGNOSTICS u_changed = ROW_COUNT;",
        body(statements[1:]),
        "RETURN jsonb_build_object('last', u_last::text, 'parents', u_parents, 'bytes', u_size, 'changed', u_changed,",
        "'elements', u_elements, 'placed', u_placed, 'merged', u_merged, 'quarantined', u_quarantined, 'skipped', 0);",
    ]
    counters = "\n".join(f"u_{n} bigint := 0;" for n in ("changed", "elements", "placed", "quarantined", "merged", "apart"))
    declare = f"{_window_variables(face)}\n{keys_variable(face)}\nu_fresh {pieces.key_type(face)}[];\n{counters}"
    return function(
        context,
        f"rebuild_{face.name}",
        "\n".join(line for line in lines if line),
        declare=declare,
        arguments=f"{_bounds(face)}, u_account boolean",
        returns="jsonb",
        plans=_PLANS,
    )


def _disagreeing(context: Context, face: Face) -> str:
    """Return the statements that find the followers that differ from R, and account for their elements.

    Where a follower equals R, each of its elements is a row. Of the others each element is a row, or a finding.
    """
    mapping = context.mapping
    parents = pieces.parents(mapping, face, in_keys)
    rebuilt = mapping.rebuild(face, parents, pieces.rows_read(mapping, Reading.LIVE)).offset(sa.literal_column("0")).subquery("r")
    differ = sa.or_(*(differs([parents.c[name]], [rebuilt.c[name]]) for name in face.nested))
    relation = parents.join(rebuilt, rebuilt.c[face.key] == parents.c[face.key])
    fresh = text(sa.select(parents.c[face.key]).select_from(relation).where(differ))
    found = f"u_fresh := ARRAY({fresh});"
    counted = _counted(context, face)
    return f"{found}\nIF u_account THEN\n{counted}\nEND IF;" if counted else found


def _counted(context: Context, face: Face) -> str:
    mapping = context.mapping
    apart = pieces.parents(mapping, face, in_fresh)
    placed = mapping.placed(face, apart, pieces.rows_read(mapping, Reading.LIVE))
    findings = mapping.findings(face, apart)
    if placed is None or findings is None:
        return ""
    insert = finding_insert(context, mapping, face.table.name, "SELECT * FROM found").rstrip(";")
    return "\n".join(
        [
            f"u_apart := ({text(mapping.elements(face, apart))});",
            f"u_placed := u_elements - u_apart + ({text(placed)});",
            f"WITH found AS MATERIALIZED ({text(findings)}),\nkept AS ({insert})",
            f"SELECT {_accounts('f.account')} INTO u_quarantined, u_merged FROM found AS f;",
            f"IF u_elements <> u_placed + u_quarantined + u_merged THEN\n{_unbalanced(context)}\nEND IF;",
        ]
    )


# -- verification ---------------------------------------------------------------------------------------------------------


def _in_range(column: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    kind = column.type
    after = sa.or_(raw("u_after IS NULL", sa.Boolean()), column > raw("u_after", kind))
    upto = sa.or_(raw("u_upto IS NULL", sa.Boolean()), column <= raw("u_upto", kind))
    return sa.and_(after, upto)


def _range_arguments(face: Face) -> str:
    kind = pieces.key_type(face)
    return f"u_after {kind}, u_upto {kind}, u_limit integer"


def verify(context: Context, face: Face) -> Statement:
    """Return the function that yields differences of a range of keys: E against the rows, and R against the nested value.

    Each comparison is one statement and sees one snapshot, in which every committed transaction has left both sides equal; so a
    difference is a difference, also under load.
    """
    mapping = context.mapping
    parents = pieces.parents(mapping, face, _in_range)
    # One statement for all outputs: what they share of E is evaluated once.
    differ = _rows_differ(mapping, mapping.outputs) if face is mapping.source else []
    queries: list[Any] = [differ[0] if len(differ) == 1 else sa.union_all(*differ)] if differ else []
    rebuilt = mapping.rebuild(face, parents, pieces.rows_read(mapping, Reading.LIVE)).subquery("r")
    implied = mapping.implied if face is mapping.source else ()
    for name in (column for column in face.nested if column not in implied):
        select = sa.select(
            sa.literal(f"nested value of {face.name}"),
            sa.cast(parents.c[face.key], sa.Text),
            sa.literal(name, sa.Text),
            sa.func.to_jsonb(rebuilt.c[name]),
            sa.func.to_jsonb(parents.c[name]),
        ).select_from(parents.join(rebuilt, rebuilt.c[face.key] == parents.c[face.key]))
        queries.append(select.where(differs([parents.c[name]], [rebuilt.c[name]])))
    return _comparison(context, f"verify_{face.name}", face, queries)


def _rows_differ(mapping: Mapping, outputs: tuple[Output, ...]) -> list[sa.Select[Any]]:
    """Return the queries that yield rows of a range of parents that differ from E."""
    derived = mapping.derive(pieces.parents(mapping, mapping.source, _in_range))
    queries = []
    for output in outputs:
        relation, expected, actual = pieces.joined(output, derived[output.name], _in_range)
        select = sa.select(
            sa.literal(f"rows of {output.table.name}"),
            sa.cast(sa.func.coalesce(expected.c[output.parent], actual.c[output.parent]), sa.Text),
            sa.cast(_place(output.key, expected, actual), sa.Text),
            sa.func.to_jsonb(raw("e.*")),
            sa.func.to_jsonb(raw("t.*")),
        ).select_from(relation)
        queries.append(select.where(pieces.disagree(output, expected, actual)))
    return queries


def _comparison(context: Context, name: str, face: Face, queries: list[Any]) -> Statement:
    lines = [f"RETURN QUERY {text(query)}\nLIMIT u_limit;" for query in queries]
    return function(
        context,
        name,
        "\n".join([*lines, "RETURN;"]),
        arguments=_range_arguments(face),
        returns=f"TABLE ({_DIFFERENCE})",
        plans=_PLANS,
    )


def _place(key: tuple[str, ...], expected: sa.FromClause, actual: sa.FromClause) -> sa.ColumnElement[object]:
    pairs = [x for name in key for x in (sa.literal(name, sa.Text), sa.func.coalesce(expected.c[name], actual.c[name]))]
    return sa.func.jsonb_build_object(*pairs)


def verify_rows(context: Context) -> Statement:
    """Return the function that verifies while the nested value is retired and can't be compared.

    Where the source itself is retired, the rows must still be writable as documents: E of R gives as many as there are. Where it
    stays (a pointer), the rows must be E's. What residue holds is history then, for a rollback.
    """
    mapping, face = context.mapping, context.mapping.source
    if not face.retired:
        return _comparison(context, "verify_rows", face, _rows_differ(mapping, mapping.targets))
    parents = _without_nested(mapping, face)
    rebuilt = mapping.rebuild(face, parents, pieces.rows_read(mapping, Reading.LIVE)).subquery("r")
    kept = [c for c in parents.c if c.name not in face.nested]
    both = parents.join(rebuilt, rebuilt.c[face.key] == parents.c[face.key])
    relation = sa.select(*kept, *(rebuilt.c[name] for name in face.nested)).select_from(both).subquery("again")
    again = mapping.derive(relation)
    queries = [_counts_differ(output, again[output.name]) for output in mapping.targets]
    return _comparison(context, "verify_rows", face, queries)


def _without_nested(mapping: Mapping, face: Face) -> sa.FromClause:
    table = face.table
    columns = [
        (sa.cast(sa.null(), table.c[name].type) if name in face.nested else table.c[name]).label(name)
        for name in pieces.face_columns(mapping, face)
    ]
    return sa.select(*columns).where(_in_range(table.c[face.key])).subquery("p")


def _counts_differ(output: Output, derived: sa.Select[Any]) -> sa.Select[Any]:
    e = derived.subquery("e")
    expected = sa.select(e.c[output.parent].label("k"), sa.func.count().label("n")).group_by(e.c[output.parent]).subquery("x")
    column = output.table.c[output.parent]
    actual = sa.select(column.label("k"), sa.func.count().label("n")).where(_in_range(column)).group_by(column).subquery("y")
    select = sa.select(
        sa.literal(f"rows of {output.table.name} that R and E give back"),
        sa.cast(sa.func.coalesce(expected.c.k, actual.c.k), sa.Text),
        sa.literal(output.table.name, sa.Text),
        sa.func.to_jsonb(expected.c.n),
        sa.func.to_jsonb(actual.c.n),
    ).select_from(expected.join(actual, expected.c.k == actual.c.k, full=True))
    return select.where(expected.c.n.is_distinct_from(actual.c.n))


# -- repair and the queue -------------------------------------------------------------------------------------------------


def repair(context: Context, face: Face) -> Statement:
    """Return the function that repairs parents under their lock, towards the new rows or towards the legacy value."""
    mapping = context.mapping
    lines = [_ENGINE_ON, perform(pieces.lock(face, in_keys))]
    if face is mapping.source:
        parents = pieces.parents(mapping, face, in_keys)
        lines += [
            "IF u_direction = 'legacy' THEN",
            set_guard(mapping, "'fwd'"),
            body(pieces.applied(mapping, parents, in_keys)),
            "ELSE",
            set_guard(mapping, "'rev'"),
            body(settled(context)),
            "END IF;",
        ]
    else:
        lines += [set_guard(mapping, "'rev'")]
        lines += [body([pieces.refreshed(mapping, face, in_keys, Reading.LIVE)])]
    lines += [set_guard(mapping, "u_guard"), f"RETURN cardinality({pieces.KEYS});"]
    arguments = f"{pieces.KEYS} {pieces.key_type(face)}[], u_direction text"
    return function(context, f"repair_{face.name}", "\n".join(lines), arguments=arguments, returns="integer", plans=_PLANS)


def sweep(context: Context) -> Statement:
    """Return the function that removes what belongs to parents that were deleted while no trigger stood."""
    mapping = context.mapping
    key = mapping.source.table.c[mapping.source.key]
    lines = [_ENGINE_ON, set_guard(mapping, "'fwd'")]
    for output in mapping.outputs:
        alive = sa.exists(sa.select(key).where(key == output.table.c[output.parent]))
        lines.append(text(sa.delete(output.table).where(~alive)) + ";")
    lines += [set_guard(mapping, "u_guard"), "RETURN;"]
    return function(context, "sweep", "\n".join(lines), returns="void", plans=_PLANS)


def drain(context: Context) -> Statement:
    """Return the function that derives again the parents of queued lookup changes.

    A change is taken when every transaction that may have read the old value has ended: the first call marks it with the next
    transaction id, and it is due once no older transaction runs. So old writers need no lock on the lookup.
    """
    mapping = context.mapping
    queue = f"unnest.{quote(naming.dirty(mapping.name))}"
    key = mapping.source.table.c[mapping.source.key]
    found = [_parents_due(mapping, lookup, key) for lookup in mapping.lookups]
    scope = body(pieces.applied(mapping, pieces.parents(mapping, mapping.source, in_keys), in_keys))
    lines = [
        f"UPDATE {queue} SET due = pg_snapshot_xmax(pg_current_snapshot()) WHERE due IS NULL;",
        f"u_ids := ARRAY(SELECT q.id FROM {queue} AS q WHERE q.due <= pg_snapshot_xmin(pg_current_snapshot())",
        "ORDER BY q.id LIMIT u_rows);",
        f"{pieces.KEYS} := ARRAY({' UNION '.join(found)} ORDER BY 1);",
        set_guard(mapping, "'fwd'"),
        _ENGINE_ON,
        perform(pieces.lock(mapping.source, in_keys)),
        scope,
        f"DELETE FROM {queue} AS q WHERE q.id = ANY (u_ids);",
        set_guard(mapping, "u_guard"),
        "RETURN jsonb_build_object('taken', cardinality(u_ids), 'parents', cardinality(u_keys),",
        f"'waiting', (SELECT count(*) FROM {queue}));",
    ]
    declare = f"{keys_variable(mapping.source)}\nu_ids bigint[];"
    return function(
        context, "drain", "\n".join(lines), declare=declare, arguments="u_rows integer", returns="jsonb", plans=_PLANS
    )


def _parents_due(mapping: Mapping, lookup: Lookup, key: sa.Column[object]) -> str:
    own = sides(lookup)[0]
    name = f"unnest.{quote(naming.dirty(mapping.name))}"
    values = f"SELECT CAST(q.value AS {type_name(own.type)}) FROM {name} AS q"
    values += f" WHERE q.id = ANY (u_ids) AND q.lookup = {string(lookup.table.name)}"
    return f"{text(sa.select(key))} WHERE {text(own)} IN ({values})"


def noted(context: Context) -> Statement:
    """Return the function that shows quarantined and merged residue as findings and closes those that are gone."""
    mapping = context.mapping
    residue = mapping.output("residue").table
    path = "CASE WHEN r.position < 0 THEN r.part ELSE r.part || '[' || r.position || ']' END"
    select = (
        f"SELECT r.reason AS kind, r.parent::text AS key, {path} AS path, r.account,"
        f" jsonb_build_object('value', r.value) AS evidence FROM {table_name(residue)} AS r"
        f" WHERE r.account IN ('{Account.QUARANTINED.value}', '{Account.MERGED.value}')"
    )
    constants = f"f.migration = {string(context.migration)} AND f.mapping = {string(mapping.name)}"
    lines = [
        finding_insert(context, mapping, mapping.source.name, select),
        f"UPDATE unnest.finding AS f SET state = 'resolved', last_seen = clock_timestamp()\nWHERE {constants}",
        f"AND f.table_name = {string(mapping.source.name)} AND f.state <> 'resolved' AND f.kind <> 'stale overwrite'",
        f"AND NOT EXISTS (SELECT 1 FROM ({select}) AS s WHERE s.key = f.key AND s.kind = f.kind AND s.path = f.path",
        "AND s.evidence = f.evidence);",
        "RETURN;",
    ]
    return function(context, "note_findings", "\n".join(lines), returns="void", plans=_PLANS)
