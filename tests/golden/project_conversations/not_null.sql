-- name: restore_not_null.public.projects.conversation_ids
-- locks: public.projects
SELECT unnest.restore_not_null('of_project_conversations', 'public.projects', 'conversation_ids');

-- name: release.residue_project_conversations
-- locks: public.conversations
ALTER TABLE unnest.residue_project_conversations DROP CONSTRAINT IF EXISTS unnest_residue_project_conversations_parent;
