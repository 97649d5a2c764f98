"""The normalized tables of the chat application.

In: nothing. Out: one SQLAlchemy ``Table`` per new table, in the metadata of ``chat.legacy`` (foreign keys point there).

These are ordinary tables. The engine creates each with the key that its upsert needs and adds the other constraints and
indexes, without blocking writers, when the history has been copied.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB

from chat.legacy import conversations, messages, metadata, projects

attachments = Table(
    "attachments",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("message_id", Text, ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("conversation_id", Text),
    Column("user_id", Text),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("storage_id", Text, nullable=False),
    Column("mime_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("duration", Double),
    Column("prompt", Text),
    Column("model", Text),
    Column("generation_time", Double),
    Column("extra", JSONB),
    Column("created_at", DateTime(timezone=True)),
    UniqueConstraint("message_id", "position", name="attachments_message_id_position_key"),
    CheckConstraint("type IN ('file', 'image', 'audio')", name="attachments_type_check"),
    Index("ix_attachments_conversation_id", "conversation_id"),
    Index("ix_attachments_user_id", "user_id"),
    Index("ix_attachments_storage_id", "storage_id"),
)

tool_calls = Table(
    "tool_calls",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("message_id", Text, ForeignKey(messages.c.id, ondelete="CASCADE"), nullable=False),
    Column("is_partial", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("conversation_id", Text),
    Column("user_id", Text),
    Column("tool_call_id", Text, nullable=False),
    Column("tool_name", Text, nullable=False),
    Column("args", JSONB, nullable=False),
    Column("result", JSONB),
    Column("text_position", Integer),
    Column("timestamp", DateTime(timezone=True), nullable=False),
    Column("extra", JSONB),
    Column("created_at", DateTime(timezone=True)),
    UniqueConstraint("message_id", "is_partial", "position", name="tool_calls_message_id_is_partial_position_key"),
    Index("ix_tool_calls_message_id_tool_call_id", "message_id", "tool_call_id"),
    Index("ix_tool_calls_conversation_id", "conversation_id"),
    Index("ix_tool_calls_user_id", "user_id"),
)

project_conversations = Table(
    "project_conversations",
    metadata,
    Column("conversation_id", Text, ForeignKey(conversations.c.id, ondelete="CASCADE"), primary_key=True),
    Column("project_id", Text, ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("added_by", Text),
    UniqueConstraint("project_id", "conversation_id", name="project_conversations_project_id_conversation_id_key"),
    Index("ix_project_conversations_project_id_added_at", "project_id", "added_at"),
)
