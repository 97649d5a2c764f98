"""Codecs in a real database: whatever JSON comes, reading never raises, and what fits comes back as it was."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plugins.servers import Server
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.schema import CreateTable

from unnest import (
    Boolean,
    Choice,
    Codec,
    Field,
    Integer,
    Json,
    JsonText,
    Migration,
    Millis,
    Number,
    Reference,
    Rows,
    Stage,
    Text,
    Uuid,
)
from unnest.runner import Runner
from unnest.script.prelude import prelude
from unnest.sql import text

KINDS: dict[str, tuple[Codec, sa.types.TypeEngine[Any]]] = {
    "text": (Text(), sa.Text()),
    "varchar": (Text(), sa.String(5)),
    "reference": (Reference(), sa.Text()),
    "choice": (Choice(values=("a", "it's", "é")), sa.Text()),
    "enum": (Choice(), sa.Enum("a", "it's", "é", native_enum=False)),
    "smallint": (Integer(), sa.SmallInteger()),
    "integer": (Integer(), sa.Integer()),
    "bigint": (Integer(), sa.BigInteger()),
    "double": (Number(), sa.Double()),
    "real": (Number(), sa.REAL()),
    "float24": (Number(), sa.Float(24)),
    "float25": (Number(), sa.Float(25)),
    "numeric": (Number(), sa.Numeric()),
    "numeric_6_2": (Number(), sa.Numeric(6, 2)),
    "boolean": (Boolean(), sa.Boolean()),
    "millis": (Millis(), sa.DateTime(timezone=True)),
    "json": (Json(), JSONB()),
    "json_text": (JsonText(), JSONB()),
    "uuid": (Uuid(), sa.Uuid()),
}
values = sa.Table("value", sa.MetaData(), *(sa.Column(name, kind) for name, (_, kind) in KINDS.items()))
given_values = sa.table("given", sa.column("j", JSONB), sa.column("place", sa.Integer))
INPUT = "(SELECT x::jsonb AS j, place FROM unnest(%s::text[]) WITH ORDINALITY AS u(x, place)) AS given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A connection to a database with the readers and a column of each kind."""

    connection: psycopg.Connection[Any]

    def carry(self, name: str, documents: list[str]) -> list[tuple[bool, bool]]:
        """Read documents into a column and write them back: for each, whether it fits, and whether it came back the same."""
        column = values.c[name]
        codec = KINDS[name][0]
        read = text(sa.select(codec.read(given_values.c.j, column))).split("\n")[0].removeprefix("SELECT ")
        query = f'INSERT INTO value (j, place, "{name}") SELECT given.j, given.place, {read} FROM {INPUT}'
        back = text(codec.write(column)).replace("public.", "")
        same = f"{back} = j" if not codec.by_value else f'unnest.read_json_text({back}) = "{name}"'
        with self.connection.transaction(force_rollback=True):
            self.connection.execute(query.encode(), [documents])
            rows = self.connection.execute(f'SELECT "{name}" IS NOT NULL, {same} FROM value ORDER BY place'.encode()).fetchall()
        return [(bool(fits), bool(same)) for fits, same in rows]


@pytest.fixture(scope="module")
def shop(server: Server) -> Iterator[Shop]:
    """Give a database with the shared functions, once for all tests of this module."""
    url = server.create_database()
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in prelude():
            connection.execute(statement.sql.encode())
        connection.execute(text(CreateTable(values)).encode())
        connection.execute("ALTER TABLE value ADD COLUMN j jsonb, ADD COLUMN place integer")
        yield Shop(connection=connection)
    server.drop_database(url)


# -- any JSON -------------------------------------------------------------------------------------------------------------

