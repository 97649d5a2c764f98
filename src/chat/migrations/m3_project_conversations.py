"""Phase 3: projects and conversations meet in one table."""

import sqlalchemy as sa

from chat.legacy import conversations, projects
from chat.schema import project_conversations
from unnest import Links, Migration, live_or, millis

created = sa.func.coalesce(millis(conversations.c.created_at), millis(conversations.c["_creation_time"]), sa.func.now())

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
        initial={"added_at": live_or(created), "added_by": projects.c.user_id},
    ),
)
