-- name: project_conversations.disarm.public.conversations
-- locks: public.conversations
SELECT unnest.drop_triggers('public.conversations', '^unnest_[0-9]+_[a-z]+_project_conversations__');

-- name: project_conversations.disarm.public.projects
-- locks: public.projects
SELECT unnest.drop_triggers('public.projects', '^unnest_[0-9]+_[a-z]+_project_conversations__');

-- name: project_conversations.disarm.public.project_conversations
-- locks: public.project_conversations
SELECT unnest.drop_triggers('public.project_conversations', '^unnest_[0-9]+_[a-z]+_project_conversations__');

-- name: residue.view.drop
DROP VIEW IF EXISTS unnest.residue_of_of_project_conversations;

-- name: set_aside.project_conversations
SELECT unnest.set_aside('of_project_conversations', 'public.project_conversations');

-- name: drop.residue_project_conversations
DROP TABLE IF EXISTS unnest.residue_project_conversations;

-- name: project_conversations.drop.dirty_project_conversations
DROP TABLE IF EXISTS unnest.dirty_project_conversations;

-- name: project_conversations.drop.recent_project_conversations
DROP TABLE IF EXISTS unnest.recent_project_conversations;

-- name: project_conversations.drop.corrected_project_conversations
DROP TABLE IF EXISTS unnest.corrected_project_conversations;