# Text as PostgreSQL can hold it: no NUL, no lone surrogate.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
DIGITS = st.integers(-(10**25), 10**25).map(str)
EDGES = st.sampled_from([0, 1, -1, 2**15, 2**31, 2**53, 2**63, 10**13, 10**15]).flatmap(
    lambda n: st.integers(-2, 2).map(lambda d: str(n + d))
)
FRACTIONS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**16), max_value=10**16, places=4).map(str)
FLOATS = st.floats(allow_nan=False, allow_infinity=False).map(repr)
POWERS = st.builds(lambda m, e: f"{m}e{e}", st.integers(-999, 999), st.integers(-400, 400))
NUMBERS = DIGITS | EDGES | FRACTIONS | FLOATS | POWERS | st.sampled_from(["-0", "0.0", "5.0", "1e0", "1.10", "1e-320"])
TIMES = st.sampled_from(["2024-02-29T12:00:00Z", "1700000000000", "infinity", "a", "it's", "é"])
IDS = st.uuids().map(str) | st.uuids().map(lambda id: str(id).upper()) | st.uuids().map(lambda id: id.hex)
SCALARS = NUMBERS | (TEXTS | TIMES | IDS).map(json.dumps) | st.sampled_from(["true", "false", "null"])


def _array(parts: list[str]) -> str:
    return f"[{', '.join(parts)}]"


def _object(parts: list[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{json.dumps(key)}: {value}" for key, value in parts) + "}"


DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3).map(_array) | st.lists(st.tuples(TEXTS, inner), max_size=3).map(_object)
)
WITHIN_TEXT = (DOCUMENTS | st.sampled_from(["", "{", "nul", "1e400000", '"\\u0000"', '"\\ud800"', "[1,]", "NaN"])).map(json.dumps)


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents=st.lists(DOCUMENTS | WITHIN_TEXT, min_size=20, max_size=40))
def test_reading_never_raises_and_what_fits_comes_back(shop: Shop, name: str, documents: list[str]) -> None:
    changed = [
        document for document, (fits, is_same) in zip(documents, shop.carry(name, documents), strict=True) if fits > is_same
    ]
    assert changed == []


# -- limits ---------------------------------------------------------------------------------------------------------------

FITS: dict[str, list[str]] = {
    "text": ['""', '"é\u2028"', '"\U0001f600"', '"%\\\\"'],
    "varchar": ['"12345"', '"ééééé"', '"\U0001f600\U0001f600\U0001f600\U0001f600\U0001f600"', '"a    "'],
    "choice": ['"a"', '"it\'s"', '"é"'],
    "enum": ['"a"', '"it\'s"'],
    "smallint": ["-32768", "32767", "5.0", "-0", "1e3"],
    "integer": ["-2147483648", "2147483647", "2.147483647e9"],
    "bigint": ["-9223372036854775808", "9223372036854775807", "9007199254740993", "1e18"],
    "double": ["5", "5.0", "-0", "0.1", "0.30000000000000004", "1e308", "1e-300", "12345678901234568", "-2.5e-7"],
    "real": ["0.5", "16777216", "1e38", "0.1"],
    "float24": ["0.5", "0.1"],
    "float25": ["0.30000000000000004"],
    "numeric": ["12345678901234567890.123456789", "1e400", "1e-320", "5.0"],
    "numeric_6_2": ["9999.99", "-9999.99", "1.10", "1.1000"],
    "boolean": ["true", "false"],
    "millis": ["0", "-1", "1700000000000", "1700000000000.123", "9999999999999", "-62135596800000", "0.001", "32503680000000"],
    "json": ["{}", "[]", '{"a": null}', "1"],
    "json_text": ['"{}"', '"1.50"', '"{\\"a\\": 1, \\"a\\": 2}"', '" [ 1 ] "', '"null"', '"\\"\\""'],
    "uuid": ['"00000000-0000-0000-0000-000000000000"', '"123e4567-e89b-12d3-a456-426614174000"'],
}
FITS_NOT: dict[str, list[str]] = {
    "text": ["1", "null", "true", "[]", "{}"],
    "varchar": ['"123456"', '"12345 "'],
    "choice": ['"b"', '"A"', '"a "', "1", "null"],
    "enum": ['"b"', "[]"],
    "smallint": ["-32769", "32768", "0.5", '"1"', "true", "null"],
    "integer": ["-2147483649", "2147483648"],
    "bigint": ["-9223372036854775809", "9223372036854775808", "9223372036854775807.5", "1e400"],
    "double": [
        "12345678901234567890",
        "9007199254740993",
        "1e309",
        "-1e400",
        "1e-320",
        "1e-400",
        "0.1000000000000000055",
        '"NaN"',
    ],
    "real": ["0.123456789", "16777217", "1e39", "1e-46"],
    "float24": ["0.30000000000000004", "16777217"],
    "float25": ["12345678901234567890"],
    "numeric": ['"1"', "null"],
    "numeric_6_2": ["10000", "9999.995", "0.001", "1e400"],
    "boolean": ["1", "0", '"true"', "null"],
    "millis": ["1e15", "-1e15", "1e400", "0.0001", "1700000000000.1234", '"2024-01-01"', "true", "null"],
    "json_text": ['"{"', '""', '"nul"', '"\\"\\\\u0000\\""', '"[1,]"', '"NaN"', "1", "{}"],
    "uuid": [
        '"123E4567-E89B-12D3-A456-426614174000"',
        '"123e4567e89b12d3a456426614174000"',
        '"{123e4567-e89b-12d3-a456-426614174000}"',
    ],
}


