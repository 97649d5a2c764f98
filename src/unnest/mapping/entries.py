"""Entries: an object <-> one row per key, inner objects flattened.

In: the declaration. Out: E and R of this kind. A registry gives known keys their name and category; a key that it does not know
keeps its spelling. Null is a value; a missing key has no row. What can't be an entry (a value that is no object, an empty or null
inner object, a key that hides a known one) goes to residue.
"""

from collections.abc import Mapping as Map
from collections.abc import Sequence
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
    Mapping,
    Output,
    described,
    residue_output,
)
from unnest.mapping.base import Rows as RowsRead
from unnest.mapping.checks import (
    checked,
    foreign_key_to,
    require,
    require_column,
    require_key,
    require_once,
    require_table,
    source_key,
)
from unnest.mapping.codecs import camel_case
from unnest.sql import each, get, jsonb, kind_of, merged, moved, text

func = sa.func


class Entries(Mapping):
    """Object <-> key/value rows.

    Args:
        source: The nested column.
        into: The new table, with a primary key or unique constraint on (``parent``, ``key``).
        registry: Name of a known entry -> its category. A dotted name lies inside an inner object: ``reasoning.auto_expand`` is
            ``{"reasoning": {"autoExpand": ...}}``.
        unknown: Category of entries that the registry does not know.
        parent: Column of ``into`` that refers to the source's row; default: its only foreign key to the source's table.
        key: Column that holds the entry's name.
        value: ``jsonb`` column that holds its value.
        category: Column that holds its category.
        initial: Column of ``into`` -> its value at insert and at every change by an old write.
        name: Name of the mapping; default: the name of ``into``.
    """

    def __init__(
        self,
        source: sa.Column[Any],
        into: sa.Table,
        *,
        registry: Map[str, str],
        unknown: str,
        parent: str | None = None,
        key: str = "key",
        value: str = "value",
        category: str = "category",
        initial: Map[str, ColumnElement[Any]] | None = None,
        name: str | None = None,
    ) -> None:
        require_table(into, "Entries")
        self.name = name or naming.short(into.name)
        self.into, self.column = into, source
        self.key, self.value, self.category = key, value, category
        self.registry, self.unknown, self.initial = dict(registry), unknown, dict(initial or {})
        where = f'mapping "{self.name}"'
        table = checked([source], where)
        self.parent = parent or foreign_key_to(into, table, where)
        columns = (self.parent, key, value, category, *self.initial)
        for column in columns:
            require_column(into, column, where)
        require_once(columns, into, where)
        require_key(into, (self.parent, key), where)
        require(isinstance(into.c[value].type, JSONB), f'{where}: value column "{value}" of "{into.name}" must be JSONB')
        for entry in self.registry:
            require(len(entry.split(".")) <= 2, f'{where}: registry name "{entry}" lies deeper than one inner object')
        nested = (source.name,)
        self.source = Face(table=table, key=source_key(table, where), nested=nested, retired=nested)
        self.followers = ()
        self.lookups = ()
        row = Output(
            name="rows",
            table=into,
            key=(self.parent, key),
            parent=self.parent,
            columns=columns,
            initial=tuple(self.initial),
            faces={table.name: self.parent},
        )
        self.outputs = (row, residue_output(self.name, self.source))

    @property
    def declared(self) -> dict[str, Any]:
        return {
            "kind": "Entries",
            "source": f"{self.column.table.fullname}.{self.column.name}",
            "into": self.into.fullname,
            "columns": described(self.into),
            "registry": self.registry,
            "initial": {name: text(expression) for name, expression in self.initial.items()},
            "names": [self.parent, self.key, self.value, self.category, self.unknown],
        }

    @property
    def groups(self) -> tuple[str, ...]:
        """JSON keys of the inner objects that are flattened."""
        return tuple(dict.fromkeys(camel_case(name.split(".")[0]) for name in self.registry if "." in name))

    def _known(self) -> FromClause:
        """Return the registry as a relation: group (empty: none), JSON key, name, category."""
        rows: Sequence[tuple[str, str, str, str]] = [
            (camel_case(head) if tail else "", camel_case(tail or head), name, category)
            for name, category in self.registry.items()
            for head, _, tail in [name.partition(".")]
        ]
        columns = [sa.column(c, sa.Text) for c in ("inner", "json_key", "name", "category")]
        return sa.values(*columns, name="known").data(list(rows))

    # -- E ----------------------------------------------------------------------------------------------------------------

    def _leaves(self, parents: FromClause) -> FromClause:
        """Return every leaf: its group (empty: none), JSON key and value. Inner objects that are flattened are no leaves."""
        document = parents.c[self.column.name]
        whole = func.unnest.object_or_empty(document, type_=JSONB)
        top = func.jsonb_each(whole).table_valued(sa.column("key", sa.Text), sa.column("value", JSONB)).render_derived(name="x")
        selects = [
            sa.select(sa.literal("", sa.Text).label("inner"), top.c.key, top.c.value)
            .select_from(top)
            .where(sa.not_(top.c.key.in_(self.groups)) if self.groups else sa.true())
            .correlate(parents)
        ]
        for number, group in enumerate(self.groups):
            inside = func.unnest.object_or_empty(get(whole, group), type_=JSONB)
            each_of = func.jsonb_each(inside).table_valued(sa.column("key", sa.Text), sa.column("value", JSONB))
            y = each_of.render_derived(name=f"y{number}")
            selects.append(sa.select(sa.literal(group, sa.Text), y.c.key, y.c.value).select_from(y).correlate(parents))
        return sa.union_all(*selects).lateral("leaf")

    def _entries(self, parents: FromClause) -> FromClause:
        """Return every leaf with the name and the category that it gets, and whether it may have that name."""
        leaf, known = self._leaves(parents), self._known()
        hidden = self._known().alias("hidden")
        verbatim = sa.case((leaf.c.inner == "", leaf.c.key), else_=leaf.c.inner + "." + leaf.c.key)
        found = sa.and_(known.c.inner == leaf.c.inner, known.c.json_key == leaf.c.key)
        is_hidden = sa.and_(known.c.name.is_(None), sa.or_(hidden.c.name.is_not(None), self._ambiguous(leaf)))
        columns: list[Any] = [
            parents.c[self.source.key].label(self.parent),
            func.coalesce(known.c.name, verbatim).label(self.key),
            leaf.c.value.label(self.value),
            func.coalesce(known.c.category, self.unknown).label(self.category),
            leaf.c.inner.label("u_inner"),
            leaf.c.key.label("u_key"),
            (~is_hidden).label("u_fits"),
        ]
        columns += [moved(value, self.source.table, parents).label(name) for name, value in self.initial.items()]
        relation = parents.join(leaf, sa.true()).outerjoin(known, found).outerjoin(hidden, hidden.c.name == verbatim)
        return sa.select(*columns).select_from(relation).cte("entries")

    def _ambiguous(self, leaf: FromClause) -> ColumnElement[bool]:
        """Return whether an unknown top-level key would read as one inside an inner object."""
        prefixes = [leaf.c.key.startswith(f"{group}.", autoescape=True) for group in self.groups]
        return sa.and_(leaf.c.inner == "", sa.or_(*prefixes)) if prefixes else sa.false()

    def derive(self, parents: FromClause) -> dict[str, Select[Any]]:
        e = self._entries(parents)
        columns = each([self.parent, self.key, self.value, self.category, *self.initial], e)
        return {"rows": sa.select(*columns).where(e.c.u_fits), "residue": self._residue(parents, e)}

    def _residue(self, parents: FromClause, e: FromClause) -> Select[Any]:
        place = func.row_number().over(partition_by=(e.c[self.parent], e.c.u_inner), order_by=e.c.u_key)
        one = func.jsonb_build_object(e.c.u_key, e.c[self.value], type_=JSONB)
        hidden = sa.select(
            e.c[self.parent].label("parent"),
            (sa.literal(f"{self.column.name}.", sa.Text) + e.c.u_inner).label("part"),
            sa.cast(place - 1, sa.Integer).label("position"),
            one.label("value"),
            sa.literal(Account.QUARANTINED.value, sa.Text).label("account"),
            sa.literal("hides a known key", sa.Text).label("reason"),
        ).where(~e.c.u_fits)
        shapes = [self._shape(parents, self.column.name, parents.c[self.column.name])]
        whole = func.unnest.object_or_empty(parents.c[self.column.name], type_=JSONB)
        shapes += [self._shape(parents, f"{self.column.name}.{group}", get(whole, group)) for group in self.groups]
        found = sa.union_all(hidden, *shapes).subquery("residue")
        return sa.select(*each(RESIDUE_COLUMNS, found))

    def _shape(self, parents: FromClause, part: str, value: ColumnElement[Any]) -> Select[Any]:
        """Return a value that has no entry: null, an empty object, or no object at all."""
        is_null, no_object = kind_of(value) == "null", kind_of(value) != "object"
        account = sa.case((sa.and_(no_object, ~is_null), Account.QUARANTINED.value), else_=Account.SHAPE.value)
        reason = sa.case((is_null, "null"), (no_object, "not an object"), else_="empty")
        columns = (parents.c[self.source.key], sa.literal(part, sa.Text), sa.literal(WHOLE), value, account, reason)
        return sa.select(*columns).select_from(parents).where(value.is_not(None), sa.or_(no_object, value == jsonb("{}")))

    # -- R ----------------------------------------------------------------------------------------------------------------

    def rebuild(self, face: Face, parents: FromClause, rows: RowsRead) -> Select[Any]:
        whole = self._shape_of(parents, rows, self.column.name)
        parts = [self._object(parents, rows, "")]
        for group in self.groups:
            inside, shape = self._object(parents, rows, group), self._shape_of(parents, rows, f"{self.column.name}.{group}")
            value = func.coalesce(inside, shape, type_=JSONB)
            parts.append(sa.case((value.is_not(None), func.jsonb_build_object(sa.literal(group, sa.Text), value, type_=JSONB))))
        empty = jsonb("{}")
        built = merged(*(func.coalesce(part, empty, type_=JSONB) for part in parts))
        present = sa.case((kind_of(parents.c[self.column.name]) == "object", empty))
        value = func.coalesce(func.nullif(built, empty, type_=JSONB), whole, present, type_=JSONB)
        return sa.select(parents.c[face.key], value.label(self.column.name)).select_from(parents)

    def _object(self, parents: FromClause, rows: RowsRead, group: str) -> ColumnElement[Any]:
        """Return the entries of a group (empty: of none) as an object; NULL where there are none."""
        r, left, known = rows["rows"].alias("r"), rows["residue"].alias("l"), self._known()
        key, name = parents.c[self.source.key], r.c[self.key]
        inner, json_key = self._placed(name, known)
        placed = (
            sa.select(json_key.label("k"), r.c[self.value].label("v"))
            .select_from(r.outerjoin(known, known.c.name == name))
            .where(r.c[self.parent] == key, inner == group)
            .correlate(parents)
        )
        x = (
            func.jsonb_each(left.c.value)
            .table_valued(sa.column("key", sa.Text), sa.column("value", JSONB))
            .render_derived(name="z")
        )
        kept = (
            sa.select(x.c.key, x.c.value)
            .select_from(left.join(x, sa.true()))
            .where(left.c.parent == key, left.c.part == f"{self.column.name}.{group}", left.c.position != WHOLE)
            .correlate(parents)
        )
        pairs = sa.union_all(kept, placed).subquery("pairs")
        found = sa.select(func.jsonb_object_agg(pairs.c.key, pairs.c.value, type_=JSONB))
        return found.correlate(parents).scalar_subquery()

    def _placed(self, name: ColumnElement[Any], known: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
        """Return group and JSON key of an entry's name: the registry's, or as the name is spelled."""
        inside = [(name.startswith(f"{group}.", autoescape=True), group) for group in self.groups]
        inner = (
            sa.case((known.c.name.is_not(None), known.c.inner), *inside, else_="") if inside else func.coalesce(known.c.inner, "")
        )
        lengths = [(is_inside, func.substr(name, len(group) + 2)) for is_inside, group in inside]
        json_key = sa.case((known.c.name.is_not(None), known.c.json_key), *lengths, else_=name)
        return inner, json_key

    def _shape_of(self, parents: FromClause, rows: RowsRead, part: str) -> ColumnElement[Any]:
        left = rows["residue"].alias("w")
        same = (left.c.parent == parents.c[self.source.key], left.c.part == part, left.c.position == WHOLE)
        return sa.select(left.c.value).where(*same).correlate(parents).scalar_subquery()

    def size(self, face: Face, parents: FromClause) -> ColumnElement[Any]:
        value = parents.c[face.nested[0]]
        whole = func.unnest.object_or_empty(value, type_=JSONB)
        total: ColumnElement[Any] = self._keys(whole) + self._outcast(value)
        for group in self.groups:
            inside = get(whole, group)
            total = total - sa.case((inside.is_not(None), 1), else_=0)
            total = total + self._keys(func.unnest.object_or_empty(inside, type_=JSONB)) + self._outcast(inside)
        return total

    def _keys(self, document: ColumnElement[Any]) -> ColumnElement[Any]:
        return sa.select(func.count()).select_from(func.jsonb_object_keys(document).table_valued("k")).scalar_subquery()

    def _outcast(self, value: ColumnElement[Any]) -> ColumnElement[Any]:
        """Count a value that is neither object nor null nor missing: it is kept whole."""
        return sa.case((kind_of(value).not_in(("object", "null")), 1), else_=0)

    @property
    def losses(self) -> tuple[str, ...]:
        return ("numbers come back equal by value: 5.0 and 5 are one number",)
