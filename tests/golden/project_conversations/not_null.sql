-- name: restore_not_null.public.projects.conversation_ids
-- locks: public.projects
SELECT unnest.restore_not_null('of_project_conversations', 'public.projects', 'conversation_ids');
