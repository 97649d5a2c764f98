"""Document ids: 31 to 37 characters that hold a table number, 16 bytes and a checksum.

In: text or its parts. Out: the parts or the text. ``text = base32(varint(table) + internal[16] + fletcher16)``.
"""

import re
import secrets
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate

from unnest.convex.errors import Code, InvalidValue

MAX_TABLE_NUMBER = 2**32 - 1
FIRST_USER_TABLE = 10_001
STORAGE_TABLE = 540

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PYTHON_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_TO_DIGITS = str.maketrans(_ALPHABET, _PYTHON_DIGITS)
_FORM = re.compile("[0-9a-hjkmnp-tv-z]{31,37}", re.ASCII)
_INTERNAL_BYTES = 16
_CHECKSUM_BYTES = 2
_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentId:
    """The parts of an id."""

    table_number: int
    internal: bytes

    @property
    def day(self) -> int:
        """Days since 1970-01-01 (UTC) at creation; a convention that imported ids need not follow."""
        return int.from_bytes(self.internal[-2:], "big")


def encode_id(table_number: int, internal: bytes) -> str:
    """Write an id.

    Args:
        table_number: 1 .. 2**32 - 1, unique in the deployment (user tables from 10001 upward).
        internal: 16 bytes; by convention 14 random bytes and the big-endian day number.

    Raises:
        InvalidValue: the number or the length is out of range.
    """
    if not 1 <= table_number <= MAX_TABLE_NUMBER:
        raise InvalidValue(Code.INVALID_ID, f"table number {table_number} is not in 1..{MAX_TABLE_NUMBER}")
    if len(internal) != _INTERNAL_BYTES:
        raise InvalidValue(Code.INVALID_ID, f"an id holds {_INTERNAL_BYTES} bytes, got {len(internal)}")
    payload = _varint(table_number) + internal
    return _base32(payload + _fletcher16(payload))


def decode_id(text: str) -> DocumentId:
    """Read an id.

    Raises:
        InvalidValue: the text is no id; the message says which rule it breaks.
    """
    if not _FORM.fullmatch(text):
        raise _bad(text, "an id has 31 to 37 characters of 0-9 and a-z without i, l, o, u")
    size = len(text) * 5 // 8
    number, unused = divmod(int(text.translate(_TO_DIGITS), 32), 1 << (len(text) * 5 - size * 8))
    raw = number.to_bytes(size, "big")
    payload, checksum = raw[:-_CHECKSUM_BYTES], raw[-_CHECKSUM_BYTES:]
    table_number, used = _read_varint(payload)
    if len(payload) - used != _INTERNAL_BYTES:
        raise _bad(text, f"after the table number {_INTERNAL_BYTES} bytes are expected, got {len(payload) - used}")
    if not 1 <= table_number <= MAX_TABLE_NUMBER:
        raise _bad(text, f"table number {table_number} is out of range")
    if checksum != _fletcher16(payload):
        raise _bad(text, "the checksum is wrong")
    shortest = used == 1 or payload[used - 1] != 0
    if unused or not shortest or -(-size * 8 // 5) != len(text):  # writing it again would give another text
        raise _bad(text, "it is not in canonical form")
    return DocumentId(table_number=table_number, internal=payload[used:])


def is_id(text: str, table_number: int | None = None) -> bool:
    """Say whether the text is a valid id (of that table, if one is given)."""
    found = table_number_of(text)
    return found is not None and table_number in (None, found)


def table_number_of(text: str) -> int | None:
    """Return the table number of an id, or None if the text is no id."""
    if not _FORM.fullmatch(text):  # most strings are no ids: answer these without an exception
        return None
    try:
        return decode_id(text).table_number
    except InvalidValue:
        return None


def new_id(table_number: int, *, now_s: float, random: bytes | None = None) -> str:
    """Make an id for a new document, as the document database would.

    Args:
        table_number: the table's number.
        now_s: seconds since the epoch; gives the day number.
        random: 14 bytes; drawn from the operating system if not given.
    """
    drawn = secrets.token_bytes(14) if random is None else random
    return encode_id(table_number, drawn + (int(now_s // _DAY_S) & 0xFFFF).to_bytes(2, "big"))


def derived_id(table_number: int, key: str, *, created_s: float) -> str:
    """Make the id that belongs to a natural key: the same key always gives the same id."""
    digest = blake2b(key.encode(), digest_size=14, person=b"unnest.id").digest()
    return new_id(table_number, now_s=created_s, random=digest)


def _bad(text: str, why: str) -> InvalidValue:
    return InvalidValue(Code.INVALID_ID, f'"{text[:60]}" is not a valid id: {why}')


def _varint(number: int) -> bytes:
    groups = []
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*groups, number))


def _read_varint(raw: bytes) -> tuple[int, int]:
    """Read a LEB128 number; returns it and the bytes used."""
    number = 0
    for index, byte in enumerate(raw[:5]):
        number |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return number, index + 1
    return 0, len(raw)


def _fletcher16(payload: bytes) -> bytes:
    """Fletcher's checksum modulo 256 (both sums without the usual modulo 255)."""
    return bytes((sum(payload) & 255, sum(accumulate(payload)) & 255))


def _base32(raw: bytes) -> str:
    size = -(-len(raw) * 8 // 5)
    number = int.from_bytes(raw, "big") << (size * 5 - len(raw) * 8)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(size * 5 - 5, -1, -5))
