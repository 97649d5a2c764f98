"""The statements from which triggers, batches, verification and repair are put together.

In: a mapping and a scope (which parents). Out: SQLAlchemy statements. Nothing here knows a kind: everything follows from
``derive``, ``rebuild`` and the records of ``unnest.mapping.base``.
"""

from collections.abc import Iterator
from enum import Enum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause, Select

from unnest.mapping.base import Face, Lookup, Mapping, Output, Rank, Rows
from unnest.sql import ONE, Condition, columns_read, differs, each, quote, type_name

KEYS = "u_keys"
"""The plpgsql variable that holds the keys of the parents at hand."""


class Reading(Enum):
    """What R reads."""

    LIVE = "live"
    """The new tables: they are complete."""
    DERIVED = "derived"
    """E of the source: history is not copied yet, so the new tables are incomplete."""


def key_type(face: Face) -> str:
    """Return the SQL type of a face's key."""
    return type_name(face.table.c[face.key].type)


def in_keys(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return that ``column`` is one of the keys in the variable ``u_keys``."""
    return column == sa.any_(sa.literal_column(KEYS, postgresql.ARRAY(column.type)))


def parents(mapping: Mapping, face: Face, scope: Condition, alias: str = "p") -> FromClause:
    """Return the rows of a face in ``scope`` as a relation with the columns that the mapping reads."""
    columns = each(face_columns(mapping, face), face.table)
    return sa.select(*columns).where(scope(face.table.c[face.key])).subquery(alias)


@cache
def face_columns(mapping: Mapping, face: Face) -> tuple[str, ...]:
    """Return the columns of a face that E, R or the findings read, in the table's order."""
    relation = face.table.alias("p")
    selects: list[Any] = [mapping.rebuild(face, relation, rows_read(mapping, Reading.LIVE))]
    selects += mapping.derive(relation).values() if face is mapping.source else []
    findings = mapping.findings(face, relation)
    selects += [] if findings is None else [findings]
    names = {column.name for select in selects for column in columns_read(select) if column.table is face.table}
    names |= {face.key, *face.nested}
    return tuple(column.name for column in face.table.c if column.name in names)


def lock(face: Face, scope: Condition) -> Select[Any]:
    """Return the statement that locks the parents in scope, in key order."""
    key = face.table.c[face.key]
    return sa.select(key).where(scope(key)).order_by(key).with_for_update(key_share=True)


def read_columns(mapping: Mapping) -> list[str]:
    """Return the source's columns that E reads (the key first among them), in the table's order."""
    table = mapping.source.table
    selects = mapping.derive(table.alias("p")).values()
    names = {column.name for select in selects for column in columns_read(select) if column.table is table}
    names |= {mapping.source.key, *mapping.source.nested}
    return [column.name for column in table.c if column.name in names]


def lookup_columns(mapping: Mapping, lookup: Lookup) -> list[str]:
    """Return the columns of a lookup that E reads, in the table's order."""
    selects = mapping.derive(mapping.source.table.alias("p")).values()
    names = {column.name for select in selects for column in columns_read(select) if column.table is lookup.table}
    names |= {column.name for column in columns_read(lookup.on) if column.table is lookup.table}
    return [column.name for column in lookup.table.c if column.name in names]


def changed(table: sa.Table, columns: list[str]) -> str:
    """Return the condition that one of the columns differs between OLD and NEW."""
    sides = []
    for variable in ("OLD", "NEW"):
        names = (f"{variable}.{quote(name)}" + ("::text" if _is_json(table.c[name]) else "") for name in columns)
        sides.append(", ".join(names))
    return f"({sides[0]}) IS DISTINCT FROM ({sides[1]})"


def _is_json(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.JSON) and not isinstance(column.type, postgresql.JSONB)


# -- E onto the tables ----------------------------------------------------------------------------------------------------


def copied(output: Output, derived: Select[Any]) -> postgresql.Insert:
    """Return the insert of E's rows that leaves those alone that dual write has already made."""
    rows = derived.subquery("e")
    source = sa.select(*each(output.columns, rows)).order_by(*each(output.key, rows))
    insert = postgresql.insert(output.table).from_select(list(output.columns), source)
    return insert.on_conflict_do_nothing(index_elements=list(output.key))


def applied(mapping: Mapping, relation: FromClause, scope: Condition | None, *, delete: bool = True) -> list[Executable]:
    """Return statements that make the rows of the parents in ``relation`` equal to E, touching only what differs.

    Outputs that do not read each other are written by one statement; one that reads an earlier output comes in a later statement,
    or it would not see the new rows.

    Args:
        mapping: The mapping.
        relation: The parents.
        scope: Which rows of the outputs belong to these parents; None where there can be none yet (a new parent).
        delete: Whether rows that E does not give are deleted; our own tables are always made equal.
    """
    derived = mapping.derive(relation)
    statements: list[Executable] = []
    for group in independent(mapping, derived):
        parts = [_made_equal(o, derived[o.name], scope, delete or o.internal) for o in group]
        *others, last = parts
        ctes = [other.cte(f"{output.name}_written") for output, other in zip(group, others, strict=False)]
        statements.append(last.add_cte(*ctes))
    return statements


def independent(mapping: Mapping, derived: dict[str, Select[Any]]) -> list[list[Output]]:
    """Return the outputs in runs within which none reads another."""
    runs: list[list[Output]] = []
    for output in mapping.outputs:
        read = {column.table for column in columns_read(derived[output.name])}
        if runs and not any(earlier.table in read for earlier in runs[-1]):
            runs[-1].append(output)
        else:
            runs.append([output])
    return runs


def _made_equal(output: Output, derived: Select[Any], scope: Condition | None, delete: bool) -> postgresql.Insert:
    rows: FromClause
    if scope is None or not delete:
        rows = derived.subquery("e")
        return _upsert(output, sa.select(*each(output.columns, rows)).order_by(*each(output.key, rows)))
    rows = derived.cte(f"{output.name}_derived").prefix_with("MATERIALIZED")
    insert = _upsert(output, sa.select(*each(output.columns, rows)).order_by(*each(output.key, rows)))
    same = [rows.c[name] == output.table.c[name] for name in output.key]
    stale = sa.delete(output.table).where(
        scope(output.table.c[output.parent]), ~sa.exists(sa.select(ONE).select_from(rows).where(*same))
    )
    return insert.add_cte(stale.cte(f"{output.name}_deleted"))


def _upsert(output: Output, source: Select[Any]) -> postgresql.Insert:
    insert = postgresql.insert(output.table).from_select(list(output.columns), source)
    followed = output.followed
    if not followed:
        return insert.on_conflict_do_nothing(index_elements=list(output.key))
    # Where the row now means something else (a link to another project), its initial values begin anew.
    new = {name: insert.excluded[name] for name in (*followed, *output.initial)}
    differ = differs(each(followed, output.table), [new[name] for name in followed])
    return insert.on_conflict_do_update(index_elements=list(output.key), set_=new, where=differ)


def probed(mapping: Mapping, relation: FromClause) -> list[Executable]:
    """Return inserts that raise 40001 where a row exists that this transaction's snapshot can't see."""
    derived = mapping.derive(relation)
    return [copied(output, derived[output.name]) for output in mapping.outputs]


def removed(mapping: Mapping, scope: Condition) -> list[Executable]:
    """Return the deletes of everything that the parents in scope have."""
    return [sa.delete(o.table).where(scope(o.table.c[o.parent])) for o in mapping.outputs]


# -- R onto the nested values ---------------------------------------------------------------------------------------------


def rows_read(mapping: Mapping, reading: Reading) -> Rows:
    """Return the rows that R reads, by output."""
    if reading is Reading.LIVE:
        return {output.name: output.table for output in mapping.outputs}
    derived = mapping.derive(mapping.source.table.alias("a"))
    return {name: select.subquery() for name, select in derived.items()}


def refreshed(mapping: Mapping, face: Face, scope: Condition, reading: Reading) -> Executable:
    """Return the update that sets the nested columns of the parents in scope to R, where they differ."""
    return refreshed_from(mapping, face, scope, rows_read(mapping, reading))


def refreshed_from(mapping: Mapping, face: Face, scope: Condition, rows: Rows) -> Executable:
    """Return the same update with the rows given."""
    table = face.table
    # OFFSET 0: or the planner would compute R twice for each parent, to compare and to write.
    rebuilt = mapping.rebuild(face, parents(mapping, face, scope), rows).offset(sa.literal_column("0")).subquery("r")
    new = {name: _as_column(table.c[name], rebuilt.c[name]) for name in face.nested}
    differ = sa.or_(*(differs([table.c[name]], [rebuilt.c[name]]) for name in face.nested))
    own = table.c[face.key]
    # The scope again, on the table itself: the planner can't see through the OFFSET how few rows it joins.
    return sa.update(table).values(new).where(scope(own), own == rebuilt.c[face.key], differ)


def _as_column(column: sa.Column[Any], value: ColumnElement[Any]) -> ColumnElement[Any]:
    return sa.cast(value, column.type) if _is_json(column) else value


# -- settle ---------------------------------------------------------------------------------------------------------------


def unsettled(mapping: Mapping, scope: Condition) -> ColumnElement[bool]:
    """Return whether any row of the parents in scope differs from E of its parent."""
    derived = mapping.derive(parents(mapping, mapping.source, scope))
    selects = []
    for output in mapping.outputs:
        relation, expected, actual = joined(output, derived[output.name], scope)
        selects.append(sa.select(ONE.label("one")).select_from(relation).where(disagree(output, expected, actual)))
    return sa.exists(sa.union_all(*selects).subquery("differences").select())


def joined(output: Output, derived: Select[Any], scope: Condition) -> tuple[FromClause, FromClause, FromClause]:
    """Return E's rows and the table's rows in scope, joined in full on the key; and both sides."""
    expected = derived.subquery("e")
    rows = sa.select(*each(output.columns, output.table)).where(scope(output.table.c[output.parent]))
    actual = rows.subquery("t")
    same = sa.and_(*(expected.c[name] == actual.c[name] for name in output.key))
    return expected.join(actual, same, full=True), expected, actual


def disagree(output: Output, expected: FromClause, actual: FromClause) -> ColumnElement[bool]:
    """Return whether a pair of rows differs: one side is missing, or a column that follows the parent is not equal."""
    first = output.key[0]
    missing = [expected.c[first].is_(None), actual.c[first].is_(None)]
    followed = output.followed
    if not followed:
        return sa.or_(*missing)
    return sa.or_(*missing, differs(each(followed, expected), each(followed, actual)))


def uncarried(mapping: Mapping, output: Output, scope: Condition) -> ColumnElement[bool]:
    """Return whether a row of the parents in scope is none of E's: it can't be carried back."""
    expected = mapping.derive(parents(mapping, mapping.source, scope))[output.name].subquery("e")
    same = [expected.c[name] == output.table.c[name] for name in output.key]
    found = sa.select(ONE).select_from(expected).where(*same)
    return sa.exists(sa.select(ONE).select_from(output.table).where(scope(output.table.c[output.parent]), ~sa.exists(found)))


def made_dense(mapping: Mapping, scope: Condition) -> Iterator[Executable]:
    """Yield updates that close the gaps in positions: first out of the way (negative), then to their places.

    Two steps, because the key that ON CONFLICT needs can't be deferrable and one update would collide with itself.
    """
    ranks = mapping.ranks(scope)
    if not ranks:
        return
    *others, last = (_moved_aside(mapping, rank) for rank in ranks)
    # One statement for all outputs: a second one would rank rows that the first has already moved.
    yield last.add_cte(*(other.cte(f"aside_{number}") for number, other in enumerate(others)))
    for rank in ranks:
        yield _put_back(mapping, rank, scope)


def _moved_aside(mapping: Mapping, rank: Rank) -> sa.Update:
    output, z = mapping.output(rank.output), rank.select.subquery("z")
    column = output.table.c[rank.column]
    same = [output.table.c[name] == z.c[name] for name in rank.key]
    moved = sa.update(output.table).values({rank.column: -2 - z.c["rank"]})
    return moved.where(*same, column == z.c.was, column != z.c["rank"])


def _put_back(mapping: Mapping, rank: Rank, scope: Condition) -> Executable:
    output = mapping.output(rank.output)
    column = output.table.c[rank.column]
    return sa.update(output.table).values({rank.column: -2 - column}).where(scope(output.table.c[output.parent]), column <= -2)
