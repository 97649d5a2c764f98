"""Names of every database object that unnest makes: one function each, all within PostgreSQL's 63 bytes.

In: names of mappings, faces and roles. Out: identifiers (unquoted; quoting is the compiler's work).

The number in a trigger's name is part of the protocol: PostgreSQL fires triggers of one event in the order of their names,
foreign keys' own (``RI_...``) first.
"""

from enum import Enum
from hashlib import sha256

LIMIT_BYTES = 63
SCHEMA = "unnest"
ENGINE_SETTING = "unnest.engine"
"""Transaction-local setting that the engine's own writers switch on; the refusal of early writes tests it."""


_WORDS = (
    "account after apart bytes changed copied count direction document element elements fits fresh guard ids inner kept key keys"
    " last limit list merged out parents part placed quarantined reason recent reconcile rows same set size superseded upto"
)
VARIABLES = frozenset(f"u_{word}" for word in _WORDS.split())
"""Names within the generated functions. Where a statement reads a table with such a column, the column would be taken for the
variable, so a declaration over one is refused."""


class Role(Enum):
    """What a trigger does; the value is the part of its name that decides the order of firing."""

    KEEP = "00_keep"
    """Before an old write: keep elements that the new side has just added."""
    CLOSED = "05_closed"
    """Refuse writes to a new table before dual_read."""
    FORWARD = "10_forward"
    """Carry an old write to the rows."""
    LOOKUP = "20_lookup"
    """Re-derive parents after a change of another table that E reads."""
    REVERSE = "30_reverse"
    """Carry a new write to the parent's nested value."""
    FOLLOW = "40_follow"
    """Carry a change of rows to a follower; after REVERSE, so that parents are locked before followers."""
    CORRECT = "50_correct"
    """Correct an old write to a follower; after LOOKUP, or a change under way there would be missed."""
    TRUNCATE = "60_truncate"
    """Carry or refuse TRUNCATE."""


def fit(name: str) -> str:
    """Return ``name``, shortened to 63 bytes with a digest of the whole where it is longer."""
    raw = name.encode()
    if len(raw) <= LIMIT_BYTES:
        return name
    digest = sha256(raw).hexdigest()[:8]
    return raw[: LIMIT_BYTES - 9].decode(errors="ignore") + "_" + digest


MAPPING_BYTES = 32
"""Longest name of a mapping: what is made from it must keep it whole, so that one mapping's objects are told from another's."""


def short(name: str) -> str:
    """Return the name of a mapping made from a table's name."""
    if len(name.encode()) <= MAPPING_BYTES:
        return name
    return f"{name[: MAPPING_BYTES - 9]}_{sha256(name.encode()).hexdigest()[:8]}"


def of_mapping(mapping: str) -> str:
    """Return the regular expression that the names of a mapping's triggers match; names of mappings are plain words."""
    return f"^unnest_[0-9]+_[a-z]+_{mapping}__"


def guard(mapping: str) -> str:
    """Return the name of the setting that keeps a mapping's forward change from coming back."""
    return f"unnest.m_{mapping}"


def put_off(mapping: str) -> str:
    """Return the setting that is on while a DELETE of the source runs: followers wait for its end."""
    return f"unnest.d_{mapping}"


def touched(mapping: str, follower: int) -> str:
    """Return the setting that lists the follower's rows that wait for the end of the statement."""
    return f"unnest.t{follower}_{mapping}"


def changed(mapping: str) -> str:
    """Return the setting that lists the parents whose rows have changed in the statement."""
    return f"unnest.c_{mapping}"


def trigger(role: Role, mapping: str, detail: str) -> str:
    """Return the name of a trigger; ``detail`` tells apart those of one role (table, event)."""
    return fit(f"unnest_{role.value}_{mapping}__{detail}")


def function(mapping: str, detail: str) -> str:
    """Return the name (without schema) of a function that belongs to a mapping."""
    return fit(f"{mapping}__{detail}")


def residue(mapping: str) -> str:
    """Return the name of the table that keeps what a mapping can't place."""
    return fit(f"residue_{mapping}")


def dirty(mapping: str) -> str:
    """Return the name of the queue of parents whose copied lookup columns have changed."""
    return fit(f"dirty_{mapping}")


def corrected(mapping: str) -> str:
    """Return the name of the table of followers' rows whose drift has been recorded."""
    return fit(f"corrected_{mapping}")


def recent(mapping: str) -> str:
    """Return the name of the table of elements that the new side has added within the grace period."""
    return fit(f"recent_{mapping}")


def hidden(column: str) -> str:
    """Return the name that a retired column bears while its buffer runs."""
    return fit(f"unnest_retired_{column}")


def constraint(table: str, detail: str) -> str:
    """Return the name of a constraint or index that unnest adds to a table."""
    return fit(f"unnest_{table}_{detail}")
