"""Phase 1: message attachments and tool calls become rows."""

import sqlalchemy as sa

from chat.legacy import conversations, messages
from chat.schema import attachments, tool_calls
from unnest import Choice, Field, JsonText, Migration, Rows, millis

owner = sa.func.coalesce(
    messages.c.user_id,
    sa.select(conversations.c.user_id).where(conversations.c.id == messages.c.conversation_id).scalar_subquery(),
)
copies = {
    "conversation_id": messages.c.conversation_id,
    "user_id": owner,
    "created_at": millis(messages.c.created_at),
}

migration = Migration(
    "001_attachments_tool_calls",
    "Message attachments and tool calls become rows",
    Rows(
        messages.c.attachments,
        into=attachments,
        fields={
            "type": Choice(values=("file", "image", "audio")),
            "name": Field,
            "storage_id": Field,
            "mime_type": Field,
            "size": Field,
        },
        groups={
            "metadata": {
                "width": Field,
                "height": Field,
                "duration": Field,
                "prompt": Field,
                "model": Field,
                "generation_time": Field,
            }
        },
        copies=copies,
        rest="extra",
    ),
    Rows(
        {False: messages.c.tool_calls, True: messages.c.partial_tool_calls},
        into=tool_calls,
        discriminator="is_partial",
        same="tool_call_id",
        prefer=False,
        fields={
            "tool_call_id": Field("id"),
            "tool_name": Field("name"),
            "args": JsonText("arguments"),
            "result": JsonText,
            "text_position": Field,
            "timestamp": Field,
        },
        copies=copies,
        rest="extra",
    ),
)
