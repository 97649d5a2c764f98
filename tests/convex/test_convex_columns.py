"""Columns: what each type can hold, and what is refused at declaration."""

from typing import Any

import pytest
import sqlalchemy as sa
from convex.worlds import exact, fields, values
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import JSONB

from unnest.convex import Document, Value, document_tables
from unnest.convex.columns import FieldColumn, Fitter, Kind, columns_of, field_names, from_json, kind_of, to_json
from unnest.convex.infer import MAX_COLUMNS, FieldTypes
from unnest.convex.values import decode_uniform, decode_wire
from unnest.errors import DeclarationError


def declared(**columns: sa.types.TypeEngine[Any]) -> sa.Table:
    return sa.Table("t", sa.MetaData(), sa.Column("id", sa.Text, primary_key=True),
                    *(sa.Column(name, kind) for name, kind in columns.items()))  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (sa.Text(), Kind.TEXT),
        (sa.String(20), Kind.TEXT),
        (sa.Double(), Kind.NUMBER),
        (sa.Float(), Kind.NUMBER),
        (sa.Float(24), None),
        (sa.REAL(), None),
        (sa.Boolean(), Kind.BOOLEAN),
        (sa.SmallInteger(), Kind.SMALL),
        (sa.Integer(), Kind.INTEGER),
        (sa.BigInteger(), Kind.BIG),
        (JSONB(), Kind.JSON),
        (sa.Numeric(), None),
        (sa.DateTime(), None),
        (sa.Enum("a"), None),
    ],
)
def test_a_type_holds_values_unchanged_or_is_none_for_documents(kind: sa.types.TypeEngine[object], expected: Kind | None) -> None:
    assert kind_of(kind) is expected


def test_a_table_without_a_text_id_or_with_a_strange_column_is_refused() -> None:
    with pytest.raises(DeclarationError, match='"t"'):
        columns_of(sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True)))
    with pytest.raises(DeclarationError, match='column "at"'):
        columns_of(declared(at=sa.DateTime()))


def test_document_tables_are_told_from_others() -> None:
    documents = declared(_creation_time=sa.Double())
    assert document_tables([documents, declared(name=sa.Text())]) == [documents]


def _as_value(cell: str | float | bool) -> Value:
    return float(cell) if type(cell) is int else cell


@given(st.dictionaries(fields, values, max_size=8), st.lists(st.sampled_from(Kind), min_size=3, max_size=3))
def test_every_value_is_in_its_column_or_in_residue(document: dict[str, Value], kinds: list[Kind]) -> None:
    names = ["name", "user_id", "count"]
    fitter = Fitter([FieldColumn(field=None, column=name, kind=kind) for name, kind in zip(names, kinds, strict=True)])
    cells, residue = fitter.row(document)
    found: dict[str, Value] = {item.field: decode_uniform(item.value) for item in residue}
    for column, cell in zip(fitter.columns, cells, strict=True):
        if cell is not None:
            assert column.field is not None
            found[column.field] = decode_wire(str(cell)) if column.kind is Kind.JSON else _as_value(cell)
    assert exact(found) == exact(document)


def test_columns_survive_the_ledger() -> None:
    columns = [FieldColumn(field="userID", column="user_id", kind=Kind.TEXT), FieldColumn(field=None, column="a", kind=Kind.BIG)]
    assert from_json(to_json(columns)) == columns
    assert field_names(columns) == {"user_id": "userID", "a": "a"}


def test_a_field_keeps_its_name_when_another_has_the_usual_one() -> None:
    columns = [FieldColumn(field="aB", column="x", kind=Kind.TEXT), FieldColumn(field=None, column="a_b", kind=Kind.TEXT)]
    assert field_names(columns) == {"x": "aB", "a_b": "a_b"}


def test_inference_stops_at_what_a_row_can_hold() -> None:
    types = FieldTypes()
    document: Document = dict.fromkeys([*(f"field{number}" for number in range(1000)), "x" * 70, "", "ctid"], 1.0)
    types.see(document)
    columns = types.columns()
    assert len(columns) == MAX_COLUMNS
    assert not {"ctid", "", "x" * 70} & {column.column for column in columns}
