-- name: drop_column.public.projects.conversation_ids
-- locks: public.projects
SELECT unnest.drop_column('of_project_conversations', 'public.projects', 'conversation_ids', 'unnest_retired_conversation_ids');
