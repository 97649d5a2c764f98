-- name: project_conversations.clear.project_id
UPDATE public.conversations AS p SET project_id = NULL FROM unnest.residue_project_conversations AS r
WHERE r.parent = p.id AND r.part = 'project_id' AND to_jsonb(p.project_id) = r.value;

-- name: constraint.unnest_project_conversations_sealed_to_conversations
-- locks: public.project_conversations, public.conversations
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'unnest_project_conversations_sealed_to_conversations'
ALTER TABLE public.project_conversations ADD CONSTRAINT unnest_project_conversations_sealed_to_conversations FOREIGN KEY (conversation_id, project_id) REFERENCES public.conversations (id, project_id) ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED NOT VALID;

-- name: validate.unnest_project_conversations_sealed_to_conversations
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.project_conversations') AND conname = 'unnest_project_conversations_sealed_to_conversations' AND convalidated
ALTER TABLE public.project_conversations VALIDATE CONSTRAINT unnest_project_conversations_sealed_to_conversations;

-- name: constraint.unnest_conversations_sealed_to_project_conversations
-- locks: public.conversations, public.project_conversations
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.conversations') AND conname = 'unnest_conversations_sealed_to_project_conversations'
ALTER TABLE public.conversations ADD CONSTRAINT unnest_conversations_sealed_to_project_conversations FOREIGN KEY (id, project_id) REFERENCES public.project_conversations (conversation_id, project_id) DEFERRABLE INITIALLY DEFERRED NOT VALID;

-- name: validate.unnest_conversations_sealed_to_project_conversations
-- unless: SELECT 1 FROM pg_catalog.pg_constraint WHERE conrelid = to_regclass('public.conversations') AND conname = 'unnest_conversations_sealed_to_project_conversations' AND convalidated
ALTER TABLE public.conversations VALIDATE CONSTRAINT unnest_conversations_sealed_to_project_conversations;

-- name: project_conversations.drop.dirty_project_conversations
DROP TABLE IF EXISTS unnest.dirty_project_conversations;

-- name: project_conversations.drop.recent_project_conversations
DROP TABLE IF EXISTS unnest.recent_project_conversations;

-- name: project_conversations.drop.corrected_project_conversations
DROP TABLE IF EXISTS unnest.corrected_project_conversations;
