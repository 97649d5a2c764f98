"""Rows become nested values: new writes, followers, and the correction of followers.

In: a context. Out: named statements. Statement level with transition tables, one firing for each cascade. The parents are
locked first, in key order, and the *second* statement rebuilds: without the lock two writers lose each other's elements.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from unnest import naming
from unnest.mapping.base import Face, Mapping, Output
from unnest.naming import Role
from unnest.script import pieces
from unnest.script.functions import Context, function, set_guard, trigger, unless
from unnest.script.pieces import Reading
from unnest.script.statement import Statement
from unnest.sql import body, each, elements, perform, quote, raw, row, said, string, table_name, text, transition

_EVENTS = {
    "insert": ("NEW TABLE AS n", ("n",)),
    "update": ("OLD TABLE AS o NEW TABLE AS n", ("o", "n")),
    "delete": ("OLD TABLE AS o", ("o",)),
}
_DONE = "RETURN NULL;"


def reverse(context: Context) -> Iterator[Statement]:
    """Yield the triggers that carry writes of the new tables to the source."""
    for output in context.mapping.targets:
        if context.mapping.source.name in output.faces:
            yield from _on_rows(context, Role.REVERSE, output, context.mapping.source, Reading.LIVE)


def follow(context: Context, reading: Reading) -> Iterator[Statement]:
    """Yield the triggers that carry changes of rows to followers; armed from dual_write on."""
    for _, output, face in followed(context):
        yield from _on_rows(context, Role.FOLLOW, output, face, reading)


def followed(context: Context) -> Iterator[tuple[str, Output, Face]]:
    """Yield (name of the function, output, follower) of everything that followers follow."""
    for output in context.mapping.targets:
        for face in context.mapping.followers:
            if face.name in output.faces:
                yield f"follow_{output.name}_{face.name}", output, face


def _on_rows(context: Context, role: Role, output: Output, face: Face, reading: Reading) -> Iterator[Statement]:
    name = f"{'reverse' if role is Role.REVERSE else 'follow'}_{output.name}_{face.name}"
    yield follow_function(context, role, output, face, reading, name)
    for event, (transitions, _) in _EVENTS.items():
        yield trigger(
            context,
            role,
            f"{name}_{event}",
            f"AFTER {event.upper()}",
            table_name(output.table),
            name,
            level="STATEMENT",
            transitions=transitions,
        )


def follow_function(context: Context, role: Role, output: Output, face: Face, reading: Reading, name: str) -> Statement:
    """Return the function of one output and one face; replacing it is how a stage changes what R reads."""
    mapping, source = context.mapping, face is context.mapping.source
    cases: list[str] = []
    for event, (_, names) in _EVENTS.items():
        selects = [sa.select(transition(output.table, n).c[output.faces[face.name]]) for n in names]
        keys = text(selects[0].distinct() if len(selects) == 1 else sa.union(*selects))
        keep = _changed(output, names) if reading is Reading.DERIVED else ""
        cases.append(
            f"{'IF' if not cases else 'ELSIF'} TG_OP = '{event.upper()}' THEN {pieces.KEYS} := ARRAY({keys} ORDER BY 1);{keep}"
        )
    lines = [
        unless(context, "u_guard <> ''" if role is Role.REVERSE else "u_guard = 'rev'"),
        *cases,
        "END IF;",
        f"IF {pieces.KEYS} = '{{}}' THEN RETURN NULL; END IF;",
        "" if source or context.convergent else _put_off(context, face, reading),
        *_made_to_agree(context, face, settled(context) if source else _refreshed(context, face, reading)),
        _remembered(context, output) if source else "",
        set_guard(mapping, "u_guard"),
        _DONE,
    ]
    declare = keys_variable(face) + ("" if source else _drift_variables(face))
    return function(context, name, "\n".join(line for line in lines if line), declare=declare)


def _made_to_agree(context: Context, face: Face, statements: list[Any]) -> list[str]:
    return [perform(pieces.lock(face, pieces.in_keys)), set_guard(context.mapping, "'rev'"), body(statements)]


# -- followers at the end of a statement ----------------------------------------------------------------------------------

MOST_PUT_OFF = 200
"""How many followers may wait for the end of a statement; beyond, they are refreshed on the way."""


def _listed(setting: str) -> str:
    return f"coalesce(current_setting({string(setting)}, true), '')"


def _put_off(context: Context, face: Face, reading: Reading) -> str:
    """Return the statements that leave a follower to the end of the old application's statement.

    A row trigger's change of one row, or a cascade of one, would otherwise rebuild a whole array each time.
    """
    mapping = context.mapping
    touched = naming.touched(mapping.name, mapping.followers.index(face))
    changed = naming.changed(mapping.name)
    both = f"unnest({pieces.KEYS} || u_list::{pieces.key_type(face)}[])"
    merge = f"{pieces.KEYS} := ARRAY(SELECT DISTINCT k FROM {both} AS k ORDER BY 1);"
    members = ""
    if reading is Reading.DERIVED:
        members = f"u_changed := u_changed || coalesce(nullif({_listed(changed)}, ''), '{{}}')::text[];"
    lines = [
        f"IF u_guard = 'row' OR {_listed(naming.put_off(mapping.name))} <> '' THEN",
        f"u_list := {_listed(touched)};",
        f"IF u_list <> '' THEN\n{merge}\nEND IF;",
        members,
        f"IF cardinality({pieces.KEYS}) <= {MOST_PUT_OFF} THEN",
        f"u_set := set_config({string(touched)}, {pieces.KEYS}::text, true);",
        f"u_set := set_config({string(changed)}, u_changed::text, true);" if members else "",
        "RETURN NULL;",
        "END IF;",
        f"u_set := set_config({string(touched)}, '', true);",
        "END IF;",
    ]
    return "\n".join(line for line in lines if line)


def flush(context: Context, reading: Reading) -> Iterator[Statement]:
    """Yield what refreshes the followers that wait, at the end of each statement that writes the source.

    Without a WHEN: it would be evaluated before the row triggers have run. Users' triggers may write within the statement, so the
    convergent form puts nothing off.
    """
    mapping = context.mapping
    if context.convergent or not mapping.followers:
        return
    source = table_name(mapping.source.table)
    on = f"u_set := set_config({string(naming.put_off(mapping.name))}, 'on', true);"
    yield function(context, "put_off", f"IF u_guard <> '' THEN RETURN NULL; END IF;\n{on}\n{_DONE}")
    yield trigger(context, Role.FOLLOW, "put_off", "BEFORE DELETE", source, "put_off", level="STATEMENT")
    yield flush_function(context, reading)
    yield trigger(context, Role.FOLLOW, "flush", "AFTER INSERT OR UPDATE OR DELETE", source, "flush", level="STATEMENT")


def flush_function(context: Context, reading: Reading) -> Statement:
    """Return the function that refreshes the followers that wait."""
    mapping = context.mapping
    lines = ["IF u_guard <> '' THEN RETURN NULL; END IF;"]
    lines.append(f"IF TG_OP = 'DELETE' THEN u_set := set_config({string(naming.put_off(mapping.name))}, '', true); END IF;")
    declare = ""
    for number, face in enumerate(mapping.followers):
        touched, changed = naming.touched(mapping.name, number), naming.changed(mapping.name)
        lines += [
            f"u_list := {_listed(touched)};",
            "IF u_list <> '' THEN",
            f"{pieces.KEYS} := u_list::{pieces.key_type(face)}[];",
            f"u_changed := coalesce(nullif({_listed(changed)}, ''), '{{}}')::text[];" if reading is Reading.DERIVED else "",
            f"u_set := set_config({string(touched)}, '', true);",
            f"u_set := set_config({string(changed)}, '', true);" if reading is Reading.DERIVED else "",
            *_made_to_agree(context, face, _refreshed(context, face, reading)),
            set_guard(mapping, "u_guard"),
            "END IF;",
        ]
        declare = keys_variable(face) + _drift_variables(face)
    lines.append(_DONE)
    return function(context, "flush", "\n".join(line for line in lines if line), declare=declare)


# -- what has changed, what drifts ----------------------------------------------------------------------------------------


def _changed(output: Output, names: tuple[str, ...]) -> str:
    """Return the statement that notes whose rows have just changed: what a follower says of them is no drift yet."""
    selects = [sa.select(sa.cast(transition(output.table, n).c[output.parent], sa.Text)) for n in names]
    return f"\nu_changed := ARRAY({text(sa.union(*selects) if len(selects) > 1 else selects[0])});"


def _drift_variables(face: Face) -> str:
    return f"\nu_fresh {pieces.key_type(face)}[];\nu_changed text[] := '{{}}';\nu_list text;"


def keys_variable(face: Face) -> str:
    """Return the declaration of the variable that holds a face's keys."""
    return f"{pieces.KEYS} {pieces.key_type(face)}[];"


