"""The one form in which SQL travels from the script to the runner, to ``plan`` and to golden tests."""

from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One named SQL statement.

    Attributes:
        name: Used in logs, errors, golden files and on the dashboard.
        sql: The text.
        locks: The tables on which it takes a lock that blocks writers, for ``plan``; empty: none.
        alone: Whether it must run outside a transaction (CREATE INDEX CONCURRENTLY).
        unless: A query that returns a row where the work is already done; the statement is skipped then.
        undo: What to run first where an earlier attempt may have left something half-made.
    """

    name: str
    sql: str
    locks: tuple[str, ...] = ()
    alone: bool = False
    unless: str = ""
    undo: str = ""


def digest(statements: list[Statement]) -> str:
    """Return a SHA-256 (hex) of statements' names and texts: what the ledger records of a move."""
    state = sha256()
    for statement in statements:
        state.update(f"{statement.name}\0{statement.sql}\0".encode())
    return state.hexdigest()
