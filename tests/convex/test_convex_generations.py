"""Older snapshots: shapes, overrides, and the meaning of strings."""

import io
import json
import math
from typing import Any

import pytest
from convex.worlds import REFERENCE, bodies, exact, from_notation, sample_id
from hypothesis import given

from unnest.convex import Code, Document, ImportRefused, InvalidValue, Value
from unnest.convex.encode import context, encode_plain
from unnest.convex.generations import Generation, decoder
from unnest.convex.lines import csv_cell
from unnest.convex.shapes import parse_shape

ROW = sample_id(1)


def read(text: str, *sidecar: str) -> Document:
    """Read a document with the lines of a sidecar."""
    return decoder("t/generated_schema.jsonl", io.BytesIO("".join(f"{line}\n" for line in sidecar).encode()))[1](text)


def shape(text: str) -> str:
    """Write the first line of a sidecar."""
    return json.dumps(text)


@given(bodies)
def test_unknown_shapes_with_overrides_carry_every_value(body: Document) -> None:
    document: Document = {"_id": ROW, **body}
    overrides = context(document)
    lines = [shape("unknown")] + ([json.dumps({ROW: overrides})] if overrides != "infer" else [])
    assert exact(read(encode_plain(document), *lines)) == exact(document)


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        ('{"a": int64}', '"5"', 5),
        ('{"a": int64 | string}', '"5"', "5"),
        ('{"a": inf | normalfloat64}', '"Infinity"', math.inf),
        ('{"a": array<bytes>}', '["AAE="]', [b"\0\1"]),
        ('{"a": record<field_name, int64>}', '{"x y":"1"}', {"x y": 1}),
        ('{"a"?: {"b": id<10001>} | {"b": int64}}', '{"b":"1"}', {"b": "1"}),
        ('{"a": "literal"}', '"literal"', "literal"),
        ("never", '"5"', "5"),
    ],
)
def test_shapes_give_strings_their_meaning(schema: str, text: str, value: Value) -> None:
    assert read(f'{{"a":{text}}}', shape(schema))["a"] == value


@pytest.mark.parametrize(
    "schema", ["", "bogus", "array<int64", '{"a": }', '{"a": int64,"b": null}', "int64 |int64", "array<" * 5000, '{"a b": null}']
)
def test_a_shape_that_does_not_parse_is_refused(schema: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        parse_shape(schema)
    assert refused.value.code is Code.INVALID_GENERATED_SCHEMA


@pytest.mark.parametrize("sidecar", [[], ["{}"], ["nonsense"], [shape("uniform"), "{}"], [shape("{")]])
def test_a_sidecar_that_does_not_parse_names_its_entry(sidecar: list[str]) -> None:
    with pytest.raises(ImportRefused) as refused:
        read("{}", *sidecar)
    assert (refused.value.code, refused.value.entry) == (Code.INVALID_GENERATED_SCHEMA, "t/generated_schema.jsonl")


@pytest.mark.parametrize(
    ("value", "override"),
    [('"x"', "int64"), ('"x"', "bytes"), ('"x"', "float64inf"), ('"NaN"', {"$float64NaN": "AAAA"}), ('["1"]', []),
     ('{"a":"1"}', "int64"), ('"1"', ["int64"]), ('"1"', {"a": "int64"}), ('"1"', "other")],
)  # fmt: skip
def test_an_override_that_does_not_fit_is_refused(value: str, override: object) -> None:
    with pytest.raises(InvalidValue) as refused:
        read(f'{{"_id":"{ROW}","a":{value}}}', shape("unknown"), json.dumps({ROW: {"a": override}}))
    assert refused.value.code is Code.INVALID_VALUE


def test_the_first_line_tells_the_generation() -> None:
    assert decoder("", None)[0] is Generation.PLAIN
    assert decoder("", io.BytesIO(b'"uniform"\n'))[0] is Generation.UNIFORM
    assert decoder("", io.BytesIO(b'"never"\n'))[0] is Generation.LEGACY


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference vectors are not on this machine")
def test_the_reference_documents_are_read_alike() -> None:
    vectors: dict[str, list[dict[str, Any]]] = json.loads((REFERENCE / "value_vectors.json").read_text())
    for vector in vectors["document_decode"]:
        sidecar = vector["generated_schema"]
        stream = None if sidecar is None else io.BytesIO("".join(f"{line}\n" for line in sidecar).encode())
        if "error" in vector["expect"]:
            with pytest.raises((InvalidValue, ImportRefused)):
                decoder("s", stream)[1](vector["text"])
        else:
            assert exact(decoder("s", stream)[1](vector["text"])) == exact(from_notation(vector["expect"])), vector
    for vector in vectors["csv_cell"]:
        assert exact(csv_cell(vector["cell"])) == exact(json.loads(vector["json"])), vector
    for vector in vectors["values"]:
        value = from_notation(vector["value"])
        assert encode_plain(value) == vector["legacy"]
        assert context(value) == vector["legacy_context_under_unknown"], vector
