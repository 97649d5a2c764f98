"""Which statements a step runs: the same for ``plan``, for golden tests and for the runner.

In: a migration and a step. Out: its statements, in order. Steps that walk call the functions that the step FUNCTIONS made.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import TypeAlias

from unnest.migration import Migration
from unnest.script import arm, expand, retire
from unnest.script.statement import Statement
from unnest.sql import table_name
from unnest.stages import Move, Step

_Maker: TypeAlias = Callable[[Migration, bool], Iterator[Statement]]


def _expand(migration: Migration, convergent: bool) -> Iterator[Statement]:
    yield from expand.expand(migration)
    yield from arm.close(migration, convergent=convergent)


def _functions(migration: Migration, convergent: bool) -> Iterator[Statement]:
    yield from arm.calls(migration, convergent=convergent)


def _arm(migration: Migration, convergent: bool) -> Iterator[Statement]:
    yield from arm.arm(migration, convergent=convergent)


def _analyze(migration: Migration, _: bool) -> Iterator[Statement]:
    for mapping in migration.mappings:
        for output in mapping.outputs:
            name = table_name(output.table)
            yield Statement(name=f"analyze.{output.table.name}", sql=f"ANALYZE {name}")


def _harden(migration: Migration, _: bool) -> Iterator[Statement]:
    yield from expand.harden(migration)


def _read_live(migration: Migration, convergent: bool) -> Iterator[Statement]:
    yield from arm.read_live(migration, convergent=convergent)


def _open(migration: Migration, convergent: bool) -> Iterator[Statement]:
    yield from arm.open_new(migration, convergent=convergent)


def _close(migration: Migration, convergent: bool) -> Iterator[Statement]:
    yield from arm.close_new(migration, convergent=convergent)


def _seal_indexes(migration: Migration, _: bool) -> Iterator[Statement]:
    yield from retire.seal_indexes(migration)
    yield from retire.hold_residue(migration)


def _retire(migration: Migration, _: bool) -> Iterator[Statement]:
    yield from arm.disarm(migration)
    yield from retire.hide(migration)


def _seal(migration: Migration, _: bool) -> Iterator[Statement]:
    yield from retire.seal(migration)
    yield from expand.seal_constraints(migration)
    for mapping in migration.mappings:
        yield from arm.drop_own(mapping)


def _unseal(migration: Migration, _: bool) -> Iterator[Statement]:
    yield from retire.unseal(migration)
    yield from expand.unseal_constraints(migration)


def _show(migration: Migration, convergent: bool) -> Iterator[Statement]:
    yield from expand.own_tables(migration)
    yield from retire.show(migration)
    yield from arm.rearm_reverse(migration, convergent=convergent)


def _rearm(migration: Migration, convergent: bool) -> Iterator[Statement]:
    yield from arm.arm(migration, convergent=convergent)
    yield from arm.open_new(migration, convergent=convergent)


def _disarm(migration: Migration, convergent: bool) -> Iterator[Statement]:
    yield from arm.disarm(migration)
    yield from arm.close(migration, convergent=convergent)


def _purge(migration: Migration, _: bool) -> Iterator[Statement]:
    yield from retire.drop(migration)


def _add_hidden(migration: Migration, _: bool) -> Iterator[Statement]:
    yield from retire.add_hidden(migration)


def _not_null(migration: Migration, _: bool) -> Iterator[Statement]:
    yield from retire.not_null(migration)
    yield from retire.release_residue(migration)


def _set_aside(migration: Migration, _: bool) -> Iterator[Statement]:
    yield from arm.disarm(migration)
    yield from retire.set_aside(migration)


_MAKERS: dict[Step, _Maker] = {
    Step.EXPAND: _expand,
    Step.FUNCTIONS: _functions,
    Step.ARM: _arm,
    Step.ANALYZE: _analyze,
    Step.HARDEN: _harden,
    Step.READ_LIVE: _read_live,
    Step.OPEN: _open,
    Step.CLOSE: _close,
    Step.SEAL_INDEXES: _seal_indexes,
    Step.RETIRE: _retire,
    Step.SEAL: _seal,
    Step.UNSEAL: _unseal,
    Step.SHOW: _show,
    Step.REARM: _rearm,
    Step.DISARM: _disarm,
    Step.PURGE: _purge,
    Step.ADD_HIDDEN: _add_hidden,
    Step.NOT_NULL: _not_null,
    Step.SET_ASIDE: _set_aside,
}


def statements(migration: Migration, step: Step, *, convergent: bool = False) -> list[Statement]:
    """Return the statements of a step; none for steps that only call functions."""
    return list(_made(migration, step, convergent))


@cache
def _made(migration: Migration, step: Step, convergent: bool) -> tuple[Statement, ...]:
    """A move needs its statements twice, for the digest in its event and to run them; making them takes up to a second."""
    maker = _MAKERS.get(step)
    return () if maker is None else tuple(maker(migration, convergent))


def planned(migration: Migration, move: Move, *, convergent: bool = False) -> dict[Step, list[Statement]]:
    """Return the statements of a whole move, step by step."""
    return {step: statements(migration, step, convergent=convergent) for step in move.steps}
