"""What the tables hold, against what they must hold.

In: a database and the state beside it. Out: nothing, or an ``AssertionError`` that says which table disagrees and where.
"""

from collections.abc import Hashable, Iterator
from typing import Any

import psycopg
from plugins.model import KINDS, MISSING, WHOLE, JsonText, Kind, Row, Sheet, meaning, moment, sheet_of
from property.state import COPIED, LIVE, RETIRED, Message, Origin, State

from unnest.stages import Stage

Connection = psycopg.Connection[tuple[Any, ...]]
Moving = dict[str, tuple[Stage, Stage | None, bool]]
"""Migration id -> its stage, where it is going, and whether its rows have grown stale."""
M1, M3 = "001_attachments_tool_calls", "003_project_conversations"


def moving(connection: Connection) -> Moving:
    """Return where each migration stands, as the ledger says."""
    rows = connection.execute("SELECT id, stage, moving_to, reconcile FROM unnest.migration").fetchall()
    return {id: (Stage(stage), Stage(to) if to else None, stale) for id, stage, to, stale in rows}


def is_reviving(where: Moving, id: str) -> bool:
    """Return whether a way back from cleanup has begun and has not ended."""
    stage, to, _ = where[id]
    return stage in RETIRED and to is Stage.DUAL_READ


class Comparison:
    """Compares one database with one state.

    Args:
        connection: In autocommit mode.
        state: The world as it must be; where it leaves a choice open, what stands in the database is taken over.
        settled: Whether queued changes of owners have been carried: only then the owners of rows are compared.
    """

    def __init__(self, connection: Connection, state: State, *, settled: bool) -> None:
        self.connection, self.state, self.settled = connection, state, settled
        self.where = moving(connection)

    def compare(self) -> None:
        """Compare every table that can be compared now."""
        self._messages()
        for kind in KINDS:
            self._rows(kind)
        self._pointers()
        self._links()
        self._arrays()

    def _select(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.encode()).fetchall()

    # -- messages and their rows --------------------------------------------------------------------------------------------

    def _messages(self) -> None:
        found = {id: rest for id, *rest in self._select("SELECT id, conversation_id, user_id, created_at FROM messages")}
        expected = {id: [m.conversation_id, m.user_id, m.created_at] for id, m in self.state.messages.items()}
        assert found == expected
        if self.state.stage1 in RETIRED:
            return
        for kind in KINDS:
            columns = ", ".join(f"{part} IS NULL, {part}" for part in kind.parts)
            for id, *cells in self._select(f"SELECT id, {columns} FROM messages"):
                values = [MISSING if cells[n] else cells[n + 1] for n in range(0, len(cells), 2)]
                for part, value in zip(kind.parts, values, strict=True):
                    self._nested(kind, id, part, value)

    def _nested(self, kind: Kind, id: str, part: str, value: Any) -> None:
        message = self.state.messages[id]
        accepted = [message.values[part], *message.other.pop(part, [])]
        means = [meaning(each, kind.texts) for each in accepted]
        assert meaning(value, kind.texts) in means, f"{id}.{part}: {value!r} is none of {accepted!r}"
        message.values[part] = accepted[means.index(meaning(value, kind.texts))]

    def _rows(self, kind: Kind) -> None:
        if self.state.stage1 in (Stage.PENDING, Stage.SCHEMA) or is_reviving(self.where, M1):
            return
        rows, residue = self._found_rows(kind), self._found_residue(kind)
        may_lack = self.state.stage1 is Stage.DUAL_WRITE
        if may_lack and self.where[M1][2]:
            return
        assert set(rows) | set(residue) <= set(self.state.messages), "rows of messages that are gone"
        for id, message in self.state.messages.items():
            sheet = message.sheets[kind.table] if self.state.stage1 in RETIRED else sheet_of(kind, message.values)
            if may_lack and id not in rows and id not in residue:
                continue
            _same(rows.get(id, {}), _rows_meant(sheet, self._copies(message)), f"rows of {kind.table} of {id}")
            if not (self.state.stage1 in RETIRED and message.other):
                _same(residue.get(id, {}), _residue_meant(sheet), f"residue of {kind.table} of {id}")

    def _copies(self, message: Message) -> tuple[Any, ...]:
        owner = self.state.owner(message) if self._compares_owner(message) else None
        return message.conversation_id, owner, None if message.created_at is None else moment(message.created_at)

    def _compares_owner(self, message: Message) -> bool:
        return message.user_id is not None or (self.settled and self.state.stage1 in LIVE)

    def _found_rows(self, kind: Kind) -> dict[str, dict[Hashable, Any]]:
        part = "NULL" if None in kind.parts.values() else "is_partial"
        names = [field.column for field in kind.fields]
        columns = ", ".join(f"{n}::text" if n in ("args", "result") else n for n in names)
        select = f"SELECT message_id, {part}, position, conversation_id, user_id, created_at, extra, {columns} FROM {kind.table}"
        by_value = {value: name for name, value in kind.parts.items()}
        found: dict[str, dict[Hashable, Any]] = {}
        for id, of, position, conversation_id, user_id, created_at, extra, *cells in self._select(select):
            message = self.state.messages.get(id)
            owner = user_id if message and self._compares_owner(message) else None
            means = _meanings(dict(zip(names, cells, strict=True)) | {"extra": extra})
            found.setdefault(id, {})[by_value[of], position] = (means, (conversation_id, owner, created_at))
        return found

    def _found_residue(self, kind: Kind) -> dict[str, dict[Hashable, Any]]:
        select = f"SELECT parent, part, position, value, account, reason FROM unnest.residue_{kind.table}"
        found: dict[str, dict[Hashable, Any]] = {}
        for id, part, position, value, account, reason in self._select(select):
            found.setdefault(id, {})[part, position] = (meaning(value), account, reason)
        return found

    # -- pointers, links, arrays --------------------------------------------------------------------------------------------

    def _pointers(self) -> None:
        stage, to, _ = self.where[M3]
        is_sealing = stage is Stage.CLEANUP and to is Stage.CLEANUP
        found = dict(self._select("SELECT id, project_id FROM conversations"))
        assert set(found) == set(self.state.conversations)
        for id, conversation in self.state.conversations.items():
            accepted = {conversation.pointer}
            if is_sealing or is_reviving(self.where, M3):
                accepted |= {self.state.suspended.get(id)} - ({None} if conversation.pointer else set())
            assert found[id] in accepted, f"pointer of {id}: {found[id]!r} is none of {accepted!r}"
        owners = dict(self._select("SELECT id, user_id FROM conversations"))
        assert owners == {id: each.user_id for id, each in self.state.conversations.items()}

    def _links(self) -> None:
        stage = self.state.stage3
        if stage in (Stage.PENDING, Stage.SCHEMA) or is_reviving(self.where, M3):
            return
        rows = self._select("SELECT conversation_id, project_id, added_at, added_by FROM project_conversations")
        found = {id: rest for id, *rest in rows}
        if stage is Stage.DUAL_WRITE:
            if not self.where[M3][2]:
                meant = self.state.all_linked()
                wrong = {id: rest[0] for id, rest in found.items() if meant.get(id) != rest[0]}
                assert not wrong, f"links that no pointer means: {wrong}"
            return
        assert {id: rest[0] for id, rest in found.items()} == {id: x.project_id for id, x in self.state.links.items()}
        if stage in COPIED:
            assert self.state.all_linked() == {id: x.project_id for id, x in self.state.links.items()}
        for id, (_, added_at, added_by) in found.items():
            link, exact = self.state.links[id], self.state.added_at(id)
            assert exact in (None, added_at), f"link of {id}: added at {added_at}, not {exact}"
            assert link.origin is Origin.ANY or added_by == link.by, f"link of {id}: added by {added_by}, not {link.by}"

    def _arrays(self) -> None:
        owners = dict(self._select("SELECT id, user_id FROM projects"))
        assert owners == {id: each.user_id for id, each in self.state.projects.items()}
        if self.state.stage3 in RETIRED:
            return
        for id, is_missing, array in self._select("SELECT id, conversation_ids IS NULL, conversation_ids FROM projects"):
            project, actual = self.state.projects[id], MISSING if is_missing else array
            accepted = [(project.array, project.loose)]
            if self.state.stage3 is Stage.DUAL_WRITE:
                accepted.append(self.state.corrected(id))
            if self.state.stage3 in COPIED and project.loose and not project.array:
                accepted += [([], False), (MISSING, False)]
            assert any(_same_array(actual, *each) for each in accepted), f"array of {id}: {actual!r} is none of {accepted!r}"
            project.array, project.loose = actual, False


