"""The numbers of tables, which every document id carries.

In: the tables of a snapshot and those imported before. Out: a number for each table of the snapshot.

The order of the original tool: the number listed in the snapshot; else that of the first document; else the number the
table has already; else a fresh one.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from unnest.convex.catalog import SnapshotTable
from unnest.convex.errors import Code, ImportRefused
from unnest.convex.ids import FIRST_USER_TABLE
from unnest.convex.report import ImportMode

TableKey: TypeAlias = tuple[str, str]  # component, table name


def assign_numbers(
    tables: Sequence[SnapshotTable],
    *,
    first_row: Callable[[SnapshotTable], int | None],
    known: Mapping[TableKey, int],
    mode: ImportMode,
) -> dict[TableKey, int]:
    """Give each table of a snapshot its number.

    Args:
        tables: what is imported.
        first_row: tells the number in the id of a table's first document, if it has one.
        known: numbers of the tables imported before.
        mode: tables that are to be replaced may change their number.

    Raises:
        ImportRefused: two tables would share a number, or one would have two.
    """
    imported = {(table.component, table.name) for table in tables}
    survivors = {} if mode is ImportMode.REPLACE_ALL else {k: n for k, n in known.items() if k not in imported}
    assigned: dict[TableKey, int] = {}
    open_tables: list[TableKey] = []
    for table in tables:
        key = (table.component, table.name)
        number = table.number or first_row(table)
        if number is None:
            open_tables.append(key)
            continue
        if mode is ImportMode.APPEND and known.get(key, number) != number:
            raise ImportRefused(
                Code.TABLE_NUMBER_CONFLICT,
                f'table "{table.title}" has number {known[key]}, and the documents to append have {number}',
                entry=table.documents or "", next_step="Import with --replace, or append documents of this deployment.",
            )  # fmt: skip
        _take(assigned, key, number)
    for key in open_tables:
        number = known.get(key)
        taken = _taken(key[0], assigned, survivors)
        _take(assigned, key, number if number is not None and number not in taken else _fresh(taken))
    _check_survivors(assigned, survivors)
    return assigned


def _take(assigned: dict[TableKey, int], key: TableKey, number: int) -> None:
    for other, taken in assigned.items():
        if taken == number and other[0] == key[0]:
            raise ImportRefused(Code.INVALID_ID, f'the tables "{other[1]}" and "{key[1]}" both have number {number}')
    assigned[key] = number


def _taken(component: str, *groups: Mapping[TableKey, int]) -> set[int]:
    return {number for group in groups for key, number in group.items() if key[0] == component}


def _fresh(taken: set[int]) -> int:
    return max(taken | {FIRST_USER_TABLE - 1}) + 1


def _check_survivors(assigned: Mapping[TableKey, int], survivors: Mapping[TableKey, int]) -> None:
    owners = {(component, number): name for (component, name), number in survivors.items()}
    for (component, name), number in assigned.items():
        if (owner := owners.get((component, number))) is not None:
            raise ImportRefused(
                Code.TABLE_NUMBER_CONFLICT,
                f'table "{name}" has number {number}, which belongs to "{owner}" that is there already',
                next_step="Import into an empty database, or with --replace-all.",
            )
