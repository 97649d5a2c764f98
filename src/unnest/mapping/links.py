"""Links: an array of ids on one table and a pointer back on the other <-> a junction.

In: the declaration. Out: E, R, findings of this kind. The pointer decides. The parent of E is therefore the *pointer's* row;
the array is a follower, rebuilt on every change of pointers, so drift ends when the triggers are armed.
"""

from collections.abc import Mapping as Map
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause, Select

from unnest import naming
from unnest.mapping.base import (
    Account,
    Face,
    Follow,
    Lookup,
    Mapping,
    Output,
    Seal,
    described,
    residue_output,
)
from unnest.mapping.base import Rows as RowsRead
from unnest.mapping.checks import checked, require, require_column, require_key, require_once, require_table, source_key
from unnest.mapping.codecs import Field, codec_for
from unnest.sql import as_text, build_object, each, elements, jsonb, kind_of, length_of, moved, text

func = sa.func
_FITS, _REASON = "u_fits", "u_reason"


class Links(Mapping):
    """Array of ids <-> junction, with a back pointer that decides.

    Args:
        source: The nested column that holds the ids, such as ``projects.c.conversation_ids``.
        into: The junction table, with a primary key or unique constraint on ``member``: one link per member.
        parent: Column of ``into`` for the array's row.
        member: Column of ``into`` for the row that an id means.
        truth: The pointer back, such as ``conversations.c.project_id``.
        same_owner: Two columns, one of each table, that must be equal for a link.
        initial: Column of ``into`` -> its value at insert, over columns of both tables; afterwards it belongs to the new side.
        name: Name of the mapping; default: the name of ``into``.
    """

    def __init__(
        self,
        source: sa.Column[Any],
        into: sa.Table,
        *,
        parent: str,
        member: str,
        truth: sa.Column[Any],
        same_owner: tuple[sa.Column[Any], sa.Column[Any]] | None = None,
        initial: Map[str, ColumnElement[Any]] | None = None,
        name: str | None = None,
    ) -> None:
        require_table(into, "Links")
        self.name = name or naming.short(into.name)
        where = f'mapping "{self.name}"'
        self.holder = checked([source], where)
        is_column = isinstance(truth, sa.Column) and isinstance(truth.table, sa.Table)
        require(is_column, f"{where}: truth {truth!r} is no column of a table")
        self.member_table = truth.table
        self.into, self.array, self.truth = into, source, truth
        self.parent, self.member = parent, member
        self.same_owner, self.initial = same_owner, dict(initial or {})
        for column in (parent, member, *self.initial):
            require_column(into, column, where)
        require_once([parent, member, *self.initial], into, where)
        require_key(into, (member,), where)
        self._check_owner(where)
        holder_key, member_key = source_key(self.holder, where), source_key(self.member_table, where)
        self.source = Face(table=self.member_table, key=member_key, nested=(truth.name,), retired=())
        self.id = codec_for(Field, self.member_table.c[member_key], where)
        self.follower = Face(table=self.holder, key=holder_key, nested=(source.name,), retired=(source.name,))
        self.followers = (self.follower,)
        on = truth == self.holder.c[holder_key]
        self.lookups = (Lookup(table=self.holder, on=on, follow=Follow.NOW),)
        link = Output(
            name="rows",
            table=into,
            key=(member,),
            parent=member,
            columns=(member, parent, *self.initial),
            initial=tuple(self.initial),
            faces={self.source.name: member, self.follower.name: parent},
        )
        self.outputs = (link, residue_output(self.name, self.source))

    def _check_owner(self, where: str) -> None:
        for column in self.same_owner or ():
            known = isinstance(column, sa.Column) and column.table in (self.holder, self.member_table)
            require(known, f'{where}: same_owner column "{column}" belongs to neither table of the link')

    @property
    def declared(self) -> dict[str, Any]:
        return {
            "kind": "Links",
            "source": f"{self.holder.fullname}.{self.array.name}",
            "truth": f"{self.member_table.fullname}.{self.truth.name}",
            "into": self.into.fullname,
            "columns": described(self.into),
            "owner": [f"{column.table.fullname}.{column.name}" for column in self.same_owner or ()],
            "initial": {name: text(expression) for name, expression in self.initial.items()},
            "names": [self.parent, self.member],
        }

    # -- E ----------------------------------------------------------------------------------------------------------------

    def _joined(self, members: FromClause) -> tuple[FromClause, FromClause, ColumnElement[bool]]:
        """Return members with the holder they point at, and whether the two may be linked; never null."""
        holder = self.holder.alias("holder")
        pointer = members.c[self.truth.name]
        relation = members.outerjoin(holder, holder.c[self.follower.key] == pointer)
        allowed: ColumnElement[bool] = holder.c[self.follower.key].is_not(None)
        if self.same_owner:
            left, right = (self._onto(column, members, holder) for column in self.same_owner)
            allowed = sa.and_(allowed, func.coalesce(left == right, sa.false()))
        needed = [name for name in self.initial if not self.into.c[name].nullable]
        present = [self._onto(self.initial[name], members, holder).is_not(None) for name in needed]
        return relation, holder, sa.and_(allowed, *present)

    def _onto(self, expression: Any, members: FromClause, holder: FromClause) -> Any:
        return moved(moved(expression, self.member_table, members), self.holder, holder)

    def derive(self, parents: FromClause) -> dict[str, Select[Any]]:
        """Both outputs read one common table expression: every pointer, whether it may be a link, and why not."""
        relation, holder, allowed = self._joined(parents)
        key, pointer = parents.c[self.source.key], parents.c[self.truth.name]
        initial = [self._onto(value, parents, holder).label(name) for name, value in self.initial.items()]
        reason = sa.case(*self._reasons(parents, holder), else_="does not fit")
        columns = [key.label(self.member), pointer.label(self.parent), *initial, allowed.label(_FITS), reason.label(_REASON)]
        e = sa.select(*columns).select_from(relation).where(pointer.is_not(None)).cte("pointers")
        residue = sa.select(
            e.c[self.member].label("parent"),
            sa.literal(self.truth.name, sa.Text).label("part"),
            sa.literal(0).label("position"),
            func.to_jsonb(e.c[self.parent], type_=JSONB).label("value"),
            sa.literal(Account.QUARANTINED.value, sa.Text).label("account"),
            e.c[_REASON].label("reason"),
        )
        rows = sa.select(*each([self.member, self.parent, *self.initial], e))
        return {"rows": rows.where(e.c[_FITS]), "residue": residue.where(~e.c[_FITS])}

    def _reasons(self, members: FromClause, holder: FromClause) -> list[tuple[ColumnElement[bool], str]]:
        found = [(holder.c[self.follower.key].is_(None), f"{self.parent.removesuffix('_id')} gone")]
        return [*found, (~self._allowed(members, holder), "owner differs")]

    # -- R ----------------------------------------------------------------------------------------------------------------

    def rebuild(self, face: Face, parents: FromClause, rows: RowsRead) -> Select[Any]:
        return self._pointer(parents, rows) if face is self.source else self._array(parents, rows)

    def _pointer(self, members: FromClause, rows: RowsRead) -> Select[Any]:
        link, left = rows["rows"].alias("r"), rows["residue"].alias("l")
        key = members.c[self.source.key]
        kept = sa.cast(as_text(left.c.value), self.truth.type)
        relation = members.outerjoin(link, link.c[self.member] == key).outerjoin(
            left, sa.and_(left.c.parent == key, left.c.part == self.truth.name)
        )
        return sa.select(key, func.coalesce(link.c[self.parent], kept).label(self.truth.name)).select_from(relation)

    def _array(self, holders: FromClause, rows: RowsRead) -> Select[Any]:
        """Keep the order that the array has; links that it does not have yet go to the end."""
        link = rows["rows"].alias("r")
        array, key = holders.c[self.array.name], holders.c[self.follower.key]
        x = elements(array, "x")
        was = (
            sa.select(self._id_of(x.c.element).label("id"), func.min(x.c.ordinal).label("place"))
            .select_from(x)
            .correlate(holders)
            .group_by(self._id_of(x.c.element))
            .lateral("was")
        )
        member = link.c[self.member]
        order = [was.c.place.asc().nulls_last(), *(link.c[name] for name in self.initial), member]
        ids = func.jsonb_agg(aggregate_order_by(self.id.write(member), *order), type_=JSONB)
        found = (
            sa.select(ids)
            .select_from(link.outerjoin(was, was.c.id == member))
            .where(link.c[self.parent] == key)
            .correlate(holders)
            .scalar_subquery()
        )
        empty = sa.case((array.is_not(None), jsonb("[]")))
        return sa.select(key, func.coalesce(found, empty, type_=JSONB).label(self.array.name)).select_from(holders)

    # -- findings and census ----------------------------------------------------------------------------------------------

    def findings(self, face: Face, parents: FromClause) -> Select[Any] | None:
        return None if face is self.source else self._array_findings(parents)

    def placed(self, face: Face, parents: FromClause, rows: RowsRead) -> Select[Any] | None:
        if face is self.source:
            return None
        link, x = rows["rows"].alias("r"), elements(parents.c[self.array.name], "x")
        key = parents.c[self.follower.key]
        on = sa.and_(link.c[self.parent] == key, link.c[self.member] == self._id_of(x.c.element))
        pairs = sa.select(key, link.c[self.member]).select_from(parents.join(x, sa.true()).join(link, on)).distinct()
        return sa.select(func.count()).select_from(pairs.subquery("pairs"))

    def _array_findings(self, holders: FromClause) -> Select[Any]:
        """Return elements of arrays that are no link of this row, and links that an array misses."""
        found = [self._bad_elements(holders), self._missing(holders), self._no_array(holders)]
        z = sa.union_all(*found).subquery("f")
        return sa.select(*z.c)

    def _bad_elements(self, holders: FromClause) -> Select[Any]:
        key, array = holders.c[self.follower.key], holders.c[self.array.name]
        x, member = elements(array, "x"), self.member_table.alias("member")
        on = member.c[self.source.key] == self._id_of(x.c.element)
        relation = holders.join(x, sa.true()).outerjoin(member, on)
        again = func.row_number().over(partition_by=(key, x.c.element), order_by=x.c.ordinal) > 1
        points_elsewhere = member.c[self.truth.name].is_distinct_from(key)
        allowed = self._allowed(member, holders)
        kind = sa.case(
            (self._id_of(x.c.element).is_(None), "not an id"),
            (member.c[self.source.key].is_(None), "stale id"),
            (again, "duplicate id"),
            (points_elsewhere, "mismatch"),
            (~allowed, "owner differs in array"),
        )
        evidence = build_object(value=x.c.element, position=x.c.ordinal - 1, **{self.truth.name: member.c[self.truth.name]})
        account = sa.case((again, Account.MERGED.value), else_=Account.QUARANTINED.value)
        path = func.concat(sa.literal(f"{self.array.name}[", sa.Text), x.c.ordinal - 1, "]", type_=sa.Text)
        z = _finding(key, kind, path, account, evidence).select_from(relation).subquery("z")
        return sa.select(*z.c).where(z.c.kind.is_not(None))

    def _allowed(self, members: FromClause, holders: FromClause) -> ColumnElement[bool]:
        if not self.same_owner:
            return sa.true()
        left, right = (self._onto(column, members, holders) for column in self.same_owner)
        return func.coalesce(left == right, sa.false())

    def _missing(self, holders: FromClause) -> Select[Any]:
        key, x = holders.c[self.follower.key], elements(holders.c[self.array.name], "x")
        id = sa.cast(self._id_of(x.c.element), sa.Text)
        # The ids of an array as one object, because a look into that costs the same whatever the planner expects of the array:
        # a join with the ids of one that held ten thousand took fourteen seconds.
        ids = func.jsonb_object_agg(id, sa.true(), type_=JSONB).filter(id.is_not(None)).label("ids")
        listed = sa.select(key.label("holder"), ids).select_from(holders.join(x, sa.true())).group_by(key).cte("listed")
        listed = listed.prefix_with("MATERIALIZED")
        member = self.member_table.alias("member")
        relation = holders.join(member, member.c[self.truth.name] == key).outerjoin(listed, listed.c.holder == key)
        is_listed = listed.c.ids.op("?", return_type=sa.Boolean())(sa.cast(member.c[self.source.key], sa.Text))
        is_missing = ~func.coalesce(is_listed, sa.false())
        evidence = build_object(value=member.c[self.source.key], **{self.truth.name: key})
        account = sa.literal(Account.SHAPE.value)
        found = _finding(key, sa.literal("missing from array"), sa.literal(self.array.name, sa.Text), account, evidence)
        return found.select_from(relation).where(is_missing, self._allowed(member, holders))

    def _id_of(self, element: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return an array's element as a key of the member table; NULL where it can't be one."""
        return self.id.read(element, self.member_table.c[self.source.key])

    def _no_array(self, holders: FromClause) -> Select[Any]:
        key, array = holders.c[self.follower.key], holders.c[self.array.name]
        evidence = build_object(value=array)
        account = sa.literal(Account.QUARANTINED.value)
        found = _finding(key, sa.literal("not an array"), sa.literal(self.array.name, sa.Text), account, evidence)
        return found.select_from(holders).where(kind_of(array).not_in(("array", "null")))

    def size(self, face: Face, parents: FromClause) -> ColumnElement[Any]:
        if face is self.source:
            return sa.case((parents.c[self.truth.name].is_not(None), 1), else_=0)
        return length_of(parents.c[self.array.name])

    # -- after cleanup ----------------------------------------------------------------------------------------------------

    @property
    def seals(self) -> tuple[Seal, ...]:
        link = (self.member, self.parent)
        pointer = (self.source.key, self.truth.name)
        return (
            Seal(table=self.into, columns=link, target=self.member_table, target_columns=pointer, cascade=True),
            Seal(table=self.member_table, columns=pointer, target=self.into, target_columns=link, cascade=False),
        )

    @property
    def implied(self) -> tuple[str, ...]:
        # A link and a residue row hold the pointer itself, and E gives exactly one of them.
        return (self.truth.name,)

    @property
    def guaranteed(self) -> tuple[str, ...]:
        return (self.member, self.parent)

    @property
    def unsealed(self) -> tuple[str, ...]:
        return (self.truth.name,)

    @property
    def losses(self) -> tuple[str, ...]:
        array, pointer = f"{self.holder.name}.{self.array.name}", f"{self.member_table.name}.{self.truth.name}"
        return (
            f"{array} is corrected to what {pointer} says; stale, repeated and contradicting ids are kept as findings",
            f"an edit of {array} alone is undone: the pointer decides",
            f"after complete, a rollback gives {array} back in the order of {', '.join(self.initial) or self.member}",
        )


def _finding(key: Any, kind: Any, path: Any, account: Any, evidence: Any) -> Select[Any]:
    return sa.select(
        sa.cast(key, sa.Text).label("key"),
        kind.label("kind"),
        path.label("path"),
        account.label("account"),
        evidence.label("evidence"),
    )
