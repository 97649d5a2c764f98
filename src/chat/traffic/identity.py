"""Document ids and moments of creation, as pure functions of a table and an ordinal.

In: a seed, a table, an ordinal. Out: a valid Convex id, the moment the document was created, and random numbers of
its own.

A document refers to others by their ordinals, and each table is written in ascending order of ids, as real exports
are. Both work without keeping anything: the place in the file is a permutation of the ordinals, and the leading bytes
of an id rise with the place. Ids therefore look random, are sorted, and say nothing about who owns a document.
"""

from base64 import b32encode
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import accumulate
from math import gcd
from random import Random

_BASE32 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghjkmnpqrstvwxyz")
_DAY_MS = 86_400_000
_FIRST_MS = datetime(2024, 3, 1, tzinfo=UTC).timestamp() * 1000
_SPAN_MS = 600 * _DAY_MS
STORAGE_TABLE_NUMBER = 540

TABLE_NUMBERS = {
    name: 10001 + offset
    for offset, name in enumerate(
        (
            "users",
            "projects",
            "conversations",
            "messages",
            "bookmarks",
            "snippets",
            "notes",
            "feedback",
            "feedbackTags",
            "memories",
            "files",
            "usageRecords",
            "templates",
            "userStats",
            "adminSettings",
            "scheduledPrompts",
        )
    )
}


def document_id(table_number: int, internal: bytes) -> str:
    """Return the text of a Convex document id.

    Args:
        table_number: Number of the table, from 1.
        internal: The 16 bytes that tell documents of one table apart; by custom the last two hold the day, big-endian.
    """
    raw = _varint(table_number) + internal
    # Fletcher-16 modulo 256; both sums may be reduced at the end, because the modulus is the same.
    raw += bytes((sum(raw) & 255, sum(accumulate(raw)) & 255))
    return b32encode(raw).rstrip(b"=").translate(_BASE32).decode()


def new_id(table: str, random: Random, now_ms: float) -> str:
    """Return a fresh document id for a live write to ``table``."""
    return document_id(TABLE_NUMBERS[table], random.randbytes(14) + _day(now_ms))


def _varint(number: int) -> bytes:
    groups = []
    while number > 127:
        groups.append(number & 127 | 128)
        number >>= 7
    return bytes((*groups, number))


def _day(moment_ms: float) -> bytes:
    return int(moment_ms // _DAY_MS).to_bytes(2, "big")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permutation:
    """A shuffled order of ``range(count)`` that needs no memory: places and ordinals give each other."""

    count: int
    factor: int
    shift: int
    inverse: int

    @classmethod
    def of(cls, count: int, seed: int) -> "Permutation":
        """Return an order of ``count`` things that depends on ``seed``."""
        factor = max(1, int(count * 0.6180339887))
        while gcd(factor, count) > 1:
            factor += 1
        shift = int.from_bytes(blake2b(b"%d" % seed, digest_size=6).digest())
        return cls(count=count, factor=factor, shift=shift, inverse=pow(factor, -1, count) if count else 0)

    def ordinal(self, place: int) -> int:
        """Return which thing stands at ``place``."""
        return (place * self.factor + self.shift) % self.count

    def place(self, ordinal: int) -> int:
        """Return where thing ``ordinal`` stands."""
        return ((ordinal - self.shift) * self.inverse) % self.count


class Table:
    """Ids, moments and private random numbers of one table's documents."""

    def __init__(self, *, seed: int, number: int, count: int) -> None:
        self.count = count
        self.order = Permutation.of(count, seed * 65_536 + number)
        self._number = number
        self._prefix = b"%d.%d." % (seed, number)
        self._width = (1 << 48) // max(count, 1)
        self._random = Random()

    def created_at(self, ordinal: int) -> float:
        """Return when document ``ordinal`` was created, in whole milliseconds since the epoch."""
        share = int.from_bytes(self._digest(ordinal)[14:18]) / (1 << 32)
        return float(int(_FIRST_MS + share * _SPAN_MS))

    def id(self, ordinal: int, created_at: float | None = None) -> str:
        """Return the id of document ``ordinal``; ``created_at`` is given where it is not the table's own moment."""
        digest = self._digest(ordinal)
        moment = self.created_at(ordinal) if created_at is None else created_at
        head = self.order.place(ordinal) * self._width + int.from_bytes(digest[:6]) % self._width
        return document_id(self._number, head.to_bytes(6, "big") + digest[6:14] + _day(moment))

    def ghost(self, number: int) -> str:
        """Return the valid id of a document that does not exist (any more)."""
        digest = self._digest(-1 - number)
        return document_id(self._number, digest[:14] + _day(_FIRST_MS))

    def random(self, ordinal: int) -> Random:
        """Return random numbers of document ``ordinal``; good until the next call."""
        self._random.seed(int.from_bytes(self._digest(ordinal)[16:]))
        return self._random

    def _digest(self, ordinal: int) -> bytes:
        return blake2b(self._prefix + b"%d" % ordinal, digest_size=24).digest()
