"""Legacy data of a given size, made inside the database.

In: a connection and counts. Out: filled document tables. The data is well-formed and without drift, because what is compared
with the engine would stumble over anything else.
"""

from sqlalchemy.schema import CreateIndex, CreateTable

from bench.databases import execute, settled
from bench.meter import Connection
from chat import legacy
from unnest.sql import text

CONVERSATIONS_PER_PROJECT = 50
USERS = 100
START_MS = 1_700_000_000_000

NEW_TABLES = ("attachments", "tool_calls", "project_conversations")


def create_legacy(connection: Connection) -> None:
    """Create the document tables with their indexes."""
    for table in legacy.metadata.sorted_tables:
        if table.name in NEW_TABLES:
            continue
        execute(connection, text(CreateTable(table)))
        for index in sorted(table.indexes, key=lambda i: str(i.name)):
            execute(connection, text(CreateIndex(index)))


def fill_links(connection: Connection, links: int) -> None:
    """Make conversations in projects: ``links`` that are in one, and a tenth of that many that are in none.

    Ids are hashes: the arrays name conversations in no order of the table's.
    """
    projects = max(1, links // CONVERSATIONS_PER_PROJECT)
    execute(
        connection,
        "INSERT INTO conversations (id, user_id, title, model, project_id, created_at, updated_at, message_count)"
        f" SELECT md5('c' || g), coalesce('u' || p.n % {USERS}, 'u0'), 'Conversation ' || g, 'model', md5('p' || p.n),"
        f" {START_MS} + g, {START_MS} + g, 2 FROM generate_series(1, {links + links // 10}) AS g"
        f" LEFT JOIN LATERAL (SELECT g % {projects} AS n WHERE g <= {links}) AS p ON true",
    )
    execute(
        connection,
        "INSERT INTO projects (id, user_id, name, conversation_ids, created_at, updated_at)"
        " SELECT c.project_id, min(c.user_id), 'Project', jsonb_agg(c.id ORDER BY c.created_at), 1, 1"
        " FROM conversations AS c WHERE c.project_id IS NOT NULL GROUP BY 1",
    )
    settled(connection)


def fill_messages(connection: Connection, messages: int, most: int = 4) -> None:
    """Make messages with 0 to ``most`` attachments each, every number as often."""
    element = (
        "jsonb_build_object('type', 'image', 'name', 'file ' || k || '.png', 'storageId', md5('s' || g || k), 'mimeType',"
        " 'image/png', 'size', 1000 + g % 5000, 'metadata', jsonb_build_object('width', 1024, 'height', 768))"
    )
    execute(
        connection,
        "INSERT INTO messages (id, conversation_id, user_id, role, content, status, created_at, updated_at, attachments)"
        f" SELECT md5('m' || g), md5('c' || g / 20), 'u' || g / 20 % {USERS}, 'user', repeat('word ', 40), 'complete',"
        f" {START_MS} + g, {START_MS} + g, (SELECT jsonb_agg({element}) FROM generate_series(1, g % {most + 1}) AS k)"
        f" FROM generate_series(1, {messages}) AS g",
    )
    settled(connection)
