"""Rows: one or several arrays of objects <-> one row per element.

In: the declaration. Out: E, R, census, ranks of this kind. Identity is (parent, [discriminator], position), never a value
inside. An element whose required fields do not fit goes to residue whole; what is left over of a placed element (unknown
keys, optional values that do not fit) stays in the ``rest`` column, or in residue where the table has none.
"""

import functools
import operator
from collections.abc import Mapping as Map
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
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
    Rank,
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
from unnest.mapping.fields import declare_fields, fenced, froms
from unnest.sql import (
    ONE,
    Condition,
    array_or_empty,
    each,
    elements,
    get,
    jsonb,
    kind_of,
    length_of,
    moved,
    text,
)

func = sa.func
_ELEMENT, _PART, _FITS, _SUPERSEDED = "u_element", "u_part", "u_fits", "u_superseded"
Source = sa.Column[Any] | Map[Any, sa.Column[Any]]


class Rows(Mapping):
    """Array of objects <-> one row per element.

    Args:
        source: The nested column; or, with ``discriminator``, a column for each of its values.
        into: The new table.
        parent: Column of ``into`` that refers to the source's row; default: its only foreign key to the source's table.
        position: Column of ``into`` that holds the element's place in the array.
        fields: Column -> codec; a codec's key defaults to the camelCase form of the column's name.
        groups: Key of an object inside the element -> its fields, flattened into columns.
        copies: Column -> expression over the source's row, followed for ever.
        rest: ``jsonb`` column for what no field takes; default: such keys are kept in residue.
        discriminator: Column that tells the source arrays apart.
        same: Field that identifies an element across the arrays; one that the ``prefer`` array has too is not placed.
        prefer: Discriminator value whose array wins.
        start: Position of the first element.
        grace_s: Seconds for which an old write can't erase an element that the new side has added; 0: legacy wins.
        name: Name of the mapping; default: the name of ``into``.
    """

    def __init__(
        self,
        source: Source,
        into: sa.Table,
        *,
        fields: Map[str, Declared],
        groups: Map[str, Map[str, Declared]] | None = None,
        copies: Map[str, ColumnElement[Any]] | None = None,
        parent: str | None = None,
        position: str = "position",
        rest: str | None = None,
        discriminator: str | None = None,
        same: str | None = None,
        prefer: Any = None,
        start: int = 0,
        grace_s: int = 900,
        name: str | None = None,
    ) -> None:
        require_table(into, "Rows")
        self.name = name or naming.short(into.name)
        self.into, self.position, self.rest, self.start = into, position, rest, start
        self.parts: dict[Any, sa.Column[Any]] = dict(source) if isinstance(source, Map) else {None: source}
        self.grace_s = grace_s
        self.discriminator, self.same, self.prefer = discriminator, same, prefer
        self.copies = dict(copies or {})
        where = f'mapping "{self.name}"'
        table = checked(self.parts.values(), where)
        self.parent = parent or foreign_key_to(into, table, where)
        self.fields = declare_fields(into, fields, groups, where)
        self._check(where)
        key = (self.parent, *([discriminator] if discriminator else []), position)
        require_key(into, key, where)
        nested = tuple(column.name for column in self.parts.values())
        self.source = Face(table=table, key=source_key(table, where), nested=nested, retired=nested)
        self.followers = ()
        self.lookups = tuple(
            Lookup(table=found, on=on, follow=Follow.LATER) for found, on in lookups_in(self.copies, table, where)
        )
        columns = (*key, *self.fields.codecs, *self.copies, *([rest] if rest else []))
        row = Output(name="rows", table=into, key=key, parent=self.parent, columns=columns, faces={table.name: self.parent})
        self.outputs = (row, residue_output(self.name, self.source))

    # -- declaration ------------------------------------------------------------------------------------------------------

    def _check(self, where: str) -> None:
        named = [*self.fields.codecs, *self.copies, self.position, self.parent]
        columns = [*named, *(name for name in (self.rest, self.discriminator) if name)]
        for name in columns:
            require_column(self.into, name, where)
        require_once(columns, self.into, where)
        has_many = len(self.parts) > 1
        require(bool(self.discriminator) or not has_many, f'{where}: several source arrays need "discriminator"')
        if self.rest:
            is_json = isinstance(self.into.c[self.rest].type, JSONB)
            require(is_json, f'{where}: rest column "{self.rest}" of "{self.into.name}" must be JSONB')
        if self.same:
            require(self.same in self.fields.direct, f'{where}: same="{self.same}" names no field')
            require(self.prefer in self.parts, f"{where}: prefer={self.prefer!r} is no value of the discriminator")

    @property
    def declared(self) -> dict[str, Any]:
        return {
            "kind": "Rows",
            "source": {repr(value): f"{c.table.fullname}.{c.name}" for value, c in self.parts.items()},
            "into": self.into.fullname,
            "columns": described(self.into),
            **self.fields.declared,
            "copies": {name: text(expression) for name, expression in self.copies.items()},
            "names": [self.parent, self.position, self.rest, self.discriminator, self.same, repr(self.prefer), self.start],
        }

    # -- E ----------------------------------------------------------------------------------------------------------------

    def _parts_of(self, parents: FromClause) -> tuple[FromClause, Any, Any, Any]:
        """Return the relation of (parent, array) pairs with its discriminator, part name and array."""
        if len(self.parts) == 1:
            ((value, column),) = self.parts.items()
            return parents, self._literal(value), sa.literal(column.name, sa.Text), parents.c[column.name]
        selects = [
            sa.select(
                self._literal(value).label("discriminator"),
                sa.literal(column.name, sa.Text).label("part"),
                parents.c[column.name].label("value"),
            ).correlate(parents)
            for value, column in self.parts.items()
        ]
        arrays = sa.union_all(*selects).lateral("arrays")
        return parents.join(arrays, sa.true()), arrays.c.discriminator, arrays.c.part, arrays.c.value

    def _literal(self, value: Any) -> ColumnElement[Any]:
        if self.discriminator is None:
            return sa.null()
        return sa.literal(value, self.into.c[self.discriminator].type)

    def _elements(self, parents: FromClause) -> FromClause:
        """Return every element with its fields as columns (NULL: does not fit) and whether it can be a row.

        A common table expression, because rows and residue both read it. First the fields are taken out of the element, then each
        is read; both once, however often they are used.
        """
        relation, discriminator, part, array = self._parts_of(parents)
        x = elements(array, "x")
        fields = self.fields.taken_out(x.c.element)
        f = fenced(*(value.label(name) for name, value in fields.items()), alias="f", outer=[x])
        columns: list[Any] = [parents.c[self.source.key].label(self.parent)]
        if self.discriminator:
            columns.append(discriminator.label(self.discriminator))
        ordinal = x.c.ordinal + (self.start - 1) if self.start != 1 else x.c.ordinal
        columns.append(sa.cast(ordinal, self.into.c[self.position].type).label(self.position))
        columns += self.fields.read(f)
        columns += [moved(copy, self.source.table, parents).label(name) for name, copy in self.copies.items()]
        v = fenced(*columns, alias="v", outer=[*froms(relation), x, f])
        joined = relation.join(x, sa.true()).join(f, sa.true()).join(v, sa.true())
        fits = self.fields.fits(x.c.element, v, list(self.copies))
        found = sa.select(*v.c, x.c.element.label(_ELEMENT), part.label(_PART), fits.label(_FITS))
        found = found.select_from(joined)
        return (self._with_superseded(found.subquery("b")) if self.same else found).cte("elements")

    def _with_superseded(self, b: FromClause) -> Select[Any]:
        """Add whether an element that can be a row is in the preferred array too, as one that can be a row."""
        assert self.same
        assert self.discriminator
        is_preferred = b.c[self.discriminator] == self._literal(self.prefer)
        wins = func.bool_or(sa.and_(is_preferred, b.c[_FITS]))
        found = wins.over(partition_by=(b.c[self.parent], b.c[self.same]))
        return sa.select(*b.c, sa.and_(~is_preferred, b.c[_FITS], found).label(_SUPERSEDED))

    def derive(self, parents: FromClause) -> dict[str, Select[Any]]:
        e = self._elements(parents)
        columns: list[Any] = [c for c in e.c if c.name not in (_ELEMENT, _PART, _FITS, _SUPERSEDED)]
        if self.rest:
            columns.append(func.nullif(self.fields.remainder(e.c[_ELEMENT], e), jsonb("{}")).label(self.rest))
        rows = sa.select(*columns).where(e.c[_FITS])
        return {"rows": rows.where(~e.c[_SUPERSEDED]) if self.same else rows, "residue": self._residue(parents, e)}

    def _residue(self, parents: FromClause, e: FromClause) -> Select[Any]:
        account: ColumnElement[Any] = sa.literal(Account.QUARANTINED.value, sa.Text)
        reason: ColumnElement[Any] = sa.literal("does not fit", sa.Text)
        value: ColumnElement[Any] = e.c[_ELEMENT]
        where: ColumnElement[bool] = ~e.c[_FITS]
        if not self.rest:
            left = self.fields.remainder(e.c[_ELEMENT], e)
            value = sa.case((e.c[_FITS], left), else_=value)
            account = sa.case((e.c[_FITS], Account.SHAPE.value), else_=account)
            reason = sa.case((e.c[_FITS], "unknown keys"), else_=reason)
            where = sa.or_(where, left != jsonb("{}"))
        if self.same:
            beaten = e.c[_SUPERSEDED]
            value = sa.case((beaten, e.c[_ELEMENT]), else_=value)
            account = sa.case((beaten, Account.MERGED.value), else_=account)
            reason = sa.case((beaten, "superseded"), else_=reason)
            where = sa.or_(where, beaten)
        left_over = sa.select(
            e.c[self.parent].label("parent"),
            e.c[_PART].label("part"),
            e.c[self.position].label("position"),
            value.label("value"),
            account.label("account"),
            reason.label("reason"),
        ).where(where)
        found = sa.union_all(left_over, self._shapes(parents)).subquery("residue")
        return sa.select(*each(RESIDUE_COLUMNS, found))

    def _shapes(self, parents: FromClause) -> Select[Any]:
        """Return values that have no element: an empty array, null, or no array at all."""
        _, _, part, value = parts = self._parts_of(parents)
        no_array = kind_of(value) != "array"
        is_null = kind_of(value) == "null"
        empty = func.jsonb_array_length(array_or_empty(value)) == 0
        return (
            sa.select(
                parents.c[self.source.key],
                part,
                sa.literal(WHOLE),
                value,
                sa.case((sa.and_(no_array, ~is_null), Account.QUARANTINED.value), else_=Account.SHAPE.value),
                sa.case((is_null, "null"), (no_array, "not an array"), else_="empty"),
            )
            .select_from(parts[0])
            .where(value.is_not(None), sa.or_(no_array, empty))
        )

    # -- R ----------------------------------------------------------------------------------------------------------------

    def rebuild(self, face: Face, parents: FromClause, rows: RowsRead) -> Select[Any]:
        columns = [self._array(value, column, parents, rows) for value, column in self.parts.items()]
        return sa.select(parents.c[face.key], *columns).select_from(parents)

    def _array(self, value: Any, column: sa.Column[Any], parents: FromClause, rows: RowsRead) -> ColumnElement[Any]:
        key, part = parents.c[self.source.key], column.name
        r, left = rows["rows"].alias("r"), rows["residue"].alias("l")
        placed = self._placed(r, rows, parents, part).where(r.c[self.parent] == key).correlate(parents)
        if self.discriminator:
            placed = placed.where(r.c[self.discriminator] == self._literal(value))
        kept = sa.select(left.c.position, sa.literal(1), left.c.value).where(
            left.c.parent == key,
            left.c.part == part,
            left.c.position != WHOLE,
            left.c.account != Account.SHAPE.value,
            *self._alive(left, rows, key, parents),
        )
        found = sa.union_all(placed, kept.correlate(parents)).subquery("z")
        ordered = aggregate_order_by(found.c.value, found.c.position, found.c.side)
        array = sa.select(func.jsonb_agg(ordered, type_=JSONB)).correlate(parents).scalar_subquery()
        whole = rows["residue"].alias("w")
        shape = (
            sa.select(whole.c.value)
            .where(whole.c.parent == key, whole.c.part == part, whole.c.position == WHOLE)
            .correlate(parents)
            .scalar_subquery()
        )
        emptied = sa.case((kind_of(parents.c[part]) == "array", jsonb("[]")))
        return func.coalesce(array, shape, emptied, type_=JSONB).label(part)

    def _placed(self, r: FromClause, rows: RowsRead, parents: FromClause, part: str) -> Select[Any]:
        """Return rows as elements, with their places; text that says the same as the row is taken over as it stands."""
        relation: FromClause = r
        position, side = r.c[self.position].label("position"), sa.literal(0).label("side")
        rest: ColumnElement[Any]
        if self.rest:
            rest = r.c[self.rest]
        else:
            extra = rows["residue"].alias("u")
            own = [extra.c.parent == r.c[self.parent], extra.c.part == part, extra.c.position == r.c[self.position]]
            relation = relation.outerjoin(extra, sa.and_(*own, extra.c.account == Account.SHAPE.value))
            rest = extra.c.value
        present: ColumnElement[Any] | None = None
        if any(codec.by_value for codec in self.fields.direct.values()):
            y = elements(parents.c[part], "y")
            relation = relation.outerjoin(y, y.c.ordinal == r.c[self.position] + (1 - self.start))
            present = y.c.element
        return sa.select(position, side, self.fields.document(r, rest, present).label("value")).select_from(relation)

    def _alive(self, left: FromClause, rows: RowsRead, key: ColumnElement[Any], parents: FromClause) -> list[ColumnElement[bool]]:
        """A superseded element lives only as long as the one that beat it, or deleting that would bring it back."""
        if not self.same or not self.discriminator:
            return []
        winner = rows["rows"].alias("s")
        field = self.fields.direct[self.same]
        beaten = sa.select(ONE).where(
            winner.c[self.parent] == key,
            winner.c[self.discriminator] == self._literal(self.prefer),
            field.write(winner.c[self.same]) == get(left.c.value, field.key or ""),
        )
        return [sa.or_(left.c.reason != "superseded", sa.exists(beaten.correlate(parents, left)))]

    # -- census, positions, equality --------------------------------------------------------------------------------------

    def size(self, face: Face, parents: FromClause) -> ColumnElement[Any]:
        counts = [length_of(parents.c[name]) for name in face.nested]
        return functools.reduce(operator.add, counts)

    def ranks(self, scope: Condition) -> Sequence[Rank]:
        r, left = self.into.alias("r"), self.output("residue").table.alias("l")
        part: ColumnElement[Any] = sa.literal(next(iter(self.parts.values())).name, sa.Text)
        if self.discriminator:
            of = r.c[self.discriminator]
            part = sa.case(*[(of == self._literal(value), c.name) for value, c in self.parts.items()])
        rows = sa.select(
            r.c[self.parent].label("parent"),
            part.label("part"),
            r.c[self.position].label("was"),
            sa.literal(0).label("side"),
            sa.false().label("is_dead"),
        ).where(scope(r.c[self.parent]))
        side = sa.case((left.c.account == Account.SHAPE.value, 0), else_=1)
        # What R no longer gives has no place among the living: behind them, until E takes it away.
        is_dead = ~sa.and_(sa.true(), *self._alive(left, {"rows": self.into}, left.c.parent, left))
        kept = sa.select(left.c.parent, left.c.part, left.c.position, side, is_dead)
        all_places = sa.union(rows, kept.where(scope(left.c.parent), left.c.position != WHOLE)).subquery("places")
        order = func.row_number().over(
            partition_by=(all_places.c.parent, all_places.c.part),
            order_by=(all_places.c.is_dead, all_places.c.was, all_places.c.side),
        )
        rank = sa.cast(order - 1 + self.start, sa.Integer).label("rank")
        ranked = sa.select(all_places, rank).subquery("ranked")
        return (self._row_rank(ranked), self._residue_rank(ranked))

    def _row_rank(self, ranked: FromClause) -> Rank:
        columns = [ranked.c.parent.label(self.parent)]
        key = [self.parent]
        if self.discriminator:
            cases = [(ranked.c.part == c.name, self._literal(value)) for value, c in self.parts.items()]
            columns.append(sa.case(*cases).label(self.discriminator))
            key.append(self.discriminator)
        select = sa.select(*columns, ranked.c.was, ranked.c["rank"]).where(ranked.c.side == 0)
        return Rank(output="rows", column=self.position, key=tuple(key), select=select)

    def _residue_rank(self, ranked: FromClause) -> Rank:
        left = self.output("residue").table.alias("m")
        side = sa.case((left.c.account == Account.SHAPE.value, 0), else_=1)
        same = sa.and_(
            left.c.parent == ranked.c.parent,
            left.c.part == ranked.c.part,
            left.c.position == ranked.c.was,
            side == ranked.c.side,
        )
        select = sa.select(ranked.c.parent, ranked.c.part, ranked.c.was, ranked.c["rank"]).select_from(ranked.join(left, same))
        return Rank(output="residue", column="position", key=("parent", "part"), select=select)

    def kept(self, old: ColumnElement[Any], new: ColumnElement[Any], recent: ColumnElement[Any]) -> ColumnElement[Any] | None:
        return func.unnest.kept_elements(old, new, recent, type_=JSONB) if self.grace_s else None

    @property
    def losses(self) -> tuple[str, ...]:
        return self.fields.losses
