-- name: index.unnest_conversations_id_project_id_key
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.unnest_conversations_id_project_id_key
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.unnest_conversations_id_project_id_key') AND indisvalid
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS unnest_conversations_id_project_id_key ON public.conversations (id, project_id);

-- name: constraint.unnest_residue_project_conversations_parent
-- locks: unnest.residue_project_conversations, public.conversations
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_project_conversations') AND conname = 'unnest_residue_project_conversations_parent'
ALTER TABLE unnest.residue_project_conversations ADD CONSTRAINT unnest_residue_project_conversations_parent FOREIGN KEY (parent) REFERENCES public.conversations (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.unnest_residue_project_conversations_parent
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('unnest.residue_project_conversations') AND conname = 'unnest_residue_project_conversations_parent' AND convalidated
ALTER TABLE unnest.residue_project_conversations VALIDATE CONSTRAINT unnest_residue_project_conversations_parent;
