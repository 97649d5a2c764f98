-- name: analyze.attachments
ANALYZE public.attachments;

-- name: analyze.residue_attachments
ANALYZE unnest.residue_attachments;
