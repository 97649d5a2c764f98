"""Entries and Columns through the whole life cycle, on random objects of every shape."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from unnest import Columns, Entries, Field, Migration
from unnest.runner import Runner
from unnest.sql import text
from unnest.stages import Stage

metadata = sa.MetaData()
owners = sa.Table(
    "owners",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("preferences", JSONB),
    sa.Column("facts", JSONB),
)


def _owner() -> sa.Column[Any]:
    return sa.Column("owner_id", sa.Text, sa.ForeignKey(owners.c.id, ondelete="CASCADE"), primary_key=True)


entries = sa.Table(
    "owner_preferences",
    metadata,
    _owner(),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", JSONB, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("updated_at", sa.DateTime(timezone=True)),
)
facts = sa.Table(
    "owner_facts",
    metadata,
    _owner(),
    sa.Column("category", sa.Text),
    sa.Column("importance", sa.Integer),
    sa.Column("confidence", sa.Double),
    sa.Column("extracted_at", sa.DateTime(timezone=True)),
    sa.Column("extra", JSONB),
)
strict = sa.Table(
    "owner_strict_facts",
    metadata,
    _owner(),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("importance", sa.Integer),
)
REGISTRY = {
    "theme": "appearance",
    "send_on_enter": "chat",
    "custom_instructions.about_user": "custom_instructions",
    "custom_instructions.nickname": "custom_instructions",
    "reasoning.auto_expand": "advanced",
}
MIGRATIONS = (
    Migration(
        "1_preferences",
        "Each preference is a row",
        Entries(owners.c.preferences, entries, registry=REGISTRY, unknown="advanced", initial={"updated_at": sa.func.now()}),
    ),
    Migration(
        "2_facts",
        "Facts get columns",
        Columns(
            owners.c.facts,
            facts,
            fields={"category": Field, "importance": Field, "confidence": Field, "extracted_at": Field},
            rest="extra",
        ),
        Columns(owners.c.facts, strict, fields={"category": Field, "importance": Field}, name="strict_facts"),
    ),
)
ANY_VALUES = (1, 5.0, "x", None, True, [1], {"a": {"b": None}}, 1.5, 12345678901234567890, "")
FACTS: dict[str, tuple[Any, ...]] = {
    "category": ("a", None, 5),
    "importance": (1, "x", 2**40, None),
    "confidence": (0.5, None, 12345678901234567890),
    "extractedAt": (1700000000000, 1.5, "t", None, 9999999999999),
    "other": (1, None, {}),
}


class World:
    """A database with random owners and what they hold."""

    def __init__(self, url: str, seed: int) -> None:
        self.url, self.random = url, random.Random(seed)
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute(text(sa.schema.CreateTable(owners)))

    def preferences(self) -> Any:
        choose = self.random.choice
        keys = ("theme", "sendOnEnter", "send_on_enter", "zzz", "customInstructions.x", "", "é$k", "quo'te %s")
        found: dict[str, Any] = {key: choose(ANY_VALUES) for key in keys if self.random.random() < 0.4}
        named = {"aboutUser": None, "nickname": 1, "foo": 2, "about_user": 3}
        inner: tuple[Any, ...] = (None, {}, "s", {"aboutUser": "x"}, named)
        if self.random.random() < 0.6:
            found["customInstructions"] = choose(inner)
        if self.random.random() < 0.4:
            found["reasoning"] = choose((None, {}, {"autoExpand": True}, {"autoExpand": False, "q": []}, 5))
        return choose((found, found, found, found, found, None, {}, [], "s"))

    def facts(self) -> Any:
        found = {k: self.random.choice(v) for k, v in FACTS.items() if self.random.random() < 0.5}
        return self.random.choice((found, found, found, found, found, None, {}, [], "s"))

    def write(self, count: int, among: int) -> None:
        """Write documents as the old application does."""
        for _ in range(count):
            values = [None if self.random.random() < 0.1 else json.dumps(make()) for make in (self.preferences, self.facts)]
            self.connection.execute(
                "INSERT INTO owners VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE "
                "SET preferences = excluded.preferences, facts = excluded.facts",
                [f"o{self.random.randrange(among)}", *values],
            )

    def write_rows(self, count: int, among: int) -> None:
        """Write rows as the new application does."""
        moves = (self._set, self._unset, self._fact, self._no_fact)
        for _ in range(count):
            self.random.choice(moves)(f"o{self.random.randrange(among)}")

    def _set(self, owner: str) -> None:
        key, category = self.random.choice((("theme", "appearance"), ("custom_instructions.nickname", "ci"), ("new", "advanced")))
        self.connection.execute(
            "INSERT INTO owner_preferences (owner_id, key, value, category) SELECT id, %s, %s, %s FROM owners WHERE id = %s "
            "ON CONFLICT (owner_id, key) DO UPDATE SET value = excluded.value",
            [key, json.dumps(self.random.choice(ANY_VALUES)), category, owner],
        )

    def _unset(self, owner: str) -> None:
        some = "SELECT key FROM owner_preferences WHERE owner_id = %s ORDER BY md5(key) LIMIT 1"
        self.connection.execute(f"DELETE FROM owner_preferences WHERE owner_id = %s AND key = ({some})", [owner, owner])

    def _fact(self, owner: str) -> None:
        self.connection.execute(
            "INSERT INTO owner_facts (owner_id, category, importance) SELECT id, %s, %s FROM owners WHERE id = %s "
            "ON CONFLICT (owner_id) DO UPDATE SET importance = excluded.importance, category = excluded.category",
            [self.random.choice(("c", None)), self.random.choice((None, 7)), owner],
        )

    def _no_fact(self, owner: str) -> None:
        self.connection.execute("DELETE FROM owner_facts WHERE owner_id = %s", [owner])

    def documents(self) -> list[tuple[Any, ...]]:
        """Return every document, null and missing apart."""
        query = "SELECT id, preferences, facts, preferences IS NULL, facts IS NULL FROM owners ORDER BY id"
        return self.connection.execute(query).fetchall()


@pytest.fixture
def world(database: str) -> Iterator[Callable[[int], World]]:
    made: list[World] = []

    def make(seed: int) -> World:
        made.append(World(database, seed))
        return made[-1]

    yield make
    for each in made:
        each.connection.close()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_objects_survive_every_stage_and_the_way_back(world: Callable[[int], World], seed: int) -> None:
    here = world(seed)
    here.write(150, 120)
    with Runner(here.url, MIGRATIONS) as runner:
        for migration in MIGRATIONS:
            runner.advance(migration.id, Stage.DUAL_READ, skip_gates="test")
            assert all(account.balances for account in runner.accounting(migration.id))
        here.write(100, 140)
        here.connection.execute("DELETE FROM owners WHERE id IN (SELECT id FROM owners ORDER BY md5(id) LIMIT 15)")
        assert [runner.verify(m.id).differences for m in MIGRATIONS] == [(), ()]
        here.write_rows(150, 140)
        assert [runner.verify(m.id).differences for m in MIGRATIONS] == [(), ()]
        before = here.documents()
        for migration in MIGRATIONS:
            assert runner.advance(migration.id, Stage.COMPLETE, skip_gates="test") is Stage.COMPLETE
            assert runner.verify(migration.id).clean
        for migration in MIGRATIONS:
            assert runner.rollback(migration.id) is Stage.DUAL_READ
            assert runner.verify(migration.id).clean
    assert here.documents() == before


def test_known_keys_get_their_name_and_unknown_ones_keep_their_spelling(world: Callable[[int], World]) -> None:
    here = world(0)
    document = {"theme": "dark", "sendOnEnter": None, "fooBar": 1, "customInstructions": {"aboutUser": "me", "tone": 2}}
    here.connection.execute("INSERT INTO owners VALUES ('o', %s, NULL)", [json.dumps(document)])
    with Runner(here.url, MIGRATIONS) as runner:
        runner.advance("1", Stage.DUAL_READ, skip_gates="test")
    found = here.connection.execute('SELECT key, value, category FROM owner_preferences ORDER BY key COLLATE "C"').fetchall()
    assert found == [
        ("customInstructions.tone", 2, "advanced"),
        ("custom_instructions.about_user", "me", "custom_instructions"),
        ("fooBar", 1, "advanced"),
        ("send_on_enter", None, "chat"),
        ("theme", "dark", "appearance"),
    ]


def test_two_sessions_that_set_different_keys_lose_neither(world: Callable[[int], World]) -> None:
    here = world(0)
    here.connection.execute("""INSERT INTO owners VALUES ('o', '{"zzz": 1}', NULL)""")
    with Runner(here.url, MIGRATIONS) as runner:
        runner.advance("1", Stage.DUAL_READ, skip_gates="test")
    insert = "INSERT INTO owner_preferences (owner_id, key, value, category) VALUES ('o', %s, %s, 'x')"
    with psycopg.connect(here.url) as one, psycopg.connect(here.url) as other:
        one.execute("SELECT 1 FROM owners WHERE id = 'o' FOR NO KEY UPDATE")
        one.execute(insert, ["theme", '"dark"'])
        one.commit()
        other.execute(insert, ["reasoning.auto_expand", "true"])
        other.commit()
    ((document,),) = here.connection.execute("SELECT preferences FROM owners").fetchall()
    assert document == {"zzz": 1, "theme": "dark", "reasoning": {"autoExpand": True}}
