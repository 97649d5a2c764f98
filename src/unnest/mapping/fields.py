"""The fields of a JSON object and the columns that they fill, in both directions: what Rows and Columns share.

In: codecs by column, flattened groups, the table. Out: expressions that take an object apart and put it together again.
"""

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, array
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from unnest.mapping.checks import require_column
from unnest.mapping.codecs import Codec, Declared, codec_for
from unnest.sql import build_object, get, jsonb, kind_of, merged, minus

func = sa.func


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fields:
    """Fields of an object by column.

    Attributes:
        into: The table that is filled.
        direct: Fields of the object itself.
        groups: Key of an inner object -> its fields.
    """

    into: sa.Table
    direct: Map[str, Codec]
    groups: Map[str, Map[str, Codec]]

    @property
    def codecs(self) -> dict[str, Codec]:
        """All codecs by column."""
        return {**self.direct, **{name: codec for inner in self.groups.values() for name, codec in inner.items()}}

    @property
    def declared(self) -> dict[str, Any]:
        """What was declared, in plain values."""
        groups = {group: _spelled(inner) for group, inner in self.groups.items()}
        return {"fields": _spelled(self.direct), "groups": groups, "checks": row_checks(self.into)}

    # -- object to columns ------------------------------------------------------------------------------------------------

    def taken_out(self, document: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
        """Return the JSON value of each field, by column."""
        found = {name: get(document, codec.key or "") for name, codec in self.direct.items()}
        for group, inner in self.groups.items():
            found |= {name: get(get(document, group), codec.key or "") for name, codec in inner.items()}
        return found

    def read(self, values: FromClause) -> list[ColumnElement[Any]]:
        """Return each column read from its JSON value; NULL where it does not fit."""
        return [codec.read(values.c[name], self.into.c[name]).label(name) for name, codec in self.codecs.items()]

    def fits(self, document: ColumnElement[Any], row: FromClause, also: list[str]) -> ColumnElement[bool]:
        """Return whether a document can be a row: an object whose columns break no constraint; never null.

        Args:
            document: The object.
            row: Its columns.
            also: Further columns that must not be NULL where the table says so.
        """
        required = [name for name in (*self.codecs, *also) if not self.into.c[name].nullable]
        present = [row.c[name].is_not(None) for name in required]
        checks = [_holds(check, row) for check in row_checks(self.into)]
        return sa.case((sa.and_(kind_of(document) == "object", *present, *checks), sa.true()), else_=sa.false())

    def remainder(self, document: ColumnElement[Any], row: FromClause) -> ColumnElement[Any]:
        """Return what no field has taken: unknown keys, and optional values that do not fit."""
        left = minus(document, self._taken(self.direct, row))
        for group, inner in self.groups.items():
            name, inside = sa.literal(group, sa.Text), get(document, group)
            unread = minus(inside, self._taken(inner, row))
            is_object = sa.and_(kind_of(inside) == "object", inside != jsonb("{}"))
            nothing_left = sa.case((is_object, unread == jsonb("{}")), else_=sa.false())
            something = sa.case((is_object, merged(left, build_object(**{group: unread}))), else_=left)
            left = sa.case((nothing_left, minus(left, name)), else_=something)
        return left

    def _taken(self, fields: Map[str, Codec], row: FromClause) -> ColumnElement[Any]:
        optional = {name for name in fields if self.into.c[name].nullable}
        always = [sa.literal(codec.key, sa.Text) for name, codec in fields.items() if name not in optional]
        sometimes = [
            sa.case((row.c[name].is_not(None), sa.literal(codec.key, sa.Text)))
            for name, codec in fields.items()
            if name in optional
        ]
        keys = sa.cast(array([*always, *sometimes]), sa.ARRAY(sa.Text))
        return func.array_remove(keys, sa.null(), type_=sa.ARRAY(sa.Text)) if sometimes else keys

    # -- columns to object ------------------------------------------------------------------------------------------------

    def document(
        self, row: FromClause, rest: ColumnElement[Any], present: ColumnElement[Any] | None = None
    ) -> ColumnElement[Any]:
        """Return a row as the object that it means: its fields laid over its remainder.

        Args:
            row: The row.
            rest: Its remainder; NULL: none.
            present: The object as it stands, whose spelling is kept where it says the same.
        """
        built = [func.coalesce(rest, jsonb("{}"), type_=JSONB), self._object(self.direct, row, present)]
        for group, inner in self.groups.items():
            values = self._object(inner, row, None)
            below = func.unnest.object_or_empty(get(rest, group), type_=JSONB)
            whole = func.jsonb_build_object(group, merged(below, values), type_=JSONB)
            built.append(sa.case((values == jsonb("{}"), jsonb("{}")), else_=whole))
        return merged(*built)

    def _object(self, fields: Map[str, Codec], row: FromClause, present: ColumnElement[Any] | None) -> ColumnElement[Any]:
        """Return an object of fields; those that are NULL are left out (null itself is kept in the remainder)."""
        plain = {name: codec for name, codec in fields.items() if not isinstance(self.into.c[name].type, sa.JSON)}
        parts: list[ColumnElement[Any]] = []
        if plain:
            pairs = [x for name, c in plain.items() for x in (sa.literal(c.key, sa.Text), c.write(row.c[name]))]
            parts.append(func.jsonb_strip_nulls(func.jsonb_build_object(*pairs), type_=JSONB))
        for name, codec in fields.items():
            if name not in plain:  # jsonb_strip_nulls would reach into the value
                written = codec.write(row.c[name])
                value = written if present is None else codec.write_over(row.c[name], get(present, codec.key or ""))
                one = func.jsonb_build_object(sa.literal(codec.key, sa.Text), value, type_=JSONB)
                parts.append(sa.case((row.c[name].is_not(None), one), else_=jsonb("{}")))
        return merged(*parts) if parts else jsonb("{}")

    @property
    def losses(self) -> tuple[str, ...]:
        """What does not come back to the letter."""
        keys = [codec.key for codec in self.codecs.values() if codec.by_value]
        spelled = (
            f'JSON text in "{key}" keeps its spelling while its row says the same; changed, it is spelled as PostgreSQL prints it'
            for key in keys
        )
        return (*spelled, "numbers come back equal by value: 5.0 and 5 are one number")


def declare_fields(into: sa.Table, direct: Map[str, Declared], groups: Map[str, Map[str, Declared]] | None, where: str) -> Fields:
    """Return declared fields with their codecs chosen.

    Raises:
        DeclarationError: A column is unknown or no codec fits its type.
    """
    return Fields(
        into=into,
        direct=_chosen(into, direct, where),
        groups={group: _chosen(into, inner, where) for group, inner in (groups or {}).items()},
    )


def _chosen(into: sa.Table, fields: Map[str, Declared], where: str) -> dict[str, Codec]:
    return {name: codec_for(codec, require_column(into, name, where), where) for name, codec in fields.items()}


def row_checks(into: sa.Table) -> list[str]:
    """Return the CHECK constraints of a table as text."""
    found = [c for c in into.constraints if isinstance(c, sa.CheckConstraint)]
    return sorted(str(c.sqltext) for c in found if c.sqltext is not None)


def _holds(check: str, row: FromClause) -> ColumnElement[bool]:
    """Return whether a row keeps a CHECK constraint, whose text names the columns without their table."""
    words = set(re.findall(r"\w+", check))
    named = sa.select(*(c for c in row.c if c.name in words)).correlate(row).subquery("r")
    kept = func.coalesce(sa.literal_column(f"({check})", sa.Boolean), sa.true())
    return sa.select(kept).select_from(named).correlate(row).scalar_subquery()


def _spelled(fields: Map[str, Codec]) -> dict[str, str]:
    return {name: repr(codec) for name, codec in fields.items()}


def fenced(*columns: Any, alias: str, outer: list[FromClause]) -> Any:
    """Return expressions as a lateral relation whose OFFSET 0 keeps the planner from evaluating them wherever they are used."""
    return sa.select(*columns).correlate(*outer).offset(sa.literal_column("0")).lateral(alias)


def froms(relation: FromClause) -> list[FromClause]:
    """Return the members of a join, so that a lateral sub-select may correlate to them."""
    if isinstance(relation, sa.sql.selectable.Join):
        return [*froms(relation.left), *froms(relation.right)]
    return [relation]
