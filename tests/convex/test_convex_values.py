"""Values: read and written in each encoding."""

import json
import math
from typing import Any

import pytest
from convex.worlds import REFERENCE, exact, from_notation, values
from hypothesis import given

from unnest.convex import Int64, Value, decode_plain, decode_uniform, decode_wire, encode_uniform, encode_wire
from unnest.convex.encode import float_text
from unnest.convex.errors import Code, InvalidValue
from unnest.convex.limits import nesting, size_bytes
from unnest.convex.names import camel_case, is_field_name, is_identifier, snake_case

with_reference = pytest.mark.skipif(not REFERENCE.exists(), reason="the reference vectors are not on this machine")


def _vectors(group: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((REFERENCE / "value_vectors.json").read_text())[group]
    return found


@given(values)
def test_every_value_survives_the_uniform_encoding(value: Value) -> None:
    assert exact(decode_uniform(encode_uniform(value))) == exact(value)


@given(values)
def test_every_value_survives_the_wire_encoding(value: Value) -> None:
    assert exact(decode_wire(encode_wire(value))) == exact(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", Int64(5)),
        ("5.0", 5.0),
        ("-0", -0.0),
        ("9223372036854775808", 2.0**63),
        ("123456789012345678901234567890", 1.2345678901234568e29),
        ('{"$integer":"KgAAAAAAAAA="}', Int64(42)),
        ('{"$float":"AAAAAAAA8H8="}', math.inf),
        ('{"$bytes":"aGVsbG8="}', b"hello"),
        ('{"a":1,"a":2.0}', {"a": 2.0}),
    ],
)
def test_uniform_text_is_read_by_its_form(text: str, value: Value) -> None:
    assert exact(decode_uniform(text)) == exact(value)


@pytest.mark.parametrize(
    "text",
    ["1e400", "NaN", "01", "1.", '"\\ud800"', '{"$x":1}', '{"é":1}', '{"a":1,"$integer":"AA=="}', '{"$bytes":"aGk"}',
     '{"$bytes":"aGl="}', '{"$float":"AAAAAAAA8D8="}', '{"$integer":1}', "[1,]", "1 2", "", "[" * 100_000],
)  # fmt: skip
def test_text_outside_the_encoding_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        decode_uniform(text)


def test_files_without_types_hold_numbers_only_as_float64() -> None:
    assert exact(decode_plain('{"a":1,"b":"1"}')) == exact({"a": 1.0, "b": "1"})
    with pytest.raises(InvalidValue):
        decode_plain('{"$integer":"KgAAAAAAAAA="}')


def test_jsonb_holds_numbers_as_applications_write_them() -> None:
    written = encode_wire({"a": 1024.0, "b": -0.0, "c": 0.5, "d": Int64(1), "e": 0.0})
    assert written == '{"a":1024,"b":{"$float":"AAAAAAAAAIA="},"c":0.5,"d":{"$integer":"AQAAAAAAAAA="},"e":0}'


def test_an_integer_of_more_than_64_bits_is_refused() -> None:
    with pytest.raises(InvalidValue) as refused:
        Int64(2**63)
    assert refused.value.code is Code.INVALID_VALUE


@pytest.mark.parametrize(
    ("field", "column"),
    [("conversationIds", "conversation_ids"), ("userID", "user_id"), ("HTMLContent", "html_content"), ("id", "id")],
)
def test_fields_become_columns_in_snake_case(field: str, column: str) -> None:
    assert snake_case(field) == column


def test_columns_become_fields_in_camel_case() -> None:
    assert camel_case("last_memory_fetch_at") == "lastMemoryFetchAt"
    assert camel_case("_private") == "_private"


@with_reference
@pytest.mark.parametrize("vector", _vectors("values") if REFERENCE.exists() else [], ids=lambda vector: vector["name"])
def test_the_reference_values_are_written_and_measured_alike(vector: dict[str, Any]) -> None:
    value = from_notation(vector["value"])
    assert encode_uniform(value) == vector["uniform"]
    assert exact(decode_uniform(vector["uniform"])) == exact(value)
    assert exact(decode_wire(vector["wire"])) == exact(value)
    assert json.loads(encode_wire(value)) == json.loads(vector["wire"])
    assert (size_bytes(value), nesting(value)) == (vector["size"], vector["nesting"])


@with_reference
@pytest.mark.parametrize("group", ["uniform_decode", "wire_decode"])
def test_the_reference_texts_are_read_alike(group: str) -> None:
    decode = decode_uniform if group == "uniform_decode" else decode_wire
    for vector in _vectors(group):
        if "error" in vector["expect"]:
            with pytest.raises(InvalidValue):
                decode(vector["text"])
        else:
            assert exact(decode(vector["text"])) == exact(from_notation(vector["expect"])), vector["text"]


@with_reference
def test_the_reference_numbers_are_written_alike() -> None:
    for vector in _vectors("float_text"):
        number = from_notation({"float64": vector["bits"]})
        assert isinstance(number, float)
        assert float_text(number) == vector["text"]


@with_reference
def test_the_reference_names_are_judged_alike() -> None:
    for vector in _vectors("identifiers"):
        assert is_identifier(vector["text"]) is vector["valid"], vector
    for vector in _vectors("field_names"):
        assert is_field_name(vector["text"]) is vector["valid"], vector
