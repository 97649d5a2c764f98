"""The declaration: what a user writes, checked when it is imported.

In: an id, a title, mappings. Out: a ``Migration`` whose mistakes have been refused with a message that names the field.
"""

import json
import operator
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from unnest import naming
from unnest.errors import DeclarationError, UsageError
from unnest.mapping.base import Mapping
from unnest.mapping.checks import require
from unnest.sql import columns_read

_ID = re.compile(r"[a-z0-9][a-z0-9_]{0,47}")
_NAME = re.compile(r"[a-z](?:_?[a-z0-9])*")


@dataclass(frozen=True, slots=True, eq=False)
class Migration:
    """One migration: nested values of legacy tables become rows of new ones.

    Args:
        id: Lower-case letters, digits and underscores; commands take any unique prefix.
        title: One sentence for people.
        mappings: What becomes what; later ones may read tables that earlier ones fill.

    Raises:
        DeclarationError: On anything that could not work; the message names the field.
    """

    id: str
    title: str
    mappings: tuple[Mapping, ...]

    def __init__(self, id: str, title: str, *mappings: Mapping) -> None:
        object.__setattr__(self, "id", id)
        object.__setattr__(self, "title", title)
        object.__setattr__(self, "mappings", mappings)
        where = f'migration "{id}"'
        require(bool(_ID.fullmatch(id)), f'{where}: the id must be up to 48 lower-case letters, digits and "_"')
        require(bool(title.strip()), f"{where}: the title is empty; say in one sentence what becomes what")
        require(bool(mappings), f"{where}: no mapping given")
        _check_targets(mappings, where)
        for mapping in mappings:
            _check_mapping(mapping, where)
        _check_cycle(mappings, where)

    @property
    def digest(self) -> str:
        """A digest of the declaration; the ledger refuses to go on when it has changed.

        Not of the SQL made from it: a newer release may say the same in other words.
        """
        told = {mapping.name: mapping.declared for mapping in self.mappings}
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def targets(self) -> tuple[sa.Table, ...]:
        """The new tables, each once."""
        return tuple(dict.fromkeys(o.table for m in self.mappings for o in m.targets))


def _check_targets(mappings: Sequence[Mapping], where: str) -> None:
    tables = [o.table.fullname for m in mappings for o in m.targets]
    twice = sorted({f'"{t}"' for t in tables if tables.count(t) > 1})
    require(not twice, f"{where}: two mappings fill table {', '.join(twice)}; give each its own")
    names = [m.name for m in mappings]
    same = sorted({f'"{n}"' for n in names if names.count(n) > 1})
    require(not same, f"{where}: two mappings are named {', '.join(same)}")


def _check_mapping(mapping: Mapping, where: str) -> None:
    place = f'{where}: mapping "{mapping.name}"'
    require(bool(_NAME.fullmatch(mapping.name)), f'{place}: the name must be lower-case letters, digits and "_", 41 at most')
    for output in mapping.targets:
        _check_identifiers(output.table, place)
    for face in mapping.faces:
        is_source = any(o.table is face.table for o in mapping.outputs)
        require(not is_source, f'{place}: table "{face.table.name}" is both source and target (a cycle)')
    tables = {face.table for face in mapping.faces} | {o.table for o in mapping.targets} | {x.table for x in mapping.lookups}
    for table in sorted(tables, key=lambda t: t.name):
        taken = sorted(c.name for c in table.c if c.name in naming.VARIABLES)
        require(not taken, f'{place}: column "{", ".join(taken)}" of "{table.name}" bears a name of ours; rename it')
    for lookup in mapping.lookups:
        is_equality = getattr(lookup.on, "operator", None) is operator.eq
        require(is_equality, f'{place}: the lookup of "{lookup.table.name}" must be joined by one equality (==)')
    declared = {lookup.table for lookup in mapping.lookups} | {mapping.source.table}
    parents = mapping.source.table.alias("p")
    read = {c.table for select in mapping.derive(parents).values() for c in columns_read(select)}
    outputs = {o.table for o in mapping.outputs}
    stray = sorted(t.name for t in read - declared - outputs)
    require(
        not stray,
        f'{place}: E reads {", ".join(stray)} without a lookup that joins it to "{mapping.source.table.name}"',
    )


def _check_identifiers(table: sa.Table, place: str) -> None:
    named: list[sa.Constraint | sa.Index] = [*table.constraints, *table.indexes]
    constraints = [str(c.name) for c in named if c.name]
    for name in (table.name, *(c.name for c in table.c), *constraints):
        size = len(name.encode())
        require(
            size <= naming.LIMIT_BYTES,
            f'{place}: identifier "{name}" has {size} bytes; PostgreSQL cuts names at {naming.LIMIT_BYTES}, choose a shorter one',
        )


def _check_cycle(mappings: Iterable[Mapping], where: str) -> None:
    """Refuse mappings that feed each other: the order in which they run would decide the result."""
    fills: dict[Any, str] = {o.table: m.name for m in mappings for o in m.targets}
    reads = {m.name: {fills[t] for t in _tables_read(m) if t in fills} - {m.name} for m in mappings}
    for name in reads:
        seen, todo = set[str](), list(reads[name])
        while todo:
            current = todo.pop()
            require(current != name, f'{where}: mapping "{name}" reads what is made from its own rows (a cycle)')
            if current not in seen:
                seen.add(current)
                todo += reads[current]


def _tables_read(mapping: Mapping) -> set[sa.Table]:
    return {mapping.source.table, *(f.table for f in mapping.followers), *(x.table for x in mapping.lookups)}


def check_together(migrations: Sequence[Migration]) -> tuple[Migration, ...]:
    """Return migrations that are declared together, refusing what only shows between them.

    Raises:
        DeclarationError: An id occurs twice; two migrations fill one table, share a mapping's name, or feed each other.
    """
    for migration in migrations:
        if not isinstance(migration, Migration):
            raise DeclarationError(f"the list of migrations holds {migration!r}; it must hold Migration objects only")
    ids = [m.id for m in migrations]
    require(
        len(set(ids)) == len(ids),
        f"two migrations share an id: {', '.join(sorted({i for i in ids if ids.count(i) > 1}))}",
    )
    mappings = [m for migration in migrations for m in migration.mappings]
    _check_targets(mappings, "the list of migrations")
    _check_cycle(mappings, "the list of migrations")
    return tuple(migrations)


def find(migrations: Sequence[Migration], prefix: str) -> Migration:
    """Return the migration that a unique prefix of its id means; ``3`` means ``003_...``.

    Raises:
        UsageError: No id, or more than one, begins like that.
    """
    exact = [m for m in migrations if m.id == prefix]
    by_number = [m for m in migrations if prefix.isdigit() and _number(m.id) == int(prefix)]
    found = exact or by_number or [m for m in migrations if m.id.startswith(prefix)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(m.id for m in migrations)
    claim = "no migration" if not found else f"{len(found)} migrations"
    raise UsageError(f'{claim} match "{prefix}"; known ids: {known}')


def _number(id: str) -> int | None:
    head = re.match(r"\d+", id)
    return int(head.group()) if head else None
