-- name: project_conversations.disarm.public.conversations
-- locks: public.conversations
SELECT unnest.drop_triggers('public.conversations', '^unnest_[0-9]+_[a-z]+_project_conversations__');

-- name: project_conversations.disarm.public.projects
-- locks: public.projects
SELECT unnest.drop_triggers('public.projects', '^unnest_[0-9]+_[a-z]+_project_conversations__');

-- name: project_conversations.disarm.public.project_conversations
-- locks: public.project_conversations
SELECT unnest.drop_triggers('public.project_conversations', '^unnest_[0-9]+_[a-z]+_project_conversations__');

-- name: hide_column.public.projects.conversation_ids
-- locks: public.projects
SELECT unnest.hide_column('of_project_conversations', 'public.projects', 'conversation_ids', 'unnest_retired_conversation_ids');
