"""What the old application writes, and what both do: on the database and in the state beside it.

In: random numbers. Out: the same change in both. A change that is not open to the application at this stage is not made.
"""

from random import Random
from typing import Any

import psycopg
from plugins.model import MISSING, Values, meaning
from property import junk
from property.state import NESTED, RETIRED, Conversation, Message, Project, State
from psycopg.types.json import Jsonb

from unnest.stages import Stage

Connection = psycopg.Connection[tuple[Any, ...]]
_FIRST_MS = 1_700_000_000_000


def bound(value: Any) -> Any:
    """Return a nested value as it is bound to a column."""
    return None if value is MISSING else Jsonb(value)


class OldWrites:
    """Writes to the legacy tables.

    Args:
        connection: In autocommit mode.
        state: The world as it must be.
    """

    def __init__(self, connection: Connection, state: State) -> None:
        self.connection, self.state = connection, state

    def run(self, query: str, *values: Any) -> int:
        """Execute a statement; return how many rows it has touched."""
        return self.connection.execute(query.encode(), values).rowcount

    @property
    def _has_nested(self) -> bool:
        return self.state.stage1 not in RETIRED

    @property
    def _has_pointers(self) -> bool:
        return self.state.stage3 not in RETIRED

    # -- messages -----------------------------------------------------------------------------------------------------------

    def insert_messages(self, random: Random) -> None:
        """Insert messages, several in one statement, with nested values of every kind."""
        ids = [id for id in junk.some(random, junk.MESSAGES) if id not in self.state.messages]
        columns = ["id", "conversation_id", "user_id", "role", "content", "status", "created_at"]
        columns += NESTED if self._has_nested else ()
        rows: list[Any] = []
        for id in ids:
            message = self._message(random)
            rows += [id, message.conversation_id, message.user_id, "user", "t", "complete", message.created_at]
            rows += [bound(message.values[part]) for part in NESTED] if self._has_nested else []
            self.state.add_message(id, message)
        if ids:
            places = f"({', '.join(['%s'] * len(columns))})"
            self.run(f"INSERT INTO messages ({', '.join(columns)}) VALUES {', '.join([places] * len(ids))}", *rows)

    def _message(self, random: Random) -> Message:
        values: Values = {part: junk.nested(random, part) if self._has_nested else MISSING for part in NESTED}
        return Message(
            conversation_id=random.choice((*junk.CONVERSATIONS, junk.GONE, None)),
            user_id=random.choice(junk.USERS),
            created_at=random.choice((_FIRST_MS, _FIRST_MS + 1.5, None)),
            values=values,
        )

    def write_nested(self, random: Random) -> None:
        """Write one to three nested columns of one or several messages in one statement."""
        ids = [id for id in junk.some(random, junk.MESSAGES) if id in self.state.messages]
        parts = random.sample(NESTED, random.choice((1, 1, 2, 3)))
        if not (ids and self._has_nested):
            return
        changes = {part: junk.nested(random, part) for part in parts}
        sets = ", ".join(f"{part} = %s" for part in parts)
        values = [bound(changes[part]) for part in parts]
        self.run(f"UPDATE messages SET content = 'z', {sets} WHERE id = ANY (%s)", *values, ids)
        for id in ids:
            self.state.write_nested(id, changes)

    def edit_array(self, random: Random) -> None:
        """Read an array, change it in the application, write it back: append, drop, turn round."""
        id, part = random.choice(junk.MESSAGES), random.choice(NESTED)
        if id not in self.state.messages or not self._has_nested:
            return
        row = self.connection.execute(f"SELECT {part} FROM messages WHERE id = %s".encode(), [id]).fetchone()
        array = row[0] if row and isinstance(row[0], list) else []
        make = junk.odd_attachment if part == "attachments" else junk.odd_call
        kind = random.randrange(3)
        changed = [*array, make(random)] if kind == 0 else array[1:] if kind == 1 else array[::-1]
        self.run(f"UPDATE messages SET {part} = %s WHERE id = %s", bound(changed), id)
        self.state.write_nested(id, {part: changed})

    def touch_messages(self, random: Random) -> None:
        """Change the text of messages, or where and whose they are, or when they were made."""
        ids = [id for id in junk.some(random, junk.MESSAGES) if id in self.state.messages]
        self.run("UPDATE messages SET content = content || 'x' WHERE id = ANY (%s)", ids)
        if not self._has_nested:
            return
        column, values = random.choice(
            (
                ("conversation_id", (*junk.CONVERSATIONS, junk.GONE, None)),
                ("user_id", junk.USERS),
                ("created_at", (_FIRST_MS + 7, _FIRST_MS + 0.25, None)),
            )
        )
        value = random.choice(values)
        self.run(f"UPDATE messages SET {column} = %s WHERE id = ANY (%s)", value, ids)
        for id in ids:
            setattr(self.state.messages[id], column, value)

    def delete_messages(self, random: Random) -> None:
        """Delete messages by their ids or by their conversation."""
        conversation_id, ids = random.choice(junk.CONVERSATIONS), random.sample(junk.MESSAGES, 2)
        if random.randrange(3) == 0:
            ids = [id for id, message in self.state.messages.items() if message.conversation_id == conversation_id]
            self.run("DELETE FROM messages WHERE conversation_id = %s", conversation_id)
        else:
            self.run("DELETE FROM messages WHERE id = ANY (%s)", ids)
        for id in ids:
            self.state.messages.pop(id, None)

    # -- conversations ------------------------------------------------------------------------------------------------------

    def insert_conversations(self, random: Random) -> None:
        """Insert conversations, several in one statement, with pointers to projects that exist or not."""
        ids = [id for id in junk.some(random, junk.CONVERSATIONS) if id not in self.state.conversations]
        rows: list[Any] = []
        before = self.state.all_linked()
        for id in ids:
            pointer = random.choice((*junk.PROJECTS, None, junk.GONE)) if self._has_pointers else None
            made = Conversation(user_id=random.choice(junk.USERS), created_at=random.choice((_FIRST_MS, None)), pointer=pointer)
            self.state.conversations[id] = made
            rows += [id, made.user_id, "t", "gpt", pointer, made.created_at]
        if ids:
            places = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(ids))
            self.run(f"INSERT INTO conversations (id, user_id, title, model, project_id, created_at) VALUES {places}", *rows)
            self.state.relink(ids, before)

    def point(self, random: Random) -> None:
        """Set the pointers of one or several conversations in one statement, leaving every array as it is."""
        ids = [id for id in junk.some(random, junk.CONVERSATIONS) if id in self.state.conversations]
        pointer = random.choice((*junk.PROJECTS, None, junk.GONE))
        if self._has_pointers:
            self.run("UPDATE conversations SET project_id = %s WHERE id = ANY (%s)", pointer, ids)
            self._pointed(ids, pointer)

    def _pointed(self, ids: list[str], pointer: str | None) -> None:
        before = self.state.all_linked()
        for id in ids:
            self.state.conversations[id].pointer = pointer
        self.state.relink(ids, before)

    def give_conversations(self, random: Random) -> None:
        """Change the owner of conversations."""
        ids = [id for id in junk.some(random, junk.CONVERSATIONS) if id in self.state.conversations]
        owner = random.choice(junk.USERS)
        if not self._has_pointers:
            return
        before = self.state.all_linked()
        self.run("UPDATE conversations SET user_id = %s WHERE id = ANY (%s)", owner, ids)
        for id in ids:
            self.state.conversations[id].user_id = owner
        self.state.relink(ids, before)

    def delete_conversations(self, random: Random) -> None:
        """Delete conversations in one statement; links go by foreign key or by trigger."""
        ids = [id for id in random.sample(junk.CONVERSATIONS, 2) if id in self.state.conversations]
        self.run("DELETE FROM conversations WHERE id = ANY (%s)", ids)
        self.state.delete_conversations(ids)

    # -- projects -----------------------------------------------------------------------------------------------------------

    def insert_project(self, random: Random) -> None:
        """Insert a project with an array, which conversations may have pointed at before."""
        id, array = random.choice(junk.PROJECTS), junk.conversation_ids(random)
        if id in self.state.projects:
            return
        before = self.state.all_linked()
        made = Project(user_id=random.choice(junk.USERS), array=array if self._has_pointers else MISSING)
        if self._has_pointers:
            self.run("INSERT INTO projects (id, user_id, conversation_ids) VALUES (%s, %s, %s)", id, made.user_id, bound(array))
        else:
            self.run("INSERT INTO projects (id, user_id) VALUES (%s, %s)", id, made.user_id)
        self.state.projects[id] = made
        self.state.relink(self.state.pointing_at(id), before)

    def write_arrays(self, random: Random) -> None:
        """Write the array of one or several projects in one statement, leaving every pointer as it is."""
        ids = [id for id in junk.some(random, junk.PROJECTS) if id in self.state.projects]
        array = junk.conversation_ids(random)
        if self._has_pointers:
            self.run("UPDATE projects SET conversation_ids = %s WHERE id = ANY (%s)", bound(array), ids)
            for id in ids:
                self._listed(id, array)

    def _listed(self, id: str, array: Any) -> None:
        project = self.state.projects[id]
        is_changed = meaning(project.array) != meaning(array)
        project.array, project.loose = array, False
        if self.state.stage3 is Stage.DUAL_WRITE and is_changed:
            project.array, project.loose = self.state.corrected(id)
        self.state.correct()

    def move_as_the_application_does(self, random: Random) -> None:
        """Move a conversation in one transaction: out of one array, into another, and then its pointer."""
        id, to = random.choice(junk.CONVERSATIONS), random.choice(junk.PROJECTS)
        if id not in self.state.conversations or to not in self.state.projects or not self._has_pointers:
            return
        origin = self.state.conversations[id].pointer
        with self.connection.transaction():
            if origin in self.state.projects:
                self._edit_ids(str(origin), lambda ids: [each for each in ids if each != id])
            self._edit_ids(to, lambda ids: [*ids, id])
            self.run("UPDATE conversations SET project_id = %s WHERE id = %s", to, id)
        self._pointed([id], to)

    def _edit_ids(self, project_id: str, change: Any) -> None:
        row = self.connection.execute("SELECT conversation_ids FROM projects WHERE id = %s", [project_id]).fetchone()
        ids = row[0] if row and isinstance(row[0], list) else []
        self.run("UPDATE projects SET conversation_ids = %s WHERE id = %s", Jsonb(change(ids)), project_id)
        self._listed(project_id, change(ids))

    def give_project(self, random: Random) -> None:
        """Change the owner of a project."""
        id, owner = random.choice(junk.PROJECTS), random.choice(junk.USERS)
        if id not in self.state.projects or not self._has_pointers:
            return
        before = self.state.all_linked()
        self.run("UPDATE projects SET user_id = %s WHERE id = %s", owner, id)
        self.state.projects[id].user_id = owner
        self.state.relink(self.state.pointing_at(id), before)

    def delete_projects(self, random: Random) -> None:
        """Delete projects alone, in one statement; their conversations stay, and go on pointing at what is gone."""
        ids = [id for id in random.sample(junk.PROJECTS, random.choice((1, 1, 2))) if id in self.state.projects]
        if not self._has_pointers:
            return
        before = self.state.all_linked()
        pointing = [id for project_id in ids for id in self.state.pointing_at(project_id)]
        self.run("DELETE FROM projects WHERE id = ANY (%s)", ids)
        for id in ids:
            del self.state.projects[id]
        self.state.relink(pointing, before)

    ALL = (
        insert_messages,
        insert_messages,
        insert_messages,
        write_nested,
        write_nested,
        edit_array,
        touch_messages,
        delete_messages,
        insert_conversations,
        insert_conversations,
        insert_conversations,
        point,
        give_conversations,
        delete_conversations,
        insert_project,
        insert_project,
        insert_project,
        write_arrays,
        move_as_the_application_does,
        give_project,
        delete_projects,
    )
