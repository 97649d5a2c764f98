"""Columns: an object <-> one row of typed columns.

In: the declaration. Out: E and R of this kind. A parent whose value is an object has one row; what is left over of it (unknown
keys, optional values that do not fit) stays in the ``rest`` column, or in residue where the table has none. A value that is no
object, or whose required fields do not fit, goes to residue whole.
"""

from collections.abc import Mapping as Map
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause, Select

from unnest import naming
from unnest.mapping.base import (
    RESIDUE_COLUMNS,
    WHOLE,
    Account,
    Face,
    Follow,
    Lookup,
    Mapping,
    Output,
    described,
    residue_output,
)
from unnest.mapping.base import Rows as RowsRead
from unnest.mapping.checks import (
    checked,
    foreign_key_to,
    lookups_in,
    require,
    require_column,
    require_key,
    require_once,
    require_table,
    source_key,
)
from unnest.mapping.codecs import Declared
from unnest.mapping.fields import declare_fields, fenced
from unnest.sql import each, jsonb, kind_of, moved, text

func = sa.func
_FITS = "u_fits"
_DOCUMENT = "u_document"


class Columns(Mapping):
    """Object <-> one row.

    Args:
        source: The nested column.
        into: The new table, with a primary key or unique constraint on ``parent``.
        parent: Column of ``into`` that refers to the source's row; default: its only foreign key to the source's table.
        fields: Column -> codec; a codec's key defaults to the camelCase form of the column's name.
        groups: Key of an object inside -> its fields, flattened into columns.
        copies: Column -> expression over the source's row, followed for ever.
        rest: ``jsonb`` column for what no field takes; default: such keys are kept in residue.
        name: Name of the mapping; default: the name of ``into``.
    """

    def __init__(
        self,
        source: sa.Column[Any],
        into: sa.Table,
        *,
        fields: Map[str, Declared],
        groups: Map[str, Map[str, Declared]] | None = None,
        copies: Map[str, ColumnElement[Any]] | None = None,
        parent: str | None = None,
        rest: str | None = None,
        name: str | None = None,
    ) -> None:
        require_table(into, "Columns")
        self.name = name or naming.short(into.name)
        self.into, self.column, self.rest = into, source, rest
        self.copies = dict(copies or {})
        where = f'mapping "{self.name}"'
        table = checked([source], where)
        self.parent = parent or foreign_key_to(into, table, where)
        self.fields = declare_fields(into, fields, groups, where)
        columns = (self.parent, *self.fields.codecs, *self.copies, *([rest] if rest else []))
        for column in columns:
            require_column(into, column, where)
        require_once(columns, into, where)
        require_key(into, (self.parent,), where)
        if rest:
            require(isinstance(into.c[rest].type, JSONB), f'{where}: rest column "{rest}" of "{into.name}" must be JSONB')
        nested = (source.name,)
        self.source = Face(table=table, key=source_key(table, where), nested=nested, retired=nested)
        self.followers = ()
        self.lookups = tuple(
            Lookup(table=found, on=on, follow=Follow.LATER) for found, on in lookups_in(self.copies, table, where)
        )
        faces = {table.name: self.parent}
        row = Output(name="rows", table=into, key=(self.parent,), parent=self.parent, columns=columns, faces=faces)
        self.outputs = (row, residue_output(self.name, self.source))

    @property
    def declared(self) -> dict[str, Any]:
        return {
            "kind": "Columns",
            "source": f"{self.column.table.fullname}.{self.column.name}",
            "into": self.into.fullname,
            "columns": described(self.into),
            **self.fields.declared,
            "copies": {name: text(expression) for name, expression in self.copies.items()},
            "names": [self.parent, self.rest],
        }

    # -- E ----------------------------------------------------------------------------------------------------------------

    def _read(self, parents: FromClause) -> FromClause:
        """Return every value that is there with its fields as columns and whether it can be a row."""
        document = parents.c[self.column.name]
        taken = (value.label(name) for name, value in self.fields.taken_out(document).items())
        f = fenced(*taken, alias="f", outer=[parents])
        columns: list[Any] = [parents.c[self.source.key].label(self.parent), *self.fields.read(f)]
        columns += [moved(copy, self.source.table, parents).label(name) for name, copy in self.copies.items()]
        v = fenced(*columns, alias="v", outer=[parents, f])
        fits = self.fields.fits(document, v, list(self.copies)).label(_FITS)
        found = sa.select(*v.c, document.label(_DOCUMENT), fits).where(document.is_not(None))
        return found.select_from(parents.join(f, sa.true()).join(v, sa.true())).cte("documents")

    def derive(self, parents: FromClause) -> dict[str, Select[Any]]:
        e = self._read(parents)
        columns: list[Any] = [c for c in e.c if c.name not in (_FITS, _DOCUMENT)]
        remainder = self.fields.remainder(e.c[_DOCUMENT], e)
        if self.rest:
            columns.append(func.nullif(remainder, jsonb("{}")).label(self.rest))
        return {"rows": sa.select(*columns).where(e.c[_FITS]), "residue": self._residue(e, remainder)}

    def _residue(self, e: FromClause, remainder: ColumnElement[Any]) -> Select[Any]:
        is_null = kind_of(e.c[_DOCUMENT]) == "null"
        shape, quarantined = Account.SHAPE.value, Account.QUARANTINED.value
        fits, position = e.c[_FITS], sa.literal(WHOLE)
        account = sa.case((sa.or_(fits, is_null), shape), else_=quarantined)
        no_object = kind_of(e.c[_DOCUMENT]) != "object"
        reason = sa.case((fits, "unknown keys"), (is_null, "null"), (no_object, "not an object"), else_="does not fit")
        value = sa.case((fits, remainder), else_=e.c[_DOCUMENT])
        where: ColumnElement[bool] = ~fits
        if not self.rest:
            where = sa.or_(where, remainder != jsonb("{}"))
        found = sa.select(
            e.c[self.parent].label("parent"),
            sa.literal(self.column.name, sa.Text).label("part"),
            position.label("position"),
            value.label("value"),
            account.label("account"),
            reason.label("reason"),
        ).where(where)
        return sa.select(*each(RESIDUE_COLUMNS, found.subquery("residue")))

    # -- R ----------------------------------------------------------------------------------------------------------------

    def rebuild(self, face: Face, parents: FromClause, rows: RowsRead) -> Select[Any]:
        r, left = rows["rows"].alias("r"), rows["residue"].alias("l")
        key, present = parents.c[face.key], parents.c[self.column.name]
        rest = r.c[self.rest] if self.rest else sa.case((left.c.reason == "unknown keys", left.c.value))
        document = self.fields.document(r, rest, present)
        kept = sa.case((left.c.reason != "unknown keys", left.c.value))
        value = sa.case((r.c[self.parent].is_not(None), document), else_=kept)
        relation = parents.outerjoin(r, r.c[self.parent] == key).outerjoin(left, left.c.parent == key)
        return sa.select(key, value.label(self.column.name)).select_from(relation)

    def size(self, face: Face, parents: FromClause) -> ColumnElement[Any]:
        value = parents.c[face.nested[0]]
        return sa.case((kind_of(value) == "null", 0), (value.is_not(None), 1), else_=0)

    @property
    def losses(self) -> tuple[str, ...]:
        return self.fields.losses
