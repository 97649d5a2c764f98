"""What the traps look at: the same facts from the nested values and from the rows.

In: a world. Out: plain values to compare.
"""

import json
from typing import Any

from plugins.interleaving import World

FILE = {"type": "file", "storageId": "s", "mimeType": "x", "size": 1}


def files(*names: str) -> str:
    """Return the JSON text of an attachments array with well-formed elements of these names."""
    return json.dumps([{**FILE, "name": name} for name in names])


def batch(mapping: str) -> str:
    """Return the call that copies one batch of history, as the runner sends it."""
    return f"SELECT unnest.{mapping}__backfill(NULL, NULL, 500, 16777216, false)"


def nested(world: World, message: str = "m1") -> Any:
    """Return the names in a message's attachments array; None where there is no message or no array."""
    found = world.column("SELECT attachments FROM messages WHERE id = %s", message)
    return [element["name"] for element in found[0]] if found and isinstance(found[0], list) else None


def rows(world: World, message: str = "m1") -> list[str]:
    """Return the names in a message's rows, by position."""
    return world.column("SELECT name FROM attachments WHERE message_id = %s ORDER BY position", message)


def both(world: World, message: str = "m1") -> tuple[Any, list[str]]:
    """Return the names on both sides."""
    return nested(world, message), rows(world, message)


def owner(world: World, message: str) -> list[str | None]:
    """Return the owners copied into a message's rows."""
    return world.column("SELECT user_id FROM attachments WHERE message_id = %s ORDER BY position", message)


def links(world: World) -> dict[str, str]:
    """Return conversation -> project of the junction table."""
    return dict(world.run("SELECT conversation_id, project_id FROM project_conversations ORDER BY 1"))


def pointers(world: World) -> dict[str, str]:
    """Return conversation -> project of the pointers."""
    return dict(world.run("SELECT id, project_id FROM conversations WHERE project_id IS NOT NULL ORDER BY 1"))


def arrays(world: World) -> dict[str, Any]:
    """Return project -> the ids in its array."""
    return dict(world.run("SELECT id, conversation_ids FROM projects ORDER BY 1"))


def of_project(world: World, conversation: str) -> tuple[str | None, str | None, list[str]]:
    """Return where a conversation belongs by its pointer, by its link, and by the arrays."""
    held = [project for project, ids in arrays(world).items() if conversation in (ids or [])]
    return pointers(world).get(conversation), links(world).get(conversation), held


def residue(world: World, mapping: str) -> list[tuple[Any, ...]]:
    """Return parent, position, value and reason of what a mapping keeps in residue."""
    return world.run(f"SELECT parent, position, value, reason FROM unnest.residue_{mapping} ORDER BY parent, part, position")
