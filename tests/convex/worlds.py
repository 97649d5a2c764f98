"""Documents for tests: strategies over the whole value space, and the notation of the reference vectors."""

import math
import os
import struct
from pathlib import Path

from hypothesis import strategies as st

from unnest.convex import Document, Int64, Value, encode_id

SOAK_FACTOR = 20 if os.environ.get("UNNEST_SOAK") == "1" else 1
REFERENCE = Path(__file__).parents[2].parent / "shared" / "reference" / "convex"

int64s = st.integers(-(2**63), 2**63 - 1).map(Int64)
floats = st.one_of(
    st.floats(allow_nan=False),
    st.sampled_from([0.0, -0.0, math.inf, -math.inf, 5e-324, 1e16, 1e-5, 1.5e300, 2.0**53, 1745162191687.9707]),
    st.integers(0, 2**64 - 1).map(lambda bits: float(struct.unpack("<d", bits.to_bytes(8, "little"))[0])),
)
strings = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8).filter(lambda name: name[:1] != "$")
scalars: st.SearchStrategy[Value] = st.one_of(
    st.none(), st.booleans(), int64s, floats, strings, st.binary(max_size=9), st.sampled_from(["", "NaN", "42", "aGk="])
)
values: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=12,
)
fields = st.one_of(
    st.sampled_from(["name", "userId", "user_id", "userID", "tags", "id", "count", "isAdmin", "a b", "%", "", "x" * 70]),
    names.filter(lambda name: name[:1] != "_"),
)
bodies: st.SearchStrategy[Document] = st.dictionaries(fields, values, max_size=6)


def sample_id(number: int, *, table: int = 10_001) -> str:
    """Make the id of a numbered row."""
    return encode_id(table, number.to_bytes(14, "big") + b"\x4e\xe6")


def exact(value: Value) -> object:
    """Turn a value into something whose ``==`` sees types, signs of zero and bits of NaN."""
    if isinstance(value, list):
        return [exact(element) for element in value]
    if isinstance(value, dict):
        return {name: exact(element) for name, element in value.items()}
    if isinstance(value, float):
        return ("float64", struct.pack("<d", value))
    return (type(value).__name__, value)


def from_notation(noted: dict[str, object]) -> Value:
    """Read the notation of the reference vectors, e.g. ``{"float64": "3ff0000000000000"}``."""
    ((kind, payload),) = noted.items()
    if kind == "null":
        return None
    if kind == "float64":
        return float(struct.unpack(">d", bytes.fromhex(str(payload)))[0])
    if kind == "int64":
        return Int64(int(str(payload)))
    if kind == "bytes":
        return bytes.fromhex(str(payload))
    if kind == "array":
        assert isinstance(payload, list)
        return [from_notation(element) for element in payload]
    if kind == "object":
        assert isinstance(payload, list)
        return {name: from_notation(element) for name, element in payload}
    assert isinstance(payload, bool | str)
    return payload
