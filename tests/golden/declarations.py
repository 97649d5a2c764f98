"""The migrations whose SQL is kept in golden files: those of the application, one mapping each, and the smallest of each kind."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chat.migrations import m1_attachments_tool_calls, m3_project_conversations
from unnest import Columns, Entries, Field, Links, Migration, Rows
from unnest.mapping.base import Mapping

metadata = sa.MetaData()
orders = sa.Table(
    "orders",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("items", JSONB),
)
order_items = sa.Table(
    "order_items",
    metadata,
    sa.Column("order_id", sa.BigInteger, sa.ForeignKey(orders.c.id), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("sku", sa.Text, nullable=False),
    sa.Column("quantity", sa.Integer),
)
teams = sa.Table(
    "teams",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("player_ids", JSONB),
)
players = sa.Table(
    "players",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("team_id", sa.Text),
)
memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column("player_id", sa.Text, sa.ForeignKey(players.c.id), primary_key=True),
    sa.Column("team_id", sa.Text, sa.ForeignKey(teams.c.id), nullable=False),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("preferences", JSONB),
    sa.Column("address", JSONB),
)
preferences = sa.Table(
    "preferences",
    metadata,
    sa.Column("user_id", sa.Text, sa.ForeignKey(users.c.id), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", JSONB, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
)
addresses = sa.Table(
    "addresses",
    metadata,
    sa.Column("user_id", sa.Text, sa.ForeignKey(users.c.id), primary_key=True),
    sa.Column("city", sa.Text, nullable=False),
    sa.Column("zip_code", sa.Text),
)


def order_rows() -> Rows:
    """Return the smallest Rows: an array of objects with two fields."""
    return Rows(orders.c["items"], into=order_items, fields={"sku": Field, "quantity": Field})


def team_links() -> Links:
    """Return the smallest Links: an array of ids and the pointer back."""
    return Links(teams.c.player_ids, into=memberships, parent="team_id", member="player_id", truth=players.c.team_id)


def user_entries() -> Entries:
    """Return the smallest Entries: an object of two known keys."""
    registry = {"theme": "appearance", "reasoning.is_on": "advanced"}
    return Entries(users.c.preferences, into=preferences, registry=registry, unknown="other")


def user_columns() -> Columns:
    """Return the smallest Columns: an object as one row."""
    return Columns(users.c.address, into=addresses, fields={"city": Field, "zip_code": Field})


def _alone(mapping: Mapping) -> Migration:
    return Migration(f"of_{mapping.name}", f"Only {mapping.name}", mapping)


MIGRATIONS = {
    mapping.name: _alone(mapping)
    for mapping in (
        *m1_attachments_tool_calls.migration.mappings,
        *m3_project_conversations.migration.mappings,
        order_rows(),
        team_links(),
        user_entries(),
        user_columns(),
    )
}