def settled(context: Context) -> list[Any]:
    """Return the statements after which E(source) = rows for the parents in ``u_keys``, whose new rows are the truth.

    R writes the parents. Nearly always E of that gives the rows as they are; where it does not, positions are made dense,
    copies, remainder and residue that the new write has overtaken are made equal, and a row that can't be carried back is
    refused.
    """
    mapping, scope = context.mapping, pieces.in_keys
    relation = pieces.parents(mapping, mapping.source, scope)
    repair: list[Any] = [*pieces.made_dense(mapping, scope), *pieces.applied(mapping, relation, scope, delete=False)]
    for output in mapping.targets:
        message = (
            f"unnest: this row of {output.table.name} can not be carried back to {mapping.source.name} "
            f"(migration {context.migration}); its values do not fit the legacy form"
        )
        refusal = f"RAISE EXCEPTION {said(message)} USING ERRCODE = 'check_violation', TABLE = {string(output.table.name)};"
        repair.append(f"IF {text(pieces.uncarried(mapping, output, scope))} THEN\n{refusal}\nEND IF;")
    check = f"IF {text(pieces.unsettled(mapping, scope))} THEN\n{body(repair)}\nEND IF;"
    return [pieces.refreshed(mapping, mapping.source, scope, Reading.LIVE), check]


