-- name: analyze.project_conversations
ANALYZE public.project_conversations;

-- name: analyze.residue_project_conversations
ANALYZE unnest.residue_project_conversations;