@pytest.mark.parametrize("name", FITS)
def test_what_a_column_can_hold_fits_and_comes_back(shop: Shop, name: str) -> None:
    documents = FITS[name]
    assert dict(zip(documents, shop.carry(name, documents), strict=True)) == dict.fromkeys(documents, (True, True))


@pytest.mark.parametrize("name", FITS_NOT)
def test_what_a_column_would_change_does_not_fit(shop: Shop, name: str) -> None:
    documents = FITS_NOT[name]
    fits = [fits for fits, _ in shop.carry(name, documents)]
    assert [document for document, it_fits in zip(documents, fits, strict=True) if it_fits] == []


def test_json_null_is_a_value_of_its_own(shop: Shop) -> None:
    assert shop.carry("json", ["null"]) == [(True, True)]


def test_a_missing_value_reads_as_null(shop: Shop) -> None:
    for name, (codec, _) in KINDS.items():
        read = codec.read(sa.cast(sa.null(), JSONB), values.c[name])
        assert shop.connection.execute(text(sa.select(read)).encode()).fetchone() == (None,), name


def test_a_deeply_nested_text_is_kept_as_text(shop: Shop) -> None:
    document = json.dumps("[" * 100_000)
    assert shop.carry("json_text", [document])[0][0] is False


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns"])
def test_times_do_not_depend_on_the_time_zone_of_the_session(shop: Shop, zone: str) -> None:
    shop.connection.execute("SELECT set_config('timezone', %s, false)", [zone])
    assert shop.carry("millis", ["1711850400000.5"]) == [(True, True)]
    row = shop.connection.execute("SELECT extract(epoch FROM unnest.read_millis('1711850400000.5'))").fetchone()
    assert row == (Decimal("1711850400.000500"),)
    shop.connection.execute("RESET timezone")


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [(1700000000000.5, "2023-11-14 22:13:20.0005+00"), (-1.0, "1969-12-31 23:59:59.999+00"), (1e15, None), (float("nan"), None)],
)
def test_a_copied_time_is_null_where_no_time_can_be_meant(shop: Shop, milliseconds: float, expected: str | None) -> None:
    shop.connection.execute("SET timezone = 'UTC'")
    row = shop.connection.execute("SELECT unnest.time_of_millis(%s)::text", [milliseconds]).fetchone()
    assert row == (expected,)


def test_a_session_that_prints_floats_rounded_rounds_nothing(database: str, connection: psycopg.Connection[Any]) -> None:
    exact = "0.30000000000000004"
    metadata = sa.MetaData()
    orders = sa.Table("orders", metadata, sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("lines", JSONB))
    lines = sa.Table(
        "order_lines",
        metadata,
        sa.Column("order_id", sa.BigInteger, sa.ForeignKey(orders.c.id), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("price", sa.Double),
        sa.Column("name", sa.Text),
    )
    migration = Migration("orders", "Lines become rows", Rows(orders.c.lines, into=lines, fields={"price": Field, "name": Field}))
    connection.execute(text(CreateTable(orders)).encode())
    connection.execute("SET extra_float_digits = 0")
    with Runner(database, [migration]) as runner:
        runner.advance("orders", Stage.DUAL_READ, skip_gates="a test")
        connection.execute("INSERT INTO orders VALUES (1, %s)", [f'[{{"price": {exact}}}]'])
        connection.execute("UPDATE order_lines SET name = 'new'")
        assert runner.verify("orders").clean
    row = connection.execute("SELECT lines->0->>'price', price = %s::float8 FROM orders, order_lines", [exact]).fetchone()
    assert row == (exact, True)
