"""Writes of the old and the new application, one at a time, for the overhead suite.

In: a source of chance. Out: statements with their values. Old writes go to messages of even number and new ones to odd ones, so
that copies with and without triggers stay alike where they are written.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from random import Random
from typing import LiteralString

Statement = tuple[LiteralString, list[object]]
RECENT_MS = 1_800_000_000_000


class Kind(Enum):
    """What a write has to do with the migrations."""

    UNRELATED = "old write, unrelated"
    AFFECTED = "old write, affected"
    NEW = "new write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """A kind of write: its name, what it has to do with the migrations, and how one is made."""

    name: str
    kind: Kind
    make: Callable[[], list[Statement]]


def hashed(text: str) -> str:
    """Return an id as the data has it."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def element(chance: Random) -> dict[str, object]:
    """Return an attachment as an element of a document."""
    size = {"name": f"{chance.random()}.png", "storageId": hashed(str(chance.random())), "size": 5}
    return {"type": "image", "mimeType": "image/png", **size, "metadata": {"width": 640}}


def call(chance: Random) -> dict[str, object]:
    """Return a tool call as an element of a document."""
    arguments = json.dumps({"query": str(chance.random()), "limit": 5}, separators=(",", ":"))
    return {"id": hashed(str(chance.random())), "name": "search", "arguments": arguments, "timestamp": RECENT_MS}


@dataclass(slots=True, kw_only=True)
class Writes:
    """Makes writes over ``messages`` messages and ``conversations`` conversations in ``projects`` projects."""

    chance: Random
    messages: int
    conversations: int
    projects: int
    numbers: "count[int]" = field(default_factory=count)

    def all(self) -> list[Write]:
        """Return every kind of write."""
        made = (
            ("message text", Kind.UNRELATED, self._edit),
            ("conversation title", Kind.UNRELATED, self._rename),
            ("insert a message with 2 attachments", Kind.AFFECTED, self._insert),
            ("insert a message without any", Kind.AFFECTED, self._insert_plain),
            ("change an attachments array", Kind.AFFECTED, self._change),
            ("change a tool calls array", Kind.AFFECTED, self._change_calls),
            ("append to an array of 50 and set the pointer", Kind.AFFECTED, self._append),
            ("insert an attachment", Kind.NEW, self._add),
            ("update an attachment", Kind.NEW, self._update),
            ("delete an attachment", Kind.NEW, self._delete),
            ("upsert a link (array of 50)", Kind.NEW, self._link),
        )
        return [Write(name=name, kind=kind, make=make) for name, kind, make in made]

    def _old(self) -> str:
        return hashed(f"m{self.chance.randrange(1, self.messages // 2) * 2}")

    def _new(self) -> str:
        return hashed(f"m{self.chance.randrange(1, self.messages // 2) * 2 - 1}")

    def _edit(self) -> list[Statement]:
        text = "y" * self.chance.randint(150, 250)
        return [("UPDATE messages SET content = %s, updated_at = %s WHERE id = %s", [text, RECENT_MS, self._old()])]

    def _rename(self) -> list[Statement]:
        title, key = "y" * self.chance.randint(20, 30), hashed(f"c{self.chance.randrange(self.conversations) + 1}")
        return [("UPDATE conversations SET title = %s, updated_at = %s WHERE id = %s", [title, RECENT_MS, key])]

    def _message(self, array: object) -> list[Statement]:
        key = f"new{next(self.numbers)}"
        return [
            (
                "INSERT INTO messages (id, conversation_id, user_id, role, content, status, created_at, updated_at, attachments)"
                " VALUES (%s, %s, 'u1', 'user', %s, 'complete', %s, %s, %s)",
                [key, hashed("c1"), "word " * 40, RECENT_MS, RECENT_MS, array],
            )
        ]

    def _insert(self) -> list[Statement]:
        return self._message(json.dumps([element(self.chance), element(self.chance)]))

    def _insert_plain(self) -> list[Statement]:
        return self._message(None)

    def _change(self) -> list[Statement]:
        array = json.dumps([element(self.chance) for _ in range(self.chance.randint(1, 2))])
        return [("UPDATE messages SET attachments = %s WHERE id = %s", [array, self._old()])]

    def _change_calls(self) -> list[Statement]:
        array = json.dumps([call(self.chance) for _ in range(self.chance.randint(1, 2))])
        return [("UPDATE messages SET tool_calls = %s WHERE id = %s", [array, self._old()])]

    def _append(self) -> list[Statement]:
        """Move a conversation within its owner's projects, as old code does: array first, then the pointer."""
        number, key = self._place()
        append = "UPDATE projects SET conversation_ids = conversation_ids || to_jsonb(%s::text) WHERE id = %s"
        return [(append, [key, number]), ("UPDATE conversations SET project_id = %s WHERE id = %s", [number, key])]

    def _link(self) -> list[Statement]:
        project, key = self._place()
        return [
            (
                "INSERT INTO project_conversations (conversation_id, project_id, added_at, added_by) VALUES (%s, %s, now(), 'u0')"
                " ON CONFLICT (conversation_id) DO UPDATE SET project_id = excluded.project_id",
                [key, project],
            )
        ]

    def _place(self) -> tuple[str, str]:
        return hashed(f"p{self.chance.randrange(self.projects)}"), hashed(f"c{self.chance.randrange(self.conversations) + 1}")

    def _add(self) -> list[Statement]:
        key = self._new()
        return [
            (
                "INSERT INTO attachments (message_id, position, conversation_id, user_id, type, name, storage_id, mime_type,"
                " size, created_at)"
                " SELECT m.id, (SELECT coalesce(max(a.position) + 1, 0) FROM attachments AS a WHERE a.message_id = m.id),"
                " m.conversation_id, m.user_id, 'file', 'n', 's', 'text/plain', 1, to_timestamp(m.created_at / 1000)"
                " FROM messages AS m WHERE m.id = %s",
                [key],
            )
        ]

    def _update(self) -> list[Statement]:
        return [
            ("UPDATE attachments SET name = %s WHERE message_id = %s AND position = 0", [str(self.chance.random()), self._new()])
        ]

    def _delete(self) -> list[Statement]:
        last = (
            "DELETE FROM attachments AS a WHERE a.message_id = %s AND a.position ="
            " (SELECT max(b.position) FROM attachments AS b WHERE b.message_id = %s)"
        )
        key = self._new()
        return [(last, [key, key])]
