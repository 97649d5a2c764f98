"""The application's migrations, in order."""

from chat.migrations import m1_attachments_tool_calls, m3_project_conversations

MIGRATIONS = (m1_attachments_tool_calls.migration, m3_project_conversations.migration)
