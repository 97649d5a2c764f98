"""What a mapping is, for the machinery that knows no kind.

In: nothing. Out: the records ``Face``, ``Output`` and ``Lookup`` and the class ``Mapping`` that every kind fulfils with
expressions alone: ``derive`` (E), ``rebuild`` (R), ``findings``. Triggers, batches, verification, rollback and repair are made
from these in ``unnest.script``; a kind never writes one.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause, Select

from unnest import naming
from unnest.sql import Condition


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Face:
    """A legacy table with the nested columns that R gives for each of its rows.

    Attributes:
        table: The legacy table.
        key: Name of the column that identifies its rows (text, integer or uuid).
        nested: Columns that R computes.
        retired: Those of ``nested`` that cleanup hides and ``complete`` drops.
    """

    table: sa.Table
    key: str
    nested: tuple[str, ...]
    retired: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name by which outputs refer to this face."""
        return self.table.name


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Output:
    """A table that E fills.

    Attributes:
        name: The name under which ``derive`` returns its rows.
        table: The table.
        key: Columns of the unique key on which rows are matched (ON CONFLICT).
        parent: Column that holds the key of the source's row.
        columns: Columns that E writes.
        initial: Those of ``columns`` that E gives at insert only; afterwards they belong to the new side.
        internal: Whether it is ours (residue) and closed to applications.
        faces: Face name -> column of this table that holds the key of that face's row.
    """

    name: str
    table: sa.Table
    key: tuple[str, ...]
    parent: str
    columns: tuple[str, ...]
    initial: tuple[str, ...] = ()
    internal: bool = False
    faces: Map[str, str] = field(default_factory=dict)

    @property
    def followed(self) -> tuple[str, ...]:
        """Columns that follow the parent for ever: written, compared, overridden."""
        return tuple(c for c in self.columns if c not in self.key and c not in self.initial)


def described(table: sa.Table) -> dict[str, str]:
    """Return the columns of a table with type and nullability, for ``Mapping.declared``."""
    return {column.name: f"{column.type!r}{'' if column.nullable else ' NOT NULL'}" for column in table.columns}


class Follow(Enum):
    """When parents are derived again after a change of a lookup."""

    NOW = "now"
    """In the writer's transaction: the lookup decides where a value goes."""
    LATER = "later"
    """From a queue, by the runner: a copied column that never changes in practice; old writers meet no new lock."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lookup:
    """Another table that E reads.

    Attributes:
        table: The table.
        on: The condition that joins the source's row to it, in columns of both.
        follow: When a change of it is carried.
    """

    table: sa.Table
    on: ColumnElement[bool]
    follow: Follow


class Account(Enum):
    """Where an element that came in has gone; the words of the accounting."""

    PLACED = "placed"
    MERGED = "merged"
    QUARANTINED = "quarantined"
    SHAPE = "shape"
    """No element of its own: the shape of a value that has none (empty, null), or keys left over of a placed element."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seal:
    """A key that holds both sides equal without triggers after cleanup.

    Attributes:
        table: The table that gets the foreign key.
        columns: Its columns.
        target: The table referred to.
        target_columns: The columns referred to; a unique constraint is made for them where none exists.
        cascade: Whether updates and deletes of the target are carried.
    """

    table: sa.Table
    columns: tuple[str, ...]
    target: sa.Table
    target_columns: tuple[str, ...]
    cascade: bool


RESIDUE_KEY = ("parent", "part", "position")
RESIDUE_COLUMNS = (*RESIDUE_KEY, "value", "account", "reason")
WHOLE = -1
"""Position of a residue row that stands for a whole nested value and not for one of its elements."""


