"""The values of documents, written as text.

In: Python values (see ``values``). Out: compact JSON, keys in byte order, in one of three encodings:

* ``uniform``: what current snapshots hold;
* ``wire``: what ``jsonb`` columns hold. A Float64 is a plain number (``1024``, as applications write it);
* ``plain``: what older snapshots hold, beside the context that says what its strings mean.
"""

import math
import struct
from base64 import b64encode
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import TypeAlias

from unnest.convex.values import Int64, Value

_PLAIN_INTEGERS = 1e16

Scalar: TypeAlias = Callable[[Value], str]
Context: TypeAlias = "str | list[Context] | dict[str, Context]"


def encode_uniform(value: Value) -> str:
    """Write a value exactly as a current exporter prints it."""
    return _encode(value, _uniform_scalar)


def encode_wire(value: Value) -> str:
    """Write a value as a ``jsonb`` column holds it; PostgreSQL's decimals keep each number exactly."""
    return _encode(value, _wire_scalar)


def encode_plain(value: Value) -> str:
    """Write a value as older exporters print it; ``context`` tells what its ambiguous strings mean."""
    return _encode(value, _plain_scalar)


def context(value: Value) -> Context:
    """Say how the plain text of a value has to be read: the override line of an older sidecar.

    Returns:
        ``"infer"`` where the text stands for itself, else a tag or the tags of the parts.
    """
    if isinstance(value, Int64):
        return "int64"
    if isinstance(value, bytes):
        return "bytes"
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float64NaN": _base64(struct.pack("<d", value))} if math.isnan(value) else "float64inf"
    if isinstance(value, list):
        parts = [context(element) for element in value]
        return "infer" if all(part == "infer" for part in parts) else parts
    if isinstance(value, dict):
        fields = {name: part for name, element in sorted(value.items()) if (part := context(element)) != "infer"}
        return fields or "infer"
    return "infer"


def float_text(number: float) -> str:
    """Write a finite number as exporters do: shortest digits, always with a point or an exponent."""
    text = repr(number)
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    if int(exponent) == -5:  # Python changes to exponents one power earlier
        sign = "-" if mantissa.startswith("-") else ""
        return f"{sign}0.0000{mantissa.lstrip('-').replace('.', '')}"
    return f"{mantissa}e{int(exponent)}"


def _encode(value: Value, scalar: Scalar) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    if isinstance(value, dict):
        fields = [f"{encode_basestring(name)}:{_encode(value[name], scalar)}" for name in sorted(value)]
        return "{" + ",".join(fields) + "}"
    if isinstance(value, list):
        return "[" + ",".join([_encode(element, scalar) for element in value]) + "]"
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    return scalar(value)


def _uniform_scalar(value: Value) -> str:
    if isinstance(value, float):
        return float_text(value) if math.isfinite(value) else _float_object(value)
    if isinstance(value, Int64):
        return int.__repr__(value)
    return _bytes_object(value)


def _wire_scalar(value: Value) -> str:
    if isinstance(value, float):
        if value.is_integer() and abs(value) < _PLAIN_INTEGERS and (value or math.copysign(1.0, value) > 0):
            return int.__repr__(int(value))
        return repr(value) if math.isfinite(value) and value else _float_object(value)
    if isinstance(value, Int64):
        return f'{{"$integer":"{_base64(value.to_bytes(8, "little", signed=True))}"}}'
    return _bytes_object(value)


def _plain_scalar(value: Value) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return '"NaN"'
        return float_text(value) if math.isfinite(value) else f'"{"-" if value < 0 else ""}Infinity"'
    if isinstance(value, Int64):
        return f'"{int(value)}"'
    return f'"{_base64(_only_bytes(value))}"'


def _float_object(number: float) -> str:
    return f'{{"$float":"{_base64(struct.pack("<d", number))}"}}'


def _bytes_object(value: Value) -> str:
    return f'{{"$bytes":"{_base64(_only_bytes(value))}"}}'


def _only_bytes(value: Value) -> bytes:
    if isinstance(value, bytes):
        return value
    raise TypeError(f"{type(value).__name__} is not a type of documents (integers are Int64, numbers are float)")


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")
