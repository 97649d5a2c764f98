-- name: index.unnest_conversations_id_project_id_key
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.unnest_conversations_id_project_id_key
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.unnest_conversations_id_project_id_key') AND indisvalid
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS unnest_conversations_id_project_id_key ON public.conversations (id, project_id);
