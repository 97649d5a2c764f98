"""What the database has against a step is said in our words, and the step can be done once it is mended."""

from collections.abc import Callable

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from unnest import Field, Inconsistent, Migration, Refused, Rows
from unnest.runner import Runner
from unnest.sql import text
from unnest.stages import Stage

metadata = sa.MetaData()
buyers = sa.Table("buyers", metadata, sa.Column("id", sa.Text, primary_key=True))
orders = sa.Table(
    "orders", metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("buyer", sa.Text), sa.Column("lines", JSONB)
)
lines = sa.Table(
    "lines",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey(orders.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("buyer", sa.Text, sa.ForeignKey(buyers.c.id)),
    sa.Column("sku", sa.Text, nullable=False),
)
MIGRATION = Migration(
    "lines",
    "Lines become rows",
    Rows(orders.c.lines, lines, parent="order_id", fields={"sku": Field}, copies={"buyer": orders.c.buyer}),
)


@pytest.fixture
def shop(database: str) -> str:
    with psycopg.connect(database, autocommit=True) as connection:
        for table in (buyers, orders):
            connection.execute(text(sa.schema.CreateTable(table)))
        connection.execute("""INSERT INTO orders VALUES ('o', 'nobody', '[{"sku": "a"}, {"sku": 5}]')""")
    return database


def refused(work: Callable[[], object], kind: type[Exception], *words: str) -> None:
    with pytest.raises(kind) as caught:
        work()
    for word in words:
        assert word in str(caught.value)


def test_a_key_that_legacy_data_breaks_waits_for_the_end_and_names_the_row(shop: str, connection: psycopg.Connection) -> None:
    with Runner(shop, [MIGRATION]) as runner:
        runner.advance("lines", Stage.DUAL_READ, skip_gates="test")
        refused(
            lambda: runner.advance("lines", Stage.CLEANUP, skip_gates="test"),
            Inconsistent,
            '"seal"',
            "lines_buyer_fkey",
            "nobody",
        )
        assert runner.status("lines").stage == "cleanup"
        connection.execute("INSERT INTO buyers VALUES ('nobody')")
        assert runner.advance("lines", Stage.CLEANUP, skip_gates="test") is Stage.CLEANUP
        assert runner.rollback("lines") is Stage.DUAL_READ
        assert runner.verify("lines").clean


def test_a_view_over_a_retired_column_stands_against_the_purge(shop: str, connection: psycopg.Connection) -> None:
    connection.execute("INSERT INTO buyers VALUES ('nobody')")
    connection.execute("CREATE VIEW everything AS SELECT * FROM orders")
    with Runner(shop, [MIGRATION]) as runner:
        runner.advance("lines", Stage.CLEANUP, skip_gates="test")
        refused(lambda: runner.advance("lines", Stage.COMPLETE, skip_gates="test"), Refused, '"purge"', "everything")
        assert runner.status("lines").stage == "cleanup"
        connection.execute("DROP VIEW everything")
        assert runner.advance("lines", Stage.COMPLETE, skip_gates="test") is Stage.COMPLETE


def test_a_table_of_the_targets_name_is_not_taken_for_ours(shop: str, connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE lines (id bigint)")
    with Runner(shop, [MIGRATION]) as runner:
        refused(lambda: runner.advance("lines"), Refused, '"lines" exists already')
        assert runner.status("lines").stage == "pending"
