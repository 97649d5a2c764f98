"""The world as it must be: documents, links and rows, kept in Python beside the database.

In: what was written, and which stage each migration has reached. Out: what every table must hold now. Nothing of the engine is
called; the rules are those of ``plugins.model`` and, for links, that the pointer decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from plugins.model import ATTACHMENTS, CALLS, KINDS, MISSING, Kind, Sheet, Values, meaning, moment, sheet_of, values_of

from unnest.stages import ORDER, Stage

NESTED = tuple(part for kind in KINDS for part in kind.parts)
LIVE = (Stage.DUAL_WRITE, Stage.BACKFILL, Stage.DUAL_READ)
"""Stages at which old writes are carried."""
COPIED = (Stage.BACKFILL, Stage.DUAL_READ)
RETIRED = (Stage.CLEANUP, Stage.COMPLETE)


class Origin(Enum):
    """Where a link's moment comes from."""

    HISTORY = "history"
    LIVE = "live"
    ANY = "any"


@dataclass(slots=True, kw_only=True)
class Message:
    """A message; ``sheets`` hold its rows while nested values are retired, ``other`` what may stand instead after a return."""

    conversation_id: str | None
    user_id: str | None
    created_at: float | None
    values: Values
    sheets: dict[str, Sheet] = field(default_factory=dict)
    other: dict[str, list[Any]] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Conversation:
    """A conversation with its pointer."""

    user_id: str | None
    created_at: float | None
    pointer: str | None = None


@dataclass(slots=True, kw_only=True)
class Project:
    """A project with its array; ``loose``: the order of the array is not known."""

    user_id: str | None
    array: Any = MISSING
    loose: bool = False


@dataclass(slots=True, kw_only=True)
class Link:
    """A link; ``at`` is exact where the new side has said it."""

    project_id: str
    by: str | None
    origin: Origin = Origin.ANY
    at: datetime | None = None


