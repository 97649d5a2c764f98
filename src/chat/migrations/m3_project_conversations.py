"""Phase 3: projects and conversations meet in one table."""

from chat.legacy import conversations, projects
from chat.schema import project_conversations
from unnest import Links, Migration, millis

migration = Migration(
    "003_project_conversations",
    "Projects and conversations meet in one table",
    Links(
        projects.c.conversation_ids,
        into=project_conversations,
        parent="project_id",
        member="conversation_id",
        truth=conversations.c.project_id,
        same_owner=(projects.c.user_id, conversations.c.user_id),
        initial={"added_at": millis(conversations.c.created_at), "added_by": projects.c.user_id},
    ),
)
