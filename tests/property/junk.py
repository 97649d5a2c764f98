"""Values as real documents hold them, and worse.

In: random numbers. Out: nested values of every kind, sound and unsound.
"""

from random import Random
from typing import Any

from plugins.model import MISSING

USERS = ("u1", "u1", "u1", "u2", None)
PROJECTS = tuple(f"p{n}" for n in range(4))
CONVERSATIONS = tuple(f"c{n}" for n in range(6))
MESSAGES = tuple(f"m{n}" for n in range(7))
GONE = "gone"
TYPES = ("file", "image", "audio")
NAMES = ("a", "b%s", "c\\d", "e'f\"", "bücher\u2028☕", "")
_WIDTHS = (5, "big", None, 2**40, 1.5, 7.0, [1], True)
_DURATIONS = (0.1, 3, None, "x", 12345678901234567890, 0, -1.5, 1e-5)
_SIZES = ("big", 1.5, 10**30, None, -0.0, 2.0, 2**63, 2**63 - 1, True)
_TEXTS = ('{"a":1}', '{ "b": [1, 2.50] }', "null", '"q"', "[]", '{"a":1,"a":2}', "1.0")
_NO_TEXTS = ("not json", "", '{"x":"\\u0000"}', '"\\ud800"', "NaN", 5, None, {"o": 1}, "{} {}")
_MOMENTS = (1_700_000_000_000, 1_700_000_000_123.5, 0, -5)
_NO_MOMENTS = ("t", 10**20, None, 1e-9)
_ODD_ELEMENTS: tuple[Any, ...] = (None, 1, "x", [], {}, {"type": None}, {"id": None}, True)
_NO_ARRAYS: tuple[Any, ...] = (None, {"a": 1}, "s", 3, False, {})


def attachment(random: Random) -> dict[str, Any]:
    """Return a sound attachment."""
    names = {"type": random.choice(TYPES), "name": random.choice(NAMES), "storageId": random.choice("st")}
    return {**names, "mimeType": "x/y", "size": random.choice((1, 2, 10**12))}


def odd_attachment(random: Random) -> Any:
    """Return an attachment, or what stands in the place of one."""
    element, chance = attachment(random), random.randrange(10)
    if chance < 3:
        return element
    if chance < 7:
        return {**element, **_metadata(random), **random.choice(({}, {"": 1, "$k": [2], "é": None}))}
    if chance == 7:
        return {**element, "size": random.choice(_SIZES)}
    if chance == 8:
        del element[random.choice(sorted(element))]
        return {**element, **random.choice(({}, {"type": "video"}))}
    return random.choice(_ODD_ELEMENTS)


def _metadata(random: Random) -> dict[str, Any]:
    kind = random.randrange(6)
    if kind == 0:
        return {"metadata": random.choice((None, {}, "s", [], 1))}
    found: dict[str, Any] = {}
    for key, values in (
        ("width", _WIDTHS),
        ("duration", _DURATIONS),
        ("prompt", ("p", None, {"z": 1}, "")),
        ("zz", (1, None, {})),
    ):
        if random.randrange(2):
            found[key] = random.choice(values)
    return {"metadata": found}


def call(random: Random, id: str | None = None) -> dict[str, Any]:
    """Return a sound tool call."""
    spelled = random.choice(_TEXTS)
    return {"id": id or random.choice("xyz"), "name": "n", "arguments": spelled, "timestamp": random.choice(_MOMENTS)}


def odd_call(random: Random) -> Any:
    """Return a tool call, or what stands in the place of one."""
    element, chance = call(random), random.randrange(10)
    if chance < 3:
        return element
    if chance < 6:
        more: tuple[dict[str, Any], ...] = (
            {"result": random.choice(_TEXTS + _NO_TEXTS)},
            {"textPosition": random.choice((3, "x", None, 2.5))},
            {"other": {}},
        )
        return {**element, **random.choice(more), **random.choice(more)}
    if chance == 6:
        return {**element, "arguments": random.choice(_NO_TEXTS)}
    if chance == 7:
        return {**element, "timestamp": random.choice(_NO_MOMENTS)}
    if chance == 8:
        del element[random.choice(sorted(element))]
        return element
    return random.choice(_ODD_ELEMENTS)


def nested(random: Random, part: str) -> Any:
    """Return a value of a nested column of messages."""
    chance = random.randrange(10)
    if chance < 7:
        make = odd_attachment if part == "attachments" else odd_call
        return [make(random) for _ in range(random.randrange(5))]
    return random.choice(_NO_ARRAYS) if chance < 9 else MISSING


def conversation_ids(random: Random) -> Any:
    """Return a value of ``projects.conversation_ids``: ids, repeated and stale ones, and what is no array."""
    chance = random.randrange(10)
    if chance < 7:
        pool: tuple[Any, ...] = (*CONVERSATIONS, *CONVERSATIONS, GONE, "é\u2028", 5, None, {"a": 1})
        return [random.choice(pool) for _ in range(random.randrange(5))]
    return random.choice((None, {"a": 1}, "c1", 42, True)) if chance < 9 else MISSING


def some(random: Random, ids: tuple[str, ...]) -> list[str]:
    """Return a few of some ids, mostly one."""
    return sorted(random.sample(ids, random.choice((1, 1, 1, 2, 3))))
