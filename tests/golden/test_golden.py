"""The exact SQL of every step: what a reviewer reads when the script changes."""

from collections.abc import Callable, Iterator

import pytest
from golden.declarations import MIGRATIONS
from plugins.golden import GOLDEN

from unnest import ledger
from unnest.script import plan, retire
from unnest.script.prelude import prelude
from unnest.script.statement import Statement
from unnest.stages import Step

CONVERGENT = ("order_items", (Step.ARM, Step.OPEN))
"""One mapping shows the form for tables that have triggers of the users' own."""


def cases() -> Iterator[tuple[str, list[Statement]]]:
    for name, migration in MIGRATIONS.items():
        for step in Step:
            if found := plan.statements(migration, step):
                yield f"{name}/{step.value}.sql", found
    name, steps = CONVERGENT
    for step in steps:
        yield f"{name}/{step.value}_convergent.sql", plan.statements(MIGRATIONS[name], step, convergent=True)
    yield "shared/prelude.sql", prelude()
    yield "shared/ledger.sql", ledger.tables()
    yield "shared/retire.sql", list(retire.functions())


CASES = dict(cases())


def written(statement: Statement) -> str:
    """Return a statement with everything that the runner knows of it."""
    lines = [f"-- name: {statement.name}"]
    lines += [f"-- locks: {', '.join(statement.locks)}"] if statement.locks else []
    lines += ["-- alone: outside any transaction"] if statement.alone else []
    lines += [f"-- undo: {statement.undo}"] if statement.undo else []
    lines += [f"-- unless: {statement.unless}"] if statement.unless else []
    return "\n".join([*lines, statement.sql.rstrip(";") + ";"]) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_the_sql_of_a_step_is_as_reviewed(name: str, golden: Callable[[str, str], None]) -> None:
    golden(name, "\n".join(map(written, CASES[name])))


def test_each_golden_file_belongs_to_a_step(is_updating: bool) -> None:
    strays = [file for file in GOLDEN.rglob("*.sql") if str(file.relative_to(GOLDEN)) not in CASES]
    if is_updating:
        for file in strays:
            file.unlink()
    assert [str(file) for file in strays if file.exists()] == []


@pytest.mark.parametrize("name", CASES)
def test_a_name_stands_for_one_object_within_a_step(name: str) -> None:
    by_name: dict[str, list[str]] = {}
    for statement in CASES[name]:
        by_name.setdefault(statement.name, []).append(statement.sql)
    again = [sql for texts in by_name.values() if len(texts) > 1 for sql in texts]
    assert [sql for sql in again if "CREATE OR REPLACE" not in sql] == []


def test_the_script_is_the_same_when_it_is_made_again() -> None:
    assert dict(cases()) == CASES
