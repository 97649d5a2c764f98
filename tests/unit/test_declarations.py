"""A wrong declaration is refused when it is made, with a message that names the field; all without a database."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON, JSONB, TIMESTAMP

from unnest import (
    Boolean,
    Choice,
    DeclarationError,
    Field,
    Integer,
    Json,
    JsonText,
    Links,
    Migration,
    Millis,
    Number,
    Reference,
    Rows,
    Text,
    Uuid,
)
from unnest.migration import check_together

LONG = "x" * 64


class World:
    """Fresh tables for each test: shops with an array of objects, and teams that link players."""

    def __init__(self) -> None:
        self.metadata = sa.MetaData()
        self.orders = self.table(
            "orders", sa.Column("id", sa.BigInteger, primary_key=True), *self.json("lines", "drafts"), self.text("owner")
        )
        self.lines = self.order_lines("order_lines")
        self.teams = self.table("teams", self.key(), *self.json("player_ids"), self.text("owner"))
        self.players = self.table("players", self.key(), self.text("team_id"), self.text("owner"))
        self.members = self.table(
            "members",
            sa.Column("player_id", sa.Text, primary_key=True),
            sa.Column("team_id", sa.Text, nullable=False),
            self.text("by"),
        )

    def table(self, name: str, *columns: Any) -> sa.Table:
        return sa.Table(name, self.metadata, *columns)

    def key(self, name: str = "id") -> sa.Column[str]:
        return sa.Column(name, sa.Text, primary_key=True)

    def text(self, name: str) -> sa.Column[str]:
        return sa.Column(name, sa.Text)

    def json(self, *names: str) -> list[sa.Column[Any]]:
        return [sa.Column(name, JSONB) for name in names]

    def order_lines(self, name: str, *more: Any) -> sa.Table:
        return self.table(
            name,
            sa.Column("order_id", sa.BigInteger, sa.ForeignKey(self.orders.c.id), primary_key=True),
            sa.Column("position", sa.Integer, primary_key=True),
            sa.Column("sku", sa.Text),
            sa.Column("quantity", sa.Integer),
            sa.Column("at", sa.DateTime(timezone=True)),
            sa.Column("local_at", sa.DateTime()),
            sa.Column("span", sa.Interval),
            sa.Column("extra", JSONB),
            sa.Column("is_draft", sa.Boolean),
            *more,
        )

    def rows(self, **changes: Any) -> Rows:
        arguments: dict[str, Any] = {"into": self.lines, "fields": {"sku": Field, "quantity": Field}, **changes}
        return Rows(arguments.pop("source", self.orders.c.lines), **arguments)

    def links(self, **changes: Any) -> Links:
        arguments: dict[str, Any] = {
            "into": self.members,
            "parent": "team_id",
            "member": "player_id",
            "truth": self.players.c.team_id,
            **changes,
        }
        return Links(arguments.pop("source", self.teams.c.player_ids), **arguments)


@pytest.fixture
def world() -> World:
    """Give fresh tables."""
    return World()


def migration(*mappings: Any, id: str = "m1", title: str = "A title") -> Migration:
    return Migration(id, title, *mappings)


def test_the_tables_of_these_tests_make_a_right_declaration(world: World) -> None:
    made = migration(world.rows(), world.links())
    assert [table.name for table in made.targets] == ["order_lines", "members"]


Wrong = tuple[Callable[[World], object], str]

WRONG_ROWS: dict[str, Wrong] = {
    "an unknown field": (
        lambda w: w.rows(fields={"colour": Field}),
        'mapping "order_lines": table "order_lines" has no column "colour"; it has "order_id", "position"',
    ),
    "an unknown field of a group": (lambda w: w.rows(groups={"box": {"width": Field}}), 'has no column "width"'),
    "an unknown position": (lambda w: w.rows(position="place"), 'has no column "place"'),
    "an unknown parent": (lambda w: w.rows(parent="message_id"), 'has no column "message_id"'),
    "an unknown rest": (lambda w: w.rows(rest="remainder"), 'has no column "remainder"'),
    "an unknown discriminator": (lambda w: w.rows(discriminator="kind"), 'has no column "kind"'),
    "an unknown copy": (lambda w: w.rows(copies={"buyer": w.orders.c.owner}), 'has no column "buyer"'),
    "a column filled twice": (
        lambda w: w.rows(copies={"sku": w.orders.c.owner}),
        'column "sku" of "order_lines" is filled twice',
    ),
    "a source that is no JSON": (
        lambda w: w.rows(source=w.orders.c.owner),
        'source column "orders.owner" has type Text(); it must be JSONB',
    ),
    "a source of plain JSON": (
        lambda w: w.rows(source=w.table("old", w.key(), sa.Column("lines", JSON)).c.lines, parent="order_id"),
        'source column "old.lines" has type JSON(astext_type=Text()); it must be JSONB',
    ),
    "a source that is no column": (lambda w: w.rows(source="orders.lines"), "source 'orders.lines' is no column"),
    "a source that is a method of the table": (lambda w: w.rows(source=w.orders.c.items), "is no column; give one such as"),
    "no source": (lambda w: w.rows(source={}, discriminator="is_draft"), "no source column given"),
    "sources of two tables": (
        lambda w: w.rows(source={False: w.orders.c.lines, True: w.teams.c.player_ids}, discriminator="is_draft"),
        "the source columns belong to 2 tables; they must belong to one",
    ),
    "a target that is no table": (lambda w: w.rows(into="lines"), "Rows(into='lines'): into must be a SQLAlchemy Table"),
    "several sources without discriminator": (
        lambda w: w.rows(source={False: w.orders.c.lines, True: w.orders.c.drafts}),
        'several source arrays need "discriminator"',
    ),
    "a rest that is no JSON": (lambda w: w.rows(rest="at"), 'rest column "at" of "order_lines" must be JSONB'),
    "no key on parent and position": (
        lambda w: w.rows(position="quantity", fields={"sku": Field}),
        'table "order_lines" has no primary key or unique constraint on ("order_id", "quantity"); add one',
    ),
    "no foreign key to the source": (
        lambda w: w.rows(into=w.members, fields={}),
        'table "members" has 0 foreign keys to "orders"; name the column with parent=',
    ),
    "same= that is no field": (
        lambda w: w.rows(
            into=drafts(w),
            source={False: w.orders.c.lines, True: w.orders.c.drafts},
            discriminator="is_draft",
            same="call_id",
            prefer=False,
        ),
        'same="call_id" names no field',
    ),
    "prefer= that is no discriminator value": (
        lambda w: w.rows(
            into=drafts(w),
            source={False: w.orders.c.lines, True: w.orders.c.drafts},
            discriminator="is_draft",
            same="sku",
            prefer="final",
        ),
        "prefer='final' is no value of the discriminator",
    ),
    "a copy of another table without a sub-select": (
        lambda w: w.rows(fields={"quantity": Field}, copies={"sku": w.teams.c.owner}),
        'copied column "sku" reads table "teams" without a sub-select that joins it',
    ),
    "a copy by a sub-select without WHERE": (
        lambda w: w.rows(fields={"quantity": Field}, copies={"sku": sa.select(w.teams.c.owner).scalar_subquery()}),
        'copied column "sku" reads a sub-select; it must read one table with a WHERE',
    ),
}

WRONG_LINKS: dict[str, Wrong] = {
    "an unknown parent": (lambda w: w.links(parent="club_id"), 'mapping "members": table "members" has no column "club_id"'),
    "an unknown member": (lambda w: w.links(member="person_id"), 'has no column "person_id"'),
    "an unknown initial column": (lambda w: w.links(initial={"since": sa.func.now()}), 'has no column "since"'),
    "an initial column that is the parent": (
        lambda w: w.links(initial={"team_id": w.players.c.owner}),
        'column "team_id" of "members" is filled twice',
    ),
    "no key on the member": (
        lambda w: w.links(into=bare_members(w)),
        'table "bare_members" has no primary key or unique constraint on ("player_id")',
    ),
    "a source that is no JSON": (lambda w: w.links(source=w.teams.c.owner), 'source column "teams.owner" has type Text()'),
    "a truth that is no column": (lambda w: w.links(truth="players.team_id"), "truth 'players.team_id' is no column of a table"),
    "an owner that is no column": (
        lambda w: w.links(same_owner=(w.teams.c.owner, "owner")),
        'same_owner column "owner" belongs to neither table of the link',
    ),
    "a target that is no table": (lambda w: w.links(into="members"), "Links(into='members'): into must be a SQLAlchemy Table"),
    "an owner of a third table": (
        lambda w: w.links(same_owner=(w.teams.c.owner, w.orders.c.owner)),
        'same_owner column "orders.owner" belongs to neither table of the link',
    ),
}


def drafts(world: World) -> sa.Table:
    return world.order_lines("drafted_lines", sa.UniqueConstraint("order_id", "is_draft", "position"))


def bare_members(world: World) -> sa.Table:
    return world.table("bare_members", world.text("player_id"), world.text("team_id"))


@pytest.mark.parametrize("case", WRONG_ROWS)
def test_wrong_rows_are_refused_by_name(world: World, case: str) -> None:
    make, message = WRONG_ROWS[case]
    with pytest.raises(DeclarationError) as caught:
        make(world)
    assert message in str(caught.value)


@pytest.mark.parametrize("case", WRONG_LINKS)
def test_wrong_links_are_refused_by_name(world: World, case: str) -> None:
    make, message = WRONG_LINKS[case]
    with pytest.raises(DeclarationError) as caught:
        make(world)
    assert message in str(caught.value)


# -- codecs ---------------------------------------------------------------------------------------------------------------


def test_a_type_that_no_codec_fits_is_refused(world: World) -> None:
    with pytest.raises(DeclarationError, match='no codec fits field "span" of type Interval'):
        world.rows(fields={"span": Field})


def test_a_time_without_zone_has_no_codec(world: World) -> None:
    with pytest.raises(DeclarationError, match='no codec fits field "local_at"'):
        world.rows(fields={"local_at": Field})


FITTING: list[tuple[Any, sa.types.TypeEngine[Any]]] = [
    (Text, sa.Text()),
    (Text, sa.String(20)),
    (Reference, sa.Text()),
    (Choice(values=("a",)), sa.Text()),
    (Choice, sa.Enum("a", "b", native_enum=False)),
    (Integer, sa.SmallInteger()),
    (Integer, sa.BigInteger()),
    (Number, sa.Double()),
    (Number, sa.REAL()),
    (Number, sa.Numeric(10, 2)),
    (Boolean, sa.Boolean()),
    (Millis, sa.DateTime(timezone=True)),
    (Json, JSONB()),
    (Json, JSON()),
    (JsonText, JSONB()),
    (Uuid, sa.Uuid()),
]
MISFITTING: list[tuple[Any, sa.types.TypeEngine[Any]]] = [
    (Text, sa.Integer()),
    (Text, sa.CHAR(5)),
    (Choice(values=("a",)), sa.CHAR(5)),
    (Choice(values=("longer",)), sa.String(5)),
    (Millis, TIMESTAMP(timezone=True, precision=0)),
    (Uuid, sa.Uuid(native_uuid=False)),
    (Text, sa.Enum("a", native_enum=False)),
    (Choice, sa.Text()),
    (Choice, sa.Enum("a", "b", name="letters")),
    (Integer, sa.Double()),
    (Number, sa.Integer()),
    (Boolean, sa.Integer()),
    (Millis, sa.DateTime()),
    (Millis, sa.Date()),
    (Json, sa.Text()),
    (JsonText, JSON()),
    (Uuid, sa.Text()),
]


def one_field(world: World, codec: Any, kind: sa.types.TypeEngine[Any]) -> Rows:
    return world.rows(into=world.order_lines("typed_lines", sa.Column("value", kind)), fields={"value": codec})


@pytest.mark.parametrize(("codec", "kind"), FITTING, ids=repr)
def test_a_codec_takes_the_types_it_can_fill(world: World, codec: Any, kind: sa.types.TypeEngine[Any]) -> None:
    assert list(one_field(world, codec, kind).fields.codecs) == ["value"]


@pytest.mark.parametrize(("codec", "kind"), MISFITTING, ids=repr)
def test_a_codec_refuses_other_types(world: World, codec: Any, kind: sa.types.TypeEngine[Any]) -> None:
    with pytest.raises(DeclarationError, match=r'codec \w+ does not fit field "value" of type'):
        one_field(world, codec, kind)


@pytest.mark.parametrize(
    ("kind", "chosen"),
    [
        (sa.Text(), Text),
        (sa.Enum("a", native_enum=False), Choice),
        (sa.BigInteger(), Integer),
        (sa.Numeric(), Number),
        (sa.Boolean(), Boolean),
        (sa.DateTime(timezone=True), Millis),
        (sa.Uuid(), Uuid),
        (JSONB(), Json),
    ],
    ids=repr,
)
def test_a_field_takes_the_codec_of_its_type(world: World, kind: sa.types.TypeEngine[Any], chosen: type) -> None:
    assert type(one_field(world, Field, kind).fields.codecs["value"]) is chosen


def test_a_field_that_is_given_no_codec_is_refused(world: World) -> None:
    with pytest.raises(DeclarationError, match="field \"sku\" got 'Text'; give a codec such as Text"):
        world.rows(fields={"sku": "Text"})


def test_a_key_defaults_to_the_camel_case_of_the_column(world: World) -> None:
    table = world.order_lines("keyed_lines", sa.Column("mime_type_of_file", sa.Text))
    fields = world.rows(into=table, fields={"mime_type_of_file": Field, "sku": Text("SKU")}).fields
    assert [codec.key for codec in fields.codecs.values()] == ["mimeTypeOfFile", "SKU"]


# -- legacy tables --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ([], 'table "things" needs a primary key of one column; it has 0'),
        ([("a", sa.Text), ("b", sa.Text)], 'table "things" needs a primary key of one column; it has 2'),
        ([("a", sa.DateTime)], 'primary key "things.a" has type DateTime(); it must be text, integer or uuid'),
    ],
)
def test_a_legacy_table_needs_one_key_that_can_be_walked(world: World, keys: list[tuple[str, Any]], message: str) -> None:
    things = world.table("things", *(sa.Column(name, kind, primary_key=True) for name, kind in keys), *world.json("lines"))
    with pytest.raises(DeclarationError) as caught:
        world.rows(source=things.c.lines, parent="order_id")
    assert message in str(caught.value)


# -- migrations -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ["", "M1", "a b", "ä", "_1", "x" * 49])
def test_an_id_must_be_a_plain_word(world: World, id: str) -> None:
    with pytest.raises(DeclarationError, match="the id must be up to 48 lower-case letters"):
        migration(world.rows(), id=id)


def test_a_title_must_say_something(world: World) -> None:
    with pytest.raises(DeclarationError, match='migration "m1": the title is empty'):
        migration(world.rows(), title="  ")


def test_a_migration_needs_a_mapping() -> None:
    with pytest.raises(DeclarationError, match='migration "m1": no mapping given'):
        migration()


def test_two_mappings_may_not_fill_one_table(world: World) -> None:
    with pytest.raises(DeclarationError, match='two mappings fill table "order_lines"'):
        migration(world.rows(name="one"), world.rows(name="other"))


def test_two_mappings_may_not_bear_one_name(world: World) -> None:
    with pytest.raises(DeclarationError, match='two mappings are named "same"'):
        migration(world.rows(name="same"), world.links(name="same"))


@pytest.mark.parametrize("name", ["Lines", "1lines", "li nes", "li__nes", "lines_", "lines-x"])
def test_the_name_of_a_mapping_must_be_a_plain_word(world: World, name: str) -> None:
    with pytest.raises(DeclarationError, match=f'mapping "{name}": the name must be'):
        migration(world.rows(name=name))


@pytest.mark.parametrize(
    "more",
    [
        [sa.Column(LONG, sa.Text)],
        [sa.Index(LONG, "sku")],
        [sa.UniqueConstraint("sku", name=LONG)],
        [sa.CheckConstraint("quantity > 0", name=LONG)],
        [sa.Column("ä" * 32, sa.Text)],
    ],
    ids=["column", "index", "unique", "check", "bytes, not letters"],
)
def test_identifiers_that_postgresql_would_cut_are_refused(world: World, more: list[Any]) -> None:
    with pytest.raises(DeclarationError, match=r'mapping "longer": identifier ".*" has 64 bytes'):
        migration(world.rows(into=world.order_lines("longer", *more)))


def test_a_table_name_that_postgresql_would_cut_is_refused(world: World) -> None:
    with pytest.raises(DeclarationError, match=f'identifier "{LONG}" has 64 bytes'):
        migration(world.rows(into=world.order_lines(LONG)))


def test_a_table_may_not_be_source_and_target(world: World) -> None:
    tree = world.table(
        "tree",
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("parent_id", sa.BigInteger, sa.ForeignKey("tree.id")),
        sa.Column("position", sa.Integer),
        sa.Column("sku", sa.Text),
        *world.json("children"),
        sa.UniqueConstraint("parent_id", "position"),
    )
    with pytest.raises(DeclarationError, match='table "tree" is both source and target'):
        migration(world.rows(source=tree.c.children, into=tree, fields={"sku": Field}))


def feeding(world: World, one: str, other: str) -> tuple[sa.Table, sa.Table]:
    """Return two tables of which each has an array and refers to the other."""
    tables = []
    for name, target in ((one, other), (other, one)):
        columns = [sa.Column("up", sa.BigInteger, sa.ForeignKey(f"{target}.id")), sa.Column("position", sa.Integer)]
        unique = sa.UniqueConstraint("up", "position")
        key = sa.Column("id", sa.BigInteger, primary_key=True)
        tables.append(world.table(name, key, *columns, world.text("sku"), *world.json("below"), unique))
    return tables[0], tables[1]


def test_mappings_may_not_feed_each_other(world: World) -> None:
    hens, eggs = feeding(world, "hens", "eggs")
    into_eggs = world.rows(source=hens.c.below, into=eggs, fields={"sku": Field})
    into_hens = world.rows(source=eggs.c.below, into=hens, fields={"sku": Field})
    with pytest.raises(DeclarationError, match=r'mapping "(hens|eggs)" reads what is made from its own rows \(a cycle\)'):
        migration(into_eggs, into_hens)


def test_mappings_may_feed_later_ones(world: World) -> None:
    hens, eggs = feeding(world, "hens", "eggs")
    first = world.rows(source=world.orders.c.lines, into=world.lines)
    assert migration(first, world.rows(source=hens.c.below, into=eggs, fields={"sku": Field})).targets[1] is eggs


def test_a_lookup_must_be_joined_by_an_equality(world: World) -> None:
    where = world.teams.c.id > world.orders.c.owner
    owner = sa.select(world.teams.c.owner).where(where).scalar_subquery()
    with pytest.raises(DeclarationError, match='the lookup of "teams" must be joined by one equality'):
        migration(world.rows(fields={"quantity": Field}, copies={"sku": owner}))


def test_a_lookup_must_be_joined_by_one_equality_alone(world: World) -> None:
    where = sa.and_(world.teams.c.id == world.orders.c.owner, world.teams.c.owner == "me")
    owner = sa.select(world.teams.c.owner).where(where).scalar_subquery()
    with pytest.raises(DeclarationError, match='the lookup of "teams" must be joined by one equality'):
        migration(world.rows(fields={"quantity": Field}, copies={"sku": owner}))


def test_the_digest_says_whether_the_meaning_has_changed(world: World) -> None:
    again = World()
    changed = again.rows(fields={"sku": Text("SKU"), "quantity": Field})
    assert migration(world.rows()).digest == migration(again.rows()).digest != migration(changed).digest


# -- migrations together --------------------------------------------------------------------------------------------------


def test_an_id_may_be_given_once(world: World) -> None:
    with pytest.raises(DeclarationError, match="two migrations share an id: m1"):
        check_together([migration(world.rows()), migration(world.links())])


def test_two_migrations_may_not_fill_one_table(world: World) -> None:
    with pytest.raises(DeclarationError, match='the list of migrations: two mappings fill table "order_lines"'):
        check_together([migration(world.rows(name="one")), migration(world.rows(name="other"), id="m2")])


def test_two_migrations_may_not_share_the_name_of_a_mapping(world: World) -> None:
    with pytest.raises(DeclarationError, match='two mappings are named "same"'):
        check_together([migration(world.rows(name="same")), migration(world.links(name="same"), id="m2")])


def test_migrations_may_not_feed_each_other(world: World) -> None:
    hens, eggs = feeding(world, "hens", "eggs")
    into_eggs = world.rows(source=hens.c.below, into=eggs, fields={"sku": Field})
    into_hens = world.rows(source=eggs.c.below, into=hens, fields={"sku": Field})
    with pytest.raises(DeclarationError, match=r'the list of migrations: mapping "(hens|eggs)" reads what is made'):
        check_together([migration(into_eggs), migration(into_hens, id="m2")])


def test_the_list_may_hold_migrations_only(world: World) -> None:
    with pytest.raises(DeclarationError, match="must hold Migration objects only"):
        check_together([migration(world.rows()), "m2"])  # type: ignore[list-item]  # what a user may write by mistake