def _same_array(actual: Any, expected: Any, loose: bool) -> bool:
    if loose and isinstance(actual, list) and isinstance(expected, list):
        return sorted(map(repr, actual)) == sorted(map(repr, expected))
    return meaning(actual) == meaning(expected)


def _meanings(row: Row) -> Hashable:
    pairs = []
    for name, value in row.items():
        if name in ("args", "result"):
            means: Hashable = None if value is None else meaning(JsonText(value) if isinstance(value, str) else value)
        else:
            means = meaning(value)
        pairs.append((name, means))
    return frozenset(pairs)


def _rows_meant(sheet: Sheet, copies: tuple[Any, ...]) -> dict[Hashable, Any]:
    return {place: (_meanings(row), copies) for place, row in sheet.rows.items()}


def _residue_meant(sheet: Sheet) -> dict[Hashable, Any]:
    return {place: (meaning(left.value), left.account, left.reason) for place, left in sheet.residue.items()}


def findings_meant(state: State) -> Iterator[tuple[str, str, str]]:
    """Yield (key, kind, path) of everything that is open to see about the sources of both migrations."""
    for id, message in state.messages.items():
        for kind in KINDS:
            for (part, position), left in sheet_of(kind, message.values).residue.items():
                if left.account != "shape":
                    yield id, left.reason, part if position == WHOLE else f"{part}[{position}]"


def pointer_findings_meant(state: State) -> Iterator[tuple[str, str, str]]:
    """Yield (key, kind, path) of every pointer that can't become a link."""
    for id, conversation in state.conversations.items():
        if conversation.pointer is not None and state.linked(id) is None:
            kind = "owner differs" if conversation.pointer in state.projects else "project gone"
            yield id, kind, "project_id[0]"


def _same(found: dict[Hashable, Any], expected: dict[Hashable, Any], what: str) -> None:
    differing = {place for place in {*found, *expected} if found.get(place) != expected.get(place)}
    shown = "; ".join(
        f"{place}: found {found.get(place)}, expected {expected.get(place)}" for place in sorted(differing, key=str)
    )
    assert not differing, f"{what}: {shown}"
