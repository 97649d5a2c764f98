"""The values of documents, read from text.

In: JSON text in one of the encodings. Out: Python values, with the types of the document database kept apart:
``None``, ``bool``, ``Int64``, ``float`` (Float64), ``str``, ``bytes``, ``list``, ``dict``.

=========  ===========================================  ==============================================
encoding   where it stands                              numbers
=========  ===========================================  ==============================================
uniform    snapshots since March 2026                   ``5`` is an Int64, ``5.0`` a Float64
plain      files without sidecar, and older snapshots   every number is a Float64
wire       ``jsonb`` columns, the client protocol       every number is a Float64, Int64 is ``$integer``
=========  ===========================================  ==============================================
"""

import json
import math
import struct
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from typing import NoReturn, Self, TypeAlias

from unnest.convex.errors import Code, InvalidValue
from unnest.convex.names import is_field_name

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1
_INT64_DIGITS = 20
_KNOWN_NAMES_MAX = 50_000


class Int64(int):
    """A 64-bit integer (``bigint`` in the document database), which is another type than a number."""

    __slots__ = ()

    def __new__(cls, number: int) -> Self:
        """Wrap a number.

        Raises:
            InvalidValue: it needs more than 64 bits.
        """
        if not INT64_MIN <= number <= INT64_MAX:
            raise InvalidValue(Code.INVALID_VALUE, f"{number} needs more than 64 bits")
        return super().__new__(cls, number)

    def __repr__(self) -> str:
        return f"Int64({int(self)})"


Value: TypeAlias = "bool | Int64 | float | str | bytes | list[Value] | dict[str, Value] | None"
Document: TypeAlias = dict[str, Value]


def decode_uniform(text: str) -> Value:
    """Read one value in the current export encoding.

    Raises:
        InvalidValue: the text is no JSON, or JSON outside the encoding.
    """
    return _decode(_UNIFORM, text)


def decode_plain(text: str) -> Value:
    """Read one value of a file without types: numbers are Float64, ``$`` objects are refused."""
    return _decode(_PLAIN, text)


def decode_wire(text: str) -> Value:
    """Read one value in the client protocol's encoding, as ``jsonb`` columns hold it."""
    return _decode(_WIRE, text)


def decode_base64(text: str) -> bytes:
    """Read padded standard base64; anything that would be written differently is refused."""
    try:
        raw = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raw = None
    if raw is None or b64encode(raw).decode() != text:
        raise InvalidValue(Code.INVALID_VALUE, f'"{text[:60]}" is not padded standard base64')
    return raw


def _decode(decoder: json.JSONDecoder, text: str) -> Value:
    try:
        value: Value = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise InvalidValue(Code.JSON_INVALID_ROW, f"not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise InvalidValue(Code.TOO_NESTED, "nested too deeply to be read") from None
    if "\\ud" in text or "\\uD" in text:  # only an escape can bring in half of a surrogate pair
        _refuse_surrogates(value)
    return value


def _refuse_surrogates(value: Value) -> None:
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise InvalidValue(Code.JSON_INVALID_ROW, "a string holds half of a surrogate pair") from None
    elif isinstance(value, list):
        for element in value:
            _refuse_surrogates(element)
    elif isinstance(value, dict):
        for element in value.values():
            _refuse_surrogates(element)


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise InvalidValue(Code.JSON_INVALID_ROW, f"{text[:40]} is beyond the range of a number")
    return number


def _integer(text: str) -> Int64 | float:
    """Read a number token without point or exponent; ``-0`` and what needs more than 64 bits are Float64."""
    if text == "-0" or len(text) > _INT64_DIGITS:
        return _float(text)
    number = int(text)
    return Int64(number) if INT64_MIN <= number <= INT64_MAX else _float(text)


def _constant(text: str) -> NoReturn:
    raise InvalidValue(Code.JSON_INVALID_ROW, f"{text} is not JSON")


_known_names: set[str] = set()


def _check_names(found: dict[str, Value]) -> None:
    """Check the names of an object's fields, each spelling once."""
    for name in found.keys() - _known_names:
        if not is_field_name(name):
            hint = "a name may not start with $" if name.startswith("$") else "names are up to 1024 printable ASCII"
            raise InvalidValue(Code.INVALID_VALUE, f"bad field name {name[:60]!r}: {hint}")
        if len(_known_names) < _KNOWN_NAMES_MAX:
            _known_names.add(name)


def _plain_object(found: dict[str, Value]) -> Value:
    if not found.keys() <= _known_names:
        _check_names(found)
    return found


def _tagged_object(found: dict[str, Value]) -> Value:
    if found.keys() <= _known_names:
        return found
    if len(found) == 1:
        ((name, payload),) = found.items()
        reader = _TAGS.get(name)
        if reader is not None:
            if not isinstance(payload, str):
                raise InvalidValue(Code.INVALID_VALUE, f"{name} takes a base64 string")
            return reader(payload)
    _check_names(found)
    return found


def _read_integer(payload: str) -> Value:
    return Int64(int.from_bytes(_eight_bytes("$integer", payload), "little", signed=True))


def _read_float(payload: str) -> Value:
    number: float = struct.unpack("<d", _eight_bytes("$float", payload))[0]
    if math.isfinite(number) and number != 0.0:
        raise InvalidValue(Code.INVALID_VALUE, f"$float holds {number!r}, which has to be written as a number")
    return number


def _eight_bytes(tag: str, payload: str) -> bytes:
    raw = decode_base64(payload)
    if len(raw) != 8:
        raise InvalidValue(Code.INVALID_VALUE, f"{tag} holds 8 bytes, got {len(raw)}")
    return raw


_TAGS: dict[str, Callable[[str], Value]] = {"$integer": _read_integer, "$float": _read_float, "$bytes": decode_base64}

_UNIFORM = json.JSONDecoder(object_hook=_tagged_object, parse_float=_float, parse_int=_integer, parse_constant=_constant)
_PLAIN = json.JSONDecoder(object_hook=_plain_object, parse_float=_float, parse_int=_float, parse_constant=_constant)
_WIRE = json.JSONDecoder(object_hook=_tagged_object, parse_float=_float, parse_int=_float, parse_constant=_constant)
