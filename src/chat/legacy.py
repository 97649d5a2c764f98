"""The document tables of the chat application, as they are before any migration.

In: nothing. Out: one SQLAlchemy ``Table`` per legacy table, in ``metadata``.

Scalar fields are columns; nested fields are ``jsonb``. Column names are the snake_case form of the documents' camelCase
field names (``conversation_ids`` holds ``conversationIds``); keys *inside* nested values keep their camelCase. Numbers are
``double precision``, as the document database stores them, and times are milliseconds since the epoch. Nothing but the id
is required and there is no foreign key: real documents miss fields and refer to rows that are gone.
"""

from typing import Any

from sqlalchemy import Boolean, Column, Double, Index, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

metadata = MetaData(schema="public")

_CREATION_TIME = text("floor(extract(epoch FROM clock_timestamp()) * 1000)")


def _table(
    name: str,
    *,
    texts: str = "",
    numbers: str = "",
    booleans: str = "",
    nested: str = "",
    indexes: tuple[tuple[str, ...], ...] = (),
) -> Table:
    """Declare one document table; ``texts``, ``numbers``, ... are column names separated by blanks."""
    groups: tuple[tuple[str, type[TypeEngine[Any]]], ...] = (
        (texts, Text),
        (numbers, Double),
        (booleans, Boolean),
        (nested, JSONB),
    )
    columns = [Column(column, kind()) for names, kind in groups for column in names.split()]
    return Table(
        name,
        metadata,
        Column("id", Text, primary_key=True),
        *columns,
        Column("_creation_time", Double, server_default=_CREATION_TIME),
        *(Index(f"ix_{name}_{'_'.join(columns)}", *columns) for columns in indexes),
    )


users = _table(
    "users",
    texts="clerk_id email name image_url last_message_date",
    numbers="daily_message_count created_at updated_at",
    booleans="is_admin",
    nested="preferences",
    indexes=(("clerk_id",), ("email",)),
)
projects = _table(
    "projects",
    texts="user_id name description system_prompt created_from",
    numbers="created_at updated_at",
    booleans="is_template",
    nested="conversation_ids",
    indexes=(("user_id",), ("user_id", "is_template")),
)
conversations = _table(
    "conversations",
    texts="user_id title model system_prompt project_id parent_conversation_id parent_message_id last_extracted_message_id",
    numbers="message_count last_message_at last_memory_extraction_at memory_extraction_message_count last_memory_fetch_at"
    " created_at updated_at",
    booleans="pinned archived starred",
    nested="token_usage cached_memory_ids",
    indexes=(("user_id",), ("user_id", "pinned"), ("project_id",), ("parent_conversation_id",)),
)
messages = _table(
    "messages",
    texts="conversation_id user_id role content partial_content status model reasoning partial_reasoning error"
    " parent_message_id branch_label comparison_group_id consolidated_message_id",
    numbers="input_tokens output_tokens reasoning_tokens cost thinking_started_at thinking_completed_at branch_index"
    " generation_started_at generation_completed_at first_token_at tokens_per_second memory_extracted_at"
    " created_at updated_at",
    booleans="is_consolidation memory_extracted",
    nested="provider_metadata votes embedding attachments tool_calls partial_tool_calls sources partial_sources source_metadata",
    indexes=(("conversation_id",), ("user_id",), ("status",), ("parent_message_id",), ("comparison_group_id",)),
)
bookmarks = _table(
    "bookmarks",
    texts="user_id message_id conversation_id note",
    numbers="created_at",
    nested="tags",
    indexes=(("user_id",), ("message_id",), ("conversation_id",)),
)
snippets = _table(
    "snippets",
    texts="user_id text source_message_id source_conversation_id note",
    numbers="created_at",
    nested="tags",
    indexes=(("user_id",), ("source_message_id",), ("source_conversation_id",)),
)
notes = _table(
    "notes",
    texts="user_id title content html_content source_message_id source_conversation_id source_selection_text share_id"
    " share_password",
    numbers="share_expires_at share_created_at share_view_count created_at updated_at",
    booleans="is_pinned share_is_active",
    nested="tags suggested_tags",
    indexes=(("user_id",), ("user_id", "updated_at"), ("share_id",)),
)
feedback = _table(
    "feedback",
    texts="user_id user_email user_name page feedback_type description status priority assigned_to",
    numbers="archived_at created_at updated_at",
    nested="tags ai_triage",
    indexes=(("user_id",), ("status",), ("feedback_type",), ("created_at",), ("priority",), ("assigned_to",)),
)
feedback_tags = _table(
    "feedback_tags",
    texts="name color",
    numbers="usage_count created_at",
    indexes=(("name",), ("usage_count",)),
)
memories = _table(
    "memories",
    texts="user_id content conversation_id source_message_id",
    numbers="created_at updated_at",
    nested="embedding metadata source_message_ids",
    indexes=(("user_id",),),
)
files = _table(
    "files",
    texts="user_id conversation_id storage_id name mime_type",
    numbers="size created_at",
    indexes=(("user_id",), ("conversation_id",)),
)
usage_records = _table(
    "usage_records",
    texts="user_id date model conversation_id",
    numbers="input_tokens output_tokens reasoning_tokens cost message_count",
    indexes=(("user_id", "date", "model"),),
)
