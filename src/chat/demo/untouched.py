"""Documents that no client touches: the imported values, kept aside before anything begins.

In: a database with an imported world. Out: how many of these documents do not mean what they meant. Arrays of ids that
had drifted are compared with what the pointers said at the import, because the migration corrects them to that.
"""

import json

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow

from chat.demo.report import UntouchedReport
from chat.traffic.clients import SHARED_USERS

_REMEMBER = f"""
DROP SCHEMA IF EXISTS demo CASCADE;
CREATE SCHEMA demo;
CREATE TABLE demo.live AS SELECT id FROM public.users ORDER BY id LIMIT {SHARED_USERS};
CREATE TABLE demo.conversations AS
SELECT c.id, c.project_id FROM public.conversations AS c LEFT JOIN public.projects AS p ON p.id = c.project_id
WHERE coalesce(c.user_id, '') NOT IN (SELECT id FROM demo.live) AND coalesce(p.user_id, '') NOT IN (SELECT id FROM demo.live);
CREATE TABLE demo.messages AS
SELECT m.id, m.attachments, m.tool_calls, m.partial_tool_calls
FROM public.messages AS m LEFT JOIN public.conversations AS c ON c.id = m.conversation_id
WHERE coalesce(m.user_id, '') NOT IN (SELECT id FROM demo.live) AND coalesce(c.user_id, '') NOT IN (SELECT id FROM demo.live);
CREATE FUNCTION demo.ids(value jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
SELECT coalesce(array_agg(x ORDER BY x), '{{}}')
FROM jsonb_array_elements_text(CASE WHEN jsonb_typeof(value) = 'array' THEN value ELSE '[]' END) AS x
$$;
CREATE TABLE demo.projects AS
SELECT p.id, p.conversation_ids, coalesce(m.members, '{{}}') AS members FROM public.projects AS p
LEFT JOIN (
SELECT c.project_id AS id, array_agg(c.id ORDER BY c.id) AS members
FROM public.conversations AS c JOIN public.projects AS q ON q.id = c.project_id AND q.user_id = c.user_id GROUP BY c.project_id
) AS m ON m.id = p.id
WHERE coalesce(p.user_id, '') NOT IN (SELECT id FROM demo.live);
"""

_COUNT = """
SELECT (SELECT count(*) FROM demo.messages) + (SELECT count(*) FROM demo.conversations) + (SELECT count(*) FROM demo.projects)
"""
_UNEQUAL_MESSAGES = """
SELECT m.id IS NOT NULL, b.attachments, m.attachments, b.tool_calls, m.tool_calls, b.partial_tool_calls, m.partial_tool_calls
FROM demo.messages AS b LEFT JOIN public.messages AS m ON m.id = b.id
WHERE m.id IS NULL OR (m.attachments, m.tool_calls, m.partial_tool_calls)
IS DISTINCT FROM (b.attachments, b.tool_calls, b.partial_tool_calls)
"""
_UNEQUAL_CONVERSATIONS = """
SELECT count(*) FROM demo.conversations AS b LEFT JOIN public.conversations AS c ON c.id = b.id
WHERE c.id IS NULL OR c.project_id IS DISTINCT FROM b.project_id
"""
_UNEQUAL_PROJECTS = """
SELECT p.id IS NOT NULL AND demo.ids(p.conversation_ids) = b.members, demo.ids(b.conversation_ids) = b.members
FROM demo.projects AS b LEFT JOIN public.projects AS p ON p.id = b.id
WHERE p.id IS NULL OR p.conversation_ids IS DISTINCT FROM b.conversation_ids
"""


class Untouched:
    """The values that were imported.

    Args:
        url: The database, with a world in it and no clients yet.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        with self._connected() as connection:
            connection.execute(_REMEMBER.encode())

    def compare(self, when: str) -> UntouchedReport:
        """Compare them with what is there now; the nested columns have to be there."""
        with self._connected() as connection:
            (documents,) = connection.execute(_COUNT).fetchall()[0]
            (differing,) = connection.execute(_UNEQUAL_CONVERSATIONS).fetchall()[0]
            same_meaning = 0
            for is_there, *values in connection.cursor().stream(_UNEQUAL_MESSAGES):
                is_same = is_there and all(meaning(b) == meaning(a) for b, a in zip(values[::2], values[1::2], strict=True))
                same_meaning, differing = same_meaning + is_same, differing + (not is_same)
            for is_right, was_right in connection.execute(_UNEQUAL_PROJECTS):
                # An array that had drifted is corrected; one that was right may only have another order.
                same_meaning, differing = same_meaning + (is_right and was_right), differing + (not is_right)
        return UntouchedReport(when=when, documents=documents, spelled_anew=same_meaning, differing=differing)

    def _connected(self) -> Connection[TupleRow]:
        return psycopg.connect(self._url, autocommit=True, application_name="chat demo")


def meaning(value: object) -> object:
    """Return a nested value with texts that hold a JSON object or array read as such: spelling means nothing in them."""
    if isinstance(value, list):
        return [meaning(element) for element in value]
    if isinstance(value, dict):
        return {key: meaning(element) for key, element in value.items()}
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