def residue_output(mapping: str, source: Face) -> Output:
    """Return the output that keeps, per parent and position, what the target has no place for.

    Its table has a key of the parent's own type: ranges of keys sort as they do in the source.
    """
    table = sa.Table(
        naming.residue(mapping),
        sa.MetaData(schema=naming.SCHEMA),
        sa.Column("parent", source.table.c[source.key].type, primary_key=True, autoincrement=False),
        sa.Column("part", sa.Text, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", JSONB),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    return Output(name="residue", table=table, key=RESIDUE_KEY, parent="parent", columns=RESIDUE_COLUMNS, internal=True)


Rows = Map[str, FromClause]
"""Rows that R reads, by output name: the live tables, E of the source, or a trigger's transition table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rank:
    """Dense positions of one output's rows: which rows, where they stand, where they belong.

    Attributes:
        output: Name of the output.
        column: The column that holds the position.
        key: Columns that identify a row, ``column`` aside.
        select: Yields ``key``, ``was`` and ``rank``.
    """

    output: str
    column: str
    key: tuple[str, ...]
    select: Select[Any]


class Mapping(ABC):
    """A nested value and the rows that it means, in both directions.

    The *source* is the face whose row's lock serialises the group; *followers* are nested columns of other tables that must
    agree too.
    """

    name: str
    source: Face
    followers: tuple[Face, ...]
    outputs: tuple[Output, ...]
    lookups: tuple[Lookup, ...]
    grace_s: int = 0
    """Seconds for which an old write can't erase what the new side has added."""

    @abstractmethod
    def derive(self, parents: FromClause) -> dict[str, Select[Any]]:
        """Return E: for each output, the rows that the parents in ``parents`` mean.

        Args:
            parents: Any relation with the columns of the source table that the mapping reads.
        """

    @abstractmethod
    def rebuild(self, face: Face, parents: FromClause, rows: Rows) -> Select[Any]:
        """Return R: the key and the nested columns of ``face`` that ``rows`` mean, one row for each of ``parents``.

        Args:
            face: The source or a follower.
            parents: Rows of the face's table; their present value decides order and shape where the rows leave it open.
            rows: What to rebuild from, by output name.
        """

    @abstractmethod
    def size(self, face: Face, parents: FromClause) -> ColumnElement[Any]:
        """Return how many elements the nested values of one of ``parents`` hold, counted without E."""

    def elements(self, face: Face, parents: FromClause) -> Select[Any]:
        """Return one number: the elements that the nested values of all ``parents`` hold."""
        total = sa.func.coalesce(sa.func.sum(self.size(face, parents)), 0)
        return sa.select(sa.cast(total, sa.BigInteger)).select_from(parents)

    @property
    @abstractmethod
    def declared(self) -> dict[str, Any]:
        """What the user has declared, in plain values: the ledger refuses to go on when it has changed."""

    def findings(self, face: Face, parents: FromClause) -> Select[Any] | None:
        """Return what can't be placed or disagrees: ``key``, ``kind``, ``path``, ``account``, ``evidence``; or none."""
        del face, parents
        return None

    def ranks(self, scope: Condition) -> Sequence[Rank]:
        """Return the dense positions of the rows of the parents in ``scope``; nothing for kinds without positions."""
        del scope
        return ()

    def kept(self, old: ColumnElement[Any], new: ColumnElement[Any], recent: ColumnElement[Any]) -> ColumnElement[Any] | None:
        """Return a nested value of an old write with those elements of ``recent`` put back that it has erased.

        Args:
            old: The value before the write.
            new: The value that the old application writes.
            recent: Array of the elements that the new side has added within the grace period.

        Returns:
            None for kinds in which an old write can't erase what the new side has added.
        """
        del old, new, recent
        return None

    @property
    def seals(self) -> tuple[Seal, ...]:
        """Keys that take the triggers' place after cleanup."""
        return ()

    @property
    def unsealed(self) -> tuple[str, ...]:
        """Nested columns of the source that stay after cleanup, cleared where the seals don't allow their residue."""
        return ()

    @property
    def implied(self) -> tuple[str, ...]:
        """Nested columns of the source that agree wherever rows and residue agree with E: their round trip shows nothing new."""
        return ()

    @property
    def guaranteed(self) -> tuple[str, ...]:
        """Columns of the targets whose foreign keys legacy data can't break, because E gives no row that would."""
        return tuple(output.parent for output in self.targets)

    def placed(self, face: Face, parents: FromClause, rows: Rows) -> Select[Any] | None:
        """Return one number: the elements of a follower's nested values that stand in ``rows``; None for the source."""
        del face, parents, rows
        return None

    @property
    def losses(self) -> tuple[str, ...]:
        """What this mapping does not give back to the letter, for ``plan``."""
        return ()

    @property
    def faces(self) -> tuple[Face, ...]:
        """The source, then the followers."""
        return (self.source, *self.followers)

    @property
    def targets(self) -> tuple[Output, ...]:
        """The outputs that belong to the application."""
        return tuple(o for o in self.outputs if not o.internal)

    def output(self, name: str) -> Output:
        """Return an output by name."""
        return next(o for o in self.outputs if o.name == name)
