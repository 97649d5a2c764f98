"""What is migrated in the benchmarks: one mapping each, with the data for it.

In: a number of rows. Out: ``Case``: how to make the legacy data, and the plain SQL that someone would write by hand.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bench.meter import Connection
from bench.worlds import fill_links, fill_messages
from chat.migrations import m1_attachments_tool_calls, m3_project_conversations
from unnest.mapping.base import Mapping
from unnest.migration import Migration

ATTACHMENTS_PER_MESSAGE = 2

attachments_only = Migration(
    "001_attachments", "Message attachments become rows", m1_attachments_tool_calls.migration.mappings[0]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mapping to measure.

    Attributes:
        name: Its name in tables.
        migration: A migration with this mapping alone.
        fill: Makes legacy data that means so many rows.
        by_hand: The same copying written by hand, trusting the data.
        parents: How many parents so many rows have.
    """

    name: str
    migration: Migration
    fill: Callable[[Connection, int], None]
    by_hand: str
    parents: Callable[[int], int]

    @property
    def mapping(self) -> Mapping:
        """The mapping."""
        return self.migration.mappings[0]


LINKS = Case(
    name="links",
    migration=m3_project_conversations.migration,
    fill=fill_links,
    by_hand=(
        "INSERT INTO project_conversations (conversation_id, project_id, added_at, added_by)"
        " SELECT c.id, p.id, to_timestamp(c.created_at / 1000), p.user_id"
        " FROM projects AS p CROSS JOIN LATERAL jsonb_array_elements_text(p.conversation_ids) AS x(id)"
        " JOIN conversations AS c ON c.id = x.id AND c.project_id = p.id"
    ),
    parents=lambda rows: rows + rows // 10,
)
ATTACHMENTS = Case(
    name="attachments",
    migration=attachments_only,
    fill=lambda connection, rows: fill_messages(connection, rows // ATTACHMENTS_PER_MESSAGE),
    by_hand=(
        "INSERT INTO attachments (message_id, position, conversation_id, user_id, type, name, storage_id, mime_type, size, width,"
        " height, duration, prompt, model, generation_time, created_at)"
        " SELECT m.id, x.o - 1, m.conversation_id, m.user_id, e->>'type', e->>'name', e->>'storageId', e->>'mimeType',"
        " (e->>'size')::bigint, (e->'metadata'->>'width')::integer, (e->'metadata'->>'height')::integer,"
        " (e->'metadata'->>'duration')::double precision, e->'metadata'->>'prompt', e->'metadata'->>'model',"
        " (e->'metadata'->>'generationTime')::double precision, to_timestamp(m.created_at / 1000)"
        " FROM messages AS m CROSS JOIN LATERAL jsonb_array_elements(m.attachments) WITH ORDINALITY AS x(e, o)"
    ),
    parents=lambda rows: rows // ATTACHMENTS_PER_MESSAGE,
)
CASES = (LINKS, ATTACHMENTS)