@dataclass(slots=True, kw_only=True)
class State:
    """Everything that the tables must hold."""

    stage1: Stage = Stage.PENDING
    stage3: Stage = Stage.PENDING
    messages: dict[str, Message] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    suspended: dict[str, str] = field(default_factory=dict)
    overtaken: set[str] = field(default_factory=set)
    recent: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    # -- messages -----------------------------------------------------------------------------------------------------------

    def owner(self, message: Message) -> str | None:
        """Return whose a message is: its own user, else its conversation's."""
        above = self.conversations.get(message.conversation_id or "")
        return message.user_id or (above.user_id if above else None)

    def add_message(self, id: str, message: Message) -> None:
        """A message has been inserted."""
        if self.stage1 in RETIRED:
            message.sheets = {kind.table: Sheet() for kind in KINDS}
        self.messages[id] = message

    def write_nested(self, id: str, changes: Values) -> None:
        """An old write has set nested values; at dual_read what the new side has just added outlives it."""
        message = self.messages[id]
        for part, value in changes.items():
            old = message.values[part]
            if self.stage1 is Stage.DUAL_READ and isinstance(old, list) and isinstance(value, list):
                value = value + self._kept(id, part, old, value)
            message.values[part] = value

    def _kept(self, id: str, part: str, old: list[Any], new: list[Any]) -> list[Any]:
        texts = next(kind.texts for kind in KINDS if part in kind.parts)
        was, now = ({meaning([element], texts) for element in array} for array in (old, new))
        recent = [(element, meaning([element], texts)) for element in self.recent.get((id, part), [])]
        return [element for element, means in recent if means in was and means not in now]

    def sheet(self, id: str, kind: Kind) -> Sheet:
        """Return the rows of a message, to be changed and given back to ``settle``."""
        message = self.messages[id]
        return message.sheets[kind.table] if self.stage1 in RETIRED else sheet_of(kind, message.values)

    def settle(self, id: str, kind: Kind, sheet: Sheet) -> None:
        """A new write has changed the rows of a message."""
        message = self.messages[id]
        if self.stage1 not in RETIRED:
            message.values.update(values_of(kind, sheet, message.values))

    # -- links --------------------------------------------------------------------------------------------------------------

    def linked(self, id: str) -> str | None:
        """Return the project that a conversation is linked to: the one it points at, if that exists and has the same owner."""
        conversation = self.conversations.get(id)
        project = self.projects.get(conversation.pointer or "") if conversation else None
        if conversation is None or project is None or conversation.user_id is None:
            return None
        return conversation.pointer if project.user_id == conversation.user_id else None

    def all_linked(self) -> dict[str, str]:
        """Return the links that the pointers mean."""
        found = {id: self.linked(id) for id in self.conversations}
        return {id: project for id, project in found.items() if project is not None}

    def pointing_at(self, project_id: str) -> list[str]:
        """Return the conversations that point at a project."""
        return [id for id, conversation in self.conversations.items() if conversation.pointer == project_id]

    def relink(self, ids: Iterable[str], before: dict[str, str]) -> None:
        """Old writes have touched conversations or their projects; ``before`` is what was linked until then."""
        if self.stage3 not in LIVE:
            return
        for id in ids:
            project_id = self.linked(id)
            old = self.links.get(id)
            if project_id is None:
                self.links.pop(id, None)
            elif old is None or old.project_id != project_id:
                sure = before.get(id) != project_id or self.stage3 in COPIED
                by = self.projects[project_id].user_id
                self.links[id] = Link(project_id=project_id, by=by, origin=Origin.LIVE if sure else Origin.ANY)
        self.correct()

    def correct(self) -> None:
        """Make all arrays say what the pointers say; before history is copied only those that are written do."""
        if self.stage3 in COPIED:
            for id, project in self.projects.items():
                project.array, project.loose = self.corrected(id)

    def corrected(self, id: str) -> tuple[Any, bool]:
        """Return the array that a project must have, and whether its order is open."""
        project, wanted = self.projects[id], {c for c, p in self.all_linked().items() if p == id}
        listed = project.array if isinstance(project.array, list) else []
        kept = [each for n, each in enumerate(listed) if isinstance(each, str) and each in wanted and each not in listed[:n]]
        added = sorted(wanted - set(kept))
        if not kept and not added and project.array is MISSING:
            return MISSING, False
        return [*kept, *added], project.loose or len(added) > 1

    def delete_conversations(self, ids: Iterable[str]) -> None:
        """Conversations have been deleted."""
        for id in ids:
            if self.stage3 is Stage.SCHEMA and id in self.links:
                self.links[id].origin = Origin.ANY
            else:
                self.links.pop(id, None)
            del self.conversations[id]
            self.suspended.pop(id, None)
            self.overtaken.discard(id)
        self.correct()

    # -- stages -------------------------------------------------------------------------------------------------------------

    def reach(self, stage1: Stage, stage3: Stage, pointers: dict[str, str | None]) -> None:
        """Follow the migrations to their stages, one after the other.

        Args:
            stage1: Where the first migration stands.
            stage3: Where the third one stands.
            pointers: What stands in the database; decides only where the rules leave a choice.
        """
        while self.stage1 is not stage1:
            before, self.stage1 = self.stage1, _towards(self.stage1, stage1)
            self._reach1(before, self.stage1)
        while self.stage3 is not stage3:
            before, self.stage3 = self.stage3, _towards(self.stage3, stage3)
            self._reach3(before, self.stage3, pointers)

    def _reach1(self, before: Stage, now: Stage) -> None:
        if now is Stage.CLEANUP and before is Stage.DUAL_READ:
            for message in self.messages.values():
                message.sheets = {kind.table: sheet_of(kind, message.values) for kind in KINDS}
        if before is Stage.CLEANUP and now is Stage.DUAL_READ:
            for message in self.messages.values():
                for kind in KINDS:
                    self._bring_back(message, kind)
        if now in (Stage.CLEANUP, Stage.PENDING):
            self.recent.clear()

    def _bring_back(self, message: Message, kind: Kind) -> None:
        """Where the last element has gone, an empty array and none mean the same; so may the shape that was there before."""
        sheet = message.sheets[kind.table]
        message.values.update(values_of(kind, sheet, message.values))
        for part in kind.parts:
            empty = not isinstance(message.values[part], list) or not message.values[part]
            message.other[part] = [[], MISSING] if empty else []
        message.sheets = {table: kept for table, kept in message.sheets.items() if table != kind.table}

    def _reach3(self, before: Stage, now: Stage, pointers: dict[str, str | None]) -> None:
        if now is Stage.BACKFILL and before is Stage.DUAL_WRITE:
            self._copy_links()
        if now is Stage.CLEANUP and before is Stage.DUAL_READ:
            linked = self.all_linked()
            self.suspended = {c: x.pointer for c, x in self.conversations.items() if x.pointer and c not in linked}
            for id in self.suspended:
                self.conversations[id].pointer = None
        if before is Stage.CLEANUP and now is Stage.DUAL_READ:
            self._restore_pointers(pointers)
        if now is Stage.PENDING:
            self.links.clear()

    def _copy_links(self) -> None:
        linked = self.all_linked()
        self.links = {id: link for id, link in self.links.items() if linked.get(id) == link.project_id}
        for id, project_id in linked.items():
            by = self.projects[project_id].user_id
            self.links.setdefault(id, Link(project_id=project_id, by=by, origin=Origin.HISTORY))
        self.correct()

    def _restore_pointers(self, pointers: dict[str, str | None]) -> None:
        """A pointer that the new side has overtaken and then cleared may come back, or not."""
        for id, pointer in self.suspended.items():
            is_open = id in self.overtaken and pointers.get(id) is None
            if id not in self.links and not is_open:
                self.conversations[id].pointer = pointer
        self.suspended.clear()
        self.overtaken.clear()
        before = {id: link.project_id for id, link in self.links.items()}
        for project in self.projects.values():
            project.loose = True
        self.relink(list(self.conversations), before)

    def added_at(self, id: str) -> datetime | None:
        """Return the moment that a link must bear; None: it is not known exactly."""
        link, created = self.links[id], self.conversations[id].created_at
        if link.origin is Origin.HISTORY and created is not None:
            return moment(created)
        return link.at


def _towards(here: Stage, there: Stage) -> Stage:
    step = 1 if ORDER.index(there) > ORDER.index(here) else -1
    return ORDER[ORDER.index(here) + step]


__all__ = ["ATTACHMENTS", "CALLS", "COPIED", "LIVE", "NESTED", "RETIRED", "Message", "Origin", "State"]
