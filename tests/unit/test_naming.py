"""Names of database objects: within PostgreSQL's limit, told apart, and in the order in which triggers must fire."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unnest import naming
from unnest.naming import Role

FIRING_ORDER = [
    Role.KEEP,
    Role.CLOSED,
    Role.FORWARD,
    Role.LOOKUP,
    Role.REVERSE,
    Role.FOLLOW,
    Role.CORRECT,
    Role.TRUNCATE,
]
WORDS = st.from_regex(r"[a-z](_?[a-z0-9]){0,40}", fullmatch=True)
ANY_TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=90)


def test_triggers_fire_in_the_order_of_the_protocol() -> None:
    names = [naming.trigger(role, "attachments", "x") for role in FIRING_ORDER]
    assert names == sorted(names, key=str.encode)
    assert set(FIRING_ORDER) == set(Role)


@pytest.mark.parametrize("role", Role)
def test_triggers_of_foreign_keys_fire_before_ours(role: Role) -> None:
    assert naming.trigger(role, "attachments", "x").encode() > b"RI_ConstraintTrigger_c_16401"


@given(WORDS, WORDS)
def test_the_role_decides_the_order_and_not_the_mapping(one: str, other: str) -> None:
    for earlier, later in pairwise(FIRING_ORDER):
        assert naming.trigger(earlier, one, "z") < naming.trigger(later, other, "a")


@given(ANY_TEXT)
def test_every_name_fits_and_short_ones_stay(name: str) -> None:
    fitted = naming.fit(name)
    assert len(fitted.encode()) <= naming.LIMIT_BYTES
    assert fitted == name or len(name.encode()) > naming.LIMIT_BYTES


@given(ANY_TEXT, st.text("ab", min_size=1, max_size=3))
def test_long_names_that_differ_at_the_end_stay_different(name: str, more: str) -> None:
    assert naming.fit(name) != naming.fit(name + more)


def test_a_letter_is_not_cut_in_half() -> None:
    assert naming.fit("ä" * 40).startswith("ä" * 27 + "_")


@given(WORDS)
def test_the_name_of_a_mapping_stays_whole_in_everything_made_from_it(table: str) -> None:
    mapping = naming.short(table)
    assert len(mapping.encode()) <= naming.MAPPING_BYTES
    made = [naming.residue(mapping), naming.dirty(mapping), naming.recent(mapping), naming.function(mapping, "x" * 80)]
    made += [naming.trigger(role, mapping, "x" * 80) for role in Role]
    assert all(mapping in name for name in made)
    assert len(set(made)) == len(made)


def test_the_triggers_of_a_mapping_are_told_from_those_of_a_longer_name() -> None:
    pattern = re.compile(naming.of_mapping("lines"))
    assert all(pattern.match(naming.trigger(role, "lines", "x")) for role in Role)
    assert not any(pattern.match(naming.trigger(role, "order_lines", "x")) for role in Role)
    assert not any(pattern.match(naming.trigger(role, "lines_of_orders", "x")) for role in Role)


def test_the_name_part_of_a_setting_does_not_begin_with_a_digit() -> None:
    assert re.fullmatch(r"unnest\.[a-z]\w*", naming.guard("1st"))


def test_a_retired_column_is_hidden_under_a_name_of_its_own() -> None:
    assert naming.hidden("attachments") == "unnest_retired_attachments"
    assert naming.hidden("x" * 62) != naming.hidden("x" * 63)