def _refreshed(context: Context, face: Face, reading: Reading) -> list[Any]:
    found: list[Any] = [recorded_once(context, face)] if reading is Reading.DERIVED else []
    return [*found, pieces.refreshed(context.mapping, face, pieces.in_keys, reading)]


def recorded_once(context: Context, face: Face, relation: FromClause | None = None) -> str:
    """Return the statements that keep what the first correction of a follower's row is about to drop, with its evidence.

    Only the first: from then on the row agrees, and what an old write says of it before the pointer follows is no drift.

    Args:
        context: What it is made for.
        face: The follower.
        relation: The rows as they were; default: those of the keys at hand, as they are.
    """
    mapping = context.mapping
    parents = relation if relation is not None else pieces.parents(mapping, face, in_fresh)
    select = mapping.findings(face, parents)
    if select is None:
        return ""
    f = select.subquery("found")
    is_changed = sa.func.coalesce(f.c.evidence.op("->>")("value") == sa.any_(raw("u_changed", ARRAY(sa.Text))), sa.false())
    rows = text(sa.select(*each(_FINDING, f)).where(~is_changed))
    return "\n".join(
        [
            f"u_fresh := ARRAY(SELECT k FROM unnest({pieces.KEYS}) AS k WHERE NOT EXISTS (SELECT 1",
            f"FROM {_corrected(mapping)} AS c WHERE c.face = {string(face.name)} AND c.key = k::text));",
            "IF u_fresh <> '{}' THEN",
            finding_insert(context, mapping, face.table.name, rows),
            mark_corrected(mapping, face, "u_fresh"),
            "END IF;",
        ]
    )


def mark_corrected(mapping: Mapping, face: Face, keys: str) -> str:
    """Return the statement that remembers of which rows of a follower the drift has been recorded."""
    return (
        f"INSERT INTO {_corrected(mapping)} (face, key)\nSELECT {string(face.name)}, k::text FROM unnest({keys}) AS k\n"
        "ON CONFLICT DO NOTHING;"
    )


def _corrected(mapping: Mapping) -> str:
    return f"unnest.{quote(naming.corrected(mapping.name))}"


