"""A migration is named by any unique prefix of its id, or by its number."""

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from unnest import Field, Migration, Rows, UsageError
from unnest.migration import find

IDS = ["001_attachments", "003_links", "010_tags", "01_old", "tidy", "tidy_up"]


def declared(id: str) -> Migration:
    metadata = sa.MetaData()
    source = sa.Table("s", metadata, sa.Column("id", sa.Text, primary_key=True), sa.Column("nested", JSONB))
    target = sa.Table(
        "t",
        metadata,
        sa.Column("s_id", sa.Text, sa.ForeignKey("s.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text),
    )
    return Migration(id, "A title", Rows(source.c.nested, into=target, fields={"name": Field}))


MIGRATIONS = [declared(id) for id in IDS]


@pytest.mark.parametrize(
    ("prefix", "id"),
    [
        ("001_attachments", "001_attachments"),
        ("001", "001_attachments"),
        ("3", "003_links"),
        ("003", "003_links"),
        ("10", "010_tags"),
        ("010", "010_tags"),
        ("003_l", "003_links"),
        ("tidy", "tidy"),
        ("tidy_", "tidy_up"),
        ("01_", "01_old"),
    ],
)
def test_a_prefix_that_means_one_migration_finds_it(prefix: str, id: str) -> None:
    assert find([m for m in MIGRATIONS if prefix != "001" or m.id != "01_old"], prefix).id == id


@pytest.mark.parametrize(
    ("prefix", "claim"),
    [("7", "no migration"), ("links", "no migration"), ("ti", "2 migrations"), ("1", "2 migrations"), ("", "6 migrations")],
)
def test_any_other_is_refused_with_the_ids_that_there_are(prefix: str, claim: str) -> None:
    with pytest.raises(UsageError) as caught:
        find(MIGRATIONS, prefix)
    assert str(caught.value) == f'{claim} match "{prefix}"; known ids: {", ".join(IDS)}'
