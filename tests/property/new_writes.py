"""What the new application writes: rows and links, with the pointer beside the link, parents locked first.

In: random numbers. Out: the same change in the database and in the state. Before dual_read the database refuses such writes.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from plugins.model import ATTACHMENTS, CALLS, JsonText, Kind, Row, Sheet, element_of
from property import junk
from property.old_writes import OldWrites
from property.state import RETIRED, Link, Origin
from psycopg import errors as pg
from psycopg.types.json import Jsonb

from unnest.stages import Stage

OPEN = (Stage.DUAL_READ, *RETIRED)
REFUSING = (Stage.SCHEMA, Stage.DUAL_WRITE, Stage.BACKFILL)
_COPIES = (
    "(SELECT conversation_id FROM messages WHERE id = {id}),"
    " (SELECT coalesce(m.user_id, c.user_id) FROM messages m LEFT JOIN conversations c ON c.id = m.conversation_id"
    " WHERE m.id = {id}),"
    " (SELECT timestamptz 'epoch' + round(created_at * 1000) * interval '1 microsecond' FROM messages WHERE id = {id})"
)
_PUT = (
    "INSERT INTO project_conversations (conversation_id, project_id, added_at, added_by)"
    " SELECT id, %s, %s, %s FROM conversations WHERE id = ANY (%s) ON CONFLICT (conversation_id) DO UPDATE"
    " SET project_id = excluded.project_id, added_at = excluded.added_at, added_by = excluded.added_by"
    " WHERE project_conversations.project_id <> excluded.project_id"
)


class NewWrites(OldWrites):
    """Writes to the new tables."""

    numbers = count(1)
    reviving = False
    """Whether a way back from cleanup has been interrupted: some messages are settled by then, others are not."""

    def _sheet(self, id: str, kind: Kind) -> Sheet | None:
        if id not in self.state.messages or self.state.stage1 not in OPEN:
            return None
        self.run("SELECT 1 FROM messages WHERE id = %s FOR NO KEY UPDATE", id)
        return self.state.sheet(id, kind)

    def _any(self, random: Random) -> str:
        """Return a message, one that is there if there is any."""
        return random.choice(sorted(self.state.messages) or junk.MESSAGES)

    def choose(self, random: Random) -> "Act":
        """Return something that is open to the new application now, or that must be refused."""
        groups: list[tuple[Act, ...]] = [self.ROWS] if self.state.stage1 in OPEN else []
        groups += [self.LINKS] if self.state.stage3 in OPEN else []
        chosen: tuple[Act, ...] = random.choice(groups) if groups else (NewWrites.write_too_early,)
        return random.choice(chosen)

    # -- rows ---------------------------------------------------------------------------------------------------------------

    def insert_attachment(self, random: Random) -> None:
        """Add an attachment at the next free position."""
        with self.connection.transaction():
            id = self._any(random)
            row = self._new_attachment(random)
            self._insert(id, ATTACHMENTS, "attachments", row)

    def _new_attachment(self, random: Random) -> Row:
        row: Row = dict.fromkeys(field.column for field in ATTACHMENTS.fields)
        row |= {"type": random.choice(junk.TYPES), "name": "new", "storage_id": "s", "mime_type": "x", "size": 7}
        row |= {"width": random.choice((None, 9)), "duration": random.choice((None, 0.1)), "model": random.choice((None, "é"))}
        return {**row, "extra": random.choice((None, {"k": [1]}, {"metadata": {"zz": 1}}))}

    def insert_call(self, random: Random) -> None:
        """Add a tool call of an id of its own, final or partial."""
        with self.connection.transaction():
            part = random.choice(("tool_calls", "partial_tool_calls"))
            row = {"tool_call_id": f"n{next(self.numbers)}", "tool_name": "new", "args": JsonText('{"a": 1}')}
            row |= {"result": random.choice((None, JsonText("[2]"))), "text_position": random.choice((None, 4))}
            row |= {"timestamp": datetime(2025, 1, 2, 3, 4, 5, 678000, tzinfo=UTC), "extra": None}
            self._insert(self._any(random), CALLS, part, row)

    def _insert(self, id: str, kind: Kind, part: str, row: Row) -> None:
        sheet = self._sheet(id, kind)
        if sheet is None or (self.reviving and any(of == part for of, _ in sheet.residue)):
            return
        position = 1 + max((at for of, at in sheet.rows if of == part), default=-1)
        columns = [field.column for field in kind.fields] + ["extra"]
        values = [_bound(row[column]) for column in columns]
        discriminator = "" if kind.parts[part] is None else "is_partial, "
        told = [] if kind.parts[part] is None else [kind.parts[part]]
        placed = f"(SELECT coalesce(max(position) + 1, 0) FROM {kind.table} WHERE message_id = %s"
        placed += " AND is_partial = %s)" if told else ")"
        self.run(
            f"INSERT INTO {kind.table} (message_id, {discriminator}position, conversation_id, user_id, created_at,"
            f" {', '.join(columns)}) VALUES (%s, {'%s, ' if told else ''}{placed},"
            f" {_COPIES.format(id='%s')}, {', '.join(['%s'] * len(columns))})",
            *(id, *told, id, *told, id, id, id, *values),
        )
        sheet.rows[part, position] = row
        if self.state.stage1 is Stage.DUAL_READ:
            self.state.recent.setdefault((id, part), []).append(element_of(kind, row))
        self.state.settle(id, kind, sheet)

    def update_attachments(self, random: Random) -> None:
        """Change columns of several attachments of several messages in one statement."""
        ids = sorted({self._any(random) for _ in range(random.choice((1, 1, 2, 3)))})
        column, value = random.choice((("name", "upd"), ("width", None), ("width", 9), ("duration", 2.5), ("prompt", None)))
        if self.reviving:
            column, value = "name", "upd"
        with self.connection.transaction():
            sheets = {id: self._sheet(id, ATTACHMENTS) for id in ids}
            if self.state.stage1 not in OPEN:
                return
            condition = "message_id = ANY (%s) AND storage_id = 's'"
            self.run(f"UPDATE attachments SET {column} = %s WHERE {condition}", value, ids)
            for id, sheet in sheets.items():
                for row in sheet.rows.values() if sheet else ():
                    row |= {column: value} if row["storage_id"] == "s" else {}
                if sheet:
                    self.state.settle(id, ATTACHMENTS, sheet)

    def update_calls(self, random: Random) -> None:
        """Change arguments, result or place of all calls of a message."""
        column, value = random.choice(
            (("args", JsonText('{"n": 1}')), ("result", None), ("result", JsonText("null")), ("text_position", 8))
        )
        id = self._any(random)
        with self.connection.transaction():
            sheet = self._sheet(id, CALLS)
            if sheet is None or self.reviving:
                return
            self.run(f"UPDATE tool_calls SET {column} = %s WHERE message_id = %s", _bound(value), id)
            for row in sheet.rows.values():
                row[column] = value
            self.state.settle(id, CALLS, sheet)

    def finish_calls(self, random: Random) -> None:
        """Make the partial calls of a message final: they go behind the final ones."""
        id = self._any(random)
        with self.connection.transaction():
            sheet = self._sheet(id, CALLS)
            if sheet is None or self.reviving:
                return
            first = 1 + max((at for of, at in sheet.rows if of == "tool_calls"), default=-1)
            self.run(
                "UPDATE tool_calls AS t SET is_partial = false, position = %s + z.n FROM"
                " (SELECT id, row_number() OVER (ORDER BY position) - 1 AS n FROM tool_calls"
                " WHERE message_id = %s AND is_partial) AS z WHERE z.id = t.id",
                *(first, id),
            )
            partial = sorted(at for of, at in sheet.rows if of == "partial_tool_calls")
            for number, at in enumerate(partial):
                sheet.rows["tool_calls", first + number] = sheet.rows.pop(("partial_tool_calls", at))
            self.state.settle(id, CALLS, sheet)

    def delete_rows(self, random: Random) -> None:
        """Delete one row of a message, or all of it, of one kind."""
        id, everything = self._any(random), random.randrange(4) == 0
        with self.connection.transaction():
            sheets = [(kind, sheet) for kind in (ATTACHMENTS, CALLS) if (sheet := self._sheet(id, kind)) is not None]
            filled = [(kind, sheet, part) for kind, sheet in sheets for part in {of: 0 for of, _ in sorted(sheet.rows)}]
            if not filled:
                return
            kind, sheet, part = random.choice(filled)
            number = random.randrange(sum(of == part for of, _ in sheet.rows))
            mine = f"message_id = %s{'' if kind.parts[part] is None else f' AND is_partial = {kind.parts[part]}'}"
            places = sorted(place for place in sheet.rows if place[0] == part)
            gone = places if everything else places[number : number + 1]
            limit = "" if everything else f"OFFSET {number} LIMIT 1"
            chosen = f"SELECT id FROM {kind.table} WHERE {mine} ORDER BY position {limit}"
            self.run(f"DELETE FROM {kind.table} WHERE id IN ({chosen})", id)
            for place in gone:
                del sheet.rows[place]
            self.state.settle(id, kind, sheet)

    def move_attachments(self, random: Random) -> None:
        """Move all attachments of one message behind those of another."""
        origin, target = self._any(random), self._any(random)
        with self.connection.transaction():
            one, other = (self._sheet(id, ATTACHMENTS) for id in (origin, target))
            if one is None or other is None or origin == target or self.reviving:
                return
            first = 1 + max((at for _, at in other.rows), default=-1)
            self.run(
                "UPDATE attachments AS t SET message_id = %s, position = %s + z.n, (conversation_id, user_id, created_at) ="
                f" (SELECT {_COPIES.format(id='%s')}) FROM (SELECT id, row_number() OVER (ORDER BY position) - 1 AS n"
                " FROM attachments WHERE message_id = %s) AS z WHERE z.id = t.id",
                *(target, first, target, target, target, origin),
            )
            for number, place in enumerate(sorted(one.rows)):
                other.rows["attachments", first + number] = one.rows.pop(place)
            self.state.settle(origin, ATTACHMENTS, one)
            self.state.settle(target, ATTACHMENTS, other)

    # -- links --------------------------------------------------------------------------------------------------------------

    def put(self, random: Random) -> None:
        """Put conversations into a project of their owner: links first, then pointers, one statement each."""
        to, bare = random.choice(junk.PROJECTS), random.randrange(3) == 0
        ids = [id for id in junk.some(random, junk.CONVERSATIONS) if self._may_be_in(id, to)]
        if self.state.stage3 not in OPEN or not ids:
            return
        at = datetime(2025, 5, 5, tzinfo=UTC) + timedelta(seconds=next(self.numbers))
        before = self.state.all_linked()
        with self.connection.transaction():
            self.run("SELECT 1 FROM conversations WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE", ids)
            self.run(_PUT, to, at, "me", ids)
            if not (bare and self.state.stage3 is Stage.DUAL_READ):
                self.run("UPDATE conversations SET project_id = %s WHERE id = ANY (%s)", to, ids)
        for id in ids:
            if id not in self.state.links or self.state.links[id].project_id != to:
                self.state.links[id] = Link(project_id=to, by="me", origin=Origin.ANY, at=at)
            self._point_at(id, to)
        self.state.relink(ids, before)

    def _may_be_in(self, id: str, project_id: str) -> bool:
        conversation, project = self.state.conversations.get(id), self.state.projects.get(project_id)
        return bool(conversation and project and conversation.user_id and conversation.user_id == project.user_id)

    def _point_at(self, id: str, project_id: str | None) -> None:
        self.state.conversations[id].pointer = project_id
        if id in self.state.suspended:
            self.state.overtaken.add(id)

    def put_into_the_project_of_another(self, random: Random) -> None:
        """Nobody may see another's conversation: while both sides are live the database refuses such a link."""
        id, to = random.choice(junk.CONVERSATIONS), random.choice(junk.PROJECTS)
        exist = id in self.state.conversations and to in self.state.projects
        if self.state.stage3 is not Stage.DUAL_READ or not exist or self._may_be_in(id, to):
            return
        try:
            self.run(_PUT, to, datetime(2025, 1, 1, tzinfo=UTC), "me", [id])
        except pg.CheckViolation:
            return
        raise AssertionError(f"conversation {id} was put into project {to} of another owner")

    def take_out(self, random: Random) -> None:
        """Take conversations out of their projects, in one statement for links and one for pointers."""
        ids = [id for id in junk.some(random, junk.CONVERSATIONS) if id in self.state.links]
        if self.state.stage3 not in OPEN:
            return
        bare = random.randrange(3) == 0 and self.state.stage3 is Stage.DUAL_READ
        before = self.state.all_linked()
        with self.connection.transaction():
            self.run("SELECT 1 FROM conversations WHERE id = ANY (%s) ORDER BY id FOR NO KEY UPDATE", ids)
            self.run("DELETE FROM project_conversations WHERE conversation_id = ANY (%s)", ids)
            if not bare:
                self.run("UPDATE conversations SET project_id = NULL WHERE id = ANY (%s)", ids)
        for id in ids:
            self.state.links.pop(id, None)
            self._point_at(id, None)
        self.state.relink(ids, before)

    def delete_project_with_links(self, random: Random) -> None:
        """Delete a project after its links and every pointer at it."""
        id = random.choice(junk.PROJECTS)
        if self.state.stage3 not in OPEN or id not in self.state.projects:
            return
        before, pointing = self.state.all_linked(), self.state.pointing_at(id)
        with self.connection.transaction():
            self.run("DELETE FROM project_conversations WHERE project_id = %s", id)
            self.run("UPDATE conversations SET project_id = NULL WHERE project_id = %s", id)
            self.run("DELETE FROM projects WHERE id = %s", id)
        del self.state.projects[id]
        for each in pointing:
            self.state.links.pop(each, None)
            self._point_at(each, None)
        self.state.relink(pointing, before)

    def write_too_early(self, random: Random) -> None:
        """Before dual_read the new tables are closed."""
        table, stage = random.choice(
            (("attachments", self.state.stage1), ("tool_calls", self.state.stage1), ("project_conversations", self.state.stage3))
        )
        what = random.choice((f"DELETE FROM {table}", f"INSERT INTO {table} DEFAULT VALUES", f"UPDATE {table} SET user_id = 'x'"))
        if table == "project_conversations":
            what = what.replace("user_id", "added_by")
        if stage not in REFUSING:
            return
        try:
            self.run(what)
        except pg.ObjectNotInPrerequisiteState:
            return
        raise AssertionError(f"{table} was open for writing at {stage.value}")

    ROWS = (
        insert_attachment,
        insert_attachment,
        insert_call,
        insert_call,
        update_attachments,
        update_calls,
        finish_calls,
        delete_rows,
        delete_rows,
        move_attachments,
    )
    LINKS = (put, put, put_into_the_project_of_another, take_out, delete_project_with_links, write_too_early)


Act = Callable[[NewWrites, Random], None]


def _bound(value: Any) -> Any:
    if isinstance(value, JsonText):
        return Jsonb(None, dumps=lambda _: value.text)
    return Jsonb(value) if isinstance(value, dict) else value


__all__ = ["OPEN", "NewWrites"]