def in_fresh(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return that ``column`` is one of the keys in the variable ``u_fresh``: followers' rows that are corrected."""
    return column == sa.any_(raw("u_fresh", ARRAY(column.type)))


_FINDING = ("kind", "key", "path", "account", "evidence")


def finding_insert(context: Context, mapping: Mapping, table: str, select: str) -> str:
    """Return the statement that records findings; one that is known already is seen again."""
    constants = ", ".join(string(value) for value in (context.migration, mapping.name, table))
    return (
        f"INSERT INTO unnest.finding (migration, mapping, table_name, {', '.join(_FINDING)})\n"
        f"SELECT {constants}, {', '.join('s.' + c for c in _FINDING)} FROM ({select}) AS s\n"
        "ON CONFLICT (migration, mapping, table_name, key, kind, path, md5(evidence::text)) DO UPDATE\n"
        "SET last_seen = clock_timestamp(), state = CASE WHEN finding.state = 'resolved' THEN 'open' ELSE finding.state END\n"
        "WHERE finding.state = 'resolved' OR finding.last_seen < clock_timestamp() - interval '1 hour';"
    )


# -- correction of followers ----------------------------------------------------------------------------------------------


def correct(context: Context, reading: Reading) -> Iterator[Statement]:
    """Yield the triggers that correct an old write to a follower in place."""
    mapping = context.mapping
    for face in mapping.followers:
        name = f"correct_{face.name}"
        yield correct_function(context, face, reading)
        target = table_name(face.table)
        different = pieces.changed(face.table, [face.key, *face.nested])
        present = " OR ".join(f"NEW.{quote(column)} IS NOT NULL" for column in face.nested)
        yield trigger(context, Role.CORRECT, f"{name}_update", "AFTER UPDATE", target, name, condition=different)
        yield trigger(context, Role.CORRECT, f"{name}_insert", "AFTER INSERT", target, name, condition=present)


def correct_function(context: Context, face: Face, reading: Reading) -> Statement:
    """Return the function that corrects one row of a follower; what the row held before is recorded while it may be drift."""
    mapping = context.mapping
    keep = ""
    if reading is Reading.DERIVED:
        old = row(face.table, pieces.face_columns(mapping, face), "OLD")
        found, known = recorded_once(context, face, old), mark_corrected(mapping, face, pieces.KEYS)
        keep = f"IF TG_OP = 'UPDATE' THEN\n{found}\nELSE\n{known}\nEND IF;" if found else ""
    key = f"ARRAY[NEW.{quote(face.key)}]"
    lines = [
        unless(context, "u_guard <> ''"),
        f"{pieces.KEYS} := {key};",
        keep,
        set_guard(mapping, "'rev'"),
        body([pieces.refreshed(mapping, face, pieces.in_keys, reading)]),
        set_guard(mapping, "u_guard"),
        _DONE,
    ]
    declare = keys_variable(face) + _drift_variables(face)
    return function(context, f"correct_{face.name}", "\n".join(line for line in lines if line), declare=declare)


# -- elements that an old write may not erase ------------------------------------------------------------------------------


def remembers(mapping: Mapping) -> bool:
    """Return whether an old write could erase what the new side has just added."""
    value = raw("NULL")
    return bool(mapping.grace_s) and mapping.kept(value, value, value) is not None


def _remembered(context: Context, output: Output) -> str:
    """Return the statement that remembers the elements a new-side insert has added: R over just those rows."""
    mapping = context.mapping
    if not remembers(mapping):
        return ""
    rows: dict[str, FromClause] = {o.name: sa.select(o.table).where(sa.false()).subquery() for o in mapping.outputs}
    rows[output.name] = transition(output.table, "n")
    source = mapping.source
    rebuilt = mapping.rebuild(source, pieces.parents(mapping, source, pieces.in_keys), rows).subquery("r")
    recent = f"unnest.{quote(naming.recent(mapping.name))}"
    parts = []
    for column in source.nested:
        x = elements(rebuilt.c[column], "x")
        select = sa.select(rebuilt.c[source.key], sa.literal(column, sa.Text), x.c.element)
        parts.append(text(select.select_from(rebuilt.join(x, sa.true()))))
    insert = "\nUNION ALL\n".join(parts)
    return f"IF TG_OP = 'INSERT' THEN\nINSERT INTO {recent} (parent, part, element)\n{insert};\nEND IF;"


def keep(context: Context) -> Iterator[Statement]:
    """Yield the trigger that puts back what a stale old write would erase, before it is written.

    An old process that read an array before a new-side insert writes it back whole; within the grace period the element is kept,
    in the array and so in the rows, and a finding says so.
    """
    mapping = context.mapping
    if not remembers(mapping):
        return
    source = mapping.source
    lines = [unless(context, "u_guard <> ''", "NEW")] if not context.convergent else ["IF u_guard <> '' THEN RETURN NEW; END IF;"]
    for column in source.nested:
        lines += _kept_lines(context, column)
    lines.append("RETURN NEW;")
    yield function(context, "keep", "\n".join(lines), declare="u_recent jsonb;\nu_kept jsonb;")
    different = pieces.changed(source.table, list(source.nested))
    yield trigger(context, Role.KEEP, "keep", "BEFORE UPDATE", table_name(source.table), "keep", condition=different)


def _kept_lines(context: Context, column: str) -> list[str]:
    mapping, source = context.mapping, context.mapping.source
    recent, kind = f"unnest.{quote(naming.recent(mapping.name))}", source.table.c[column].type
    old, new = raw(f"OLD.{quote(column)}", kind), raw(f"NEW.{quote(column)}", kind)
    merged = mapping.kept(old, new, raw("u_recent", kind))
    assert merged is not None
    evidence = f"jsonb_build_object('kept', u_recent, 'written', NEW.{quote(column)})"
    finding = (
        f"SELECT 'stale overwrite' AS kind, NEW.{quote(source.key)}::text AS key, {string(column)} AS path,"
        f" 'shape' AS account, {evidence} AS evidence"
    )
    return [
        f"SELECT jsonb_agg(r.element ORDER BY r.id) INTO u_recent FROM {recent} AS r WHERE r.parent = OLD.{quote(source.key)}",
        f"AND r.part = {string(column)} AND r.at > clock_timestamp() - interval '{mapping.grace_s} seconds';",
        "IF u_recent IS NOT NULL THEN",
        f"u_kept := {text(merged)};",
        f"IF u_kept IS DISTINCT FROM NEW.{quote(column)} THEN",
        finding_insert(context, mapping, source.name, finding),
        f"NEW.{quote(column)} := u_kept;",
        "END IF;",
        "END IF;",
    ]
