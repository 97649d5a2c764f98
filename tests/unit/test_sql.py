"""Expressions become text: quoting, literals, and declared expressions moved onto other relations."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON, JSONB

from unnest import sql

metadata = sa.MetaData()
people = sa.Table(
    "people",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("group", sa.Text),
    sa.Column("nested", JSONB),
    sa.Column("old_nested", JSON),
)
houses = sa.Table("Houses", metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("owner", sa.Text), schema="other")


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("value", "literal"),
    [("", "''"), ("plain", "'plain'"), ("it's", "'it''s'"), ("a\\b", r"E'a\\b'"), ("\\'", r"E'\\'''"), ("ä\n%", "'ä\n%'")],
)
def test_a_string_becomes_a_literal_whatever_it_holds(value: str, literal: str) -> None:
    assert sql.string(value) == literal


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ("id", "id"),
        ("group", '"group"'),
        ("Houses", '"Houses"'),
        ("a b", '"a b"'),
        ('a"b', '"a""b"'),
        ("_creation_time", "_creation_time"),
    ],
)
def test_identifiers_are_quoted_where_postgresql_demands_it(name: str, quoted: str) -> None:
    assert sql.quote(name) == quoted


def test_tables_bear_their_schema() -> None:
    assert (sql.table_name(people), sql.table_name(houses)) == ("public.people", 'other."Houses"')
    assert "FROM public.people" in flat(sql.text(sa.select(people.c.id)))


def test_values_become_literals_and_per_cent_signs_stay_single() -> None:
    select = sa.select(people.c.id).where(people.c.group.like("50%"), people.c.id == "it's")
    assert flat(sql.text(select)).endswith("WHERE public.people.\"group\" LIKE '50%' AND public.people.id = 'it''s'")


def test_each_join_has_a_line_of_its_own() -> None:
    joined = people.join(houses, houses.c.owner == people.c.id).join(houses.alias("h"), sa.true(), isouter=True)
    lines = sql.text(sa.select(people.c.id).select_from(joined)).splitlines()
    assert [line.split(" ON ")[0] for line in lines if "JOIN" in line] == ['JOIN other."Houses"', 'LEFT JOIN other."Houses" AS h']
    full = sa.select(people.c.id).select_from(people.join(houses, houses.c.owner == people.c.id, full=True))
    assert "\nFULL JOIN other" in sql.text(full)


def test_no_line_ends_in_a_blank() -> None:
    assert all(line == line.rstrip() for line in sql.text(sa.select(people, houses)).splitlines())


def test_json_text_becomes_a_typed_literal() -> None:
    assert sql.text(sql.jsonb('{"a": "it\'s"}')) == "'{\"a\": \"it''s\"}'::jsonb"


def test_keys_of_a_document_are_text() -> None:
    assert sql.text(sql.get(people.c.nested, "it's")) == "public.people.nested -> 'it''s'"


def test_an_array_is_guarded_by_case_because_and_protects_nothing() -> None:
    guarded = flat(sql.text(sql.array_or_empty(people.c.nested)))
    expected = "CASE WHEN (jsonb_typeof(public.people.nested) = 'array') THEN public.people.nested ELSE '[]'::jsonb END"
    assert guarded == expected


def test_json_without_equality_is_compared_as_jsonb() -> None:
    one = sql.text(sql.differs([people.c.old_nested], [people.alias("p").c.old_nested]))
    assert one == "CAST(public.people.old_nested AS JSONB) IS DISTINCT FROM CAST(p.old_nested AS JSONB)"


def test_rows_differ_as_a_whole_null_being_a_value() -> None:
    other = people.alias("p")
    both = sql.text(sql.differs([people.c.id, people.c.group], [other.c.id, other.c.group]))
    assert both == '(public.people.id, public.people."group") IS DISTINCT FROM (p.id, p."group")'


def test_a_declared_expression_moves_onto_another_relation() -> None:
    alias = people.alias("p")
    moved = sql.moved(sa.func.lower(people.c.group), people, alias)
    assert sql.text(moved) == 'lower(p."group")'


def test_a_sub_select_moves_along_and_keeps_its_own_table() -> None:
    owner = sa.select(houses.c.id).where(houses.c.owner == people.c.id).scalar_subquery()
    alias = people.alias("p")
    moved = sa.select(sql.moved(sa.func.coalesce(people.c.group, owner), people, alias)).select_from(alias)
    text = flat(sql.text(moved))
    assert "people.id" not in text
    assert 'WHERE other."Houses".owner = p.id' in text
    assert text.count("public.people") == 1


def test_columns_are_found_through_aliases_and_sub_selects() -> None:
    alias = people.alias("p")
    owner = sa.select(houses.c.id).where(houses.c.owner == alias.c.id).scalar_subquery()
    read = {str(column) for column in sql.columns_read(sa.select(alias.c.group, owner))}
    assert {"people.group", "people.id", "Houses.id", "Houses.owner"} <= read
    assert "people.nested" not in read


def test_a_triggers_row_is_a_relation() -> None:
    row = sql.row(people, ["id", "group"], "NEW")
    assert flat(sql.text(sa.select(row.c.id))) == 'SELECT p.id FROM (SELECT NEW.id AS id, NEW."group" AS "group") AS p'


def test_a_result_that_is_not_wanted_is_performed() -> None:
    assert flat(sql.perform(sa.select(people.c.id))) == "PERFORM public.people.id FROM public.people;"


def test_a_block_ends_each_statement_once() -> None:
    assert sql.body([sa.select(sa.literal(1)), "RETURN NULL;"]).splitlines()[-2:] == ["SELECT 1 AS anon_1;", "RETURN NULL;"]


def test_an_object_is_built_of_names_and_expressions() -> None:
    built = sql.build_object(value=people.c.nested, kind="text")
    assert sql.text(built) == "jsonb_build_object('value', public.people.nested, 'kind', 'text')"


@pytest.mark.parametrize(
    ("column", "ddl"),
    [
        (sa.Column("group", sa.Text, nullable=False), '"group" TEXT NOT NULL'),
        (sa.Column("n", sa.Integer, server_default=sa.text("7")), "n INTEGER DEFAULT 7"),
    ],
)
def test_a_column_is_written_as_create_table_writes_it(column: sa.Column[object], ddl: str) -> None:
    sa.Table("t", sa.MetaData(), column)
    assert sql.column_ddl(column) == ddl
