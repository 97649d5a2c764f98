"""Document ids: read, checked and made."""

import json

import pytest
from convex.worlds import REFERENCE
from hypothesis import given
from hypothesis import strategies as st

from unnest.convex import decode_id, derived_id, encode_id, is_id, new_id
from unnest.convex.errors import InvalidValue

REAL = "jx71kfke7146b55m6h78gncfp17ecacp"  # of a published export


@given(st.integers(1, 2**32 - 1), st.binary(min_size=16, max_size=16))
def test_an_id_gives_back_its_parts(table_number: int, internal: bytes) -> None:
    parts = decode_id(encode_id(table_number, internal))
    assert (parts.table_number, parts.internal) == (table_number, internal)


@given(st.integers(0, 31), st.sampled_from("0123456789abcdefghjkmnpqrstvwxyz"))
def test_a_changed_character_is_noticed(position: int, character: str) -> None:
    changed = REAL[:position] + character + REAL[position + 1 :]
    assert is_id(changed) is (changed == REAL)


def test_a_real_id_names_its_table_and_day() -> None:
    parts = decode_id(REAL)
    assert (parts.table_number, parts.day) == (10_007, 1_745_162_191_687 // 86_400_000)
    assert is_id(REAL, 10_007)
    assert not is_id(REAL, 10_008)


def test_new_ids_differ_and_derived_ids_repeat() -> None:
    made = {new_id(10_001, now_s=1_700_000_000.0) for _ in range(50)}
    assert len(made) == 50
    assert derived_id(10_001, "a", created_s=0.0) == derived_id(10_001, "a", created_s=0.0)
    assert derived_id(10_001, "a", created_s=0.0) != derived_id(10_001, "b", created_s=0.0)


@pytest.mark.parametrize("table_number", [0, -1, 2**32])
def test_a_table_number_out_of_range_is_refused(table_number: int) -> None:
    with pytest.raises(InvalidValue):
        encode_id(table_number, bytes(16))


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference vectors are not on this machine")
def test_the_reference_ids_are_judged_alike() -> None:
    vectors = json.loads((REFERENCE / "id_vectors.json").read_text())
    for vector in vectors["valid"]:
        parts = decode_id(vector["id"])
        assert (parts.table_number, parts.internal.hex()) == (vector["table_number"], vector["internal_id"])
        assert encode_id(parts.table_number, parts.internal) == vector["id"]
    for vector in vectors["invalid"]:
        assert not is_id(vector["id"]), vector
        with pytest.raises(InvalidValue):
            decode_id(vector["id"])
