"""Checks that every mapping kind makes of its declaration, when it is imported.

In: tables and names. Out: what was asked for, or a ``DeclarationError`` that names the field.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnElement

from unnest.errors import DeclarationError
from unnest.sql import columns_read

KEY_TYPES = (sa.String, sa.Integer, sa.Uuid)


def require(claim: bool, message: str) -> None:
    """Raise ``DeclarationError`` with ``message`` unless ``claim`` holds."""
    if not claim:
        raise DeclarationError(message)


def require_table(into: object, kind: str) -> None:
    """Refuse a target that is no table: the name of the mapping comes from it."""
    require(isinstance(into, sa.Table), f"{kind}(into={into!r}): into must be a SQLAlchemy Table")


def require_column(table: sa.Table, name: str, where: str) -> sa.Column[Any]:
    """Return a column by name.

    Raises:
        DeclarationError: The table has no such column; the message lists those it has.
    """
    if name not in table.c:
        known = ", ".join(f'"{c.name}"' for c in table.c)
        raise DeclarationError(f'{where}: table "{table.name}" has no column "{name}"; it has {known}')
    return table.c[name]


def checked(columns: Iterable[sa.Column[Any]], where: str) -> sa.Table:
    """Return the one table to which the nested columns belong, all of type ``jsonb``."""
    found = list(columns)
    require(bool(found), f"{where}: no source column given")
    for column in found:
        require(isinstance(column, sa.Column), f'{where}: source {column!r} is no column; give one such as orders.c["items"]')
        require(
            isinstance(column.type, JSONB),
            f'{where}: source column "{column.table.name}.{column.name}" has type {column.type!r}; it must be JSONB',
        )
    tables = {column.table for column in found}
    require(len(tables) == 1, f"{where}: the source columns belong to {len(tables)} tables; they must belong to one")
    return tables.pop()


def require_once(names: Iterable[str], table: sa.Table, where: str) -> None:
    """Refuse two declarations that fill one column."""
    found = list(names)
    twice = sorted({f'"{name}"' for name in found if found.count(name) > 1})
    require(not twice, f'{where}: column {", ".join(twice)} of "{table.name}" is filled twice')


def unique_keys(table: sa.Table) -> list[frozenset[str]]:
    """Return the column sets that a primary key, unique constraint or unique index of a table covers."""
    keys = [frozenset(c.name for c in table.primary_key.columns)] if table.primary_key.columns else []
    constraints = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
    keys += [frozenset(c.name for c in constraint.columns) for constraint in constraints]
    indexes = [i for i in table.indexes if i.unique and not i.dialect_options["postgresql"].get("where")]
    return keys + [frozenset(c.name for c in index.columns) for index in indexes]


def require_key(table: sa.Table, columns: tuple[str, ...], where: str) -> None:
    """Refuse a target on which rows can't be matched."""
    wanted = ", ".join(f'"{c}"' for c in columns)
    require(
        frozenset(columns) in unique_keys(table),
        f'{where}: table "{table.name}" has no primary key or unique constraint on ({wanted}); add one, rows are matched on it',
    )


def source_key(table: sa.Table, where: str) -> str:
    """Return the column that identifies the rows of a legacy table."""
    columns = list(table.primary_key.columns)
    require(len(columns) == 1, f'{where}: table "{table.name}" needs a primary key of one column; it has {len(columns)}')
    kind = columns[0].type
    require(
        isinstance(kind, KEY_TYPES),
        f'{where}: primary key "{table.name}.{columns[0].name}" has type {kind!r}; it must be text, integer or uuid',
    )
    return columns[0].name


def foreign_key_to(table: sa.Table, target: sa.Table, where: str) -> str:
    """Return the only column of ``table`` that refers to ``target``."""
    found = sorted({c.name for c in table.c for key in c.foreign_keys if key.references(target)})
    require(
        len(found) == 1,
        f'{where}: table "{table.name}" has {len(found)} foreign keys to "{target.name}"; name the column with parent=',
    )
    return found[0]


def lookups_in(
    copies: Map[str, ColumnElement[Any]], source: sa.Table, where: str
) -> Iterator[tuple[sa.Table, ColumnElement[bool]]]:
    """Yield the other tables that copied expressions read, with the condition that joins each to the source.

    Each is read by a scalar sub-select over one table, whose WHERE is the condition.
    """
    seen: dict[sa.Table, ColumnElement[bool]] = {}
    for name, expression in copies.items():
        known: set[sa.Table] = {source}
        for element in visitors.iterate(expression):
            if not isinstance(element, sa.ScalarSelect):
                continue
            select: Any = element.element
            tables = [t for t in select.get_final_froms() if t is not source]
            is_plain = len(tables) == 1 and isinstance(tables[0], sa.Table) and select.whereclause is not None
            require(is_plain, f'{where}: copied column "{name}" reads a sub-select; it must read one table with a WHERE')
            known.add(tables[0])
            seen.setdefault(tables[0], select.whereclause)
        stray = sorted({c.table.name for c in columns_read(expression) if c.table not in known})
        require(
            not stray,
            f'{where}: copied column "{name}" reads table "{", ".join(stray)}" without a sub-select that joins it',
        )
    yield from seen.items()
