-- name: unseal.project_conversations
-- locks: public.project_conversations, public.conversations
ALTER TABLE public.project_conversations DROP CONSTRAINT IF EXISTS unnest_project_conversations_sealed_to_conversations;

-- name: unseal.conversations
-- locks: public.conversations, public.project_conversations
ALTER TABLE public.conversations DROP CONSTRAINT IF EXISTS unnest_conversations_sealed_to_project_conversations;
