"""A walk goes up to the last parent in the order of the key, whatever the key's type is."""

from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from unnest import Field, Migration, Rows
from unnest.runner import Runner
from unnest.stages import Stage

KEYS: dict[str, sa.types.TypeEngine[Any]] = {"bigint": sa.BigInteger(), "text": sa.Text(), "uuid": sa.Uuid()}


def migration_with_key(kind: sa.types.TypeEngine[Any]) -> Migration:
    metadata = sa.MetaData()
    orders = sa.Table("orders", metadata, sa.Column("id", kind, primary_key=True), sa.Column("lines", JSONB))
    order_lines = sa.Table(
        "order_lines",
        metadata,
        sa.Column("order_id", kind, sa.ForeignKey(orders.c.id, ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("sku", sa.Text, nullable=False),
    )
    return Migration("order_lines", "Lines become rows", Rows(orders.c.lines, into=order_lines, fields={"sku": Field}))


@pytest.mark.parametrize("kind", sorted(KEYS))
def test_parents_are_copied_up_to_the_last_key(
    kind: str, database: str, connection: psycopg.Connection[tuple[object, ...]]
) -> None:
    # 1000 comes after 999 as a number and before it as a text.
    as_key = {"bigint": "g", "text": "g::text", "uuid": "md5(g::text)::uuid"}[kind]
    line = "jsonb_build_array(jsonb_build_object('sku', g::text))"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE orders (id {kind} PRIMARY KEY, lines jsonb)".encode())
        connection.execute(f"INSERT INTO orders SELECT {as_key}, {line} FROM generate_series(1, 1000) AS g".encode())
    with Runner(database, [migration_with_key(KEYS[kind])]) as runner:
        runner.advance("order_lines", Stage.BACKFILL, skip_gates="test")
        assert [(part.elements, part.placed) for part in runner.accounting("order_lines")] == [(1000, 1000)]
        assert runner.verify("order_lines").clean
