"""The shape of the documents of a table, gathered one document at a time.

In: documents. Out: a tree with one node per field: types, counts, sizes, and samples that stay small however many
documents there are. Objects with very many different keys are maps: their keys are data, so all share one node ``*``.
"""

import json
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from unnest.convex.values import Int64, Value

MAP_KEY = "*"
MAP_FROM_KEYS = 80
SAMPLE_VALUES = 12
_SAMPLE_CHARACTERS = 40
_SPELLINGS_MAX = 20_000
_TEXTS_LOOKED_AT = 300

_TYPES: tuple[tuple[type, str], ...] = (
    (str, "string"),
    (bool, "boolean"),
    (Int64, "int64"),
    (float, "number"),
    (list, "array"),
    (dict, "object"),
    (bytes, "bytes"),
)


@dataclass(slots=True, kw_only=True)
class Spellings:
    """How the strings of an array are written: the same word in other case or with blanks around it."""

    known: dict[str, Counter[str]] = field(default_factory=dict)
    complete: bool = True

    def see(self, text: str) -> None:
        """Count a spelling, as long as there is room for new ones."""
        folded = text.strip().casefold()
        if folded in self.known or len(self.known) < _SPELLINGS_MAX:
            self.known.setdefault(folded, Counter())[text] += 1
        else:
            self.complete = False

    def variants(self) -> dict[str, Counter[str]]:
        """Return the words that are spelled in several ways."""
        return {word: counts for word, counts in sorted(self.known.items()) if len(counts) > 1}


@dataclass(slots=True, kw_only=True)
class Node:
    """One field, or the elements of an array, over all documents.

    Attributes:
        present: how often it occurs, with any value.
        types: how often with which type.
        children: the fields of its objects.
        is_map: the keys of its objects are data, and all fields are the one child ``*``.
        elements: what its arrays hold.
        shortest, longest, total, empty: lengths of its arrays, the sum of them, and how many are empty.
        values: short strings seen, until there are too many to be a list of choices.
        json_texts, looked_at: how many of the first strings are JSON texts of arrays or objects.
        whole: all numbers so far are integers.
        low, high: range of the finite numbers.
        spellings: of strings inside arrays.
    """

    present: int = 0
    types: Counter[str] = field(default_factory=Counter)
    children: "dict[str, Node]" = field(default_factory=dict)
    is_map: bool = False
    elements: "Node | None" = None
    shortest: int | None = None
    longest: int = 0
    total: int = 0
    empty: int = 0
    values: set[str] | None = field(default_factory=set)
    json_texts: int = 0
    looked_at: int = 0
    whole: bool = True
    low: float = math.inf
    high: float = -math.inf
    spellings: Spellings = field(default_factory=Spellings)

    def see(self, value: Value, *, inside_array: bool = False) -> None:
        """Take a value into account."""
        self.present += 1
        kind = type_of(value)
        self.types[kind] += 1
        if isinstance(value, str):
            self._see_text(value)
            if inside_array:
                self.spellings.see(value)
        elif isinstance(value, list):
            self._see_array(value)
        elif isinstance(value, dict):
            for name, element in value.items():
                self.child(name).see(element)
        elif kind == "number" and isinstance(value, float):
            self.whole = self.whole and value.is_integer()
            if math.isfinite(value):
                self.low, self.high = min(self.low, value), max(self.high, value)

    def child(self, name: str) -> "Node":
        """Return the node of a field; turns into a map when there are too many."""
        if self.is_map:
            return self.children[MAP_KEY]
        if name not in self.children:
            if len(self.children) >= MAP_FROM_KEYS:
                return self._become_map()
            self.children[name] = Node()
        return self.children[name]

    def walk(self, path: str = "") -> "Iterator[tuple[str, int, Node]]":
        """Yield path, number of objects or arrays it could stand in, and node, for everything below."""
        for name, child in sorted(self.children.items()):
            below = f"{path}.{name}" if path else name
            yield below, self.types["object"], child
            yield from child.walk(below)
        if self.elements is not None:
            yield f"{path}[]", self.total, self.elements
            yield from self.elements.walk(f"{path}[]")

    def _see_text(self, text: str) -> None:
        if self.values is not None:
            self.values.add(text)
            if len(self.values) > SAMPLE_VALUES or len(text) > _SAMPLE_CHARACTERS:
                self.values = None
        if self.looked_at < _TEXTS_LOOKED_AT:
            self.looked_at += 1
            self.json_texts += _is_json(text)

    def _see_array(self, value: list[Value]) -> None:
        size = len(value)
        self.shortest = size if self.shortest is None else min(self.shortest, size)
        self.longest = max(self.longest, size)
        self.total += size
        self.empty += not size
        if size and self.elements is None:
            self.elements = Node()
        for element in value:
            assert self.elements is not None
            self.elements.see(element, inside_array=True)

    def _become_map(self) -> "Node":
        shared = Node()
        for child in self.children.values():
            shared.merge(child)
        self.children = {MAP_KEY: shared}
        self.is_map = True
        return shared

    def merge(self, other: "Node") -> None:
        """Add what another node has seen."""
        self.present += other.present
        self.types += other.types
        if other.is_map and not self.is_map:
            self._become_map()
        for name, child in other.children.items():
            self.child(name).merge(child)
        if other.elements is not None:
            self.elements = self.elements or Node()
            self.elements.merge(other.elements)
        if other.shortest is not None:
            self.shortest = other.shortest if self.shortest is None else min(self.shortest, other.shortest)
        self.longest = max(self.longest, other.longest)
        self.total += other.total
        self.empty += other.empty
        both = None if self.values is None or other.values is None else self.values | other.values
        self.values = None if both is None or len(both) > SAMPLE_VALUES else both
        self.json_texts += other.json_texts
        self.looked_at += other.looked_at
        self.whole = self.whole and other.whole
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)
        for word, counts in other.spellings.known.items():
            self.spellings.known.setdefault(word, Counter()).update(counts)


def _is_json(text: str) -> bool:
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def type_of(value: Value) -> str:
    """Return the name of a value's type in documents."""
    for kind, name in _TYPES:
        if isinstance(value, kind):
            return name
    return "null"
