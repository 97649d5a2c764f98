-- name: index.project_conversations_project_id_conversation_id_key
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.project_conversations_project_id_conversation_id_key
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.project_conversations_project_id_conversation_id_key') AND indisvalid
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS project_conversations_project_id_conversation_id_key ON public.project_conversations (project_id, conversation_id);

-- name: constraint.project_conversations_project_id_conversation_id_key
-- locks: public.project_conversations
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'project_conversations_project_id_conversation_id_key'
ALTER TABLE public.project_conversations ADD CONSTRAINT project_conversations_project_id_conversation_id_key UNIQUE USING INDEX project_conversations_project_id_conversation_id_key;

-- name: index.ix_project_conversations_project_id_added_at
-- alone: outside any transaction
-- undo: DROP INDEX CONCURRENTLY IF EXISTS public.ix_project_conversations_project_id_added_at
-- unless: SELECT 1 FROM pg_catalog.pg_index WHERE indexrelid = to_regclass('public.ix_project_conversations_project_id_added_at') AND indisvalid
CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_project_conversations_project_id_added_at ON public.project_conversations (project_id, added_at);

-- name: constraint.unnest_project_conversations_project_id_not_null
-- locks: public.project_conversations
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.project_conversations') AND attname = 'project_id' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'unnest_project_conversations_project_id_not_null'
ALTER TABLE public.project_conversations ADD CONSTRAINT unnest_project_conversations_project_id_not_null CHECK (project_id IS NOT NULL) NOT VALID;

-- name: validate.unnest_project_conversations_project_id_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.project_conversations') AND attname = 'project_id' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'unnest_project_conversations_project_id_not_null' AND convalidated
ALTER TABLE public.project_conversations VALIDATE CONSTRAINT unnest_project_conversations_project_id_not_null;

-- name: not_null.project_conversations.project_id
-- locks: public.project_conversations
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.project_conversations') AND attname = 'project_id' AND attnotnull
ALTER TABLE public.project_conversations ALTER COLUMN project_id SET NOT NULL;

-- name: drop.unnest_project_conversations_project_id_not_null
-- locks: public.project_conversations
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'unnest_project_conversations_project_id_not_null')
ALTER TABLE public.project_conversations DROP CONSTRAINT IF EXISTS unnest_project_conversations_project_id_not_null;

-- name: constraint.unnest_project_conversations_added_at_not_null
-- locks: public.project_conversations
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.project_conversations') AND attname = 'added_at' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'unnest_project_conversations_added_at_not_null'
ALTER TABLE public.project_conversations ADD CONSTRAINT unnest_project_conversations_added_at_not_null CHECK (added_at IS NOT NULL) NOT VALID;

-- name: validate.unnest_project_conversations_added_at_not_null
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.project_conversations') AND attname = 'added_at' AND attnotnull UNION ALL SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'unnest_project_conversations_added_at_not_null' AND convalidated
ALTER TABLE public.project_conversations VALIDATE CONSTRAINT unnest_project_conversations_added_at_not_null;

-- name: not_null.project_conversations.added_at
-- locks: public.project_conversations
-- unless: SELECT 1 FROM pg_catalog.pg_attribute WHERE attrelid = to_regclass('public.project_conversations') AND attname = 'added_at' AND attnotnull
ALTER TABLE public.project_conversations ALTER COLUMN added_at SET NOT NULL;

-- name: drop.unnest_project_conversations_added_at_not_null
-- locks: public.project_conversations
-- unless: SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'unnest_project_conversations_added_at_not_null')
ALTER TABLE public.project_conversations DROP CONSTRAINT IF EXISTS unnest_project_conversations_added_at_not_null;

-- name: constraint.project_conversations_conversation_id_fkey
-- locks: public.project_conversations, public.conversations
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'project_conversations_conversation_id_fkey'
ALTER TABLE public.project_conversations ADD CONSTRAINT project_conversations_conversation_id_fkey FOREIGN KEY (conversation_id) REFERENCES public.conversations (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.project_conversations_conversation_id_fkey
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'project_conversations_conversation_id_fkey' AND convalidated
ALTER TABLE public.project_conversations VALIDATE CONSTRAINT project_conversations_conversation_id_fkey;

-- name: constraint.project_conversations_project_id_fkey
-- locks: public.project_conversations, public.projects
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'project_conversations_project_id_fkey'
ALTER TABLE public.project_conversations ADD CONSTRAINT project_conversations_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects (id) ON UPDATE CASCADE ON DELETE CASCADE NOT VALID;

-- name: validate.project_conversations_project_id_fkey
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'project_conversations_project_id_fkey' AND convalidated
ALTER TABLE public.project_conversations VALIDATE CONSTRAINT project_conversations_project_id_fkey;
